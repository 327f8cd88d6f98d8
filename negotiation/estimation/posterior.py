"""A posterior from its mode: Laplace's approximation, corrected by weights whose tail is measured.

Draws come from a Student distribution about the mode, or, in further rounds, with the moments that
earlier draws found, and are weighted by the posterior over their density; the largest weights are
smoothed by a generalised Pareto law, whose shape k says whether the weights can be trusted
(Vehtari, Simpson, Gelman, Yao and Gabry, Pareto smoothed importance sampling). For a few
parameters: nothing here moves a chain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from negotiation.arguments import takes
from negotiation.errors import ConvergenceError, InvalidInputError, NonFiniteError
from negotiation.presentation import Presented
from negotiation.values import (
    FloatArray,
    decoding,
    float_array,
    number,
    random_generator,
    read_only,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Mode", "Posterior", "laplace_posterior", "pareto_smooth", "posterior_mode"]


@dataclass(frozen=True, eq=False, repr=False)
class Posterior(Presented):
    """Weighted draws of a posterior.

    Attributes
    ----------
    names
        Of the parameters.
    mode
        ``[parameter]``.
    covariance
        Inverse of minus the second derivatives at the mode.
    draws
        ``[draw, parameter]``.
    weights
        Of the draws, smoothed, summing to 1.
    pareto_k
        Shape of the tail of the weights: below .7 means are reliable, above 1 they have none.
    log_evidence
        Log of the integral of the unnormalised posterior.
    gradient_norm
        Largest derivative at the mode, in units of the covariance's roots.
    """

    names: tuple[str, ...]
    mode: FloatArray
    covariance: FloatArray
    draws: FloatArray
    weights: FloatArray
    pareto_k: float
    log_evidence: float
    gradient_norm: float

    def __repr__(self) -> str:
        means = ", ".join(f"{n} {v:.4g}" for n, v in zip(self.names, self.mean, strict=True))
        return f"<posterior of {means}; Pareto k {self.pareto_k:.2f}, {self.effective:.0f} draws>"

    @property
    def effective(self) -> float:
        """Number of equally weighted draws that would be as good: 1 over the sum of squares."""
        return float(1.0 / np.sum(self.weights**2))

    @property
    def mean(self) -> FloatArray:
        """Posterior means ``[parameter]``."""
        return np.asarray(self.weights @ self.draws)

    @property
    def standard_deviation(self) -> FloatArray:
        """Posterior standard deviations ``[parameter]``."""
        return np.asarray(np.sqrt(self.weights @ (self.draws - self.mean) ** 2))

    def quantiles(self, probabilities: ArrayLike) -> FloatArray:
        """Return posterior quantiles ``[probability, parameter]``."""
        p = float_array(np.atleast_1d(probabilities), name="probabilities", low=0.0, high=1.0)
        out = np.empty((p.size, len(self.names)))
        for k in range(len(self.names)):
            order = np.argsort(self.draws[:, k])
            below = np.cumsum(self.weights[order]) - 0.5 * self.weights[order]
            out[:, k] = np.interp(p, below, self.draws[order, k])
        return out

    def resample(self, n: int, rng: np.random.Generator | int | None = None) -> FloatArray:
        """Return equally weighted draws ``[n, parameter]``, by systematic resampling."""
        count = int(number(n, name="n", low=1))
        generator = random_generator(rng)
        points = (np.arange(count) + generator.random()) / count
        places = np.searchsorted(np.cumsum(self.weights), points)
        chosen = generator.permutation(np.minimum(places, len(self.draws) - 1))
        return np.asarray(self.draws[chosen])

    def to_frame(self) -> pd.DataFrame:
        """Return one row a parameter: mode, mean, deviation and quantiles at 5, 50 and 95 %."""
        import pandas as pd

        low, middle, high = self.quantiles([0.05, 0.5, 0.95])
        return pd.DataFrame(
            {"parameter": self.names, "mode": self.mode, "mean": self.mean,
             "deviation": self.standard_deviation, "q05": low, "q50": middle, "q95": high}
        )  # fmt: skip


def _generalised_pareto(excess: FloatArray) -> tuple[float, float]:
    """Return shape and scale of sorted positive excesses by Zhang and Stephens (2009).

    The shape is drawn a little towards one half, as ten more observations would.
    """
    n = excess.size
    grid = 30 + int(np.sqrt(n))
    quarter = excess[int(n / 4 + 0.5) - 1]
    theta = 1.0 / excess[-1] + (1.0 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))) / (
        3 * quarter
    )
    shape = np.log1p(-theta[:, None] * excess).mean(axis=1)
    profile = n * (np.log(-theta / shape) - shape - 1.0)
    weight = np.exp(profile - profile.max())
    best = float(weight @ theta / weight.sum())
    k = float(np.log1p(-best * excess).mean())
    return (n * k + 5.0) / (n + 10.0), -k / best


def pareto_smooth(log_ratios: ArrayLike) -> tuple[FloatArray, float]:
    """Return smoothed weights that sum to 1, and the shape k of their tail.

    Parameters
    ----------
    log_ratios
        Log of target over proposal density ``[draw]``; minus infinity where the target is zero.

    Examples
    --------
    >>> weights, k = pareto_smooth(np.zeros(100))
    >>> float(weights.max()), k
    (0.01, -inf)
    """
    ratios = np.asarray(log_ratios, dtype=np.float64)
    if ratios.ndim != 1 or ratios.size < 25 or np.isnan(ratios).any():
        raise InvalidInputError(
            "not log ratios", where="log_ratios", seen=ratios.shape, allowed="25 or more, no NaN"
        )
    top = float(ratios.max())
    if not np.isfinite(top):
        raise NonFiniteError("importance weights", where="log_ratios")
    logs = ratios - top
    tail = int(min(0.2 * logs.size, 3.0 * np.sqrt(logs.size)))
    order = np.argsort(logs)
    largest = order[-tail:]
    cut = float(np.exp(logs[order[-tail - 1]]))
    excess = np.exp(logs[largest]) - cut
    k = -np.inf
    weights = np.exp(logs)
    if excess[0] > 0.0 and excess[-1] > (1.0 + 1e-10) * excess[0]:
        k, scale = _generalised_pareto(excess)
        p = (np.arange(1, tail + 1) - 0.5) / tail
        spread = -np.log1p(-p) if abs(k) < 1e-12 else np.expm1(-k * np.log1p(-p)) / k
        weights[largest] = np.minimum(cut + scale * spread, 1.0)
    return np.asarray(weights / weights.sum()), float(k)


def _differences(
    function: Callable[[FloatArray], float], at: FloatArray, step: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return gradient and second derivatives by central differences."""
    size = at.size
    moves = np.diag(step)
    middle = function(at)
    up = np.array([function(at + m) for m in moves])
    down = np.array([function(at - m) for m in moves])
    curve = np.diag((up - 2.0 * middle + down) / step**2)
    for i in range(size):
        for j in range(i):
            corners = [
                function(at + a * moves[i] + b * moves[j])
                for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))
            ]
            cross = corners[0] - corners[1] - corners[2] + corners[3]
            curve[i, j] = curve[j, i] = cross / (4.0 * step[i] * step[j])
    return (up - down) / (2.0 * step), curve


