"""What a change of real income is made of: terms of trade, instruments, labour, transfers.

The decomposition is exact at any size of the change and needs no path. Prices are split by the
ideal log-change index of a CES aggregate (Sato 1976; Vartia 1976), income by logarithmic means,
and everything is measured in units of the region's own wage, so that no part depends on the
numeraire. Letters with a prime are counterfactual, others baseline; ``c_is`` is the log producer
price and ``b_is`` the log cost of its inputs and labour, both over the own wage ``w_j``;
``om_ijs`` are the Sato-Vartia weights of spending shares, ``X_js`` spending, ``Z_js`` sales less
profits, ``N_j`` income net of the disutility of work, ``Lm(a, b) = (a-b)/log(a/b)``::

    log W_j        = sum_k (y'_kj/w_j - y_kj) / Lm(N'_j/w_j, N_j) - log(P_j/w_j)
    E_j log(P_j/w_j) = sum_s X_js log(P_js/w_j) - sum_s Z_js b_js
    log(P_js/w_j)  = sum_i om_ijs c_is + phi_j sum_i om_ijs log[(1+t')/(1+t)]
                     + phi_j sum_i om_ijs log(1+e') + sum_i om_ijs log d_ijs
                     + (1-phi_j) log(x_js/w_j) - log(lambda_js)/theta_s

with ``e`` partners' export taxes, ``d`` trade costs and controls, and ``lambda_js`` the baseline
share of suppliers that are not banned (Feenstra 1994). The second line holds since
final demand is spending less inputs used. Terms of trade are
``sum_s Z_js c_js - sum_is X_js om_ijs c_is``: prices of what is sold against prices of what is
bought. The tariff that is collected on a change of producer prices, at the mean of old and new
collections, is counted there and not as revenue, so that imports are valued net of tariffs. For
a small change the parts are those of Ossa (2014): exports and imports times the change of their
prices, and tariff wedges times the change of quantities. Each part is then scaled by
``(W-1)/log W``: parts are percent of real income and add up to the change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.presentation import Pictured
from negotiation.trade.results import TradeEquilibrium
from negotiation.values import FloatArray, instance, quantity, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["WelfareDecomposition", "decompose_welfare"]

_PARTS = (
    "terms_of_trade",
    "tariff_burden",
    "revenue",
    "export_tax_revenue",
    "export_taxes_paid",
    "trade_costs",
    "labor_supply",
    "profits",
    "entry",
    "transfers",
)


@dataclass(frozen=True, eq=False)
class WelfareDecomposition(Pictured):
    """Parts of a welfare change by region, in percent of real income; they add up to it.

    Attributes
    ----------
    regions
        Labels.
    welfare
        The change that is decomposed.
    terms_of_trade
        Prices of what the region sells rose (positive) or fell against what it buys, net of
        its own tariffs.
    terms_of_trade_by_partner
        The same ``[partner, region]``, import and export prices over the region's own wage; the
        diagonal holds sales at home, which cancel but for large changes.
    tariff_burden
        What buyers lose to the change of the region's own tariffs, producer prices given.
    revenue
        Change of tariff revenue at given producer prices. Burden and revenue cancel but for the
        change of quantities: their sum is :attr:`volume`.
    export_tax_revenue
        What the region's own export taxes earn. Terms of trade are at producer prices: at border
        prices this part and the next belong to them.
    export_taxes_paid
        What buyers lose to partners' export taxes, producer prices given.
    trade_costs
        What buyers lose to controls, bans and trade costs, producer prices given.
    labor_supply
        Change of employment net of the disutility of work.
    profits
        Change of profits.
    entry
        Change of the number of firms: scale economies and costs of serving the market.
    transfers
        Change of the transfers that stand behind trade imbalances.
    """

    regions: tuple[str, ...]
    welfare: FloatArray = quantity("W", "percent", "change of real income")
    terms_of_trade: FloatArray = quantity("", "percent", "terms of trade")
    terms_of_trade_by_partner: FloatArray = quantity("", "percent", "by partner [partner, region]")
    tariff_burden: FloatArray = quantity("", "percent", "tariffs paid by buyers")
    revenue: FloatArray = quantity("", "percent", "tariff revenue")
    export_tax_revenue: FloatArray = quantity("", "percent", "own export taxes")
    export_taxes_paid: FloatArray = quantity("", "percent", "partners' export taxes")
    trade_costs: FloatArray = quantity("", "percent", "controls, bans and trade costs")
    labor_supply: FloatArray = quantity("", "percent", "labour supply")
    profits: FloatArray = quantity("", "percent", "profits")
    entry: FloatArray = quantity("", "percent", "entry of firms")
    transfers: FloatArray = quantity("", "percent", "transfers")

    _picture = "plot_welfare_parts"

    @property
    def volume(self) -> FloatArray:
        """Trade volume: burden and revenue together, the cost of trading less than is efficient."""
        both: FloatArray = self.tariff_burden + self.revenue
        return both

    @property
    def gap(self) -> float:
        """Largest distance of the sum of parts from the welfare change, in percent."""
        total = np.sum([getattr(self, name) for name in _PARTS], axis=0)
        return float(np.abs(total - self.welfare).max())

    def to_frame(self) -> pd.DataFrame:
        """Return one row a region; ``volume`` is the sum of ``tariff_burden`` and ``revenue``."""
        import pandas as pd

        columns = {name: getattr(self, name) for name in ("welfare", *_PARTS)}
        return pd.DataFrame(
            {**columns, "volume": self.volume}, index=pd.Index(self.regions, name="region")
        )


def _log_mean(one: FloatArray, two: FloatArray) -> FloatArray:
    """``(a - b)/log(a/b)``, ``a`` where both agree, 0 where one is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log(one / two)
        mean = (one - two) / ratio
    near = np.abs(ratio) < 1e-6
    mean = np.where(near, two * (1.0 + 0.5 * ratio + ratio**2 / 6.0), mean)
    return np.where((one > 0.0) & (two > 0.0), mean, 0.0)


