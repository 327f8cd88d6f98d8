"""Beliefs along a stage that is solved again at every piece of news.

Where a clock runs, hazards change along the path of a stage. Its curve of posteriors still is the
likelihood of silence: a side with posterior b at the opening has not
conceded when its posterior has reached b' with probability b / b'. News takes the pair of
posteriors off the curve; the rest of the stage is then solved from there, with the atom of the
side that is too weak.

Source: Abreu and Gul (2000), Bargaining and reputation, for beliefs in silence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.process.solve import solve_process
from negotiation.process.stages import MultiStepProcess
from negotiation.process.tough_types.continuation import process_from
from negotiation.process.tough_types.kernels.regimes import ATTRITION, NEVER, WAITS
from negotiation.process.tough_types.node_laws import NodeLaw, node_laws
from negotiation.values import FloatArray

__all__ = ["filter_by_solving"]

_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class _Opened:
    """A stage solved from given beliefs: who concedes at once, and the path in silence.

    Attributes
    ----------
    law
        Of the stage.
    atoms
        Probability ``[side]`` of conceding at once.
    log_beliefs
        Log posteriors ``[side]`` when nobody has done so.
    left
        Time until concessions end; infinite where both sides are known to be normal.
    """

    law: NodeLaw
    atoms: FloatArray
    log_beliefs: FloatArray
    left: float

    def after(self, span: float) -> tuple[FloatArray, float]:
        """Log posteriors ``[side]`` after a time of silence, and the log chance of it."""
        if not np.isfinite(self.left):
            return self.log_beliefs, -float(self.law.steady_hazards.sum()) * span
        spent = min(span, self.left)
        if spent <= 0.0:
            return self.log_beliefs, 0.0
        ends = self.law.log_beliefs(np.array([self.left, self.left - spent]))
        grown = np.maximum(ends[1] - ends[0], 0.0)
        reached = np.minimum(self.log_beliefs + grown, 0.0)
        # Where one type is exhausted both are: rounding must not leave the other a hair below.
        return np.where(reached > -_ROUNDING, 0.0, reached), -float(grown.sum())


def _opened(process: MultiStepProcess, stage: int, beliefs: FloatArray, elapsed: float) -> _Opened:
    rest = process_from(process, stage, beliefs=beliefs, elapsed=elapsed)
    law = node_laws(solve_process(rest))[0]
    atoms = law.atoms
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(beliefs)
        if law.kind not in {ATTRITION, WAITS}:
            # Whoever would have conceded and has not is tough.
            logs = np.where((atoms > 0.0) & (law.behaviour != NEVER), 0.0, logs)
            return _Opened(law, atoms, logs, 0.0)
        logs = np.where(atoms < 1.0, np.minimum(logs - np.log1p(-atoms), 0.0), 0.0)
    return _Opened(law, atoms, logs, law.duration)


def filter_by_solving(
    process: MultiStepProcess, stage: int, times: FloatArray, news: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, float]:
    """Filter beliefs along dated news, solving the stage again wherever news moves them.

    Parameters
    ----------
    process, stage
        The process, and the number of the stage that opened at its priors.
    times
        Times of the news since the stage opened, ascending, ``[time]``.
    news
        Log likelihood ratios, tough against normal, ``[time, side]``.

    Returns
    -------
    silence, posteriors, at_once
        ``[time, side]``, see `negotiation.process.beliefs.updating.BeliefDraws`.
    survival
        Probability of no concession up to the last time, before its news.

    Raises
    ------
    InvalidInputError
        If the stage's deadline has passed by the last time.
    ConvergenceError
        If the stage has no equilibrium from beliefs that are reached.
    """
    deadline = process.stages[stage].deadline
    if deadline is not None and times[-1] >= float(deadline):
        raise InvalidInputError(
            "the stage had ended at its deadline",
            where="as_of",
            seen=float(times[-1]),
            allowed=f"less than {float(deadline):g} {process.time_unit}s after it opened",
        )
    shape = (len(times), 2)
    silence, posteriors, at_once = np.empty(shape), np.empty(shape), np.zeros(shape)
    now = _opened(process, stage, process.stages[stage].stubbornness, 0.0)
    began = 0.0
    log_alive = _log_left(now.atoms)
    for n, time in enumerate(times):
        log_b, quiet = now.after(float(time) - began)
        silence[n] = np.exp(log_b)
        with np.errstate(divide="ignore"):
            odds = log_b - np.log(-np.expm1(log_b))
        moved = np.where(log_b >= 0.0, 0.0, -np.logaddexp(0.0, -(odds + news[n])))
        posteriors[n] = np.exp(moved)
        if np.array_equal(posteriors[n], silence[n]):
            last = quiet
            continue
        fresh = _opened(process, stage, posteriors[n], float(time))
        at_once[n] = fresh.atoms
        log_alive += quiet
        now, began, last = fresh, float(time), 0.0
        if n + 1 < len(times):
            log_alive += _log_left(fresh.atoms)
    return silence, posteriors, at_once, float(np.exp(log_alive + last))


def _log_left(atoms: FloatArray) -> float:
    """Log of the chance that nobody concedes at once."""
    gone = float(atoms.sum())
    return float(np.log1p(-gone)) if gone < 1.0 else -np.inf
