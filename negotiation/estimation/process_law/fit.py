"""The posterior of the process's law."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.estimation.concession_fit import ConcessionFit, sandwich
from negotiation.estimation.disputes.durations import Disputes
from negotiation.estimation.exposure import steps_of
from negotiation.estimation.mode import Mode, posterior_mode
from negotiation.estimation.posterior import laplace_posterior
from negotiation.estimation.process_law.law import process_law
from negotiation.estimation.process_law.likelihood import ProcessLikelihood
from negotiation.estimation.process_law.payoffs import DisputePayoffs
from negotiation.estimation.process_law.terms import FixedTerms
from negotiation.values import FloatArray, number, read_only

__all__ = ["fit_process_law"]

#: Derivative at the mode, in standard deviations of the posterior.
_TOLERANCE = 1e-3
#: Pareto shape of the weights above which draws are not to be trusted.
_LARGEST_K = 0.7
#: Most rounds of draws: the spread of some parameters depends on others, as the mode cannot tell.
_ROUNDS = 10
#: Deviations of the prior beyond which the posterior is taken to be zero.
_FARTHEST = 8.0
#: Where the climb may begin: log rate and log s.
_STARTS = [(z, np.log(s)) for z in (-3.0, -1.5, 0.0, 1.5) for s in (0.15, 0.4, 1.0, 2.0)]


def fit_process_law(
    disputes: Disputes,
    *,
    covariates: Sequence[str] | Mapping[str, Sequence[str]],
    missing: str,
    terms: FixedTerms,
    payoffs: DisputePayoffs | None,
    dyads: bool,
    start: Mapping[str, float] | None,
    draws: int,
    rng: np.random.Generator | int,
    progress: Callable[[int], None] | None,
    raise_on_failure: bool,
) -> ConcessionFit:
    """Return the posterior of the process's law; see `negotiation.fit_concessions`."""
    law = process_law(disputes, covariates, missing, terms, payoffs, dyads)
    if not disputes.ended.any():
        raise InvalidInputError(
            "no dispute has ended", where="process", seen=0, allowed="1 or more"
        )
    likelihood = ProcessLikelihood.of(law, disputes, payoffs)
    prior = law.prior
    count = int(number(draws, name="draws", low=0.0))
    evaluations = 0

    def log_posterior(parameters: FloatArray) -> float:
        nonlocal evaluations
        evaluations += 1
        if progress is not None:
            progress(evaluations)
        off = (parameters - prior[:, 0]) / prior[:, 1]
        # Far out in the prior nothing is told; hazards would only overflow.
        if np.abs(off).max() > _FARTHEST:
            return -np.inf
        told = float(likelihood.who_and_when(parameters).sum())
        # Where the branch of an equilibrium is lost there is no likelihood.
        return told - 0.5 * float(off @ off) if np.isfinite(told) else -np.inf

    starts = np.tile(prior[:, 0], (len(_STARTS), 1))
    starts[:, [0, 2]] = _STARTS
    if start:
        own = [number(start.get(n, m), name=n) for n, m in zip(law.names, prior[:, 0], strict=True)]
        starts = np.concatenate([starts, [own]])
    begin = max(starts, key=log_posterior)
    if count:
        posterior = laplace_posterior(
            log_posterior, begin, names=law.names, n=count, rng=rng, tol=_TOLERANCE,
            rounds=_ROUNDS, least=1.0 / prior[:, 1] ** 2, raise_on_failure=False,
        )  # fmt: skip
        mode = Mode(posterior.mode, posterior.covariance, posterior.gradient_norm)
    else:
        posterior, mode = (
            None,
            posterior_mode(log_posterior, begin, _TOLERANCE, 1.0 / prior[:, 1] ** 2),
        )
    trusted = posterior is None or posterior.pareto_k <= _LARGEST_K
    fit = ConcessionFit(
        model="process",
        names=law.names,
        coefficients=read_only(mode.at),
        covariance=read_only(mode.covariance),
        clustered_covariance=read_only(
            sandwich(_scores(likelihood, mode.at), disputes.clusters, mode.covariance)
        ),
        log_likelihood=float(likelihood.who_and_when(mode.at).sum()),
        n=len(disputes),
        n_ended=int(disputes.ended.sum()),
        n_dyads=len(set(disputes.dyads)),
        ending=("any",),
        at_bound=(),
        expected_gain=0.5 * mode.gradient_norm**2,
        gradient_norm=mode.gradient_norm,
        converged=bool(mode.gradient_norm <= _TOLERANCE and trusted),
        covariates=law.covariates,
        indicators=law.indicators,
        steps=steps_of((), ()),
        disputes=disputes,
        process=law,
        payoffs=payoffs,
        posterior=posterior,
    )
    if raise_on_failure and not fit.converged:
        k = float("nan") if posterior is None else posterior.pareto_k
        raise ConvergenceError(
            f"Pareto k {k:.2f}, gradient {mode.gradient_norm:.1e}",
            where="fit_concessions, process",
            partial=fit,
            hint="Too few disputes tell of these parameters; leave covariates out.",
        )
    return fit


def _scores(likelihood: ProcessLikelihood, at: FloatArray) -> FloatArray:
    """Return derivatives of each dispute's log-likelihood ``[dispute, parameter]``."""
    step = 1e-4
    columns = []
    for move in step * np.eye(at.size):
        up, down = likelihood.who_and_when(at + move), likelihood.who_and_when(at - move)
        columns.append((up - down) / (2.0 * step))
    return np.stack(columns, axis=-1)
