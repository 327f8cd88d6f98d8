"""The process with persistent types: reputations carried from stage to stage.

With persistence psi the values of conceding and of being conceded to move with the winner's
posterior b:

    L_i^h(b_j) = l_i + V_i^{k+1,(h,i)}((1-psi) z_i, psi b_j + (1-psi) z_j),
    lam_j [F_i - L_i + b_j dL_i/db_j] = N_i,      b_j' = lam_j b_j.

The posteriors of a stage move along one curve that ends at (1, 1), found by integrating backward
(fourth-order Runge-Kutta in ln b, with a node at every kink of the values); off the curve the
side that is too weak concedes at the opening with mu_i = 1 - z_i / b_i.

With a deadline or a growing cost of conceding hazards depend on the time as well, and each entry
has a path of its own, found by shooting on its end; see `kernels/clocks.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from negotiation.process.tough_types.closed_form import Branches, ProcessArrays
from negotiation.process.tough_types.histories import links, reachable
from negotiation.process.tough_types.kernels.regimes import ATTRITION, NO_EQUILIBRIUM, PASSED
from negotiation.values import FloatArray, IntArray

__all__ = ["ClockedPlays", "Curves", "solve_persistent"]

_REASONS = {
    1: "a side stops conceding before the other side's reputation is complete",
    2: "a side is worn down faster than being conceded to is worth: F - L + b dL/db <= 0",
    3: "the curve of posteriors has too many kinks",
    4: "the path of what the sides do at the end is lost",
}
#: Points of the path of a play with a clock: of the even grid, and those kept for knots.
_POINTS = 65


@dataclass(frozen=True, eq=False)
class ClockedPlays:
    """How a node with a clock is played from each entry.

    Attributes
    ----------
    spans
        Time up to which the sides concede with hazards, of each play.
    last
        Chance of conceding at the deadline ``[play, side]``, once it is reached.
    paths
        Log posteriors of both sides, and times since the opening, ``[play, point, 3]``, from just
        after the opening to that time; the opening may be repeated.
    entries
        For entries after a loss of the first side, of the second, and at the priors: log
        posterior of the winner (of the second side), descending from zero, and number of the play
        that follows.
    """

    spans: FloatArray
    last: FloatArray
    paths: FloatArray
    entries: tuple[tuple[FloatArray, IntArray], ...]


@dataclass(frozen=True, eq=False)
class Curves:
    """Curves of posteriors and tables of values of every node that can be reached.

    Attributes
    ----------
    stage, history
        Of each node; node 0 is where play starts.
    following
        ``[node, conceder]``: next node, -1 after the last stage.
    back
        Node to which a breakdown returns, -1 for none.
    kinds, behaviours
        See `negotiation.process.tough_types.kernels.regimes`.
    counts, curve
        Nodes of the curve ``[node, point, (ln b_U, ln b_C, time before its end)]``.
    priors
        Prior of the tough type of each node, ``[node, side]``.
    shown
        Kind of each node at its prior, and behaviours of both sides, ``[node, 3]``.
    plays
        Of each node with a clock, None for others; see `ClockedPlays`.
    failure
        Empty, or what went wrong and where.
    """

    stage: IntArray
    history: IntArray
    following: IntArray
    back: IntArray
    kinds: IntArray
    behaviours: IntArray
    counts: IntArray
    curve: FloatArray
    priors: FloatArray
    shown: IntArray
    plays: tuple[ClockedPlays | None, ...]
    failure: str = ""


@dataclass(frozen=True, eq=False)
class _Shape:
    """Nodes of a process and how they are linked: what processes of one batch share."""

    stage: IntArray
    history: IntArray
    following: IntArray
    back: IntArray


def _shape(arrays: ProcessArrays) -> _Shape:
    order = reachable(arrays)
    number = {place: n for n, place in enumerate(order)}
    following = np.full((len(order), 2), -1, dtype=np.int64)
    back = np.full(len(order), -1, dtype=np.int64)
    for n, (k, h) in enumerate(order):
        following[n], back[n] = links(arrays, k, h, number)
    return _Shape(
        stage=np.array([k for k, _ in order], dtype=np.int64),
        history=np.array([h for _, h in order], dtype=np.int64),
        following=following,
        back=back,
    )


def solve_persistent(
    problems: Sequence[tuple[ProcessArrays, float, FloatArray]],
    *,
    tol: float,
    max_iter: int,
    steps: int,
) -> list[tuple[Branches, Curves]]:
    """Solve processes with persistent types, 0 < psi <= 1.

    Parameters
    ----------
    problems
        Arrays, persistence, and the values of a breakdown ``[stage, history, side]`` from which
        the iteration on relapses starts, of each process.
    steps
        Steps along each curve, apart from those that end at kinks.
    """
    groups: dict[tuple[bytes, ...], list[int]] = {}
    for place, (arrays, _, _) in enumerate(problems):
        parts = (arrays.shift, arrays.opens, arrays.relapse_to)
        key = tuple(part.tobytes() for part in parts)
        # Plays with a clock take room: such processes are solved one at a time.
        alone = (str(place).encode(),) if arrays.has_clock else ()
        groups.setdefault(key + alone, []).append(place)
    found: dict[int, tuple[Branches, Curves]] = {}
    for members in groups.values():
        solved = _solve_group(
            [problems[place] for place in members],
            _shape(problems[members[0]][0]),
            tol=tol,
            max_iter=max_iter,
            steps=steps,
        )
        found.update(zip(members, solved, strict=True))
    return [found[place] for place in range(len(problems))]


def _solve_group(
    problems: Sequence[tuple[ProcessArrays, float, FloatArray]],
    shape: _Shape,
    *,
    tol: float,
    max_iter: int,
    steps: int,
) -> list[tuple[Branches, Curves]]:
    from negotiation.process.tough_types.kernels import persistent

    stage, history = shape.stage, shape.history
    count, size = len(problems), len(stage)
    clock = any(arrays.has_clock for arrays, _, _ in problems)
    points = steps + 2 ** (int(stage.max()) + 3) + (400 if clock else 80)
    node = np.empty((count, size, 16))
    plays, grid = (6 * steps + 200, _POINTS) if clock else (1, 1)
    for p, (arrays, _, start) in enumerate(problems):
        node[p, :, 0:2] = arrays.flows[stage, history]
        node[p, :, 2:4] = arrays.concede[stage, history]
        node[p, :, 4:6] = arrays.win[stage, history]
        node[p, :, 6:8] = start[stage, history]
        node[p, :, 8:10] = arrays.stubbornness[stage]
        node[p, :, 10:12] = arrays.discount_rates
        node[p, :, 12] = arrays.breakdown_hazard[stage]
        node[p, :, 13:15] = arrays.audience_growth[stage]
        node[p, :, 15] = arrays.deadlines[stage]
    kind, cc = (np.zeros((count, size), dtype=np.int64) for _ in range(2))
    behaviour = np.zeros((count, size, 2), dtype=np.int64)
    V, mu, lam = (np.zeros((count, size, 2)) for _ in range(3))
    T0, pay = np.zeros((count, size)), np.zeros((count, size, 2, 4))
    cx, clam = np.zeros((count, size, points, 3)), np.zeros((count, size, points, 2, 2))
    rounds, failed, code = (np.zeros(count, dtype=np.int64) for _ in range(3))
    change = np.zeros(count)
    clocked = np.zeros((count, size), dtype=np.int64)
    shown, last = np.zeros((count, size, 3), dtype=np.int64), np.zeros((count, size, 2))
    place, chance = np.zeros((count, size, plays, 5)), np.zeros((count, size, plays, 2))
    span, path = np.zeros((count, size, plays)), np.zeros((count, size, plays, grid, 3))
    counts, logs = np.zeros((count, size, 4), dtype=np.int64), np.zeros((count, size, 3, plays + 8))
    which = np.zeros((count, size, 3, plays + 8), dtype=np.int64)
    persistent.persistent_batch(
        np.array([psi for _, psi, _ in problems]),
        steps,
        node,
        shape.following,
        shape.back,
        np.array([arrays.relapse_lump[stage] for arrays, _, _ in problems]),
        tol,
        max_iter,
        points,
        kind,
        behaviour,
        V,
        mu,
        lam,
        T0,
        pay,
        cc,
        cx,
        clam,
        rounds,
        change,
        failed,
        code,
        clocked,
        shown,
        last,
        place,
        span,
        chance,
        path,
        counts,
        logs,
        which,
    )
    out = []
    for p, (arrays, _, _) in enumerate(problems):
        failure = ""
        if code[p]:
            at = int(failed[p])
            kind[p, at] = NO_EQUILIBRIUM
            V[p] = np.nan
            failure = (
                f"stage number {stage[at] + 1}, history {history[at]}: {_REASONS[int(code[p])]}"
            )
        # Curves are kept only as far as they go.
        used = max(int(cc[p].max()), 1)
        curves = Curves(
            stage=stage,
            history=history,
            following=shape.following,
            back=shape.back,
            kinds=kind[p],
            behaviours=behaviour[p],
            counts=cc[p],
            curve=cx[p, :, :used].copy(),
            priors=arrays.stubbornness[stage],
            shown=shown[p],
            plays=tuple(
                ClockedPlays(
                    spans=span[p, n, : counts[p, n, 0]].copy(),
                    last=chance[p, n, : counts[p, n, 0]].copy(),
                    paths=path[p, n, : counts[p, n, 0]].copy(),
                    entries=tuple(
                        (logs[p, n, m, :found].copy(), which[p, n, m, :found].copy())
                        for m, found in enumerate(counts[p, n, 1:].tolist())
                    ),
                )
                if clocked[p, n] and counts[p, n, 3]
                else None
                for n in range(size)
            ),
            failure=failure,
        )
        branches = _as_branches(
            arrays,
            curves,
            V[p],
            mu[p],
            lam[p],
            T0[p],
            pay[p],
            last[p],
            node[p, :, 6:8],
            int(rounds[p]),
            float(change[p]),
        )
        out.append((branches, curves))
    return out


def _as_branches(
    arrays: ProcessArrays,
    curves: Curves,
    V: FloatArray,
    mu: FloatArray,
    lam: FloatArray,
    T0: FloatArray,
    pay: FloatArray,
    last: FloatArray,
    B: FloatArray,
    rounds: int,
    change: float,
) -> Branches:
    """Lay node arrays out by stage and history; stages passed at once keep what follows them."""
    shape = arrays.flows.shape
    out = {name: np.zeros(shape) for name in ("V", "L", "F", "B", "lam", "T", "mu", "last")}
    horizons = np.zeros(shape[:2])
    kinds = np.full(shape[:2], PASSED, dtype=np.int64)
    behaviours = np.zeros(shape, dtype=np.int64)
    at = (curves.stage, curves.history)
    out["V"][at], out["mu"][at], out["lam"][at], out["B"][at] = V, mu, lam, B
    out["L"][at] = pay[:, ::-1, 0]
    out["F"][at] = pay[:, :, 2]
    horizons[at] = T0
    out["last"][at] = last
    kinds[at] = np.where(curves.kinds == NO_EQUILIBRIUM, NO_EQUILIBRIUM, curves.shown[:, 0])
    behaviours[at] = curves.shown[:, 1:]
    out["T"][at] = np.where(kinds[at] == ATTRITION, T0, np.inf)[:, None]
    for k, h in np.argwhere(arrays.opens[:-1] == 0.0)[::-1].tolist():
        for name in ("V", "L", "F"):
            out[name][k, h] = out["V"][k + 1, arrays.child(k, h, 0)]
    return Branches(
        values=out["V"],
        concede_values=out["L"],
        win_values=out["F"],
        breakdown_values=out["B"],
        hazards=out["lam"],
        exhaustion=out["T"],
        horizons=horizons,
        atoms=out["mu"],
        deadline_atoms=out["last"],
        kinds=kinds,
        behaviours=behaviours,
        rounds=rounds,
        relapse_change=change,
    )
