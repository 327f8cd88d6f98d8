"""What each side earns a year in a state of the dispute, valued by an economy.

A state is what is in force: added tariffs, exemptions, and instruments agreed on. Tariffs are
valued by the payoff model on a grid from free trade upwards and interpolated by bicubic splines, so
that values move smoothly with what sides ask for; states with further exemptions one by one.
Instruments, which partial equilibrium does not know, are valued by the equilibrium of the world, by
themselves: on a coarser grid of tariffs, by a cubic in their size. Values are kept in parts, so
that weights can change without a new equilibrium.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from negotiation.payoffs.defaults import horizon_elasticities
from negotiation.payoffs.ensemble import PayoffModel
from negotiation.payoffs.scenarios import tariff_payoffs
from negotiation.policy.objectives.objective import Objective
from negotiation.process.multi_step.surfaces import Surface
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.instruments.measures import Measure
from negotiation.trade.tariff_scenarios import baseline_averages, taxed_sectors
from negotiation.values import FloatArray, compact_repr, instance

if TYPE_CHECKING:
    from negotiation.data.tables import DateLike

__all__ = ["Instrument", "State", "StateFlows"]

#: Parts of a flow: real income and revenue in percent of GDP, lost exports in billion USD.
PARTS = 3
#: Added tariffs of the grid up to 1.5; beyond, one point every half.
_ADDED = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9, 1.05, 1.2, 1.35, 1.5)
#: Points between free trade and the baseline tariffs.
_BELOW = 6
#: Added tariffs at which instruments are valued: those agreed on, and those in force already.
_CORNERS = (0.0, 0.15, 0.35, 0.65)
_STANDING_CORNERS = (*_CORNERS, 1.0, 1.5)
#: What equilibria were solved for, by economy, sides and elasticities: flows share it whatever
#: their information date; instruments add the same under every payoff model and exemption.
_SOLVED: dict[Hashable, dict[Hashable, Any]] = {}
_ECONOMIES = 4
#: Values kept for the next process that needs them.
_REMEMBERED = 4096
#: Shares of its largest size at which an instrument is valued.
_SIZES = np.array([0.0, 0.25, 0.5, 1.0])


@dataclass(frozen=True)
class Instrument:
    """One measure that a side may agree to, up to a largest size.

    Attributes
    ----------
    side
        Region that puts it.
    measure
        At its largest size.
    share
        Of the largest size that is in force, in [0, 1].
    """

    side: str
    measure: Measure
    share: float = 1.0


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
        Names of the sets of instruments agreed on.
    agreed_at
        Added tariffs under which they were; None: ``rates``.
    standing
        Names of instruments that were in force before, and still are.
    """

    rates: tuple[float, float]
    exempt: tuple[bool, bool] = (False, False)
    instruments: tuple[str, ...] = ()
    agreed_at: tuple[float, float] | None = None
    standing: tuple[str, ...] = ()


