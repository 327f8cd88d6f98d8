"""From an economy and a model to the shares, incomes and transfers of the baseline."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.trade.economy import Economy
from negotiation.trade.elasticities.horizons import elasticities_at
from negotiation.trade.model import TradeModel
from negotiation.values import FloatArray

__all__ = ["Calibration", "calibrate"]

_BALANCE = 1e-6
_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Calibration:
    """Baseline of the model; regions ``N``, sectors ``S``.

    Attributes
    ----------
    model
        The options it was made with.
    regions, sectors
        Labels.
    tariffs
        Baseline tariffs ``[S, exporter, importer]``.
    flows
        Flows net of tariffs, home sales grossed up where the model says so.
    shares
        Tariff-inclusive expenditure shares; each column adds to 1.
    theta, psi, profit
        Trade elasticity, scale elasticity and profit share, ``[S]``.
    phi, nu
        Tariff exponent and destination share, ``[N]``.
    kappa
        Labour supply elasticity.
    labor_share, input_shares
        Value added and inputs over cost net of profits: ``[S, N]`` and ``[N, input, using]``
        (None where nothing is used as input).
    spending
        Tariff-inclusive spending ``X_js`` by sector and region, inputs included.
    final_shares
        Sector shares of final demand, ``[S, N]``.
    expenditure
        Final expenditure ``E_j``.
    sector_wage_bill, wage_bill
        ``[S, N]`` and ``[N]``.
    profits, revenue
        Profits and tariff revenue, ``[N]``.
    transfers
        Transfers received in the baseline.
    new_transfers
        Those of the counterfactual, before they move with the numeraire or world GDP.
    anchor
        Region whose labour market is implied by the others.
    """

    model: TradeModel
    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    tariffs: FloatArray
    flows: FloatArray
    shares: FloatArray
    theta: FloatArray
    psi: FloatArray
    profit: FloatArray
    phi: FloatArray
    nu: FloatArray
    kappa: float
    labor_share: FloatArray
    input_shares: FloatArray | None
    spending: FloatArray
    final_shares: FloatArray
    expenditure: FloatArray
    sector_wage_bill: FloatArray
    wage_bill: FloatArray
    profits: FloatArray
    revenue: FloatArray
    transfers: FloatArray
    new_transfers: FloatArray
    anchor: int

    @property
    def gdp(self) -> FloatArray:
        """Wage bill and profits, the model's GDP at factor cost."""
        return self.wage_bill + self.profits


def _elasticities(economy: Economy, model: TradeModel) -> FloatArray:
    choice = model.trade_elasticity
    sets = economy.elasticities
    if choice is None:
        if not sets:
            raise InvalidInputError(
                "the economy has no set of trade elasticities",
                where="trade_elasticity",
                hint="Give a number, one a sector, or an economy with named sets.",
            )
        return next(iter(sets.values()))
    if isinstance(choice, str):
        if choice not in sets:
            raise InvalidInputError(
                "unknown set of trade elasticities",
                where="trade_elasticity",
                seen=repr(choice),
                allowed=", ".join(sets) or "none in this economy",
            )
        return sets[choice]
    return model.by_sector("trade_elasticity", economy.sectors)


def _labor_shares(economy: Economy, model: TradeModel) -> FloatArray:
    """Value added over cost, ``[S, N]``."""
    shape = (len(economy.sectors), len(economy.regions))
    choice = model.value_added_share
    if isinstance(choice, str):
        own = economy.value_added_share
        if economy.sector_value_added_share is not None:
            return _positive_shares(economy)
        if own is None:
            return np.ones(shape)
        if np.any(own <= 0.0):
            raise InvalidInputError(
                "value added must be positive",
                where=f"value_added_share, region {economy.regions[int(np.argmin(own))]}",
                seen=own.min(),
            )
        return np.broadcast_to(own, shape)
    if isinstance(choice, np.ndarray) and choice.ndim == 2:
        if choice.shape != shape[::-1]:
            raise InvalidInputError(
                "wrong shape",
                where="value_added_share",
                seen=choice.shape,
                allowed=f"{shape[::-1]}",
            )
        return choice.T.copy()
    return np.broadcast_to(model.by_region("value_added_share", economy.regions), shape)


