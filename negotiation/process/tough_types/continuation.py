"""What is left of a process: the stages from a point on, with the beliefs held there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.data.tables import DateLike, as_date
from negotiation.errors import InvalidInputError
from negotiation.process.stage import Stage
from negotiation.process.stages import MultiStepProcess
from negotiation.values import FloatArray, float_array, number, one_of

__all__ = ["process_from", "stage_number"]


def stage_number(process: MultiStepProcess, stage: str | int) -> int:
    """Return the position of a stage given by name or number."""
    names = [entry.name for entry in process.stages]
    if isinstance(stage, str):
        return names.index(one_of(stage, names, name="stage"))
    if not 0 <= stage < len(names):
        raise InvalidInputError(
            "no such stage", where="stage", seen=stage, allowed=f"0 to {len(names) - 1}"
        )
    return int(stage)


@takes
def process_from(
    process: MultiStepProcess,
    stage: str | int,
    *,
    beliefs: ArrayLike | None = None,
    history: int = 0,
    start: DateLike = None,
    elapsed: float = 0.0,
) -> MultiStepProcess:
    """Return the process that is left once a stage is being played.

    Parameters
    ----------
    process
        The whole process.
    stage
        Name or number of the stage being played; those before it are over.
    beliefs
        Probability that each side is of the tough type, ``[side]``; None keeps the priors.
    history
        Who conceded in the remembered stages before it, as `Stage` counts histories.
    start
        Date from which the rest is counted; None keeps the process's own.
    elapsed
        Time since the stage opened, in units of the clock: its deadline is that much nearer, and
        a growing cost of conceding has grown for that long.

    Raises
    ------
    InvalidInputError
        If there is no such stage or history, a breakdown returns to a stage that is over, or the
        stage's deadline has passed.

    Examples
    --------
    >>> process = MultiStepProcess.from_payoffs(
    ...     flows=[[-0.05, -0.08]] * 2, terms=[[[0.3, 0.6], [0.7, 0.4]]] * 2,
    ...     discount_rates=[0.05, 0.05], stubbornness=[0.1, 0.1])
    >>> rest = process_from(process, 1, beliefs=[0.3, 0.2])
    >>> len(rest.stages), rest.stages[0].stubbornness.tolist()
    (1, [0.3, 0.2])
    """
    first = stage_number(process, stage)
    remembered = process.remembered
    known = sum(remembered[:first])
    if not 0 <= history < 2**known:
        raise InvalidInputError(
            "no such history", where="history", seen=history, allowed=f"0 to {2**known - 1}"
        )

    def part(array: FloatArray | None, level: int) -> FloatArray | None:
        if array is None or len(array) == 1:
            return array
        digits = level - known
        return array[history << digits : (history + 1) << digits]

    stages = []
    level = known
    for k, entry in enumerate(process.stages[first:], start=first):
        back = entry.relapse_to
        if back is not None and back < first:
            raise InvalidInputError(
                "a breakdown returns to a stage that is over",
                where=f"stage {entry.name!r} relapse_to",
                seen=back,
                allowed=f"{first} or later",
            )
        arrays = {
            name: part(getattr(entry, name), level)
            for name in ("flows", "concede", "win", "breakdown", "rates", "opens")
        }
        stages.append(
            replace(entry, relapse_to=None if back is None else back - first, **arrays)  # type: ignore[arg-type]  # flows, concede, win, breakdown are never None
        )
        level += remembered[k]
    spent = number(elapsed, name="elapsed", low=0.0)
    if spent > 0.0:
        stages[0] = _under_way(stages[0], spent)
    if beliefs is not None:
        pair = float_array(beliefs, name="beliefs", shape=(2,), low=0.0, high=1.0)
        stages[0] = replace(stages[0], stubbornness=np.array(pair))
    return replace(
        process,
        stages=tuple(stages),
        rates_after=part(process.rates_after, level),
        start=process.start if start is None else as_date(start, name="start"),
    )


def _under_way(stage: Stage, elapsed: float) -> Stage:
    """Return what is left of a stage after a time without a concession."""
    deadline = None if stage.deadline is None else float(stage.deadline) - elapsed
    if deadline is not None and deadline <= 0.0:
        raise InvalidInputError(
            "the stage's deadline has passed",
            where="elapsed",
            seen=elapsed,
            allowed=f"less than {stage.deadline}",
        )
    grown = stage.audience_cost + elapsed * stage.audience_growth
    return replace(stage, deadline=deadline, audience_cost=grown)
