r"""Laws of how long a dispute lasts: survival and density of a unit clock.

Every law is a survival function G of operational time tau, with at most one shape. Covariates and
deadlines speed the clock: for a dispute with covariates x and steps z(t) of elapsed time or of days
to a deadline,

.. math:: S(t) = G(\tau(t)), \qquad \tau(t) = \int_0^t \exp(b_0 + x'b + z(s)'c)\, ds

(accelerated life with covariates that change over time: Cox and Oakes 1984, Analysis of Survival
Data, chapter 5). For the exponential, frailty and cure laws exp(b_j) multiplies the hazard of a
given dispute; for the others it multiplies the speed at which time passes.

==================== ==================================== =========================
law                  G(tau)                               shape
==================== ==================================== =========================
exponential          exp(-tau)                            none
weibull              exp(-tau^k)                          k > 0
log_normal           Phi(-log(tau) / sigma)               sigma > 0
log_logistic         1 / (1 + tau^k)                      k > 0
lomax                (1 + theta tau)^(-1/theta)           theta > 0: variance of a gamma frailty
log_normal_frailty   E exp(-tau e^(sigma u)), u normal    sigma > 0
cure                 p + (1 - p) exp(-tau)                p in (0, 1): never ends
piecewise_constant   exp(-tau), steps of elapsed time     none
==================== ==================================== =========================

Lomax is also written with shape 1/theta and scale 1/(theta rate). Functions take complex numbers
too: derivatives of the likelihood are taken by complex steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.values import closest

__all__ = ["LAWS", "Law", "law_named"]

#: Real or complex.
Numbers: TypeAlias = Any

#: Quadrature nodes of the log-normal frailty.
_NODES = 60


@dataclass(frozen=True)
class Law:
    """A survival function of operational time.

    Attributes
    ----------
    name
        One of `LAWS`.
    shape_name
        Name of its shape, empty where it has none.
    log_survival
        ``(tau, transformed shape) -> log G``; tau > 0.
    log_density
        ``(tau, transformed shape) -> log(-G')``.
    shape
        From the transformed shape, which is free, to the shape.
    bounds
        Of the transformed shape while fitting; at one of them the law is another, simpler one.
    starts
        Transformed shapes to start from.
    """

    name: str
    shape_name: str
    log_survival: Callable[[Numbers, Any], Numbers]
    log_density: Callable[[Numbers, Any], Numbers]
    shape: Callable[[Any], Any] = np.exp
    bounds: tuple[float, float] = (-7.0, 5.0)
    starts: tuple[float, ...] = (0.0,)

    def hazard(self, tau: Numbers, transformed: Any) -> Numbers:
        """Return the hazard in operational time."""
        return np.exp(self.log_density(tau, transformed) - self.log_survival(tau, transformed))


def _exponential(tau: Numbers, _: Any) -> Numbers:
    return -tau


def _weibull(tau: Numbers, log_k: Any) -> Numbers:
    return -np.exp(np.exp(log_k) * np.log(tau))


def _weibull_density(tau: Numbers, log_k: Any) -> Numbers:
    k = np.exp(log_k)
    return log_k + (k - 1.0) * np.log(tau) - np.exp(k * np.log(tau))


def _log_normal(tau: Numbers, log_sigma: Any) -> Numbers:
    from scipy.special import log_ndtr

    return log_ndtr(-np.log(tau) * np.exp(-log_sigma))


def _log_normal_density(tau: Numbers, log_sigma: Any) -> Numbers:
    z = np.log(tau) * np.exp(-log_sigma)
    return -0.5 * z * z - 0.5 * np.log(2.0 * np.pi) - log_sigma - np.log(tau)


def _log_one_plus_exp(z: Numbers) -> Numbers:
    """Return log(1 + exp(z)) without overflow."""
    large = np.real(z) > 0
    return np.where(large, z, 0.0) + np.log1p(np.exp(np.where(large, -z, z)))


def _log_logistic(tau: Numbers, log_k: Any) -> Numbers:
    return -_log_one_plus_exp(np.exp(log_k) * np.log(tau))


def _log_logistic_density(tau: Numbers, log_k: Any) -> Numbers:
    z = np.exp(log_k) * np.log(tau)
    return log_k + z - np.log(tau) - 2.0 * _log_one_plus_exp(z)


def _lomax(tau: Numbers, log_theta: Any) -> Numbers:
    return -np.log1p(np.exp(log_theta) * tau) * np.exp(-log_theta)


def _lomax_density(tau: Numbers, log_theta: Any) -> Numbers:
    return -(1.0 + np.exp(-log_theta)) * np.log1p(np.exp(log_theta) * tau)


def _normal_nodes() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    keep = weights > 1e-30 * weights.max()
    return nodes[keep], np.log(weights[keep] / np.sqrt(2.0 * np.pi))


_U, _LOG_W = _normal_nodes()


def _log_mean(terms: Numbers) -> Numbers:
    """Return the log of a sum over the last axis of exp(terms)."""
    top = np.max(np.real(terms), axis=-1, keepdims=True)
    return top[..., 0] + np.log(np.sum(np.exp(terms - top), axis=-1))


def _frailty(tau: Numbers, log_sigma: Any) -> Numbers:
    pull = np.exp(np.exp(log_sigma) * _U)
    return _log_mean(_LOG_W - np.asarray(tau)[..., None] * pull)


def _frailty_density(tau: Numbers, log_sigma: Any) -> Numbers:
    log_pull = np.exp(log_sigma) * _U
    return _log_mean(_LOG_W + log_pull - np.asarray(tau)[..., None] * np.exp(log_pull))


def _logistic(z: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-z))


def _cure(tau: Numbers, logit: Any) -> Numbers:
    never = _logistic(logit)
    return np.log(never + (1.0 - never) * np.exp(-tau))


def _cure_density(tau: Numbers, logit: Any) -> Numbers:
    return np.log(1.0 - _logistic(logit)) - tau


#: Every law by name.
LAWS: dict[str, Law] = {
    law.name: law
    for law in (
        Law("exponential", "", _exponential, _exponential),
        Law("weibull", "shape", _weibull, _weibull_density, bounds=(-4.0, 4.0)),
        Law("log_normal", "sigma", _log_normal, _log_normal_density, bounds=(-4.0, 4.0)),
        Law("log_logistic", "shape", _log_logistic, _log_logistic_density, bounds=(-4.0, 4.0)),
        Law("lomax", "frailty variance", _lomax, _lomax_density, starts=(-1.0, 1.0)),
        Law(
            "log_normal_frailty",
            "frailty sd",
            _frailty,
            _frailty_density,
            bounds=(-5.0, 1.5),
            starts=(-1.0, 0.5),
        ),
        Law(
            "cure",
            "share that never ends",
            _cure,
            _cure_density,
            shape=_logistic,
            bounds=(-12.0, 12.0),
            starts=(-2.0, 0.5),
        ),
        Law("piecewise_constant", "", _exponential, _exponential),
    )
}


@takes
def law_named(name: str) -> Law:
    """Return a law, or say which there are.

    Examples
    --------
    >>> law_named("lomax").shape_name
    'frailty variance'
    """
    if name not in LAWS:
        raise InvalidInputError(
            "unknown law",
            where="model",
            seen=repr(name),
            allowed=", ".join(LAWS),
            hint=closest(name, LAWS),
        )
    return LAWS[name]
