"""The likelihood of disputes under the process's law.

A dispute's rates follow from its two sides' payoffs and from its own resolve u, which its sides
know and we integrate over (Gauss-Hermite). Stationary rates solve the node's equilibrium; towards a
deadline they solve the same equations back from its date, at which both sides lose something and
play goes on. A dispute whose deadline is more than a year off has the rates it has a year before.

Where dyads share a part rho of the variance of resolve, u = sqrt(rho) v + sqrt(1 - rho) e with v
one a dyad: given v its disputes are independent, and what some of them tell of v says more of the
next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.estimation.disputes.durations import Disputes
from negotiation.estimation.process_law._kernels import (
    before_deadline,
    chances,
    node_values,
    survivals,
)
from negotiation.estimation.process_law.law import ProcessLaw, ways_of_ending
from negotiation.estimation.process_law.payoffs import (
    NO_ECONOMY,
    DisputePayoffs,
    PayoffRows,
    reference_payoffs,
)
from negotiation.estimation.process_law.terms import concession_node
from negotiation.process.game.process_game import ProcessGame
from negotiation.values import FloatArray, IntArray

__all__ = ["ProcessLikelihood"]

_DAYS_A_YEAR = 365.25
#: Days before a deadline at which rates are computed.
_GRID = np.concatenate(
    [np.arange(0.0, 15.0, 0.5), np.arange(15.0, 61.0, 2.0), np.arange(65.0, 366.0, 6.0)]
)
_ANY = 4
#: Quadrature nodes that weigh less than this beside the largest are left out.
_LEAST_WEIGHT = 1e-7
#: Least share of the variance of resolve that is a dispute's own.
_LEAST_SHARE = 1e-9
#: Nothing is less likely than this.
_LEAST_CHANCE = 1e-300


@dataclass(frozen=True, eq=False)
class Rates:
    """What the kernels take of disputes at given parameters.

    Attributes
    ----------
    row
        Of each dispute, among the different pairs of sides.
    hazards
        A year, after any deadline ``[row, node, side]``.
    outside
        A year.
    ahead
        Years before a deadline.
    run
        ``[row, node, date, 6]``: see `before_deadline`.
    """

    row: IntArray
    hazards: FloatArray
    outside: float
    ahead: FloatArray
    run: FloatArray


@dataclass(frozen=True, eq=False)
class ProcessLikelihood:
    """Log-likelihood of disputes under the process's law.

    Attributes
    ----------
    law
        Parameters and payoffs.
    disputes, payoffs
        What it is of.
    nodes
        Quadrature nodes of the resolve of a dispute, before those of no weight are left out. They
        stand .3 apart: the density of an end is a peak of width s / tau in u.
    history
        Of other disputes, whose dyads are then known better; None: nothing is known of a dyad.
    """

    law: ProcessLaw
    disputes: Disputes
    payoffs: PayoffRows
    nodes: int = 100
    history: ProcessLikelihood | None = None

    def __post_init__(self) -> None:
        at_once = (self.disputes.high == 0.0) & (self.disputes.low == 0.0)
        if at_once.any():
            raise InvalidInputError(
                "a density has no value at 0 days",
                where=f"disputes, {self.disputes.ids[int(np.argmax(at_once))]}",
                seen="an end at exactly 0 days",
                allowed="an interval, such as 0 to 0.5 days",
            )

    @classmethod
    def of(
        cls,
        law: ProcessLaw,
        disputes: Disputes,
        payoffs: DisputePayoffs | None,
        history: Disputes | None = None,
    ) -> ProcessLikelihood:
        """Return the likelihood of disputes with these payoffs, None for those of reference.

        ``history``: disputes that tell of these ones' dyads, where the law has dyads.
        """
        known = None
        if history is not None and law.dyads:
            known = cls.of(law, history, payoffs)
        if payoffs is None:
            rows = reference_payoffs(len(disputes), law.terms)
            return cls(law, disputes, rows, history=known)
        rows = payoffs.of(disputes, law.terms)
        marked = disputes.with_covariates(**{NO_ECONOMY: (~rows.known).astype(np.float64)})
        return cls(law, marked, rows, history=known)

    @cached_property
    def _different(self) -> tuple[IntArray, IntArray]:
        """First of each kind of dispute that the law tells apart, and the kind of each."""
        payoffs = self.payoffs
        columns = [payoffs.flows, payoffs.losses, payoffs.gains]
        columns += self.law.shifts(self.disputes).values()
        columns += [(self.disputes.deadline > 0.0).astype(np.float64)[:, None]]
        table = np.concatenate(columns, axis=1)
        _, first, row = np.unique(table, axis=0, return_index=True, return_inverse=True)
        return first, row.reshape(-1)

    @cached_property
    def quadrature(self) -> tuple[FloatArray, FloatArray]:
        """Nodes and weights of a standard normal variable."""
        u, weights = np.polynomial.hermite_e.hermegauss(self.nodes)
        kept = weights > _LEAST_WEIGHT * weights.max()
        return u[kept], weights[kept] / weights[kept].sum()

    def audience_costs(
        self, parameters: FloatArray, u: FloatArray, moved: FloatArray
    ) -> FloatArray:
        """Return mu of each side at resolve ``u`` ``[dispute, node, side]``.

        ``moved``: what covariates add to mu/s ``[dispute, side]``.
        """
        resolve = self.law.at(parameters)
        half = 0.5 * np.array([1.0, -1.0]) * resolve.difference
        own = resolve.audience_cost + half + resolve.shock_scale * moved
        return np.asarray(own[:, None, :] + resolve.spread * u[None, :, None])

    def node(self, parameters: FloatArray, dispute: int, u: float) -> ProcessGame:
        """Return one dispute's game at a resolve ``u``."""
        resolve = self.law.at(parameters)
        moved, flows = self.law.sides(self.disputes, parameters)
        due = self.disputes.deadline[dispute] + 0.5
        return concession_node(
            self.payoffs.flows[dispute] * np.exp(flows[dispute]),
            self.payoffs.losses[dispute],
            self.payoffs.gains[dispute],
            self.audience_costs(parameters, np.array([u]), moved)[dispute, 0],
            resolve.shock_scale,
            terms=self.law.terms,
            outside_rate=resolve.outside_rate,
            deadline=due / _DAYS_A_YEAR if due > 0.5 else None,
            deadline_loss=resolve.deadline_loss,
        )

    def rates(self, parameters: FloatArray) -> Rates:
        """Return the rates of all disputes."""
        from negotiation.process.game.solve import solve_games

        resolve, terms = self.law.at(parameters), self.law.terms
        u, _ = self.quadrature
        first, row = self._different
        count, nodes = len(first), len(u)
        moved, log_flows = self.law.sides(self.disputes, parameters)
        flows = self.payoffs.flows * np.exp(log_flows)
        cost = self.audience_costs(parameters, u, moved[first]).reshape(-1, 2)
        g = np.repeat(flows[first], nodes, axis=0)
        own = -terms.worth * np.repeat(self.payoffs.losses[first], nodes, axis=0) - cost
        other = terms.worth * np.repeat(self.payoffs.gains[first], nodes, axis=0)
        fixed = terms.kernel(resolve.shock_scale, resolve.outside_rate)
        values = np.zeros((len(g), 2))
        followed = node_values(g, own, other, fixed, values)
        for k in np.flatnonzero(followed == 0):
            game = concession_node(
                g[k], -(own[k] + cost[k]) / terms.worth, other[k] / terms.worth, cost[k],
                resolve.shock_scale, terms=terms, outside_rate=resolve.outside_rate,
            )  # fmt: skip
            values[k] = solve_games([game], raise_on_failure=False)[0].node_values[0]
        x = np.minimum((own - terms.leak * values) / resolve.shock_scale, 700.0)
        w = terms.base_rate / terms.window_rate
        hazards = terms.window_rate * w / (w + (1.0 - w) * np.exp(-np.maximum(x, -700.0)))
        ahead = _GRID / _DAYS_A_YEAR
        run = np.zeros((len(g), len(ahead), 6))
        cells = np.repeat(self.disputes.deadline[first] > 0.0, nodes)
        if cells.any():
            part = np.zeros((int(cells.sum()), len(ahead), 6))
            before_deadline(
                g[cells], own[cells], other[cells], fixed, np.empty((len(part), 2)),
                values[cells], resolve.deadline_loss, ahead, part,
            )  # fmt: skip
            run[cells] = part
        return Rates(
            row=row,
            hazards=hazards.reshape(count, nodes, 2),
            outside=resolve.outside_rate,
            ahead=ahead,
            run=run.reshape(count, nodes, len(ahead), 6),
        )

    @cached_property
    def _kinds(self) -> IntArray:
        return np.array(ways_of_ending(self.disputes))

    @cached_property
    def _due(self) -> FloatArray:
        # The day of the deadline lies before it.
        return np.asarray((self.disputes.deadline + 0.5) / _DAYS_A_YEAR)

    @cached_property
    def _dyads(self) -> tuple[IntArray, IntArray]:
        """Disputes by dyad, and where each one's dyad begins in that order."""
        clusters = self.disputes.clusters
        order = np.argsort(clusters, kind="stable")
        ordered = clusters[order]
        return order, np.searchsorted(ordered, ordered)

    def _chances(
        self, rates: Rates, low: FloatArray, high: FloatArray, kinds: IntArray
    ) -> FloatArray:
        return chances(
            low / _DAYS_A_YEAR, high / _DAYS_A_YEAR, self._due, kinds, rates.row,
            rates.hazards, rates.outside, rates.ahead, rates.run,
        )  # fmt: skip

    def _own_chances(self, parameters: FloatArray, kinds: IntArray) -> FloatArray:
        """Return the chance of what each did, a density a day where exact ``[dispute, node]``."""
        low, high = self.disputes.low, self.disputes.high
        found = self._chances(self.rates(parameters), low, high, kinds)
        return found / np.where(low == high, _DAYS_A_YEAR, 1.0)[:, None]

    def _given_dyad(self, parameters: FloatArray) -> FloatArray:
        """Return weights of the nodes of u, given v at the same nodes ``[v, u]``."""
        u, weights = self.quadrature
        share = self.law.at(parameters).dyad_share
        off = (u[None, :] - np.sqrt(share) * u[:, None]) ** 2 / max(1.0 - share, _LEAST_SHARE)
        logs = np.log(weights) + 0.5 * u**2 - 0.5 * off
        found = np.exp(logs - logs.max(axis=1, keepdims=True))
        return np.asarray(found / found.sum(axis=1, keepdims=True))

    def _told_of_dyads(self, parameters: FloatArray) -> FloatArray:
        """Return each dispute's log-likelihood given the v of its dyad ``[dispute, v]``."""
        own = np.einsum(
            "iu,vu->iv", self._own_chances(parameters, self._kinds), self._given_dyad(parameters)
        )
        return np.asarray(np.log(np.maximum(own, _LEAST_CHANCE)))

    def dyad_weights(self, parameters: FloatArray, disputes: Disputes) -> FloatArray:
        """Return what the others tell of the v of the dyads of some ``[dispute, v]``: weights.

        A dispute tells nothing of itself, by its id.
        """
        told = self._told_of_dyads(parameters)
        own, ids = np.array(self.disputes.dyads), np.array(self.disputes.ids)
        logs = np.log(self.quadrature[1]) + np.array(
            [
                told[(own == dyad) & (ids != name)].sum(axis=0)
                for dyad, name in zip(disputes.dyads, disputes.ids, strict=True)
            ]
        )
        found = np.exp(logs - logs.max(axis=1, keepdims=True))
        return np.asarray(found / found.sum(axis=1, keepdims=True))

    def draw_resolve(self, parameters: FloatArray, rng: np.random.Generator) -> float:
        """Return the u of a new dispute of these ones' dyad, which is one, drawn."""
        u, weights = self.quadrature
        logs = np.log(weights) + self._told_of_dyads(parameters).sum(axis=0)
        chances = np.exp(logs - logs.max())
        share = self.law.at(parameters).dyad_share
        common = float(rng.choice(u, p=chances / chances.sum()))
        return float(np.sqrt(share) * common + np.sqrt(1.0 - share) * rng.standard_normal())

    def node_weights(self, parameters: FloatArray) -> FloatArray:
        """Return weights of the nodes of each dispute's u, given the history: ``[dispute, u]``."""
        if self.history is None:
            weights = self.quadrature[1]
            shape = (len(self.disputes), len(weights))
            return np.ascontiguousarray(np.broadcast_to(weights, shape))
        known = self.history.dyad_weights(parameters, self.disputes)
        return np.asarray(np.einsum("iv,vu->iu", known, self._given_dyad(parameters)))

    def _summed(self, found: FloatArray, parameters: FloatArray) -> FloatArray:
        total = np.einsum("ij,ij->i", found, self.node_weights(parameters))
        return np.asarray(np.log(np.maximum(total, _LEAST_CHANCE)))

    def who_and_when(self, parameters: FloatArray) -> FloatArray:
        """Return each dispute's log-likelihood of who ended it and when, a density a day.

        Where dyads share a part of resolve: given the disputes of its dyad that stand before it.
        """
        if not self.law.dyads:
            return self._summed(self._own_chances(parameters, self._kinds), parameters)
        order, begins = self._dyads
        told = self._told_of_dyads(parameters)[order]
        if not np.isfinite(told).all():
            return np.full(len(told), np.nan)
        before = np.concatenate([np.zeros((1, told.shape[1])), np.cumsum(told, axis=0)])
        start = before[begins]
        log_weights = np.log(self.quadrature[1])
        levels = [
            np.logaddexp.reduce(log_weights + before[k : k + len(told)] - start, axis=1)
            for k in (0, 1)
        ]
        found = np.empty(len(told))
        found[order] = levels[1] - levels[0]
        return found

    def by_dispute(self, parameters: FloatArray) -> FloatArray:
        """Return each dispute's log-likelihood of when it ended, whoever ended it."""
        kinds = np.where(self.disputes.ended, _ANY, -1)
        return self._summed(self._own_chances(parameters, kinds), parameters)

    def log_survival(self, times: FloatArray, parameters: FloatArray) -> FloatArray:
        """Return log S at ``times`` ``[dispute, time]``."""
        rates = self.rates(parameters)
        found = survivals(
            np.asarray(times / _DAYS_A_YEAR), self._due, rates.row, rates.hazards, rates.outside,
            rates.ahead, rates.run, self.node_weights(parameters),
        )  # fmt: skip
        return np.asarray(np.log(np.maximum(found, _LEAST_CHANCE)))

    def log_density(self, times: FloatArray, parameters: FloatArray) -> FloatArray:
        """Return the log density at positive ``times`` ``[dispute, time]``, per day."""
        rates = self.rates(parameters)
        kinds = np.full(len(self.disputes), _ANY)
        columns = [
            self._summed(self._chances(rates, day, day, kinds), parameters)
            for day in np.asarray(times).T
        ]
        return np.asarray(np.stack(columns, axis=-1) - np.log(_DAYS_A_YEAR))