def _producer_prices(result: TradeEquilibrium) -> tuple[FloatArray, FloatArray]:
    """Logs ``[S, N]`` of unit costs over the own wage, and the part that scale economies take."""
    cal = result.calibration
    bundle = np.zeros_like(cal.spending)
    if cal.input_shares is not None:
        inputs = np.log(result.sector_prices) - np.log(result.wage_index)
        bundle = np.einsum("iks,ki->si", cal.input_shares, inputs)
    scale = np.zeros_like(bundle)
    if result.sector_scale is not None:
        scale = -cal.psi[:, None] * (np.log(result.sector_scale) - bundle)
    elif len(cal.sectors) == 1:
        scale = -cal.psi[:, None] * (np.log(result.employment_index) - bundle)
    return bundle, scale


@dataclass(frozen=True, eq=False)
class _PriceParts:
    """Parts of ``-log(P_j/w_j)`` and the tariffs collected on changes of producer prices."""

    by_partner: FloatArray
    burden: FloatArray
    taxes_paid: FloatArray
    trade_costs: FloatArray
    entry: FloatArray
    collected: FloatArray


def _price_parts(result: TradeEquilibrium) -> _PriceParts:
    cal = result.calibration
    wage = np.log(result.wage_index)
    bundle, scale = _producer_prices(result)
    own = bundle + scale
    price = (own + wage)[:, :, None] - wage
    policy = result.policy
    spent = np.where(result.spending > 0.0, result.spending, 1.0)[:, None, :]
    new = result.border_flows * (1.0 + result.tariffs.rates) / spent
    bought = cal.spending > 0.0
    banned = np.isinf(policy.trade_costs) | np.isinf(policy.export_controls)
    left = np.where(banned, 0.0, cal.shares)
    supplied = np.where(banned.any(axis=1), left.sum(axis=1), 1.0)
    old = left / supplied[:, None, :]
    weights = _log_mean(np.where(bought[:, None, :], new, old), old)
    weights = weights / weights.sum(axis=1, keepdims=True) * cal.spending[:, None, :]
    cost = (1.0 - cal.profit)[:, None, None] * cal.flows * (1.0 - cal.nu)
    sold = np.einsum("sji,sj->ij", cost, own)
    old_tariffs = cal.tariffs * cal.flows
    new_tariffs = result.tariffs.rates * result.border_flows / result.wage_index
    growth = np.where(bought, result.spending / np.where(bought, cal.spending, 1.0), 1.0)
    variety = (1.0 - cal.phi) * (np.log(growth) - wage) * cal.spending
    factor = np.log((1.0 + result.tariffs.rates) / (1.0 + cal.tariffs))
    melted = np.log(policy.trade_costs) + np.log1p(policy.export_controls)
    melted = (weights * np.where(banned, 0.0, melted)).sum(axis=(0, 1))
    gone = (cal.spending * np.log(supplied) / cal.theta[:, None]).sum(axis=0)
    return _PriceParts(
        by_partner=(sold - (weights * price).sum(axis=0)) / cal.expenditure,
        burden=-cal.phi * (weights * factor).sum(axis=(0, 1)) / cal.expenditure,
        taxes_paid=-cal.phi
        * (weights * np.log1p(policy.export_taxes)).sum(axis=(0, 1))
        / cal.expenditure,
        trade_costs=(gone - melted) / cal.expenditure,
        entry=-((cost.sum(axis=2) * scale).sum(axis=0) + variety.sum(axis=0)) / cal.expenditure,
        collected=(0.5 * (old_tariffs + new_tariffs) * price).sum(axis=0),
    )