def _positive_shares(economy: Economy) -> FloatArray:
    """Value added over output by sector, ``[S, N]``, from the economy's own technology."""
    share = np.array(economy.sector_value_added_share).T
    if np.any(share <= 0.0):
        s, i = (int(a) for a in np.argwhere(share <= 0.0)[0])
        raise InvalidInputError(
            "value added must be positive",
            where=f"sector_value_added_share, region {economy.regions[i]}, "
            f"sector {economy.sectors[s]}",
            seen=share[s, i],
        )
    return share


def _input_shares(
    economy: Economy, model: TradeModel, labor: FloatArray, spending: FloatArray
) -> FloatArray | None:
    """Input shares ``[N, input, using]``, None where there are none."""
    given = model.input_shares
    if given is None and isinstance(model.value_added_share, str):
        given = economy.input_shares
    if given is None:
        if np.all(labor == 1.0):
            return None
        basket = spending / spending.sum(axis=0)
        spread: FloatArray = np.einsum("ki,si->iks", basket, 1.0 - labor)
        return spread
    count, sectors = len(economy.regions), len(economy.sectors)
    shares = np.asarray(given, dtype=np.float64)
    if shares.shape != (count, sectors, sectors):
        raise InvalidInputError(
            "wrong shape",
            where="input_shares",
            seen=shares.shape,
            allowed=f"({count}, {sectors}, {sectors}): region, input, using sector",
        )
    gap = np.abs(shares.sum(axis=1).T + labor - 1.0)
    if gap.max() > _BALANCE:
        s, i = (int(a) for a in np.unravel_index(gap.argmax(), gap.shape))
        raise InvalidInputError(
            "value added and inputs must add to 1",
            where=f"input_shares, region {economy.regions[i]}, sector {economy.sectors[s]}",
            seen=float(shares[i, :, s].sum() + labor[s, i]),
        )
    return shares


def _new_transfers(
    model: TradeModel, regions: tuple[str, ...], own: FloatArray, world: float
) -> FloatArray:
    """Transfers of the counterfactual; refuses those that do not add to 0."""
    if model.absorbing_region is not None and model.absorbing_region not in regions:
        raise InvalidInputError(
            "unknown region",
            where="absorbing_region",
            seen=model.absorbing_region,
            allowed=", ".join(regions),
        )
    if model.transfer_values is None:
        return np.zeros(len(regions)) if model.transfers == "balanced" else own
    values = model.by_region("transfer_values", regions)
    gap = values.sum()
    slack = max(_BALANCE * np.abs(values).max(), _ROUNDING * world)
    if abs(gap) > slack and model.absorbing_region is None:
        biggest = int(np.abs(values).argmax())
        raise InvalidInputError(
            "transfers must add to 0",
            where=f"transfer_values (the largest is that of {regions[biggest]})",
            seen=float(gap),
            hint="absorbing_region=... lets one region take up the rest, on purpose.",
        )
    return values