@dataclass(frozen=True, eq=False)
class Mode:
    """Where a posterior is largest.

    Attributes
    ----------
    at
        ``[parameter]``.
    covariance
        Inverse of minus the second derivatives.
    gradient_norm
        Largest derivative, in units of the covariance's roots.
    """

    at: FloatArray
    covariance: FloatArray
    gradient_norm: float


def posterior_mode(
    log_posterior: Callable[[FloatArray], float],
    start: FloatArray,
    tol: float,
    least: FloatArray | None = None,
) -> Mode:
    """Climb by quasi-Newton steps, then by Newton's until derivatives are below ``tol``.

    Where second derivatives do not all fall at the end and ``least`` says what the prior alone
    would make them, they are taken to be at least that: the proposal of draws needs no more.

    Raises
    ------
    ConvergenceError
        If the climb ends where second derivatives do not all fall.
    NonFiniteError
        If the start has no finite value.
    """
    from scipy.optimize import minimize

    def value(x: FloatArray) -> float:
        given = log_posterior(x)
        with decoding("log_posterior"):
            found = float(given)
        return found if np.isfinite(found) else -1e300

    if value(start) == -1e300:
        raise NonFiniteError("log posterior at the start", where="laplace_posterior")
    with np.errstate(all="ignore"):
        found: Any = minimize(lambda x: -value(x), start, method="BFGS", options={"gtol": 1e-4})
    mode = np.asarray(found.x, dtype=np.float64)
    # Steps of a hundredth of the spread keep differences exact at any scale.
    share, step = 1e-2, 1e-3 * np.ones(mode.size)
    for _ in range(20):
        gradient, curve = _differences(value, mode, step)
        # A neighbour without a value, or no maximum.
        edge = not np.isfinite(curve).all() or float(np.abs(curve).max()) > 1e200
        if edge or np.linalg.eigvalsh(-curve).min() <= 0.0:
            if share > 0.2:
                if least is None:
                    raise ConvergenceError(
                        "no mode: second derivatives do not all fall",
                        where="laplace_posterior",
                        hint="A parameter may not be identified; give it a prior.",
                    )
                unit = np.sqrt(np.outer(least, least))
                values, vectors = np.linalg.eigh(np.eye(mode.size) if edge else -curve / unit)
                curve = -unit * ((vectors * np.maximum(values, 1.0)) @ vectors.T)
                gradient = np.where(np.abs(gradient) < 1e200, gradient, np.inf)
                break
            # The climb may have stopped at a kink: go on without derivatives, look farther around.
            found = minimize(
                lambda x: -value(x), mode, method="Nelder-Mead",
                options={"xatol": 1e-4, "fatol": 1e-6, "maxfev": 200 * mode.size},
            )  # fmt: skip
            mode, share = np.asarray(found.x, dtype=np.float64), 5.0 * share
            step = 0.1 * share * np.ones(mode.size)
            continue
        spread = np.sqrt(np.diag(np.linalg.inv(-curve)))
        told = bool((np.abs(step / spread - share) <= 0.5 * share).all())
        if told and float(np.abs(gradient * spread).max()) <= 0.1 * tol:
            break
        move = np.linalg.solve(-curve, gradient)
        if value(mode + move) > value(mode):
            mode = mode + move
        step = share * spread
    covariance = np.asarray(np.linalg.inv(-curve), dtype=np.float64)
    slope = float(np.abs(gradient * np.sqrt(np.diag(covariance))).max())
    return Mode(mode, covariance, slope)