@takes
def decompose_welfare(result: TradeEquilibrium) -> WelfareDecomposition:
    """Return the parts of the welfare change of an equilibrium, against the baseline.

    Parameters
    ----------
    result
        A converged result of :func:`~negotiation.trade.equilibrium.counterfactual`, under any
        options of the model.

    Raises
    ------
    InvalidInputError
        If the equilibrium has not converged, or income net of the disutility of work is not
        positive somewhere: no percentage of it means anything then.

    Examples
    --------
    >>> import numpy as np
    >>> from negotiation.trade.economy import Economy, TariffSchedule
    >>> from negotiation.trade.equilibrium import counterfactual
    >>> from negotiation.trade.model import TradeModel
    >>> free = TariffSchedule(("A", "B"), ("goods",), np.zeros((1, 2, 2)))
    >>> world = Economy("two", ("A", "B"), ("goods",), np.array([[[8.0, 2.0], [2.0, 8.0]]]), free)
    >>> war = free.set(importer="A", rate=0.2)
    >>> tax = counterfactual(world, war, TradeModel(trade_elasticity=4))
    >>> parts = decompose_welfare(tax)
    >>> parts.terms_of_trade.round(2).tolist(), parts.volume.round(2).tolist()
    ([1.63, -1.68], [-0.5, 0.0])
    """
    if not instance(result, TradeEquilibrium, name="result").converged:
        raise InvalidInputError(
            "not an equilibrium: it has not converged", where="result", seen=result.residual
        )
    cal = result.calibration
    price = _price_parts(result)
    wage = result.wage_index
    taxed: FloatArray | float = 0.0
    if cal.kappa > 0.0 and result.model.revenue == "income_tax_relief":
        taxed = result.tariff_revenue / result.wage_bill
    work = cal.kappa / (1.0 + cal.kappa) * (1.0 - taxed) * cal.wage_bill
    labor = result.employment_index
    net = result.expenditure / wage - work * labor
    before = cal.expenditure - work
    if np.any(net <= 0.0) or np.any(before <= 0.0):
        raise InvalidInputError(
            "income net of the disutility of work is not positive",
            where=f"region {result.regions[int(np.minimum(net, before).argmin())]}",
        )
    mean = _log_mean(net, before)
    tariffs = result.tariff_revenue - result.export_tax_revenue
    income = {
        "labor_supply": (cal.wage_bill - work) * (labor - 1.0),
        "profits": result.profits / wage - cal.profits,
        "revenue": tariffs / wage - cal.revenue - price.collected.sum(axis=0),
        "export_tax_revenue": result.export_tax_revenue / wage,
        "transfers": result.transfers / wage - cal.transfers,
    }
    change = result.welfare / 100.0
    log_change = np.log1p(change)
    small = np.abs(log_change) < 1e-9
    percent = 100.0 * np.where(small, 1.0, change / np.where(small, 1.0, log_change))
    by_partner = percent * (price.by_partner + price.collected / mean)
    return WelfareDecomposition(
        regions=result.regions,
        welfare=result.welfare,
        terms_of_trade=read_only(by_partner.sum(axis=0)),
        terms_of_trade_by_partner=read_only(by_partner),
        tariff_burden=read_only(percent * price.burden),
        export_taxes_paid=read_only(percent * price.taxes_paid),
        trade_costs=read_only(percent * price.trade_costs),
        entry=read_only(percent * price.entry),
        **{name: read_only(percent * value / mean) for name, value in income.items()},
    )
