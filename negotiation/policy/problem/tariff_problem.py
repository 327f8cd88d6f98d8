"""Rates that governments set, and the first-order map that moves all of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.policy.problem.government import Government
from negotiation.trade.aggregation import positions
from negotiation.trade.economy import Economy
from negotiation.trade.instruments.policy import EXPORT_INSTRUMENTS, INSTRUMENTS
from negotiation.trade.solver.adjoint import Adjoint, Cotangents
from negotiation.trade.solver.jacobian import Trade, trade_at
from negotiation.trade.solver.solve import Solution, solve_batch
from negotiation.trade.solver.system import Outcome, System
from negotiation.values import FloatArray, IntArray, one_of

__all__ = ["Instruments", "Point", "TariffProblem", "instruments", "place_of"]

SCOPES = ("uniform", "bilateral", "most_favored_nation", "discriminatory")


@dataclass(frozen=True, eq=False)
class Instruments:
    """Rates that players set; each moves a group of flat places of the table of rates.

    Attributes
    ----------
    places
        Flat places ``[entry]`` in ``[sector, exporter, importer]`` where tariffs alone matter, in
        ``[instrument, sector, exporter, importer]`` otherwise.
    rate
        Which rate each place follows, ``[entry]``.
    team
        Whose weighted payoffs move each rate, ``[rate]``: one government, a pair, or all.
    """

    places: IntArray
    rate: IntArray
    team: IntArray

    @property
    def count(self) -> int:
        """Number of rates."""
        return len(self.team)

    def spread(self, base: FloatArray, rates: FloatArray) -> FloatArray:
        """Table with the rates put in place."""
        out = base.copy()
        out.reshape(-1)[self.places] = rates[self.rate]
        return out

    def add_up(self, table: FloatArray) -> FloatArray:
        """Sum of a table's entries over each rate's places."""
        picked = table.reshape(-1)[self.places]
        total = np.bincount(self.rate, weights=picked, minlength=self.count)
        return np.asarray(total, dtype=np.float64)

    def mean(self, table: FloatArray) -> FloatArray:
        """Mean of a table's entries over each rate's places."""
        places = np.bincount(self.rate, minlength=self.count)
        average: FloatArray = self.add_up(table) / places
        return average


def place_of(economy: Economy, instrument: str, sector: int, player: int, partner: int) -> int:
    """Flat place of a player's rate on a partner: on its imports, or on its exports."""
    sectors, count = len(economy.sectors), len(economy.regions)
    flow = (partner, player)
    if instrument in EXPORT_INSTRUMENTS:
        flow = (player, partner)
    row = INSTRUMENTS.index(instrument) * sectors + sector
    return (row * count + flow[0]) * count + flow[1]


def instruments(
    economy: Economy,
    players: tuple[str, ...],
    scope: str,
    exporters: Iterable[str] | None,
    sectors: Iterable[str] | None = None,
    kinds: Mapping[str, str] | None = None,
) -> Instruments:
    """Return the rates of the players; flows that are zero in the baseline are left out.

    Parameters
    ----------
    economy, players, scope, sectors
        As in :func:`~negotiation.policy.noncooperative.nash_tariffs`.
    exporters
        Partners: whose goods are taxed, or to whom exports are.
    kinds
        Instrument of each player; None is import tariffs.

    Raises
    ------
    InvalidInputError
        If a label or the scope is unknown, or a player does not trade with the partners.
    """
    one_of(scope, SCOPES, name="scope")
    taxed = positions(economy.sectors, sectors, "sectors")
    chosen = positions(economy.regions, exporters, "exporters")
    places: list[int] = []
    rate: list[int] = []
    owner: list[int] = []
    for p, player in enumerate(players):
        j = economy.region_index(player)
        kind = "import_tariff" if kinds is None else kinds[player]
        sells = kind in EXPORT_INSTRUMENTS
        known: dict[tuple[int, ...], int] = {}
        for s in taxed:
            for i in chosen:
                flow = economy.flows[s, j, i] if sells else economy.flows[s, i, j]
                if i == j or flow <= 0.0:
                    continue
                keys: dict[str, tuple[int, ...]] = {
                    "uniform": (),
                    "bilateral": (i,),
                    "most_favored_nation": (s,),
                    "discriminatory": (s, i),
                }
                key = keys[scope]
                if key not in known:
                    known[key] = len(owner)
                    owner.append(p)
                places.append(place_of(economy, kind, s, j, i))
                rate.append(known[key])
        if not known:
            raise InvalidInputError(
                "sells nothing to these partners" if sells else "buys nothing from these exporters",
                where=f"player {player}",
                seen=exporters,
            )
    return Instruments(np.array(places), np.array(rate), np.array(owner))


@dataclass(frozen=True, eq=False)
class Point:
    """Rates with their equilibrium and first-order conditions.

    Attributes
    ----------
    rates
        ``[rate]``.
    solution
        The equilibrium.
    values
        Payoffs of all governments, percent of GDP.
    gradient
        Derivative of each rate's objective with respect to ``log(1 + rate)``.
    curvature
        What the gradient is measured against: ``|worth| + |(1+t) burden|`` of the rate's places.
    image
        Where the first-order map sends each rate; NaN where it does not apply.
    """

    rates: FloatArray
    solution: Solution
    values: FloatArray
    gradient: FloatArray
    curvature: FloatArray
    image: FloatArray


