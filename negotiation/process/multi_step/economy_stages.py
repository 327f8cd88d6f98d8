"""Stages of a process from an economy: flows, terms and continuation at the tariffs in force."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from negotiation.bargaining.solutions.axiomatic import nash_bargaining
from negotiation.bargaining.solutions.problem import BargainingProblem
from negotiation.errors import InvalidInputError
from negotiation.process.multi_step.definition import DatedParameters, Definition
from negotiation.process.stage import Stage
from negotiation.process.stages import MultiStepProcess
from negotiation.values import FloatArray

__all__ = ["StageBuilder"]

#: Added tariffs that a comprehensive agreement may set; the tariffs in force are always among them.
_AGREED_RATES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.45, 0.6)
_AGREED_GRID = np.array([(first, second) for first in _AGREED_RATES for second in _AGREED_RATES])


@dataclass
class StageBuilder:
    """Builds one stage after another, keeping the tariffs in force after every history.

    Attributes
    ----------
    definition, dated
        What is built, and its parameters.
    flows
        u_i at added tariffs ``[scenario, side]`` and a horizon, in percent of GDP a year.
    gdp
        Of each side, billion USD.
    standoff_horizon, terms_horizon
        Elasticities of the standoff's flows and of terms.
    relapse
        Whether breakdowns return to the first cut.
    """

    definition: Definition
    dated: DatedParameters
    flows: Callable[[FloatArray, str], FloatArray]
    gdp: FloatArray
    standoff_horizon: str
    terms_horizon: str
    relapse: bool

    def process(self) -> MultiStepProcess:
        """Return the process without audience costs, in the definition's unit of time."""
        self._read()
        kinds: dict[str, Callable[[str, bool], Stage]] = {
            "contact": self._contact,
            "cut": self._cut,
            "cut_below_threshold": self._cut_below_threshold,
            "purchases": self._purchases,
            "ntb_ip": self._ntb_ip,
            "comprehensive": self._comprehensive,
        }
        stages: list[Stage] = []
        self.first_cut: int | None = None
        for k, entry in enumerate(self.definition.stages):
            kind = entry["kind"]
            if kind not in kinds:
                raise InvalidInputError(
                    "unknown kind of stage",
                    where=entry["name"],
                    seen=kind,
                    allowed=", ".join(kinds),
                )
            stages.append(kinds[kind](entry["name"], bool(entry.get("remembered", True))))
            if kind == "cut" and self.first_cut is None:
                self.first_cut = k
        return MultiStepProcess(
            stages=tuple(stages),
            discount_rates=self.discount,
            type_persistence=self.dated("type_persistence"),
            time_unit="year",
            players=self.definition.players,
            rates_after=self.rates,
            start=self.definition.start,
        ).with_time_unit(self.definition.time_unit)

    def _pair(self, role: str) -> FloatArray:
        names = self.definition.roles[role]
        return np.array([self.dated(names[player]) for player in self.definition.players])

    def _read(self) -> None:
        dated = self.dated
        self.discount: FloatArray = self._pair("discount_rate")
        self.stubbornness: FloatArray = self._pair("stubbornness")
        self.lapse_rate: float = 1.0 / dated("terms_duration")
        standoff, lapse = self._pair("standoff"), self._pair("lapse")
        players = self.definition.players
        tough = np.array(
            [
                [dated(self.definition.roles["demands"][side][player]) for player in players]
                for side in players
            ]
        )
        mixture = dated("terms_mixture")
        # What holds when a side concedes is the other side's demand, mixed with equal cuts that
        # take as many points off in total.
        self.terms: FloatArray = np.empty((2, 2))
        for conceder in range(2):
            demand = tough[1 - conceder]
            equal = standoff - (standoff - demand).sum() / 2.0
            self.terms[conceder] = (1.0 - mixture) * demand + mixture * np.maximum(equal, 0.0)
        self.threshold: float = dated("threshold_tariff")
        self.rates: FloatArray = standoff[None, :]
        self.current: FloatArray = self.flows(self.rates, self.standoff_horizon)
        self.standing: bool = True
        self._earn(lapse, standoff)
        self.lapsed: FloatArray = self._earned(lapse[None, :])[0] / self.discount

    def _earn(self, lapse: FloatArray, standoff: FloatArray) -> None:
        """Compute flows at all tariffs that stages may need in one call: much the cheapest way."""
        capped = np.minimum(self.terms, self.threshold)
        reached = np.minimum(capped[None], np.concatenate([standoff[None], self.terms])[:, None])
        needed = np.concatenate(
            [lapse[None], standoff[None], self.terms, reached.reshape(-1, 2), _AGREED_GRID]
        )
        found = self.flows(needed, self.terms_horizon)
        self.known: dict[bytes, FloatArray] = {
            rates.tobytes(): flow for rates, flow in zip(needed, found, strict=True)
        }

    def _earned(self, rates: FloatArray) -> FloatArray:
        """Flows of terms at tariffs ``[scenario, side]``."""
        rows = [np.ascontiguousarray(row).tobytes() for row in rates]
        new = [n for n, row in enumerate(rows) if row not in self.known]
        if new:
            found = self.flows(rates[new], self.terms_horizon)
            self.known |= {rows[n]: flow for n, flow in zip(new, found, strict=True)}
        return np.array([self.known[row] for row in rows])

    def _worth(self, flow: FloatArray) -> FloatArray:
        """W_i of terms that pay ``flow`` a year until they lapse."""
        rate = self.discount + self.lapse_rate
        return np.asarray((flow + self.lapse_rate * self.lapsed) / rate)

    def _stage(
        self, name: str, remembered: bool, concede: FloatArray, win: FloatArray, **more: object
    ) -> Stage:
        options: dict[str, object] = dict(more)
        if not self.standing:
            if self.relapse and self.first_cut is not None:
                options["breakdown_hazard"] = self.dated("relapse_hazard")
                options["relapse_to"] = self.first_cut
                options["relapse_lump"] = np.full(2, self.dated("relapse_lump"))
            else:
                options["breakdown_hazard"] = self.lapse_rate
                options["breakdown"] = self.lapsed
        return Stage(
            name=name,
            flows=self.current,
            concede=concede,
            win=win,
            stubbornness=self.stubbornness,
            rates=self.rates,
            remembered=remembered,
            **options,  # type: ignore[arg-type]  # keys are fields of Stage
        )

    def _move(self, after: FloatArray) -> None:
        """Let tariffs ``after [history, conceder, side]`` come into force."""
        self.rates = after.reshape(-1, 2)
        self.current = self._earned(self.rates)
        self.standing = False

    def _contact(self, name: str, remembered: bool) -> Stage:
        stake = self.dated("contact_stake")
        stage = self._stage(name, remembered, np.full(2, -stake), np.full(2, stake))
        if remembered:
            self.rates, self.current = (
                np.repeat(self.rates, 2, axis=0),
                np.repeat(self.current, 2, axis=0),
            )
        return stage

    def _cut(self, name: str, remembered: bool) -> Stage:
        stage = self._stage(name, remembered, np.zeros(2), np.zeros(2))
        self._move(np.broadcast_to(self.terms, (len(self.rates), 2, 2)))
        return stage

    def _cut_below_threshold(self, name: str, remembered: bool) -> Stage:
        reopened = self.rates.max(axis=1) > self.threshold + 1e-12
        stage = self._stage(
            name, remembered, np.zeros(2), np.zeros(2), opens=reopened.astype(np.float64)
        )
        capped = np.minimum(np.minimum(self.terms, self.threshold)[None], self.rates[:, None, :])
        after = np.where(reopened[:, None, None], capped, self.rates[:, None, :])
        self._move(after)
        return stage

    def _purchases(self, name: str, remembered: bool) -> Stage:
        dated = self.dated
        bought = dated("purchase_commitment") * dated("purchase_compliance")
        cost = bought * dated("purchase_excess_cost") / (self.discount + self.lapse_rate)
        share = 100.0 * cost / self.gdp
        # The second side buys; what it pays above the price without a deal the first side earns.
        concede = np.array([0.0, -share[1]])
        win = np.array([share[0], 0.0])
        return self._unchanged(name, remembered, concede, win)

    def _ntb_ip(self, name: str, remembered: bool) -> Stage:
        gain = np.array(
            [self.dated(f"ntb_ip_gain_{player.lower()}") for player in self.definition.players]
        ) / (self.discount + self.lapse_rate)
        share = self.dated("ntb_ip_share_usa")
        return self._unchanged(name, remembered, np.array([share, 1.0 - share]) * gain, gain)

    def _unchanged(
        self, name: str, remembered: bool, concede: FloatArray, win: FloatArray
    ) -> Stage:
        """A stage that leaves tariffs as they are."""
        stage = self._stage(name, remembered, concede, win)
        if remembered:
            self.rates, self.current = (
                np.repeat(self.rates, 2, axis=0),
                np.repeat(self.current, 2, axis=0),
            )
        return stage

    def _comprehensive(self, name: str, remembered: bool) -> Stage:
        """Tariffs at the weighted Nash solution; the side conceded to has the larger weight."""
        weight = self.dated("winner_weight")
        u = self._earned(_AGREED_GRID)
        agreed: dict[tuple[bytes, int], tuple[FloatArray, FloatArray]] = {}
        count = len(self.rates)
        after = np.empty((count, 2, 2))
        worth = np.empty((count, 2, 2))
        for h in range(count):
            for conceder in range(2):
                weights = np.full(2, weight)
                weights[conceder] = 1.0 - weight
                now, current = self.rates[h], self.current[h]
                key = (np.concatenate([now, current]).tobytes(), conceder)
                if key not in agreed:
                    agreed[key] = _agreed(_AGREED_GRID, u, now, current, weights)
                rates, flow = agreed[key]
                after[h, conceder], worth[h, conceder] = rates, self._worth(flow)
        own = worth[:, [0, 1], [0, 1]]
        other = worth[:, [1, 0], [0, 1]]
        stage = self._stage(name, remembered, own, other)
        self.rates = after.reshape(-1, 2) if remembered else after[:, 0]
        return stage


def _agreed(
    grid: FloatArray, u: FloatArray, now: FloatArray, current: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Tariffs and flows of the weighted Nash solution; those in force where nobody can gain."""
    better = np.all(u >= current, axis=1) & np.any(u > current + 1e-12, axis=1)
    if not (better.any() and (u[better] > current).all(axis=1).any()):
        return now, current
    problem = BargainingProblem(
        u[better], current, weights=weights, parameters=grid[better], convexify=False
    )
    solution = nash_bargaining(problem)
    return np.array(solution.parameters), np.asarray(solution.payoffs)
