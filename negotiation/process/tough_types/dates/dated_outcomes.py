"""Dates and outcomes of a process by forward recursion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from negotiation.process.tough_types.closed_form import SolvedProcess
from negotiation.process.tough_types.dates.forward_recursion import NEGLIGIBLE, Chain
from negotiation.process.tough_types.node_laws import NodeLaw, node_laws
from negotiation.values import FloatArray, IntArray

__all__ = [
    "Chain",
    "EventualOutcomes",
    "deal_by_recursion",
    "discounted_deal",
    "eventual_outcomes",
    "longest_duration",
]


@dataclass(frozen=True, eq=False)
class EventualOutcomes:
    """What happens in the end, whenever it happens.

    Attributes
    ----------
    deal
        Probability of a deal.
    stage, history
        Of each node that is played.
    concessions
        ``[node, conceder]``: expected number of times a side's concession ends the node.
    openings
        ``[node]``: expected number of times it opens.
    impasse
        ``[node]``: expected number of times it is left with only tough types.
    time
        Mean time of the deal, given one.
    """

    deal: float
    stage: IntArray
    history: IntArray
    concessions: FloatArray
    openings: FloatArray
    impasse: FloatArray
    time: float


def _to_the_end(solution: SolvedProcess, *, rate: float) -> tuple[Chain, Any]:
    """Return the chain without steps of time, and its factorised visits."""
    laws = _curves(solution, np.inf)
    chain = Chain(laws, [law.places() for law in laws], None, rate)
    # A cycle that nothing leaves makes the system singular; a deal cannot follow from it.
    matrix = chain.stay + (1.0 - NEGLIGIBLE) * chain.move
    return chain, splu((sparse.identity(chain.size, format="csc") - matrix.tocsc()).tocsc())


def discounted_deal(solution: SolvedProcess, rate: float) -> float:
    """Return E[exp(-rate T); deal], every later attempt after a relapse included."""
    chain, factor = _to_the_end(solution, rate=rate)
    row = 2 * len(chain.laws)
    deal = chain.start_counts[row] + (chain.counts[[row]] @ factor.solve(chain.start))[0]
    return float(min(max(deal, 0.0), 1.0))


def eventual_outcomes(solution: SolvedProcess) -> EventualOutcomes:
    """Run the chain to its end, with the points of each curve as places."""
    chain, factor = _to_the_end(solution, rate=0.0)
    laws, ends, size = chain.laws, chain.ends, len(chain.laws)
    visits = factor.solve(chain.start)
    counts = chain.start_counts + chain.counts @ visits
    impasse = np.zeros(size)
    width, exit_time = np.zeros(chain.size), np.zeros(chain.size)
    for m, law in enumerate(laws):
        base, places = int(chain.offset[m]), ends[m]
        impasse[m] += visits[base] * (1.0 - law.last_concessions().sum())
        if law.breakdown_hazard > 0.0 and not law.to_deadline:
            exit_time[base] = 1.0 / law.breakdown_hazard
        if len(places) > 1 and not np.isfinite(law.duration):
            exit_time[base + 1] = 1.0 / (law.steady_hazards.sum() + law.breakdown_hazard)
        elif len(places) > 1:
            cells = slice(base + 1, base + len(places))
            width[cells], exit_time[cells] = np.diff(places), law.exit_times(places)
    to_deal = np.asarray(chain.counts[2 * size].todense()).ravel()
    chances = factor.solve(to_deal, trans="T")
    staying = chain.stay.T @ chances
    moment = float(visits @ (width * staying + exit_time * (chances - staying)))
    deal = float(min(max(counts[2 * size], 0.0), 1.0))
    return EventualOutcomes(
        deal=deal,
        stage=np.array([law.stage for law in laws]),
        history=np.array([law.history for law in laws]),
        concessions=counts[: 2 * size].reshape(size, 2),
        openings=counts[2 * size + 1 :],
        impasse=impasse,
        time=moment / deal if deal > 0.0 else float("nan"),
    )


def longest_duration(solution: SolvedProcess) -> float:
    """Longest finite time for which concessions can last in a stage."""
    laws = node_laws(solution)
    return max((law.duration for law in laws if np.isfinite(law.duration)), default=0.0)


def _curves(solution: SolvedProcess, horizon: float) -> list[NodeLaw]:
    """Laws of the nodes, their curves up to a deadline before the horizon."""
    return [law if law.deadline > horizon else law.until_deadline() for law in node_laws(solution)]


def deal_by_recursion(
    solution: SolvedProcess, horizon: float, *, steps: int, stage: int
) -> tuple[FloatArray, FloatArray]:
    """Probability that a stage is over by each of ``steps + 1`` times up to a horizon.

    Returns the times and the probabilities. With relapse, the first time counts.
    """
    laws = _curves(solution, horizon * (1.0 + 1e-9))
    span = horizon / steps
    ends = [law.places(span) for law in laws]
    chain = Chain(laws, ends, span)
    last = len(solution.process.stages)
    done, first = np.zeros(chain.size), 1.0 if laws[0].stage > stage else 0.0
    for n, law in enumerate(laws):
        for c in range(2):
            child = int(law.following[c])
            # A stage that is passed at once is over when the one before it is.
            if law.stage <= stage < (laws[child].stage if child >= 0 else last):
                done += np.asarray(chain.counts[2 * n + c].todense()).ravel()
                first += chain.start_counts[2 * n + c]
    # Mass past the stage no longer counts: it could only come back by a relapse.
    past = np.concatenate(
        [np.full(len(places), law.stage > stage) for law, places in zip(laws, ends, strict=True)]
    )
    keep = sparse.diags((~past).astype(np.float64))
    chain.move, alive = keep @ chain.move, keep @ chain.start
    out = np.empty(steps + 1)
    out[0] = first
    half = 0.5 * chain.move
    for step in range(1, steps + 1):
        # Concessions fall in the middle of a step on average: half of what they open is put at
        # its start and half at its end, which makes the recursion second order.
        extra = alive
        whole = alive.copy()
        while True:
            extra = half @ extra
            if extra.sum() <= NEGLIGIBLE:
                break
            whole += extra
        out[step] = out[step - 1] + done @ whole
        alive = chain.stay @ whole + half @ whole
    return np.linspace(0.0, horizon, steps + 1), out
