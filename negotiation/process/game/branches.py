"""Equilibria of a game: values on the branch from large shocks, before dates, other solutions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from negotiation.arguments import takes
from negotiation.presentation import Presented
from negotiation.process.game._kernels import (
    correct,
    evaluate,
    integrate_back,
    node_solutions,
    solve_stationary,
    workspace,
)
from negotiation.process.game.layout import Block, GameArrays, Path, Span
from negotiation.process.game.process_game import SolvedGame
from negotiation.values import FloatArray, IntArray, random_generator, read_only

__all__ = ["Multiplicity", "continued", "hazards_of", "multiplicity", "stationary"]

#: How far, in scales of the shocks, a corrector may move a value while the branch is followed.
LARGEST_CORRECTION = 0.3
#: Two solutions nearer than this, in scales of the shocks, are one.
_SAME = 1e-6
#: Values of nodes at dates that a path may hold (about half a gigabyte).
_MOST_VALUES = 10_000_000


def stationary(
    arrays: GameArrays, values: FloatArray, given: IntArray, max_iter: int
) -> tuple[FloatArray, IntArray]:
    """Values after the last date, where ``given`` marks nodes whose values stand.

    Returns the values, those of nodes whose deadline has passed included, and the steps along the
    branch of each block.
    """
    last = arrays.spans[-1]
    values = values.copy()
    begins = np.cumsum([0] + [len(block.members) for block in arrays.blocks])
    order = [block.members for block in arrays.blocks]
    bordered = [block.bordered for block in arrays.blocks]
    if not order:
        steps = np.zeros(0, dtype=np.int64)
    else:
        steps = solve_stationary(
            values,
            given,
            read_only(np.concatenate(order)),
            begins,
            read_only(np.concatenate(bordered)),
            last.tables,
            LARGEST_CORRECTION,
            max_iter,
        )
    fill_passed(last, values)
    return values, steps


def fill_passed(span: Span, values: FloatArray) -> None:
    """Give nodes whose deadline has passed the value of what followed."""
    if len(span.active) < len(values):
        for n in set(range(len(values))) - set(span.active.tolist()):
            to = span.later_to[n]
            values[n] = span.later_pay[n] + (values[to] if to >= 0 else 0.0)


def continued(
    arrays: GameArrays, final: FloatArray, *, tol: float, max_iter: int
) -> tuple[FloatArray, FloatArray, tuple[Path, ...]]:
    """Values and hazards at the start, and the paths of values on the way back to it."""
    values = final.copy()
    paths: list[Path] = []
    if np.isfinite(values).all():
        for k in range(len(arrays.spans) - 2, -1, -1):
            span = arrays.spans[k]
            members = read_only(np.intersect1d(arrays.dated, span.active))
            path = _path_back(span, values, members, tol, max_iter)
            paths.append(path)
            if not len(path.dates):
                values[:] = np.nan
                break
            fill_passed(span, values)
    return values, hazards_of(arrays, 0, values), tuple(reversed(paths))


def _path_back(
    span: Span, values: FloatArray, members: IntArray, tol: float, max_iter: int
) -> Path:
    """Path of values from the end of a span to its beginning, which ``values`` become.

    Without dates where it takes too many steps, or more room than `_MOST_VALUES`.
    """
    room = 256
    while True:
        now = values.copy()
        dates, path = np.empty(room), np.zeros((room, len(values), 2, 3))
        known = integrate_back(
            now, span.begin, span.end, members, span.tables, tol, 100 * max_iter, dates, path
        )
        if known < 0 and room * len(values) > _MOST_VALUES:
            known = 0
        if known >= 0:
            values[:] = now
            return Path(members, dates[:known].copy(), path[:known].copy())
        room *= 4


def hazards_of(arrays: GameArrays, k: int, values: FloatArray) -> FloatArray:
    """Hazards of all actions at given values in a span."""
    span = arrays.spans[k]
    work = workspace(len(values), len(span.act_to))
    evaluate(1.0, np.array(values), span.active, span.tables, work)
    return work[0]


@dataclass(frozen=True, eq=False)
class Multiplicity(Presented):
    """What is known about the number of equilibria.

    Attributes
    ----------
    unique
        True: proven; False: others were found; None: not proven.
    others
        Values ``[node, side]`` at the start of equilibria in which one block of nodes is on another
        solution and the nodes before it follow their branch from large shocks.
    by_node
        Solutions of each single node whose continuation is known, ``[solution, side]``.
    proven
        Blocks of nodes with a proof: all solutions of theirs are listed.
    blocks
        Number of blocks.
    """

    unique: bool | None
    others: tuple[FloatArray, ...]
    by_node: dict[int, FloatArray]
    proven: int
    blocks: int


@takes
def multiplicity(
    solution: SolvedGame,
    *,
    restarts: int = 60,
    most: int = 100_000,
    rng: np.random.Generator | int = 0,
) -> Multiplicity:
    """Look for other equilibria.

    A node that leads back to no node before it is a game of two equations: a side's value is a
    fixed point of reply to reply, and interval bisection finds all of them or says which intervals
    it could not settle. Nodes that lead to one another are restarted from random values, which
    finds solutions and proves nothing. With dates the values before a date follow from those
    after it.

    Parameters
    ----------
    solution
        A solved game.
    restarts
        Newton starts in each block of nodes that lead to one another.
    most
        Intervals looked at in a node.
    rng
        Source of the restarts, or a seed.
    """
    arrays = solution.process.arrays
    generator = random_generator(rng)
    values = np.array(solution.final_values)
    scale = solution.process.shock_scales
    by_node: dict[int, FloatArray] = {}
    alternatives: list[tuple[int, FloatArray]] = []
    proven = 0
    for k, block in enumerate(arrays.blocks):
        found, complete = _solutions(arrays, block, values, restarts, most, generator)
        proven += complete
        if complete:
            by_node[int(block.members[0])] = read_only(found[:, 0])
        here = values[block.members]
        alternatives += [
            (k, other) for other in found if np.abs((other - here) / scale).max() > _SAME
        ]
    completed = (_completed(solution, k, other) for k, other in alternatives)
    others = tuple(other for other in completed if np.isfinite(other).all())
    all_proven = proven == len(arrays.blocks)
    return Multiplicity(
        unique=False if alternatives else (True if all_proven else None),
        others=others,
        by_node=by_node,
        proven=proven,
        blocks=len(arrays.blocks),
    )


def _solutions(
    arrays: GameArrays,
    block: Block,
    values: FloatArray,
    restarts: int,
    most: int,
    rng: np.random.Generator,
) -> tuple[FloatArray, bool]:
    """Solutions ``[solution, member, side]`` of a block, and whether these are proven to be all."""
    n = int(block.members[0])
    last = arrays.spans[-1]
    acts = slice(arrays.act_begin[n], arrays.act_begin[n + 1])
    ends = slice(arrays.ending_begin[n], arrays.ending_begin[n + 1])
    if len(block.members) > 1 or n in last.act_to[acts] or n in last.ending_to[ends]:
        return _restarted(arrays, block.members, values, restarts, rng), False
    flow, discount, scale, windows, weight = last.tables[8:]
    rate, base = last.ending_rate[ends], flow[n].copy()
    base += rate @ (last.ending_pay[ends] + _of(values, last.ending_to[ends]))
    ahead = last.act_pay[acts] + _of(values, last.act_to[acts])
    first, second = ahead[arrays.act_side[acts] == 0], ahead[arrays.act_side[acts] == 1]
    # A side that never acts has neither hazard nor weight, which is already counted as lost.
    first, second = first[first[:, 0] > -np.inf], second[second[:, 1] > -np.inf]
    worth = [np.ascontiguousarray(own) for own in (*first.T, *second.T[::-1])]
    node = (base, discount + rate.sum(), scale, windows, weight[n].copy(), *worth)
    found, undecided = node_solutions(node, 1e-10, most)
    return found[:, None, :], undecided == 0


def _of(values: FloatArray, to: IntArray) -> FloatArray:
    """Values of nodes, zero where play ends."""
    return np.asarray(np.where((to >= 0)[:, None], values[to], 0.0))


def _restarted(
    arrays: GameArrays,
    members: IntArray,
    values: FloatArray,
    restarts: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Solutions that Newton's method finds from random values."""
    last = arrays.spans[-1]
    count, nodes = len(members), len(values)
    size = 2 * count + 1
    work = workspace(nodes, len(last.act_to))
    scale = last.tables[10]
    low, high = values[members].min(axis=0), values[members].max(axis=0)
    reach = np.maximum(high - low, 10.0 * scale)
    found = [values[members]]
    # Every node is bordered: Newton's steps from anywhere are solved with pivots.
    bordered = read_only(np.ones(count, dtype=np.int64))
    for _ in range(restarts):
        trial = np.array(values)
        trial[members] = rng.uniform(low - 0.5 * reach, high + 0.5 * reach, size=(count, 2))
        part = members, bordered, np.full(nodes, -1, dtype=np.int64)
        room = np.zeros((count, 2, size + 1)), np.zeros((size, size + 1)), np.zeros((nodes, 2))
        none = np.zeros((nodes, 2))
        sign = correct(0.0, trial, part, last.tables, work, none, 1.0, room, np.inf, 0.0, False)[0]
        new = trial[members]
        if sign != 0.0 and all(np.abs((new - old) / scale).max() > _SAME for old in found):
            found.append(new)
    return np.array(found)


def _completed(solution: SolvedGame, k: int, other: FloatArray) -> FloatArray:
    """Values at the start of the game in which block ``k`` is on another solution."""
    arrays = solution.process.arrays
    values = np.array(solution.final_values)
    values[arrays.blocks[k].members] = other
    given = np.zeros(len(values), dtype=np.int64)
    for block in arrays.blocks[: k + 1]:
        given[block.members] = 1
    max_iter = 10_000
    final, steps = stationary(arrays, values, given, max_iter)
    if (steps < 0).any():
        final[:] = np.nan
    return read_only(continued(arrays, final, tol=solution.tol, max_iter=max_iter)[0])
