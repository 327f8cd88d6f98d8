"""Tables of Ignatenko, Lashkaripour, Macedoni and Simonovska (2025), from their files.

A panel is a tariff scenario under a model. ``us_tariffs`` and ``retaliation`` say who charges
what; ``partners`` limits a war to some countries, the others and the United States charging one
another ``others_rate``. Their "optimal" tariffs are the closed form at baseline shares.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from negotiation.data.published import read_ignatenko2025, read_ignatenko2025_tariffs
from negotiation.errors import InvalidInputError
from negotiation.policy.closed_form import (
    approximate_optimal_retaliation,
    approximate_optimal_tariff,
)
from negotiation.study.spec import Settings
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.equilibrium import counterfactual
from negotiation.trade.model import TradeModel
from negotiation.values import FloatArray

__all__ = ["FILES", "ModelChoice", "Panel", "european_union", "panel_cells", "panel_schedule"]

FILES = ("country_labels.csv", "gdp.csv", "tariffs.csv", "trade_cepii.csv")

_US, _CHINA = "USA", "CHN"
_EUROPEAN_UNION = (
    *(10, 13, 17, 45, 47, 50, 56, 57, 59, 61, 71, 78, 80, 83, 88),
    *(107, 108, 109, 119, 133, 144, 145, 149, 164, 165),
)


class ModelChoice(Settings):
    """A published setting of the model and what is changed in it.

    Attributes
    ----------
    preset
        ``ignatenko2025``, ``eaton_kortum`` (no destination shares, exponent 1) or ``roundabout``.
    pass_through
        Tariff pass-through, for the first preset: .25 in their sensitivity analysis.
    revenue
        ``income_tax_relief`` or ``lump_sum``.
    trade_elasticity
        None keeps 4; their sensitivity analysis takes 8 and leaves everything else as at 4.
    transfers
        ``world_gdp_share``, ``balanced`` (imbalances end) or ``given``.
    transfers_ended
        Countries whose transfers end while all others keep theirs; needs ``absorbing_region``
        unless their transfers add to 0.
    balances_ended
        Countries that trade in balance with every partner: each partner's transfer loses its
        bilateral balance with them, and theirs end, as in the authors' "balanced trade".
    absorbing_region
        Whose market takes up transfers that do not add to 0. The result is no equilibrium.
    """

    preset: Literal["ignatenko2025", "eaton_kortum", "roundabout"] = "ignatenko2025"
    pass_through: float = 1.0
    revenue: Literal["income_tax_relief", "lump_sum"] = "income_tax_relief"
    trade_elasticity: float | None = None
    transfers: Literal["world_gdp_share", "balanced", "given"] = "world_gdp_share"
    transfers_ended: tuple[str, ...] = ()
    balances_ended: tuple[str, ...] = ()
    absorbing_region: str | None = None

    def model(self, economy: Economy) -> TradeModel:
        """Return the options of the trade model."""
        base = {
            "ignatenko2025": TradeModel.ignatenko2025(pass_through=self.pass_through),
            "eaton_kortum": TradeModel.eaton_kortum(),
            "roundabout": TradeModel.roundabout(),
        }[self.preset]
        model = replace(base, revenue=self.revenue, transfers=self.transfers)
        if self.trade_elasticity is not None:
            model = replace(model, trade_elasticity=self.trade_elasticity)
        if not (self.transfers_ended or self.balances_ended):
            return replace(model, absorbing_region=self.absorbing_region)
        from negotiation.trade.calibration import calibrate

        values = calibrate(economy, model).transfers.copy()
        trade = economy.flows.sum(axis=0)
        for region in self.balances_ended:
            k = economy.region_index(region)
            values -= trade[k] - trade[:, k]
        ended = [
            region in (*self.transfers_ended, *self.balances_ended) for region in economy.regions
        ]
        values[ended] = 0.0
        return replace(model, transfer_values=values, absorbing_region=self.absorbing_region)

    def without_inputs(self) -> ModelChoice:
        """Return the one-sector model on which the closed forms of optimal tariffs rest."""
        if self.preset != "roundabout":
            return self
        return self.model_copy(update={"preset": "ignatenko2025"})


class Panel(Settings):
    """One scenario of a table.

    Attributes
    ----------
    name
        Title of the panel.
    us_tariffs
        ``ustr`` (2 April 2025, floor of 10 %), ``optimal`` (closed form, expenditure in its
        denominator), ``optimal_income`` (income there, as the authors do where both sides are
        "optimal"), ``none``, or one rate on everybody.
    retaliation
        ``none``; ``reciprocal``: everybody mirrors the rate it faces; ``optimal``: closed form;
        or one rate of everybody on the United States.
    partners
        Iso3 codes or ``EU``; only they are part of the war. None is everybody.
    others_rate
        Rate of the United States on countries outside the war, and theirs on it.
    rates
        Rate by country that replaces ``us_tariffs`` (and is mirrored under ``reciprocal``).
    over_no_tariffs
        Whether cells are points over those of the same model without tariffs, for transfers that
        change the world already without them.
    model
        See `ModelChoice`.
    """

    name: str
    us_tariffs: Literal["ustr", "optimal", "optimal_income", "none"] | float = "ustr"
    retaliation: Literal["none", "reciprocal", "optimal"] | float = "none"
    partners: tuple[str, ...] | None = None
    others_rate: float = 0.10
    rates: Mapping[str, float] = Field(default_factory=dict)
    over_no_tariffs: bool = False
    model: ModelChoice = ModelChoice()


@dataclass(frozen=True)
class _World:
    economy: Economy
    ustr: FloatArray


def read_world(folder: Path) -> _World:
    """Read the authors' files."""
    economy = read_ignatenko2025(folder)
    schedule = read_ignatenko2025_tariffs(folder)
    return _World(economy, schedule.rates[0, :, economy.region_index(_US)])