@takes
def laplace_posterior(
    log_posterior: Callable[[FloatArray], float],
    start: ArrayLike,
    *,
    names: Sequence[str] | None = None,
    n: int = 4000,
    rng: np.random.Generator | int | None = None,
    degrees: float = 5.0,
    rounds: int = 1,
    least: FloatArray | None = None,
    tol: float = 1e-3,
    max_k: float = 0.7,
    raise_on_failure: bool = True,
) -> Posterior:
    """Return weighted draws of a posterior known up to a constant.

    Parameters
    ----------
    log_posterior
        Of the parameters ``[parameter]``; minus infinity where the posterior is zero.
    start
        Where the climb begins, with a finite value; also the scale: parameters of order 1 to 100.
    names
        Of the parameters.
    n
        Draws.
    rng
        Generator or seed.
    degrees
        Of freedom of the Student proposal.
    rounds
        Times that ``n`` draws are taken: each after the first about the mean and with the
        covariance that the one before it found. The last is kept.
    least
        Precision of each parameter by its prior alone, used where the posterior has a kink at its
        mode; None: that is an error.
    tol
        Largest derivative at the mode, in units of the covariance's roots.
    max_k
        Largest Pareto shape that is accepted.

    Raises
    ------
    ConvergenceError
        If the climb stops short of a mode, the mode is flat, or the weights' tail is too heavy;
        carries the partial posterior where there is one.
    NonFiniteError
        If the start has no finite value.

    Examples
    --------
    >>> gamma = lambda x: 3.0 * x[0] - float(np.exp(x[0]))  # log of a Gamma(3) variable
    >>> posterior = laplace_posterior(gamma, [0.0], rng=1)
    >>> bool(abs(posterior.mean[0] - 0.92278) < 0.02), posterior.pareto_k < 0.5
    (True, True)
    """
    from scipy.special import gammaln

    at = np.atleast_1d(float_array(start, name="start"))
    float_array(at, name="start", ndim=1)
    labels = tuple(names) if names is not None else tuple(f"x{k}" for k in range(at.size))
    if len(labels) != at.size:
        raise InvalidInputError(
            "wrong length", where="names", seen=len(labels), allowed=str(at.size)
        )
    count = int(number(n, name="n", low=100))
    freedom = number(degrees, name="degrees", low=2.0, open_low=True)

    found = posterior_mode(log_posterior, at, tol, least)
    mode, covariance = found.at, found.covariance
    generator = random_generator(rng)
    centre, spread = mode, covariance
    left = int(number(rounds, name="rounds", low=1))
    while True:
        root = np.linalg.cholesky(spread)
        normal = generator.standard_normal((count, at.size))
        stretch = np.sqrt(freedom / generator.chisquare(freedom, count))
        shifts = normal * stretch[:, None]
        draws = centre + shifts @ root.T
        square = np.sum(shifts**2, axis=1)
        proposal: NDArray[np.float64] = (
            gammaln(0.5 * (freedom + at.size))
            - gammaln(0.5 * freedom)
            - 0.5 * at.size * np.log(np.pi * freedom)
            - np.log(np.diag(root)).sum()
            - 0.5 * (freedom + at.size) * np.log1p(square / freedom)
        )
        levels = np.array([float(log_posterior(x)) for x in draws])
        if np.isnan(levels).any():
            raise NonFiniteError("log posterior at a draw", where="laplace_posterior")
        ratios = levels - proposal
        weights, k = pareto_smooth(ratios)
        left -= 1
        if not left:
            break
        # The next proposal has the moments that these draws found.
        centre = np.asarray(weights @ draws)
        around = draws - centre
        spread = np.asarray(around.T @ (weights[:, None] * around))
    top = ratios.max()
    posterior = Posterior(
        names=labels,
        mode=read_only(mode),
        covariance=read_only(covariance),
        draws=read_only(draws),
        weights=read_only(weights),
        pareto_k=k,
        log_evidence=float(top + np.log(np.mean(np.exp(ratios - top)))),
        gradient_norm=found.gradient_norm,
    )
    if raise_on_failure and (posterior.gradient_norm > tol or k > max_k):
        raise ConvergenceError(
            f"Pareto k {k:.2f}, gradient {posterior.gradient_norm:.1e}",
            where="laplace_posterior",
            partial=posterior,
            hint="Transform the parameters so that the posterior is nearer to a normal one.",
        )
    return posterior
