"""A posterior from its mode: Laplace's approximation, corrected by weights whose tail is measured.

Draws come from a Student distribution about the mode and are weighted by the posterior over their
density; the largest weights are smoothed by a generalised Pareto law, whose shape k says whether
the weights can be trusted (Vehtari, Simpson, Gelman, Yao and Gabry, Pareto smoothed importance
sampling). Further rounds draw from Student kernels about the draws found likely so far, so that the
proposal bends as the posterior does, and from a wide one about their mean, so that it finds what
lies farther out; all draws of all rounds are weighed by the mixture they came from (adaptive
multiple importance sampling, Cornuet, Marin, Mira and Robert 2012). For a few parameters: nothing
here moves a chain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.errors import ConvergenceError, InvalidInputError, NonFiniteError
from negotiation.estimation.mode import Mode, posterior_mode
from negotiation.presentation import Presented
from negotiation.values import (
    FloatArray,
    decoding,
    float_array,
    float_vector,
    number,
    random_generator,
    read_only,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Posterior", "laplace_posterior", "pareto_smooth"]

#: Shape of the weights' tail at which no further round is drawn, and the least rounds before.
_GOOD_K, _LEAST_ROUNDS = 0.5, 3
#: Kernels of a round.
_KERNELS = 200
#: Of a further round, the part drawn from one wide law; its spread in deviations, its degrees.
_WIDE_SHARE, _WIDE, _WIDE_DEGREES = 0.25, 3.0, 3.0
#: How far a normal log density falls in two deviations; most by which a spread is stretched.
_FALL, _WIDEST = 2.0, 2.0**20


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
        Largest derivative at the mode, in units of the covariance's roots; at a kink the steepest
        way up.
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
        p = float_vector(probabilities, name="probabilities", low=0.0, high=1.0)
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
    with decoding("log_ratios"):
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


@dataclass(frozen=True, eq=False)
class _Kernels:
    """Student distributions of one spread about several centres, equally likely.

    ``centres`` [kernel, parameter]; ``root`` is the lower root of their scale matrix.
    """

    centres: FloatArray
    root: FloatArray
    degrees: float

    def draw(self, n: int, generator: np.random.Generator) -> FloatArray:
        size = self.centres.shape[1]
        normal = generator.standard_normal((n, size))
        stretch = np.sqrt(self.degrees / generator.chisquare(self.degrees, n))
        about = self.centres[np.arange(n) % len(self.centres)]
        return np.asarray(about + (normal * stretch[:, None]) @ self.root.T)

    def log_density(self, draws: FloatArray) -> FloatArray:
        from scipy.linalg import solve_triangular
        from scipy.spatial.distance import cdist
        from scipy.special import gammaln, logsumexp

        size, degrees = draws.shape[1], self.degrees
        own, centres = (
            solve_triangular(self.root, points.T, lower=True).T for points in (draws, self.centres)
        )
        constant = (
            gammaln(0.5 * (degrees + size))
            - gammaln(0.5 * degrees)
            - 0.5 * size * np.log(np.pi * degrees)
            - np.log(np.diag(self.root)).sum()
        )
        square = cdist(own, centres, "sqeuclidean")
        logs = logsumexp(-0.5 * (degrees + size) * np.log1p(square / degrees), axis=1)
        return np.asarray(constant + logs - np.log(len(self.centres)))


def _kernels_of(
    draws: FloatArray, weights: FloatArray, degrees: float, generator: np.random.Generator
) -> tuple[_Kernels, _Kernels]:
    """Kernels about draws chosen by weight, as wide as Silverman's rule has it, and a wide law."""
    size = draws.shape[1]
    count = min(_KERNELS, len(draws))
    points = (np.arange(count) + generator.random()) / count
    places = np.minimum(np.searchsorted(np.cumsum(weights), points), len(draws) - 1)
    mean = weights @ draws
    around = draws - mean
    effective = max(min(1.0 / float(np.sum(weights**2)), count), 2.0)
    width = (4.0 / ((size + 2.0) * effective)) ** (1.0 / (size + 4.0))
    root = np.asarray(np.linalg.cholesky(around.T @ (weights[:, None] * around)), dtype=np.float64)
    return (
        _Kernels(draws[places], width * root, degrees),
        _Kernels(mean[None], _WIDE * root, _WIDE_DEGREES),
    )


