"""Histories that were seen, and their likelihood in solved games: beliefs from silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.data.tables import DateLike
from negotiation.errors import InvalidInputError
from negotiation.presentation import Presented
from negotiation.process.game.dates import Chain, chain, chances
from negotiation.process.game.solution import GameSolution
from negotiation.values import FloatArray, float_array, read_only

__all__ = ["HistoryWeights", "ObservedEvent", "ObservedHistory", "weigh_by_history"]


@dataclass(frozen=True)
class ObservedEvent:
    """Something that was seen to happen.

    Attributes
    ----------
    day
        Days from the start, or a date.
    kind
        Kind of an action or of an ending.
    side
        Who acted; None: nobody, an ending.
    to
        Label or number of the node it led to, where several would fit; "end": play ended.
    """

    day: float | DateLike
    kind: str = "concede"
    side: int | None = None
    to: int | str | None = None


@dataclass(frozen=True)
class ObservedHistory:
    """Everything that happened until a day, in order; nothing else did.

    Attributes
    ----------
    events
        In order of time; deadlines that pass need not be named.
    silent_until
        Days from the start, or a date, until when nothing more happened; None: the history is
        seen up to its last event.
    """

    events: tuple[ObservedEvent, ...] = ()
    silent_until: float | DateLike = None


@dataclass(frozen=True, eq=False)
class HistoryWeights(Presented):
    """Draws of parameters weighed by what was seen.

    Attributes
    ----------
    weights
        Posterior probability of each draw.
    log_likelihood
        Of the history under each draw: densities of dated events, per unit of the clock.
    effective_draws
        ``1 / sum of squared weights``.
    """

    weights: FloatArray
    log_likelihood: FloatArray
    effective_draws: float


@takes
def weigh_by_history(
    solutions: Sequence[GameSolution],
    history: ObservedHistory,
    *,
    prior: ArrayLike | None = None,
) -> HistoryWeights:
    """Posterior weights of solved games, such as types or draws of parameters, given a history.

    The likelihood of draw k is the product of the hazards of what happened, each when it happened,
    and of the probabilities that nothing happened in between; weights are proportional to prior
    times likelihood.

    Parameters
    ----------
    solutions
        Solved games, one a draw.
    history
        What was seen.
    prior
        Probabilities of the draws; None: equal.

    Returns
    -------
    HistoryWeights

    Raises
    ------
    InvalidInputError
        If the history fits no draw, or an event fits several actions.

    Examples
    --------
    Ten weeks in which nobody acts speak against a side that never will: its rival, who knows
    that, would have given in sooner.

    >>> from negotiation.process.game.nodes import Action, Node
    >>> from negotiation.process.game.process_game import ProcessGame
    >>> from negotiation.process.game.solve import solve_games
    >>> def game(mu):
    ...     acts = Action(0, [0, 0.2], mu), Action(1, [0.1, 0], 0.3)
    ...     war = Node("standoff", [-0.6, -1.07], acts)
    ...     return ProcessGame((war,), discount_rates=[0.05, 0.05], shock_scales=[0.2, 0.2])
    >>> solved = solve_games([game(0.1), game(float("inf"))])
    >>> found = weigh_by_history(solved, ObservedHistory(silent_until=70))
    >>> found.weights.round(3)
    array([0.626, 0.374])
    """
    count = len(solutions)
    if count == 0:
        raise InvalidInputError("no draws", where="solutions", allowed="1 or more")
    shares = (
        np.full(count, 1.0 / count)
        if prior is None
        else float_array(prior, name="prior", shape=(count,), low=0.0)
    )
    likelihood = np.array([_log_likelihood(solution, history) for solution in solutions])
    with np.errstate(divide="ignore"):
        logs = np.log(shares) + likelihood
    top = logs.max()
    if top == -np.inf:
        raise InvalidInputError(
            "the history has probability zero in every draw",
            where="history",
            seen=history,
            hint="Check the order of events and the nodes that they lead to.",
        )
    weights = np.exp(logs - top)
    weights /= weights.sum()
    return HistoryWeights(
        weights=read_only(weights),
        log_likelihood=read_only(likelihood),
        effective_draws=float(1.0 / (weights**2).sum()),
    )


def _log_likelihood(solution: GameSolution, history: ObservedHistory) -> float:
    """Log-likelihood of a history in one solved game."""
    game = solution.process
    node, now, total = int(game.start_node), 0.0, 0.0
    for event in history.events:
        time = solution.time_of(event.day)
        if time < now:
            raise InvalidInputError(
                "events are not in order", where="history.events", seen=event, allowed="by time"
            )
        silence, node = _silence(solution, node, now, time)
        total += silence
        hazard, node = _happened(solution, node, time, event)
        total += float(np.log(hazard)) if hazard > 0.0 else -np.inf
        now = time
    if history.silent_until is not None:
        time = solution.time_of(history.silent_until)
        if time < now:
            raise InvalidInputError(
                "silence ends before the last event",
                where="history.silent_until",
                seen=history.silent_until,
                allowed="not before the last event",
            )
        total += _silence(solution, node, now, time)[0]
    return total


def _silence(solution: GameSolution, node: int, begin: float, end: float) -> tuple[float, int]:
    """Log-probability that nothing happens between two times, and the node afterwards."""
    arrays, count = solution.process.arrays, len(solution.process.nodes)
    if node == count or end == begin:
        return 0.0, node
    last = arrays.spans[-1]
    if begin >= last.begin and node in last.active:
        # Constant hazards; the exponent does not underflow.
        acts = slice(arrays.act_begin[node], arrays.act_begin[node + 1])
        ends = slice(arrays.ending_begin[node], arrays.ending_begin[node + 1])
        leave = solution.final_hazards[acts].sum() + last.ending_rate[ends].sum()
        return -float(leave * (end - begin)), node
    led = chain(solution)
    gone = count + 1
    silent = Chain(
        np.full_like(led.act_target, gone),
        np.full_like(led.ending_target, gone),
        led.later_target,
        led.start,
    )
    left = chances(solution, silent, np.array([end]), node=node, begin=begin)[0, : count + 1]
    after = int(np.argmax(left))
    return (float(np.log(left[after])) if left[after] > 0.0 else -np.inf), after


def _happened(
    solution: GameSolution, node: int, time: float, event: ObservedEvent
) -> tuple[float, int]:
    """Hazard of an observed event in a node, and the node it leads to."""
    game, arrays = solution.process, solution.process.arrays
    count = len(game.nodes)
    if node == count:
        return 0.0, node
    k = int(np.searchsorted(arrays.dates, time, side="right"))
    span = arrays.spans[k]
    if event.side is None:
        first, kinds = int(arrays.ending_begin[node]), [e.kind for e in game.nodes[node].endings]
        rates, targets = span.ending_rate, span.ending_to
    else:
        first = int(arrays.act_begin[node])
        kinds = [a.kind if a.side == event.side else "" for a in game.nodes[node].actions]
        rates, targets = solution.hazards_in(k, time), span.act_to
    fits = [first + q for q, kind in enumerate(kinds) if kind == event.kind]
    if event.to is not None:
        wanted = {"end": -1, **{label: n for n, label in enumerate(game.labels)}}
        to = wanted.get(event.to, event.to) if isinstance(event.to, str) else int(event.to)
        fits = [q for q in fits if targets[q] == to]
    if len(fits) > 1:
        raise InvalidInputError(
            "an event fits several actions or endings",
            where=f"history, node {game.labels[node]!r}",
            seen=event,
            hint="Say with `to` which node it led to.",
        )
    if not fits:
        return 0.0, node
    target = int(targets[fits[0]])
    return float(rates[fits[0]]), count if target < 0 else target