@lru_cache(maxsize=32)
def calibrate(economy: Economy, model: TradeModel) -> Calibration:
    """Return the baseline of the model, in the economy's units.

    Raises
    ------
    InvalidInputError
        If a region sells or buys nothing, regions trade with none of the others, an input is used
        beyond what is bought, transfers do not add to 0, or an option does not fit the economy's
        axes.
    """
    regions, sectors = economy.regions, economy.sectors
    index = np.arange(len(regions))
    theta = _elasticities(economy, model)
    if model.years_in_force is not None:
        theta = elasticities_at(theta, model.years_in_force)
    nu = model.by_region("destination_share", regions)
    profit = (
        1.0 / (1.0 + theta)
        if isinstance(model.profit_share, str)
        else model.by_sector("profit_share", sectors)
    )
    labor = _labor_shares(economy, model)
    tariffs = economy.tariffs.rates
    flows = economy.flows.copy()
    if model.home_sales == "value_added":
        flows[:, index, index] /= labor
    gross = flows * (1.0 + tariffs)
    spending = gross.sum(axis=1)
    idle = spending.sum(axis=0) <= 0.0
    if idle.any():
        raise InvalidInputError(
            "a region buys nothing",
            where=f"flows, importer {regions[int(idle.argmax())]}",
            hint="Aggregate it with another region or leave it out.",
        )
    _check_trade(regions, gross)
    inputs = _input_shares(economy, model, labor, spending)
    bought = spending > 0.0
    shares = np.divide(gross, spending[:, None, :], out=np.zeros_like(gross), where=bought[:, None])
    for s, j in np.argwhere(~bought):
        shares[s, j, j] = 1.0
    sales = flows @ (1.0 - nu)
    imports = flows.sum(axis=1)
    cost_sales = (1.0 - profit)[:, None] * sales
    sector_wage_bill = labor * cost_sales + nu * imports
    final = spending - (0.0 if inputs is None else np.einsum("iks,si->ki", inputs, cost_sales))
    wage_bill, expenditure = sector_wage_bill.sum(axis=0), final.sum(axis=0)
    refuse = model.negative_final_demand == "refuse"
    _check_accounts(
        economy, spending, final if refuse else np.maximum(final, 0.0), wage_bill, expenditure
    )
    final = np.maximum(final, 0.0)
    profits = profit @ sales
    revenue = (spending - imports).sum(axis=0)
    transfers = expenditure - wage_bill - profits - revenue
    anchor = (
        int(wage_bill.argmax())
        if model.absorbing_region is None or model.absorbing_region not in regions
        else regions.index(model.absorbing_region)
    )
    return Calibration(
        model=model,
        regions=regions,
        sectors=sectors,
        tariffs=tariffs,
        flows=flows,
        shares=shares,
        theta=theta,
        psi=model.by_sector("scale_elasticity", sectors),
        profit=profit,
        phi=model.by_region("tariff_exponent", regions),
        nu=nu,
        kappa=model.labor_supply_elasticity,
        labor_share=labor,
        input_shares=inputs,
        spending=spending,
        final_shares=final / final.sum(axis=0),
        expenditure=expenditure,
        sector_wage_bill=sector_wage_bill,
        wage_bill=wage_bill,
        profits=profits,
        revenue=revenue,
        transfers=transfers,
        new_transfers=_new_transfers(model, regions, transfers, float(expenditure.sum())),
        anchor=anchor,
    )


def _check_trade(regions: tuple[str, ...], gross: FloatArray) -> None:
    """Refuse regions that trade with none of the others: nothing ties their prices to the rest."""
    trade = gross.sum(axis=0) > 0.0
    linked = trade | trade.T
    reached = np.zeros(len(regions), dtype=bool)
    reached[0] = True
    while True:
        grown = reached | linked[reached].any(axis=0)
        if (grown == reached).all():
            break
        reached = grown
    if not reached.all():
        smaller = reached if 2 * reached.sum() <= len(regions) else ~reached
        apart = [region for region, alone in zip(regions, smaller, strict=True) if alone]
        raise InvalidInputError(
            "regions that trade with none of the others",
            where="flows",
            seen=", ".join(apart),
            hint="Their prices and the others' have nothing to do with each other: leave them out "
            "or solve them as an economy of their own.",
        )


def _check_accounts(
    economy: Economy,
    spending: FloatArray,
    final: FloatArray,
    wage_bill: FloatArray,
    expenditure: FloatArray,
) -> None:
    """Refuse an economy in which somebody earns nothing, or buys less than is used as input."""
    if np.any(wage_bill <= 0.0):
        raise InvalidInputError(
            "a region sells nothing",
            where=f"flows, exporter {economy.regions[int(wage_bill.argmin())]}",
            hint="Aggregate it with another region or leave it out.",
        )
    negative = final < -_BALANCE * np.maximum(spending.sum(axis=0), 1e-300)
    if negative.any() or np.any(expenditure <= 0.0):
        s, j = (int(a) for a in np.unravel_index(final.argmin(), final.shape))
        raise InvalidInputError(
            "more is used as input than is bought",
            where=f"region {economy.regions[j]}, sector {economy.sectors[s]}",
            seen=f"final demand {final[s, j]:.6g}",
            hint="Check value_added_share and input_shares against the flows; "
            'negative_final_demand="zero" puts 0 there.',
        )
