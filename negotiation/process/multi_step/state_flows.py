"""What each side earns a year in a state of the dispute, valued by an economy.

A state is what is in force: added tariffs, exemptions, and instruments agreed on. Tariffs and
exemptions are valued by the payoff model; instruments, which partial equilibrium does not know, by
the equilibrium of the world at the tariffs under which they were agreed on. Values are kept in
parts, so that weights can change without a new equilibrium.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from negotiation.payoffs.scenarios import tariff_payoffs
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.instruments.measures import Measure
from negotiation.trade.tariff_scenarios import baseline_averages, taxed_sectors
from negotiation.values import FloatArray, compact_repr

if TYPE_CHECKING:
    from negotiation.data.tables import DateLike
    from negotiation.payoffs.ensemble import PayoffModel

__all__ = ["State", "StateFlows"]

#: Parts of a flow: real income and revenue in percent of GDP, lost exports in billion USD.
PARTS = 3


@dataclass(frozen=True)
class State:
    """What is in force.

    Attributes
    ----------
    rates
        Points that each side adds to its baseline tariffs on the other; below zero the baseline
        itself is cut in proportion, by so many points on average and at most to free trade.
    exempt
        Whether each side exempts the sectors that it could list, beyond those it had exempted.
    instruments
        Names of the instruments agreed on.
    agreed_at
        Added tariffs under which they were; None: ``rates``.
    """

    rates: tuple[float, float]
    exempt: tuple[bool, bool] = (False, False)
    instruments: tuple[str, ...] = ()
    agreed_at: tuple[float, float] | None = None


@dataclass(eq=False)
class StateFlows:
    """Parts of the flows in states, each computed once.

    Attributes
    ----------
    economy, sides
        Baseline, and the two regions.
    payoff_model
        How tariffs are valued.
    exempted
        By importer: share of each sector that keeps its baseline tariff already.
    listed
        By importer: sectors that a side could exempt besides.
    instruments
        By name: who puts which measures.
    elasticities
        One number for all sectors by horizon, in place of the horizon's set.
    as_of
        Information date of sourced elasticities.
    """

    economy: Economy
    sides: tuple[str, str]
    payoff_model: PayoffModel
    exempted: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    listed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    instruments: Mapping[str, tuple[tuple[str, Measure], ...]] = field(default_factory=dict)
    elasticities: Mapping[str, float] = field(default_factory=dict)
    as_of: DateLike = None

    __repr__ = compact_repr

    def __post_init__(self) -> None:
        """Read off what schedules need."""
        self._known: dict[tuple[State, int], FloatArray] = {}
        self.baseline = np.array(baseline_averages(self.economy, self.sides, None))
        self._goods = taxed_sectors(self.economy)

    @property
    def steps(self) -> int:
        """Number of horizons between which flows move."""
        return len(self.payoff_model.horizons)

    def parts(self, states: Sequence[State], step: int) -> FloatArray:
        """Parts of the flows ``[state, side, part]`` in percent of GDP (lost exports: billion USD).

        Parameters
        ----------
        states
            What is in force.
        step
            0 for the first horizon of the payoff model, 1 for its last.
        """
        plain = [replace(state, instruments=(), agreed_at=None) for state in states]
        self._value([(s, step) for s in plain], self._tariff_parts)
        with_instruments = [
            State(state.agreed_at or state.rates, instruments=state.instruments) for state in states
        ]
        added = [(s, step) for s in with_instruments if s.instruments]
        self._value(added, self._instrument_parts)
        zero = np.zeros((len(self.sides), PARTS))
        return np.array(
            [
                self._known[s, step] + (self._known[a, step] if a.instruments else zero)
                for s, a in zip(plain, with_instruments, strict=True)
            ]
        ).reshape(-1, len(self.sides), PARTS)

    def _value(self, wanted: list[tuple[State, int]], how: object) -> None:
        new = [key for key in dict.fromkeys(wanted) if key not in self._known]
        if new:
            found = how([state for state, _ in new], new[0][1])  # type: ignore[operator]  # one of the two methods below
            self._known |= dict(zip(new, found, strict=True))

    def schedule(self, rates: tuple[float, float]) -> TariffSchedule:
        """Tariffs of the world with the sides' added points."""
        table = np.array(self.economy.tariffs.rates)
        for i, importer in enumerate(self.sides):
            x, m = self.economy.region_index(self.sides[1 - i]), self.economy.region_index(importer)
            base = table[self._goods, x, m]
            if rates[i] >= 0.0 or self.baseline[i] <= 0.0:
                table[self._goods, x, m] = base + max(rates[i], 0.0)
            else:
                table[self._goods, x, m] = base * max(1.0 + rates[i] / self.baseline[i], 0.0)
        return replace(self.economy.tariffs, rates=table)

    def _tariff_parts(self, states: Sequence[State], step: int) -> FloatArray:
        exemptions: dict[str, dict[str, FloatArray]] = {}
        for i, side in enumerate(self.sides):
            shares = {
                sector: np.where([s.rates[i] > 0.0 for s in states], share, 0.0)
                for sector, share in self.exempted.get(side, {}).items()
            }
            listed = np.array([float(s.exempt[i] and s.rates[i] > 0.0) for s in states])
            for sector in self.listed.get(side, ()):
                shares[sector] = np.maximum(shares.get(sector, 0.0), listed)
            exemptions[side] = shares
        return self._payoffs(
            [self.schedule(s.rates) for s in states],
            step,
            model=self.payoff_model.model,
            exporter_incidence=self.payoff_model.exporter_incidence,
            exemptions=exemptions,
        )

    def _instrument_parts(self, states: Sequence[State], step: int) -> FloatArray:
        """Parts with the instruments less those without, in equilibrium of the world."""
        rows: dict[str, list[object]] = {side: [] for side in self.sides}
        for state in states:
            for with_them in (True, False):
                acts = self._measures(state.instruments if with_them else ())
                for i, side in enumerate(self.sides):
                    tariff = Measure("import_tariff", state.rates[i])
                    rows[side].append((tariff, *acts.get(side, ())))
        found = self._payoffs(rows, step, model="general_equilibrium")
        return np.asarray(found[0::2] - found[1::2])

    def _measures(self, names: Sequence[str]) -> dict[str, list[Measure]]:
        out: dict[str, list[Measure]] = {}
        for name in names:
            for side, measure in self.instruments[name]:
                out.setdefault(side, []).append(measure)
        return out

    def _payoffs(self, rates: object, step: int, **options: object) -> FloatArray:
        horizon = self.payoff_model.horizons[step]
        found = tariff_payoffs(
            self.economy,
            rates,
            players=self.sides,
            horizon=horizon,
            elasticities=self.elasticities.get(str(horizon)),
            as_of=self.as_of,
            **options,  # type: ignore[arg-type]  # options of tariff_payoffs
        )
        parts = (found.real_income, found.revenue_change, found.lost_exports)
        return np.stack(parts, axis=-1)
