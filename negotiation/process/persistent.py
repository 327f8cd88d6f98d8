"""The process with persistent types: reputations carried from stage to stage.

With persistence psi the values of conceding and of being conceded to move with the winner's
posterior b:

    L_i^h(b_j) = l_i + V_i^{k+1,(h,i)}((1-psi) z_i, psi b_j + (1-psi) z_j),
    lam_j [F_i - L_i + b_j dL_i/db_j] = N_i,      b_j' = lam_j b_j.

The posteriors of a stage move along one curve that ends at (1, 1), found by integrating backward
(fourth-order Runge-Kutta in ln b, with a node at every kink of the values); off the curve the
side that is too weak concedes at the opening with mu_i = 1 - z_i / b_i.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from negotiation.process.closed_form import (
    ATTRITION,
    NO_EQUILIBRIUM,
    PASSED,
    Branches,
    ProcessArrays,
)
from negotiation.process.graph import links, reachable
from negotiation.values import FloatArray, IntArray

__all__ = ["Curves", "solve_persistent"]

_REASONS = {
    1: "a side stops conceding before the other side's reputation is complete",
    2: "a side is worn down faster than being conceded to is worth: F - L + b dL/db <= 0",
    3: "the curve of posteriors has too many kinks",
}


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
        Codes of `negotiation.process._kernels`.
    counts, curve
        Nodes of the curve ``[node, point, (ln b_U, ln b_C, time before its end)]``.
    curve_hazards
        ``[node, interval, end, side]``.
    priors
        Prior of the tough type of each node, ``[node, side]``.
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
    curve_hazards: FloatArray
    priors: FloatArray
    failure: str = ""


def solve_persistent(
    arrays: ProcessArrays, psi: float, *, tol: float, max_iter: int, steps: int, first: Branches
) -> tuple[Branches, Curves]:
    """Solve a process with persistent types, 0 < psi <= 1.

    Parameters
    ----------
    steps
        Steps along each curve, apart from those that end at kinks.
    first
        Solution without persistence, where the iteration on relapses starts.
    """
    from negotiation.process import _kernels

    order = reachable(arrays)
    number = {place: n for n, place in enumerate(order)}
    size = len(order)
    stage = np.array([k for k, _ in order], dtype=np.int64)
    history = np.array([h for _, h in order], dtype=np.int64)
    following = np.full((size, 2), -1, dtype=np.int64)
    back = np.full(size, -1, dtype=np.int64)
    for n, (k, h) in enumerate(order):
        following[n], back[n] = links(arrays, k, h, number)
    node = np.concatenate(
        [
            arrays.flows[stage, history],
            arrays.concede[stage, history],
            arrays.win[stage, history],
            first.breakdown_values[stage, history],
            arrays.stubbornness[stage],
            np.broadcast_to(arrays.discount_rates, (size, 2)),
            arrays.breakdown_hazard[stage][:, None],
        ],
        axis=1,
    )
    depth = int(stage.max()) + 1
    points = steps + 2 ** (depth + 2) + 80
    width = points + 4
    kind = np.zeros(size, dtype=np.int64)
    behaviour = np.zeros((size, 2), dtype=np.int64)
    at_one, W, V, mu, after, lam = (np.zeros((size, 2)) for _ in range(6))
    T0, pay = np.zeros(size), np.zeros((size, 2, 4))
    cc = np.zeros(size, dtype=np.int64)
    cx = np.zeros((size, points, 3))
    clam = np.zeros((size, points, 2, 2))
    cpay = np.zeros((size, points, 2, 2, 4))
    cknot = np.zeros((size, points), dtype=np.int64)
    tc = np.zeros((size, 2), dtype=np.int64)
    table = np.zeros((size, 2, width, 7))
    tk = np.zeros((size, 2, width), dtype=np.int64)
    rounds, change, failed, code = _kernels.persistent_tree(
        psi,
        steps,
        node,
        following,
        back,
        arrays.relapse_lump[stage],
        tol,
        max_iter,
        kind,
        behaviour,
        at_one,
        W,
        V,
        mu,
        after,
        lam,
        T0,
        pay,
        cc,
        cx,
        clam,
        cpay,
        cknot,
        tc,
        table,
        tk,
    )
    failure = ""
    if code:
        kind[failed] = NO_EQUILIBRIUM
        V[:] = np.nan
        failure = f"stage number {stage[failed] + 1}, history {history[failed]}: {_REASONS[code]}"
    curves = Curves(
        stage=stage,
        history=history,
        following=following,
        back=back,
        kinds=kind,
        behaviours=behaviour,
        counts=cc,
        curve=cx,
        curve_hazards=clam,
        priors=arrays.stubbornness[stage],
        failure=failure,
    )
    branches = _as_branches(
        arrays, curves, V, mu, lam, T0, pay, node[:, 6:8], int(rounds), float(change)
    )
    return branches, curves


def _as_branches(
    arrays: ProcessArrays,
    curves: Curves,
    V: FloatArray,
    mu: FloatArray,
    lam: FloatArray,
    T0: FloatArray,
    pay: FloatArray,
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
    kinds[at] = curves.kinds
    behaviours[at] = np.minimum(curves.behaviours, 3)
    out["T"][at] = np.where(curves.kinds == ATTRITION, T0, np.inf)[:, None]
    for k in range(shape[0] - 1, -1, -1):
        for h in range(arrays.histories(k)):
            if not arrays.opens[k, h] and k + 1 < shape[0]:
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
