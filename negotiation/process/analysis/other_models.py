"""Other models of the stage that is open, so that conclusions are not one model's.

All take the stakes of a solved Markov game: what a side earns while the stage lasts, and what it is
worth to concede or to be conceded to, audience costs included. Reputation with two types (Abreu
and Gul 2000, by `negotiation.process.tough_types`) adds a probability that a side never concedes
and takes shocks away; alternating offers (Rubinstein 1982; with flows Muthoo 1999) let the sides
divide what lies between the two concessions, under complete information.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.process.game.dates import CONCESSIONS
from negotiation.process.game.solution import GameSolution
from negotiation.process.solve import ProcessSolution, solve_process
from negotiation.process.stages import MultiStepProcess
from negotiation.values import FloatArray, float_array, number

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["compare_models", "open_stage_with_tough_types"]

#: The models, and what each assumes, in the words of the table.
_ASSUMES = (
    ("Markov game with private shocks", "shocks to each window; every side may concede"),
    ("two types, closed form", "a side may be of a type that never concedes; no shocks"),
    ("alternating offers", "complete information; what lies between can be divided"),
)


def _stakes(solution: GameSolution) -> FloatArray:
    """Payoffs ``[conceder, side]`` of each side's best concession at the start, costs taken off."""
    game = solution.process
    start = int(game.start_node)
    out = np.full((2, 2), np.nan)
    for action in game.nodes[start].actions:
        if action.kind in CONCESSIONS:
            later = np.zeros(2) if action.to is None else solution.node_values[int(action.to)]
            worth = np.asarray(action.payoff) + later
            worth[action.side] -= action.audience_cost
            if not worth[action.side] <= out[action.side, action.side]:
                out[action.side] = worth
    if np.isnan(out).any():
        raise InvalidInputError(
            "both sides must be able to concede where play starts",
            where="solution",
            seen=game.nodes[start].label,
        )
    return out


@takes
def open_stage_with_tough_types(
    solution: GameSolution, toughness: ArrayLike = (0.1, 0.1)
) -> ProcessSolution:
    """Solve the open stage as reputation with two types, at the stakes of a solved Markov game.

    Parameters
    ----------
    solution
        Where both sides can concede at the start.
    toughness
        Prior probability that a side never concedes, ``[side]``.

    Raises
    ------
    InvalidInputError
        If a side cannot concede where play starts.
    """
    game = solution.process
    process = MultiStepProcess.from_payoffs(
        flows=[game.nodes[int(game.start_node)].flow],
        terms=[_stakes(solution)],
        discount_rates=game.discount_rates,
        stubbornness=float_array(toughness, name="toughness", shape=(2,), low=0.0, high=1.0),
        time_unit=game.time_unit,
        players=game.players,
    )
    return solve_process(process)


def _offers(
    ends: FloatArray, waiting: FloatArray, patience: FloatArray
) -> tuple[FloatArray | None, float]:
    """Shares proposed by each side, and how far they are from leaving the other indifferent.

    The share t gives side i ``ends[0, i] + t (ends[1, i] - ends[0, i])``; a proposer offers what
    makes the other indifferent between accepting and its own offer a round later.
    """
    slope = ends[1] - ends[0]
    if not (slope[0] > 0.0 > slope[1]):
        # No conflict along the line: the end that both prefer, if it beats waiting.
        best = ends.sum(axis=1).argmax()
        fine = bool(np.all(ends[best] >= waiting))
        return (np.full(2, float(best)) if fine else None), 0.0
    low = max(0.0, (waiting[0] - ends[0, 0]) / slope[0])
    high = min(1.0, (waiting[1] - ends[0, 1]) / slope[1])
    if low > high:
        return None, 0.0
    shares = np.array([high, low])
    for _ in range(100_000):
        mine = (1.0 - patience[1]) * waiting[1] + patience[1] * (ends[0, 1] + shares[1] * slope[1])
        yours = (1.0 - patience[0]) * waiting[0] + patience[0] * (ends[0, 0] + shares[0] * slope[0])
        new = np.clip([(mine - ends[0, 1]) / slope[1], (yours - ends[0, 0]) / slope[0]], 0.0, 1.0)
        change = float(np.abs(new - shares).max())
        shares = new
        if change <= 1e-13:
            break
    return shares, change


@takes
def compare_models(
    solution: GameSolution,
    *,
    days: Sequence[float] = (29.0, 59.0, 243.0),
    toughness: ArrayLike = (0.1, 0.1),
    round_days: float = 7.0,
) -> pd.DataFrame:
    """Put the Markov game and its alternatives side by side.

    Parameters
    ----------
    solution
        Of the Markov game; all models are about the stage in which it starts.
    days
        Days from the start by which the stage may be over.
    toughness
        As in `open_stage_with_tough_types`.
    round_days
        Time between offers.

    Returns
    -------
    DataFrame
        One row a model: probability that the stage is over by each date, share of the concessions
        that each side makes (for offers: of what is divided), largest violation of the model's
        own conditions, and what it assumes.
    """
    import pandas as pd

    game = solution.process
    dates = float_array(days, name="days", ndim=1, low=0.0)
    types = open_stage_with_tough_types(solution, toughness)
    ends = _stakes(solution)
    rate = np.asarray(game.discount_rates)
    if np.any(rate <= 0.0):
        raise InvalidInputError(
            "waiting costs nothing", where="discount_rates", seen=rate.tolist(), allowed="> 0"
        )
    waiting = game.nodes[int(game.start_node)].flow / rate
    patience = np.exp(-rate * game.in_time(number(round_days, name="round_days", low=0.0)))
    offered, residual = _offers(ends, waiting, patience)
    agreed = offered is not None
    share = float(np.mean(offered)) if offered is not None else np.nan
    conceding = types.success[0]
    made = conceding / conceding.sum() if conceding.sum() > 0.0 else np.full(2, np.nan)
    cut, first = np.asarray(solution.cut_by(dates)), solution.concedes(solution.open_stage)
    told = (
        (cut, first, solution.residual),
        (np.asarray(types.stage_by(0, dates)), made, types.residual),
        (np.full(len(dates), float(agreed)), np.array([1.0 - share, share]), residual),
    )
    rows: list[dict[str, Any]] = []
    for (model, assumes), (chances, shares, certificate) in zip(_ASSUMES, told, strict=True):
        row: dict[str, Any] = {"model": model}
        row |= {f"over_by_{day:g}_days": float(p) for day, p in zip(dates, chances, strict=True)}
        row |= {f"{name}_concedes": float(p) for name, p in zip(game.players, shares, strict=True)}
        rows.append(row | {"certificate": certificate, "assumes": assumes})
    return pd.DataFrame(rows)
