"""Where play stands at a date, and what happens in the end.

After the last date hazards are constant and the chances of the nodes follow by uniformisation;
before it they follow the hazards along the path of values.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from negotiation.process.game._kernels import integrate_forward, uniformised
from negotiation.process.game.process_game import SolvedGame
from negotiation.values import FloatArray, IntArray

__all__ = ["Chain", "Eventual", "chain", "chances", "eventual"]

#: Kinds of an act by which a side gives the other what it asks.
CONCESSIONS = ("concede", "accept")
#: Among the numbers of nodes that stop a chain: any such act that ends play.
AGREED = -1
#: Step of the forward equations over the time to the fastest event.
_FINEST = 0.05


@dataclass(frozen=True, eq=False)
class Chain:
    """Where actions, endings and deadlines lead: nodes, then "ended", then "deal".

    Arrays ``[span, action]``, ``[span, ending]`` and ``[span, node]``. In a chain that stops at
    a deal or a concession, what leads to one leads to the last state.
    """

    act_target: IntArray
    ending_target: IntArray
    later_target: IntArray
    start: int


def chain(solution: SolvedGame, stop: str | tuple[int, ...] = "never") -> Chain:
    """Where events lead.

    Parameters
    ----------
    solution
        A solved game.
    stop
        "never"; "deal": what makes a deal ends the chain; "concession": so does any concession;
        numbers of nodes, or `AGREED`: so does reaching one of them.
    """
    game, arrays = solution.process, solution.process.arrays
    count = len(game.nodes)
    actions = [action for node in game.nodes for action in node.actions]
    spans = arrays.spans
    act = np.array([span.act_to for span in spans]).reshape(len(spans), -1)
    ending = np.array([span.ending_to for span in spans]).reshape(len(spans), -1)
    later = np.array([span.later_to for span in spans]).reshape(len(spans), -1)
    concedes = np.array([action.kind in CONCESSIONS for action in actions], dtype=bool)
    ends = np.array([*game.deals, False])
    if isinstance(stop, tuple):
        ends = np.isin(np.arange(count + 1), stop)
    start = int(game.start_node)
    out = []
    for to in (act, ending, later):
        targets = np.where(to < 0, count, to)
        if stop == "deal" or isinstance(stop, tuple):
            targets = np.where(ends[targets], count + 1, targets)
        out.append(targets)
    if stop == "deal" or (isinstance(stop, tuple) and AGREED in stop):
        out[0] = np.where((act < 0) & concedes, count + 1, out[0])
    elif stop == "concession":
        out[0] = np.where(concedes, count + 1, out[0])
    if stop == "deal" or isinstance(stop, tuple):
        start = count + 1 if ends[start] else start
    return Chain(out[0], out[1], out[2], start)


def _entered(solution: SolvedGame, chained: Chain, k: int, state: FloatArray) -> FloatArray:
    """Move the chances of nodes whose deadline has passed on; returns what was moved, by node."""
    span = solution.process.arrays.spans[k]
    moved = np.zeros(len(solution.process.nodes))
    for n in set(range(len(moved))) - set(span.active.tolist()):
        moved[n] = state[n]
        state[n] = 0.0
        state[chained.later_target[k, n]] += moved[n]
    return moved


def _advance(
    solution: SolvedGame,
    chained: Chain,
    k: int,
    state: FloatArray,
    begin: float,
    until: float,
) -> None:
    """Move chances, and numbers of events, forward within a span that has an end."""
    path, span = solution.paths[k], solution.process.arrays.spans[k]
    integrate_forward(
        state,
        begin,
        until,
        (path.dates, path.values, path.members),
        (span.tables, solution.hazards.copy(), chained.act_target[k], chained.ending_target[k]),
        len(solution.process.nodes) + 2,
        _FINEST,
    )


def chances(
    solution: SolvedGame,
    chained: Chain,
    times: FloatArray,
    *,
    node: int | None = None,
    begin: float = 0.0,
) -> FloatArray:
    """Chances ``[time, state]`` at increasing times.

    Parameters
    ----------
    solution, chained
        A solved game and where its events lead.
    times
        In units of the clock, not before ``begin``.
    node, begin
        Where and when play stands for certain; None: at the start.
    """
    arrays = solution.process.arrays
    count = len(solution.process.nodes)
    state = _state(solution)
    state[chained.start if node is None else node] = 1.0
    out = np.zeros((len(times), count + 2))
    now, position = begin, 0
    for k, span in enumerate(arrays.spans):
        if span.end <= begin:
            continue
        _entered(solution, chained, k, state)
        if k == len(arrays.spans) - 1:
            targets = chained.act_target[k], chained.ending_target[k]
            moves = span.tables, solution.final_hazards, *targets
            out[position:] = uniformised(state[: count + 2], times[position:] - now, moves)
            break
        for q in range(position, int(np.searchsorted(times, span.end))):
            _advance(solution, chained, k, state, now, float(times[q]))
            out[q] = state[: count + 2]
            now, position = float(times[q]), q + 1
        if position == len(times):
            break
        _advance(solution, chained, k, state, now, span.end)
        now = span.end
    return out


def _state(solution: SolvedGame) -> FloatArray:
    """Chances of the states, numbers of actions and endings, times in the nodes: all zero."""
    span, count = solution.process.arrays.spans[0], len(solution.process.nodes)
    return np.zeros(count + 2 + len(span.act_to) + len(span.ending_to) + count)


@dataclass(frozen=True, eq=False)
class Eventual:
    """What happens in the end.

    Attributes
    ----------
    visits, time
        Expected number of visits to a node and time spent there; infinite where play never leaves
        a circle of nodes.
    acts, endings, deadlines
        Expected number of each, ``[action]``, ``[ending]``, ``[node]``.
    absorbed
        Probability of ending in each state, ``[state]``.
    circling
        The same four a unit of time in the long run, for the nodes of such circles, times the
        probability of getting there.
    """

    visits: FloatArray
    time: FloatArray
    acts: FloatArray
    endings: FloatArray
    deadlines: FloatArray
    absorbed: FloatArray
    circling: tuple[FloatArray, FloatArray, FloatArray, FloatArray]

    def by_stage(self, stage: IntArray, owners: tuple[IntArray, IntArray]) -> Eventual:
        """Return numbers whose ratios hold within a stage, also where play never leaves it.

        Parameters
        ----------
        stage
            Number of the stage, ``[node]``.
        owners
            Nodes of the actions and of the endings.
        """
        endless = np.isin(stage, stage[self.circling[1] > 0.0])
        if not endless.any():
            return self
        totals = self.visits, self.time, self.acts, self.endings
        places = (np.arange(len(stage)),) * 2 + owners
        found = [
            np.where(endless[place], late, total)
            for place, late, total in zip(places, self.circling, totals, strict=True)
        ]
        deadlines = np.where(endless, 0.0, self.deadlines)
        return replace(
            self,
            visits=found[0],
            time=found[1],
            acts=found[2],
            endings=found[3],
            deadlines=deadlines,
        )


def eventual(solution: SolvedGame, chained: Chain) -> Eventual:
    """Expected visits and events over the whole of play."""
    arrays = solution.process.arrays
    count = len(solution.process.nodes)
    actions = len(arrays.spans[0].act_to)
    state = _state(solution)
    state[chained.start] = 1.0
    visits = np.zeros(count + 2)
    visits[chained.start] = 1.0
    deadlines = np.zeros(count)
    for k, span in enumerate(arrays.spans):
        moved = _entered(solution, chained, k, state)
        deadlines += moved
        np.add.at(visits, chained.later_target[k], moved)
        if k < len(arrays.spans) - 1:
            before = state[count + 2 :].copy()
            _advance(solution, chained, k, state, span.begin, span.end)
            counted = state[count + 2 :] - before
            np.add.at(visits, chained.act_target[k], counted[:actions])
            np.add.at(visits, chained.ending_target[k], counted[actions:-count])
    rates = np.concatenate([solution.final_hazards, arrays.spans[-1].ending_rate])
    origin = np.concatenate(arrays.owners)
    target = np.concatenate([chained.act_target[-1], chained.ending_target[-1]])
    spent, absorbed, long_run = _occupation(state[: count + 2], rates, origin, target, count)
    with np.errstate(invalid="ignore"):
        late = np.where(rates > 0.0, rates * spent[origin], 0.0)
    np.add.at(visits, target, late)
    flow = np.where(rates > 0.0, rates * long_run[origin], 0.0)
    entered = np.zeros(count + 2)
    np.add.at(entered, target, flow)
    circling = entered[:count], long_run, flow[:actions], flow[actions:]
    counts = state[count + 2 : -count] + late
    time = state[-count:] + spent
    return Eventual(
        visits=visits[:count],
        time=time,
        acts=counts[:actions],
        endings=counts[actions:],
        deadlines=deadlines,
        absorbed=absorbed,
        circling=circling,
    )


def _occupation(
    state: FloatArray, rates: FloatArray, origin: IntArray, target: IntArray, count: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Expected time in each node from now on, where play ends, and where it goes round for ever."""
    leave = np.zeros(count)
    np.add.at(leave, origin, rates)
    moves = np.zeros((count, count + 2))
    np.add.at(moves, (origin, target), rates)
    ends = np.concatenate([leave == 0.0, [True, True]])
    # Nodes from which play may come to an end; the others go round for ever.
    leads = ends.copy()
    while True:
        grown = leads.copy()
        grown[:count] |= (moves[:, leads] > 0.0).any(axis=1)
        if (grown == leads).all():
            break
        leads = grown
    circles = _circles(moves[:, :count] > 0.0, np.flatnonzero(~leads[:count]))
    never_left = np.zeros(count, dtype=bool)
    never_left[[node for circle in circles for node in circle]] = True
    inner = np.flatnonzero(~never_left & ~ends[:count])
    spent, long_run = np.zeros(count), np.zeros(count)
    system = np.diag(leave[inner]) - moves[np.ix_(inner, inner)]
    spent[inner] = np.linalg.solve(system.T, state[inner]) if len(inner) else 0.0
    inflow = state + spent @ moves
    absorbed = np.where(ends, inflow, 0.0)
    for circle in circles:
        chance = float(inflow[circle].sum())
        if chance > 0.0:
            spent[circle] = np.inf
            # Flows in and out balance; one of the balances follows from the others.
            balance = moves[np.ix_(circle, circle)].T - np.diag(leave[circle])
            balance[-1] = 1.0
            long_run[circle] = chance * np.linalg.solve(balance, np.eye(len(circle))[-1])
    spent[ends[:count] & (inflow[:count] > 0.0)] = np.inf
    return spent, absorbed, long_run


def _circles(moves: NDArray[np.bool_], nodes: IntArray) -> list[IntArray]:
    """Sets of nodes that lead to one another and nowhere else, among nodes that lead to no end."""
    reach = moves[np.ix_(nodes, nodes)] | np.eye(len(nodes), dtype=bool)
    while True:
        grown = reach | ((reach.astype(np.float64) @ reach) > 0.0)
        if (grown == reach).all():
            break
        reach = grown
    closed = (reach <= reach.T).all(axis=1)
    found: list[IntArray] = []
    for k in np.flatnonzero(closed):
        if not any(nodes[k] in circle for circle in found):
            found.append(nodes[reach[k]])
    return found