def european_union(economy: Economy) -> tuple[str, ...]:
    """Return the members of the European Union that the authors average over."""
    return tuple(economy.regions[k - 1] for k in _EUROPEAN_UNION)


def _at_war(economy: Economy, partners: tuple[str, ...] | None) -> FloatArray:
    names = set(economy.regions if partners is None else partners)
    if "EU" in names:
        names = (names - {"EU"}) | set(european_union(economy))
    unknown = names - set(economy.regions)
    if unknown:
        raise InvalidInputError("unknown country", where="partners", seen=", ".join(unknown))
    return np.array([region in names for region in economy.regions])


def panel_schedule(world: _World, panel: Panel) -> TariffSchedule:
    """Return the tariffs of a panel."""
    economy = world.economy
    count, us = len(economy.regions), economy.region_index(_US)
    plain = panel.model.without_inputs()
    model = plain.model(economy)
    on_imports: FloatArray
    if isinstance(panel.us_tariffs, float):
        on_imports = np.full(count, panel.us_tariffs)
    elif panel.us_tariffs == "ustr":
        on_imports = world.ustr.copy()
    elif panel.us_tariffs == "none":
        on_imports = np.zeros(count)
    else:
        denominator = "expenditure" if panel.us_tariffs == "optimal" else "income"
        rate = approximate_optimal_tariff(economy, _US, model, denominator=denominator)
        on_imports = np.full(count, rate)
    for region, rate in panel.rates.items():
        on_imports[economy.region_index(region)] = rate
    war = _at_war(economy, panel.partners)
    on_imports = np.where(war, on_imports, panel.others_rate)
    if isinstance(panel.retaliation, float):
        back = np.full(count, panel.retaliation)
    elif panel.retaliation == "reciprocal":
        back = on_imports
    elif panel.retaliation == "optimal":
        back = approximate_optimal_retaliation(economy, _US, model)
    else:
        back = np.zeros(count)
    if panel.partners is not None:
        back = np.where(war, back, panel.others_rate)
    table = np.zeros((1, count, count))
    table[0, :, us], table[0, us] = on_imports, back
    table[0, us, us] = 0.0
    return TariffSchedule(economy.regions, economy.sectors, table)


def panel_cells(
    world: _World,
    panel: Panel,
    rows: tuple[str, ...],
    measures: tuple[str, ...],
    weights: str,
) -> tuple[Iterator[tuple[str, str, float]], float]:
    """Return (row, measure, value) of a panel and its largest equilibrium violation.

    Where one region absorbs transfers that do not add to 0, markets do not all clear: the
    solver's residual, which leaves that region out, stands in for the violation.

    Rows are iso3 codes, ``EU``, ``RoW`` (all but the United States, China and the EU) or
    ``non-US (average)``.
    """
    economy = world.economy
    model = panel.model.model(economy)
    result = counterfactual(economy, panel_schedule(world, panel), model)
    europe = european_union(economy)
    foreign = [region for region in economy.regions if region != _US]
    groups = {
        "EU": europe,
        "RoW": [r for r in foreign if r != _CHINA and r not in europe],
        "non-US (average)": foreign,
    }
    table = result.table(groups, weights=weights)
    unknown = [row for row in rows if row not in table.index]
    if unknown:
        raise InvalidInputError("unknown row", where="rows", seen=", ".join(unknown))
    values = table.loc[list(rows), list(measures)].to_numpy(dtype=np.float64)
    if panel.over_no_tariffs:
        before = counterfactual(economy, economy.tariffs, model).table(groups, weights=weights)
        values = values - before.loc[list(rows), list(measures)].to_numpy(dtype=np.float64)
    cells = (
        (row, measure, float(values[r, m]))
        for r, row in enumerate(rows)
        for m, measure in enumerate(measures)
    )
    if panel.model.absorbing_region is not None:
        return cells, result.residual
    return cells, result.certificate.largest