@dataclass(eq=False)
class StateFlows:
    """Parts of the flows in states.

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
    elasticities
        One number for all sectors by horizon, in place of the horizon's set.
    as_of
        Information date of sourced elasticities.
    background
        Tariffs over which the sides' points are added; None: the economy's. Other pairs and single
        sectors may be taxed otherwise than in the baseline.
    counted
        Points on all goods that the background of a sector holds already ``[side, sector]``; None:
        none. As the points fall its tariff falls with them, to the baseline or, where that was
        lower, to the background.
    """

    economy: Economy
    sides: tuple[str, str]
    payoff_model: PayoffModel
    exempted: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    listed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    elasticities: Mapping[str, float] = field(default_factory=dict)
    as_of: DateLike = None
    background: TariffSchedule | None = None
    counted: FloatArray | None = None
    baseline: FloatArray = field(init=False)

    __repr__ = compact_repr

    def __post_init__(self) -> None:
        """Read off what schedules need."""
        instance(self.payoff_model, PayoffModel, name="payoff_model")
        self.baseline = np.array(baseline_averages(self.economy, self.sides, None))
        self._goods = taxed_sectors(self.economy)
        for horizon in self.payoff_model.horizons:
            if str(horizon) not in self.elasticities:
                # Refused if it was not known at the information date.
                horizon_elasticities(self.economy, horizon, as_of=self.as_of)
        given = (self.exempted, self.listed)
        rule = (self.payoff_model.model, self.payoff_model.exporter_incidence)
        self._rule = (*rule, repr(given[0])), (*rule, repr(given))
        given_tariffs = b"" if self.background is None else self.background.rates.tobytes()
        given_tariffs += b"" if self.counted is None else self.counted.tobytes()
        shared = (self.economy, tuple(self.sides), repr(dict(self.elasticities)), given_tariffs)
        while shared not in _SOLVED and len(_SOLVED) >= _ECONOMIES:
            _SOLVED.pop(next(iter(_SOLVED)))
        self._solved = _SOLVED.setdefault(shared, {})
        self._memory: dict[Hashable, FloatArray] = {}

    @property
    def steps(self) -> int:
        """Number of horizons between which flows move."""
        return len(self.payoff_model.horizons)

    def parts(
        self,
        states: Sequence[State],
        step: int,
        instruments: Mapping[str, Sequence[Instrument]] | None = None,
    ) -> FloatArray:
        """Parts of the flows ``[state, side, part]`` in percent of GDP (lost exports: billion USD).

        Parameters
        ----------
        states
            What is in force.
        step
            0 for the first horizon of the payoff model, 1 for its last.
        instruments
            What the names of instruments in the states stand for.
        """
        rates = np.array([state.rates for state in states], dtype=np.float64).reshape(-1, 2)
        out = self._on_surface(rates, step)
        further = [k for k, state in enumerate(states) if any(state.exempt)]
        for k in further:
            out[k] = self._exempting(states[k], step)
        for k, state in enumerate(states):
            given = instruments or {}
            at = state.agreed_at or state.rates
            for names, tariffs, corners in (
                (state.instruments, at, _CORNERS),
                (state.standing, state.rates, _STANDING_CORNERS),
            ):
                for item in (item for name in names for item in given[name]):
                    out[k] += self._effect(item, tariffs, step, corners)
        return out

    # Tariffs -----------------------------------------------------------------------------------

    @cached_property
    def grid(self) -> tuple[FloatArray, FloatArray]:
        """Added tariffs at which equilibria are solved, one array a side."""
        return tuple(  # type: ignore[return-value]  # two sides
            np.concatenate([np.linspace(-base, 0.0, _BELOW)[:-1] if base > 0.0 else [], _ADDED])
            for base in self.baseline
        )

    def surface(self, step: int) -> Surface:
        """Parts over added tariffs ``[first, second, side, part]``, nothing else in force."""
        key = ("tariffs", self.payoff_model.horizons[step], self._rule[0])
        if key not in self._solved:
            points = [(float(a), float(b)) for a in self.grid[0] for b in self.grid[1]]
            found = self._valued([State(pair) for pair in points], step)
            shape = (len(self.grid[0]), len(self.grid[1]), 2, PARTS)
            self._solved[key] = Surface(self.grid, found.reshape(shape))
        found_before: Surface = self._solved[key]
        return found_before

    def _on_surface(self, rates: FloatArray, step: int) -> FloatArray:
        inside = (rates <= _ADDED[-1]).all(axis=1)
        out = np.empty((len(rates), 2, PARTS))
        if inside.any():
            out[inside] = self.surface(step).at(rates[inside])
        for k in np.flatnonzero(~inside):
            out[k] = self._exempting(State((float(rates[k, 0]), float(rates[k, 1]))), step)
        return out

    def _exempting(self, state: State, step: int) -> FloatArray:
        plain = replace(state, instruments=(), agreed_at=None)
        key = (plain, self.payoff_model.horizons[step], self._rule[1])
        if key not in self._solved:
            self._solved[key] = self._valued([plain], step)[0]
        return np.asarray(self._solved[key])

    def schedule(self, rates: tuple[float, float]) -> TariffSchedule:
        """Tariffs of the world with the sides' added points."""
        table = np.array((self.background or self.economy.tariffs).rates)
        for i, importer in enumerate(self.sides):
            x, m = self.economy.region_index(self.sides[1 - i]), self.economy.region_index(importer)
            base, first = table[self._goods, x, m], self.economy.tariffs.rates[self._goods, x, m]
            counted = np.zeros(base.shape) if self.counted is None else self.counted[i, self._goods]
            taxed = np.maximum(base - counted + max(rates[i], 0.0), np.minimum(base, first))
            if rates[i] < 0.0 and self.baseline[i] > 0.0:
                taxed *= max(1.0 + rates[i] / self.baseline[i], 0.0)
            table[self._goods, x, m] = taxed
        return replace(self.economy.tariffs, rates=table)

    def _valued(self, states: Sequence[State], step: int) -> FloatArray:
        """Parts at tariffs and exemptions, each by its own equilibrium."""
        exemptions: dict[str, dict[str, FloatArray]] = {}
        for i, side in enumerate(self.sides):
            on = np.array([float(s.rates[i] > 0.0) for s in states])
            shares = {sector: on * share for sector, share in self.exempted.get(side, {}).items()}
            listed = on * np.array([float(s.exempt[i]) for s in states])
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

    # Instruments -------------------------------------------------------------------------------

    def _effect(
        self, item: Instrument, at: tuple[float, float], step: int, corners: tuple[float, ...]
    ) -> FloatArray:
        """Parts that one instrument adds, ``[side, part]``, at tariffs and a share of its size.

        Below the baseline tariffs it adds what it does there.
        """
        if item.share == 0.0:
            return np.zeros((2, PARTS))
        key = (item, at, step, corners)
        return self.remembered(key, lambda: self._computed(item, at, step, corners))

    def remembered(self, key: Hashable, compute: Callable[[], FloatArray]) -> FloatArray:
        """What was computed under a key, or computes it; the oldest entries are forgotten."""
        if key not in self._memory:
            while len(self._memory) >= _REMEMBERED:
                self._memory.pop(next(iter(self._memory)))
            self._memory[key] = compute()
        return self._memory[key]

    def _computed(
        self, item: Instrument, at: tuple[float, float], step: int, corners: tuple[float, ...]
    ) -> FloatArray:
        x, nodes = item.share, _SIZES if item.share < 1.0 else _SIZES[-1:]
        key = (item.side, item.measure, self.payoff_model.horizons[step], corners, len(nodes))
        if key not in self._solved:
            surface = self._effect_surface(item.side, item.measure, step, corners, nodes)
            self._solved[key] = surface
        # The cubic through what each of the sizes adds: a commitment to buy no less than in the
        # baseline, size 0, may itself add something.
        basis = [
            np.prod((x - np.delete(nodes, k)) / (node - np.delete(nodes, k)))
            for k, node in enumerate(nodes)
        ]
        found = self._solved[key].at(np.maximum(at, 0.0))[0]
        return np.asarray(np.tensordot(basis, found, axes=1))

    def _effect_surface(
        self, side: str, measure: Measure, step: int, corners: tuple[float, ...], sizes: FloatArray
    ) -> Surface:
        """What an instrument adds ``[first, second, size, side, part]`` over added tariffs."""
        none = 1.0 if measure.instrument == "trade_cost" else 0.0
        sized = [
            replace(measure, size=none + float(share) * (measure.size - none)) for share in sizes
        ]
        rows: dict[str, list[Any]] = {player: [] for player in self.sides}
        for first in corners:
            for second in corners:
                for added in ((), *((item,) for item in sized)):
                    for player, rate in zip(self.sides, (first, second), strict=True):
                        tariff = Measure("import_tariff", rate)
                        rows[player].append((tariff, *(added if player == side else ())))
        found = self._payoffs(rows, step, model="general_equilibrium")
        count = len(corners)
        shaped = found.reshape(count, count, 1 + len(sized), 2, PARTS)
        axis = np.array(corners)
        return Surface((axis, axis), shaped[:, :, 1:] - shaped[:, :, :1])

    def _payoffs(self, rates: Any, step: int, **options: Any) -> FloatArray:
        horizon = self.payoff_model.horizons[step]
        found = tariff_payoffs(
            self.economy,
            rates,
            players=self.sides,
            objectives=Objective(),
            horizon=horizon,
            elasticities=self.elasticities.get(str(horizon)),
            as_of=self.as_of,
            **options,
        )
        parts = (found.real_income, found.revenue_change, found.lost_exports)
        return np.stack(parts, axis=-1)