@dataclass(frozen=True, eq=False)
class TariffProblem:
    """Governments with their rates; each team of rates has weights on the governments' payoffs.

    Attributes
    ----------
    governments
        Whose payoffs are computed.
    base
        Rates of everybody else: tariffs ``[S, N, N]`` or ``[instrument, S, N, N]``.
    low, high
        Bounds of every rate.
    weights
        Weights ``[team, government]``; the identity where each government has its own rates.
    """

    system: System
    governments: tuple[Government, ...]
    instruments: Instruments
    base: FloatArray
    low: float
    high: float
    tol: float
    max_iter: int
    weights: FloatArray

    def solve(self, rates: FloatArray, start: FloatArray | None) -> Solution:
        """Equilibrium at some rates, close to ``start`` if one is given."""
        return solve_batch(
            self.system,
            self.instruments.spread(self.base, rates)[None],
            tol=self.tol,
            max_iter=self.max_iter,
            start=start,
            near=start is not None,
        )

    def payoffs(
        self, rates: FloatArray, start: FloatArray | None = None
    ) -> tuple[FloatArray, FloatArray] | None:
        """All governments' payoffs and the state ``[1, n]``; None without an equilibrium."""
        solution = self.solve(rates, start)
        if not solution.norms[0] <= self.tol:
            return None
        outcome = solution.outcome
        values, _ = self._payoffs(outcome, trade_at(outcome, solution.shares))
        return values, outcome.state

    def payoff(
        self, rates: FloatArray, start: FloatArray | None = None
    ) -> tuple[float, FloatArray] | None:
        """First government's payoff and the state ``[1, n]``; None without an equilibrium."""
        found = self.payoffs(rates, start)
        return None if found is None else (float(found[0][0]), found[1])

    def evaluate(self, rates: FloatArray, start: FloatArray | None = None) -> Point | None:
        """Point at some rates; None where there is no equilibrium, close to ``start`` if given."""
        solution = self.solve(rates, start)
        if not solution.norms[0] <= self.tol:
            return None
        outcome = solution.outcome
        adjoint = Adjoint(self.system, outcome, solution.shares, count=len(self.weights))
        tables = self.instruments.spread(self.base, rates)
        values, cotangents = self._payoffs(outcome, adjoint.trade)
        owned = self.instruments
        gradient, curvature, image = (np.empty(owned.count) for _ in range(3))
        for team in np.unique(owned.team):
            functional = weighted_sum(cotangents, self.weights[team])
            total = adjoint.total_derivative(functional, tables)
            mine = owned.team == team
            worth, burden = owned.add_up(total.worth)[mine], owned.add_up(total.burden)[mine]
            level = 1.0 + rates[mine]
            gradient[mine] = level * burden - worth
            curvature[mine] = np.abs(level * burden) + np.abs(worth)
            usable = (burden < 0.0) & (worth < 0.0)
            ratio = np.divide(worth, burden, out=np.full(burden.shape, np.nan), where=usable)
            image[mine] = ratio - 1.0
        return Point(rates, solution, values, gradient, curvature, image)

    def _payoffs(self, outcome: Outcome, trade: Trade) -> tuple[FloatArray, list[Cotangents]]:
        values, cotangents = [], []
        for government in self.governments:
            j = government.region
            exports = trade.flows[:, j, :].sum(axis=1) - trade.flows[:, j, j]
            value, cotangent = government.value(outcome, exports)
            values.append(value)
            cotangents.append(cotangent)
        return np.array(values), cotangents

    def gradients(
        self, rates: FloatArray, start: FloatArray | None = None
    ) -> tuple[FloatArray, FloatArray] | None:
        """All governments' payoffs and their derivatives by ``log(1 + rate)``.

        The derivatives are ``[government, rate]``; None without an equilibrium.
        """
        solution = self.solve(rates, start)
        if not solution.norms[0] <= self.tol:
            return None
        adjoint = Adjoint(
            self.system, solution.outcome, solution.shares, count=len(self.governments)
        )
        tables = self.instruments.spread(self.base, rates)
        values, cotangents = self._payoffs(solution.outcome, adjoint.trade)
        rows = [adjoint.total_derivative(c, tables).gradient for c in cotangents]
        return values, np.stack([self.instruments.add_up(row) for row in rows])

    def transfer_effects(self, point: Point, direction: FloatArray) -> FloatArray:
        """Change of each government's payoff by a billion USD given along ``direction``."""
        outcome = point.solution.outcome
        adjoint = Adjoint(self.system, outcome, point.solution.shares)
        _, cotangents = self._payoffs(outcome, adjoint.trade)
        return np.array([adjoint.transfer_derivative(c, direction) for c in cotangents])


def weighted_sum(parts: list[Cotangents], weights: FloatArray) -> Cotangents:
    """Cotangents of a weighted sum of payoffs."""
    out = Cotangents(parts[0].system)
    for weight, part in zip(weights, parts, strict=True):
        if weight == 0.0:
            continue
        out.sales += weight * part.sales
        out.imports += weight * part.imports
        out.share_sum += weight * part.share_sum
        out.spending += weight * part.spending
        out.cost += weight * part.cost
        out.revenue += weight * part.revenue
        out.state += weight * part.state
        out.transfers += weight * part.transfers
        if part.flows is not None:
            out.flows = weight * part.flows + (0.0 if out.flows is None else out.flows)
    return out