class _Pool:
    """Draws of several proposals, with the log of the mixture they came from, unnormalised."""

    def __init__(self, log_posterior: Callable[[FloatArray], float], size: int) -> None:
        self.log_posterior = log_posterior
        self.draws, self.levels, self.logs = np.empty((0, size)), np.empty(0), np.empty(0)
        self.proposals: list[tuple[_Kernels, int]] = []

    def add(self, proposal: _Kernels, count: int, generator: np.random.Generator) -> None:
        new = proposal.draw(count, generator)
        levels = np.array([float(self.log_posterior(x)) for x in new])
        if np.isnan(levels).any():
            raise NonFiniteError("log posterior at a draw", where="laplace_posterior")
        before = [np.log(n) + kernels.log_density(new) for kernels, n in self.proposals]
        old = np.logaddexp.reduce(before, axis=0) if before else np.full(count, -np.inf)
        self.draws = np.concatenate([self.draws, new])
        self.levels = np.concatenate([self.levels, levels])
        own = np.log(count) + proposal.log_density(self.draws)
        self.logs = np.logaddexp(np.concatenate([self.logs, old]), own)
        self.proposals.append((proposal, count))

    def log_ratios(self) -> FloatArray:
        return np.asarray(self.levels - self.logs + np.log(len(self.draws)))


def _spread(log_posterior: Callable[[FloatArray], float], found: Mode) -> FloatArray:
    """Covariance of the first draws: the mode's, wider where the posterior has a wall beside it.

    Second derivatives at a kink tell of the steep side alone. A parameter along which the posterior
    falls by less than a quarter of what they say at two deviations is stretched until it has fallen
    by as much as a normal one would.
    """
    top, size = float(log_posterior(found.at)), found.at.size

    def fall(k: int, width: float) -> float:
        move = np.zeros(size)
        move[k] = width
        return top - max(float(log_posterior(found.at + sign * move)) for sign in (-1.0, 1.0))

    stretch = np.ones(size)
    for k, precision in enumerate(np.diag(np.linalg.inv(found.covariance))):
        two = 2.0 / np.sqrt(precision)
        if fall(k, two) < 0.25 * _FALL:
            while fall(k, two * stretch[k]) < _FALL and stretch[k] < _WIDEST:
                stretch[k] *= 2.0
    return np.asarray(found.covariance * np.outer(stretch, stretch))


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
        Draws a round.
    rng
        Generator or seed.
    degrees
        Of freedom of the Student proposal.
    rounds
        At most so many rounds, three or more of them until the weights have a light tail; all draws
        are kept.
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
    at = float_vector(start, name="start")
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
    most = int(number(rounds, name="rounds", low=1))
    pool = _Pool(log_posterior, at.size)
    root = np.asarray(np.linalg.cholesky(_spread(log_posterior, found)), dtype=np.float64)
    pool.add(_Kernels(mode[None], root, freedom), count, generator)
    weights, k = pareto_smooth(pool.log_ratios())
    wide = int(_WIDE_SHARE * count)
    for done in range(1, most):
        if done >= _LEAST_ROUNDS and k <= _GOOD_K:
            break
        near, far = _kernels_of(pool.draws, weights, freedom, generator)
        pool.add(near, count - wide, generator)
        pool.add(far, wide, generator)
        weights, k = pareto_smooth(pool.log_ratios())
    ratios = pool.log_ratios()
    top = ratios.max()
    posterior = Posterior(
        names=labels,
        mode=read_only(mode),
        covariance=read_only(covariance),
        draws=read_only(pool.draws),
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
