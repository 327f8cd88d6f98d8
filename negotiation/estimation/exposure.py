r"""How far each dispute's clock has run: covariates, steps of elapsed time, days to a deadline.

With steps the rate of a dispute is constant between its break points: operational time at t is
``exp(b_0 + x'b) sum_s exp(c_s) D_s(t)``, where D_s(t) is how long it has been in step s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiation.errors import InvalidInputError
from negotiation.estimation.disputes.durations import Disputes
from negotiation.values import FloatArray, float_array, one_of, read_only

__all__ = ["Design", "Steps", "design_of", "steps_of"]


@dataclass(frozen=True, eq=False)
class Steps:
    """Spans of a dispute's life in which its rate differs by a factor.

    Attributes
    ----------
    cuts
        Days since the start at which the baseline rate changes, ascending.
    windows
        Days before a deadline at which the rate changes, ascending: ``(7, 30)`` makes the steps 0
        to 7 and 8 to 30 whole days left, and one for deadlines that have passed.
    """

    cuts: tuple[float, ...]
    windows: tuple[float, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the steps after the first, which is the baseline."""
        later = [
            f"days {a:g} to {b:g}" if np.isfinite(b) else f"after day {a:g}"
            for a, b in pairwise((*self.cuts, np.inf))
        ]
        before = [f"deadline in {a:g} to {b:g} days" for a, b in pairwise((0.0, *self.windows))]
        return (*later, *before, *(("deadline passed",) if self.windows else ()))

    def spans(self, deadline: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return beginnings and ends of each step in days since the start ``[dispute, step]``."""
        n = deadline.size
        edges = [
            np.broadcast_to(np.array(pair, dtype=np.float64), (n, 2))
            for pair in pairwise((*self.cuts, np.inf))
        ]
        due = np.where(np.isnan(deadline), np.inf, deadline)
        if self.windows:
            # Half a day either side: days are whole, and both ends belong to the last window.
            for near, far in pairwise((-1.0, *self.windows)):
                edges.append(np.stack([due - far - 0.5, due - near - 0.5], axis=-1))
            edges.append(np.stack([due + 0.5, np.full(n, np.inf)], axis=-1))
        if not edges:
            return np.zeros((n, 0)), np.zeros((n, 0))
        both = np.stack(edges, axis=1)
        return both[..., 0], both[..., 1]


def steps_of(cuts: Sequence[float], windows: Sequence[float]) -> Steps:
    """Return checked steps.

    Examples
    --------
    >>> steps_of([], [7, 30]).names
    ('deadline in 0 to 7 days', 'deadline in 7 to 30 days', 'deadline passed')
    """
    checked: list[tuple[float, ...]] = []
    for name, values in (("cuts", cuts), ("deadline_windows", windows)):
        if len(values) == 0:
            checked.append(())
            continue
        days = float_array(values, name=name, ndim=1, low=0.0)
        if days[0] <= 0.0 or (np.diff(days) <= 0.0).any():
            raise InvalidInputError(
                "days must be positive and ascend", where=name, seen=list(values)
            )
        checked.append(tuple(float(day) for day in days))
    return Steps(*checked)


@dataclass(frozen=True, eq=False)
class Design:
    """What moves the clocks of a set of disputes.

    Attributes
    ----------
    names
        Coefficients in order: constant, covariates, steps.
    covariates
        ``[dispute, 1 + covariate]``, a column of ones first.
    steps
        Spans in which the rate differs.
    begins, ends
        Of each step, days since the start ``[dispute, step]``.
    """

    names: tuple[str, ...]
    covariates: FloatArray
    steps: Steps
    begins: FloatArray
    ends: FloatArray

    def log_rate(self, coefficients: NDArray[Any]) -> NDArray[Any]:
        """Return b_0 + x'b ``[dispute]``."""
        # Complex coefficients are few: threads of a matrix product cost more than it does.
        own = coefficients[: self.covariates.shape[1]]
        return np.asarray(np.einsum("ij,j->i", self.covariates, own))

    def clock(self, times: FloatArray, coefficients: NDArray[Any]) -> NDArray[Any]:
        """Return operational time at ``times`` ``[dispute]`` or ``[dispute, time]``."""
        flat = times.ndim == 1
        t = times[:, None] if flat else times
        pace = np.exp(self.log_rate(coefficients))[:, None]
        steps = coefficients[self.covariates.shape[1] :]
        run: NDArray[Any] = pace * self._stepped(t, steps)
        return np.asarray(run[:, 0] if flat else run)

    @staticmethod
    def _extra(
        t: FloatArray, begins: FloatArray, ends: FloatArray, factors: NDArray[Any]
    ) -> NDArray[Any]:
        spent = np.clip(t[..., None], 0.0, ends[:, None]) - np.clip(
            np.minimum(t[..., None], begins[:, None]), 0.0, None
        )
        return np.asarray(np.einsum("ijk,k->ij", np.maximum(spent, 0.0), factors))

    def _stepped(self, t: FloatArray, steps: NDArray[Any]) -> NDArray[Any]:
        """Return time weighted by steps; steps of elapsed time and of the deadline multiply."""
        n_cuts = len(self.steps.cuts)
        lows, highs = self.begins[:, :n_cuts], self.ends[:, :n_cuts]
        factors = np.expm1(steps[:n_cuts])

        def by(day: FloatArray) -> NDArray[Any]:
            return np.asarray(day + self._extra(day, lows, highs, factors))

        total: NDArray[Any] = by(t)
        for k in range(n_cuts, steps.size):
            first = np.maximum(self.begins[:, k], 0.0)[:, None]
            last = np.maximum(np.minimum(self.ends[:, k][:, None], t), 0.0)
            first = np.minimum(first, last)
            total = total + np.expm1(steps[k]) * (by(last) - by(first))
        return total

    def log_pace(self, times: FloatArray, coefficients: NDArray[Any]) -> NDArray[Any]:
        """Return log of the clock's speed just before ``times`` (same shape as ``times``)."""
        t = times[:, None] if times.ndim == 1 else times
        pace: NDArray[Any] = self.log_rate(coefficients)[:, None] + np.zeros_like(t)
        steps = coefficients[self.covariates.shape[1] :]
        for k in range(steps.size):
            inside = (t > self.begins[:, k][:, None]) & (t <= self.ends[:, k][:, None])
            pace = pace + np.where(inside, steps[k], 0.0)
        return np.asarray(pace[:, 0] if times.ndim == 1 else pace)


def design_of(
    disputes: Disputes,
    covariates: Sequence[str],
    steps: Steps,
    missing: str,
    *,
    indicators: Sequence[str] = (),
) -> tuple[Design, Disputes]:
    """Return the design of disputes, and the disputes it is of.

    Parameters
    ----------
    covariates
        Names, in order.
    missing
        "refuse": an error where a number is missing; "drop": without those disputes;
        "indicator": the number counts as 0 and a column "<name> missing" says so.
    indicators
        Covariates that have such a column whatever is missing here (a fitted law's own).
    """
    one_of(missing, ("refuse", "drop", "indicator"), name="missing")
    for name in covariates:
        one_of(name, disputes.covariates, name="covariates")
    if missing == "drop" and covariates:
        whole = ~np.isnan([disputes.covariates[name] for name in covariates]).any(axis=0)
        disputes = disputes.take(whole)
    columns, names = [np.ones(len(disputes))], ["constant"]
    for name in covariates:
        column = disputes.covariates[name]
        gone = np.isnan(column)
        if gone.any() and missing != "indicator":
            raise InvalidInputError(
                "missing numbers",
                where=f"covariates, {name}",
                seen=f"{gone.sum()} of {gone.size}, first {disputes.ids[int(np.argmax(gone))]}",
                allowed='complete, or missing="drop" or "indicator"',
            )
        columns.append(np.where(gone, 0.0, column))
        names.append(name)
        if name in indicators or (missing == "indicator" and gone.any()):
            columns.append(gone.astype(np.float64))
            names.append(f"{name} missing")
    begins, ends = steps.spans(disputes.deadline)
    design = Design(
        names=(*names, *steps.names),
        covariates=read_only(np.stack(columns, axis=-1)),
        steps=steps,
        begins=read_only(begins),
        ends=read_only(ends),
    )
    return design, disputes
