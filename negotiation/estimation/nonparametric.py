"""Survival without a law: Kaplan and Meier for exact times, Turnbull for intervals.

Kaplan and Meier (1958), Nonparametric estimation from incomplete observations. Turnbull (1976), The
empirical distribution function with arbitrarily grouped, censored and truncated data; the maximum
is found by a sequence of non-negative least squares (Wang 2007, On fast computation of the
non-parametric maximum likelihood estimate of a mixing distribution).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.errors import ConvergenceError
from negotiation.estimation.disputes.durations import Disputes
from negotiation.presentation import Pictured
from negotiation.values import FloatArray, decoding, float_vector, number, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SurvivalCurve", "kaplan_meier", "nonparametric_curve", "turnbull"]


@dataclass(frozen=True, eq=False)
class SurvivalCurve(Pictured):
    """Where the mass of ends lies.

    Attributes
    ----------
    left, right
        Ends of the spans that carry mass ``[span]``, days; equal for Kaplan and Meier.
    mass
        Of each span; what is left of 1 lies beyond the last case seen.
    low, high
        Pointwise interval of the survival just after each span (log of the cumulative hazard,
        Greenwood's variance, disputes as if independent); NaN for Turnbull.
    gap
        Certificate of the maximum: largest directional derivative of the log-likelihood less its
        bound, relative to the number of cases; 0 for Kaplan and Meier, which is explicit.
    """

    left: FloatArray
    right: FloatArray
    mass: FloatArray
    low: FloatArray
    high: FloatArray
    gap: float
    ending: tuple[str, ...] = ("any",)

    _picture = "plot_durations"

    def survival(self, times: ArrayLike) -> FloatArray:
        """Return the probability of lasting longer than ``times`` days, any shape.

        Within a span, where nothing is known of it, mass is spread evenly.
        """
        with decoding("times"):
            t = np.asarray(times, dtype=np.float64)[..., None]
        width = np.where(self.right > self.left, self.right - self.left, 1.0)
        part = np.clip((t - self.left) / width, 0.0, 1.0)
        part = np.where(self.right > self.left, part, t >= self.right)
        return np.asarray(np.clip(1.0 - part @ self.mass, 0.0, 1.0))

    def survival_of(self, disputes: Disputes, times: ArrayLike) -> FloatArray:
        """Return the same curve for each dispute ``[dispute, time]``."""
        days = float_vector(times, name="times")
        return self.survival(np.broadcast_to(days, (len(disputes), days.shape[-1])))

    def log_likelihood_of(self, disputes: Disputes) -> FloatArray:
        """Return each dispute's log-likelihood; minus infinity where the curve has no mass."""
        exact = disputes.low == disputes.high
        before = self.survival(np.where(exact, np.nextafter(disputes.low, -np.inf), disputes.low))
        after = np.where(disputes.ended, self.survival(disputes.high), 0.0)
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(np.maximum(before - after, 0.0)))

    def to_frame(self) -> pd.DataFrame:
        """Return one row a span with the survival after it."""
        import pandas as pd

        after = 1.0 - np.cumsum(self.mass)
        return pd.DataFrame(
            {"left": self.left, "right": self.right, "mass": self.mass, "survival": after,
             "low": self.low, "high": self.high}
        )  # fmt: skip


@takes
def kaplan_meier(disputes: Disputes, *, probability: float = 0.95) -> SurvivalCurve:
    """Return the product-limit curve of disputes, ends at the middles of their intervals.

    Parameters
    ----------
    probability
        Of the pointwise intervals.

    Examples
    --------
    >>> curve = kaplan_meier(Disputes.from_intervals([2, 4, 5], [2, 4, float("inf")]))
    >>> curve.survival([1, 3, 9]).round(3)
    array([1.   , 0.667, 0.333])
    """
    from scipy.stats import norm

    z = float(norm.ppf(0.5 + 0.5 * number(probability, name="probability", low=0.0, high=1.0)))
    times, ended = disputes.times, disputes.ended
    days, counts = np.unique(times[ended], return_counts=True)
    at_risk = np.array([(times >= day).sum() for day in days], dtype=np.float64)
    after = np.cumprod(1.0 - counts / at_risk)
    with np.errstate(all="ignore"):
        spread = np.cumsum(counts / (at_risk * (at_risk - counts)))
        reach = z * np.sqrt(spread) / np.abs(np.log(after))
        low, high = after ** np.exp(reach), after ** np.exp(-reach)
    return SurvivalCurve(
        left=read_only(days),
        right=read_only(days),
        mass=read_only(-np.diff(np.concatenate([[1.0], after]))),
        low=read_only(low),
        high=read_only(high),
        gap=0.0,
    )


def _spans(disputes: Disputes) -> tuple[FloatArray, FloatArray]:
    """Return the innermost spans: a lower bound directly followed by an upper bound."""
    low, high = disputes.low, disputes.high
    # An exact time is a span of its own: its lower bound just precedes it.
    begins = [(value, 0 if h == value else 1, "low") for value, h in zip(low, high, strict=True)]
    ends = [(value, 0.5, "high") for value in high]
    marks = sorted({*begins, *ends})
    pairs = [(a[0], b[0]) for a, b in pairwise(marks) if a[2] == "low" and b[2] == "high"]
    return np.array([a for a, _ in pairs]), np.array([b for _, b in pairs])


@takes
def turnbull(disputes: Disputes, *, tol: float = 1e-9, max_iter: int = 200) -> SurvivalCurve:
    """Return the nonparametric maximum likelihood of ends known within intervals.

    Parameters
    ----------
    tol
        Largest certificate ``gap``.

    Raises
    ------
    ConvergenceError
        If the certificate fails; carries the partial curve.

    Examples
    --------
    >>> curve = turnbull(Disputes.from_intervals([0, 1, 3], [2, 4, float("inf")]))
    >>> curve.survival([1.0, 2.0, 3.0, 4.0]).round(3)
    array([1. , 0.5, 0.5, 0. ])
    """
    from scipy.optimize import nnls

    left, right = _spans(disputes)
    low, high = disputes.low[:, None], disputes.high[:, None]
    # An exact end on the day a case was last seen open came before it.
    points = (left == right) & (low < high)
    within = np.where(points, left > low, left >= low) & (right <= high)
    within = within.astype(np.float64)
    n = len(disputes)
    mass = np.full(left.size, 1.0 / left.size)

    def gap_of(weights: FloatArray) -> float:
        return float((within / (within @ weights)[:, None]).sum(axis=0).max() / n - 1.0)

    for _ in range(max_iter):
        if gap_of(mass) <= tol:
            break
        ratio = within / (within @ mass)[:, None]
        heavy = 1e3 * np.sqrt(n)
        target = np.concatenate([np.full(n, 2.0), [heavy]])
        new, _ = nnls(np.vstack([ratio, np.full(left.size, heavy)]), target, maxiter=30 * left.size)
        step, before = new / new.sum() - mass, np.log(within @ mass).sum()
        size = 1.0
        with np.errstate(divide="ignore"):
            while size > 1e-12 and not np.log(within @ (mass + size * step)).sum() >= before:
                size *= 0.5
        mass = np.maximum(mass + size * step, 0.0)
        mass /= mass.sum()
        # A step of self-consistency wakes spans that the least squares left empty by rounding.
        mass = mass * (within / (within @ mass)[:, None]).sum(axis=0) / n
    known = np.isfinite(right)
    empty = np.full(int(known.sum()), np.nan)
    gap = gap_of(mass)
    curve = SurvivalCurve(
        left=read_only(left[known]),
        right=read_only(right[known]),
        mass=read_only(mass[known]),
        low=read_only(empty),
        high=read_only(empty),
        gap=gap,
    )
    if not gap <= tol:
        raise ConvergenceError(
            f"directional derivative {gap:.1e} above its bound", where="turnbull", partial=curve
        )
    return curve


def nonparametric_curve(disputes: Disputes) -> SurvivalCurve:
    """Return `kaplan_meier` where all ends are exact, else `turnbull`."""
    exact = not (disputes.ended & (disputes.low < disputes.high)).any()
    return kaplan_meier(disputes) if exact else turnbull(disputes)
