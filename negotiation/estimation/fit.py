"""Fitting laws to disputes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.estimation.concession_fit import ConcessionFit, sandwich
from negotiation.estimation.disputes.durations import Disputes
from negotiation.estimation.exposure import design_of, steps_of
from negotiation.estimation.laws import law_named
from negotiation.estimation.likelihood import Likelihood, maximise
from negotiation.estimation.process_law.fit import fit_process_law
from negotiation.estimation.process_law.payoffs import DisputePayoffs
from negotiation.estimation.process_law.terms import FixedTerms
from negotiation.values import one_of, read_only

__all__ = ["fit_concessions"]


@takes
def fit_concessions(
    disputes: Disputes,
    model: str = "exponential",
    *,
    covariates: Sequence[str] | Mapping[str, Sequence[str]] = (),
    missing: str = "refuse",
    ending: str | Iterable[str] = "any",
    deadline_windows: Sequence[float] = (),
    cuts: Sequence[float] = (),
    terms: FixedTerms | None = None,
    payoffs: DisputePayoffs | None = None,
    dyads: bool = False,
    start: Mapping[str, float] | None = None,
    draws: int = 1000,
    rng: np.random.Generator | int = 0,
    progress: Callable[[int], None] | None = None,
    tol: float = 1e-8,
    raise_on_failure: bool = True,
) -> ConcessionFit:
    """Fit a law of how long disputes last: by maximum likelihood, the process's by its posterior.

    Parameters
    ----------
    disputes
        Durations with their censoring.
    model
        "exponential", "weibull", "log_normal", "log_logistic", "lomax" (gamma frailty),
        "log_normal_frailty", "cure" or "piecewise_constant": see ``negotiation.estimation.laws``;
        "process": hazards of the process's node, ``negotiation.estimation.process_law``.
    covariates
        Names of covariates of the disputes; coefficients act on the log rate. Of the process's law:
        on both sides' audience costs, in scales of the shocks; or a mapping to names from where
        they act: "both", "sender", "target" (audience costs), "sender cost" and "target cost" (log
        of what a dispute costs a side).
    missing
        Where a covariate is missing: "refuse", "drop" the dispute, or "indicator" (the number
        counts as 0 and a further column says that it is missing).
    ending
        "any", or who conceded ("sender", "target", "other", or several): disputes that ended
        otherwise are then open when they do (cause-specific hazard).
    deadline_windows
        Days before a deadline at which the rate changes: ``[7, 30]``.
    cuts
        Days since the start at which the rate changes; for "piecewise_constant" at least one.
    terms, payoffs, dyads, start, draws, rng, progress
        Of the process's law alone: what it holds fixed; what disputes are about, None where each is
        like one of reference; whether disputes of one dyad share a part of their resolve, so that a
        dyad's history tells of its next dispute; parameters near the mode by name, where known;
        draws of the posterior (a round), 0 for its mode only; a generator or seed; and what is
        called after each evaluation of the likelihood with how many there have been.
    tol
        Largest expected gain of one more Newton step, in log-likelihood.
    raise_on_failure
        Whether a fit without its certificate raises.

    Raises
    ------
    InvalidInputError
        If a name is not known, a covariate is missing, or no dispute has ended.
    ConvergenceError
        If the certificate fails; carries the partial fit.
    NonFiniteError
        If the likelihood is not finite.

    Notes
    -----
    The process's law is told by who conceded as well as when; its deadline costs both sides
    something at its date, and rates before it solve the game back from there, so that it takes
    neither ``ending``, ``deadline_windows`` nor ``cuts``.

    A deadline enters as it was last set. Where deadlines are moved because talks go on, the rate
    before a deadline is that before deadlines which were kept.

    Examples
    --------
    >>> import negotiation as ng
    >>> fit = ng.fit_concessions(ng.load_disputes(), model="weibull")
    >>> round(fit.shape, 3), round(fit.log_likelihood, 2), fit.converged
    (0.657, -391.86, True)
    """
    if not isinstance(disputes, Disputes):
        raise InvalidInputError(
            "not disputes", where="disputes", seen=type(disputes).__name__, allowed="Disputes"
        )
    who = (ending,) if isinstance(ending, str) else tuple(ending)
    if model == "process":
        for name, given in (("deadline_windows", deadline_windows), ("cuts", cuts)):
            if len(given):
                raise InvalidInputError(
                    "the process's law has none", where=name, seen=list(given), allowed="none"
                )
        one_of(who[0], ("any",), name="ending")
        return fit_process_law(
            disputes,
            covariates=covariates,
            missing=missing,
            terms=terms or FixedTerms(),
            payoffs=payoffs,
            dyads=dyads,
            start=start,
            draws=draws,
            rng=rng,
            progress=progress,
            raise_on_failure=raise_on_failure,
        )
    law = law_named(model)
    if isinstance(covariates, Mapping):
        raise InvalidInputError(
            "a descriptive law has one clock",
            where="covariates",
            seen="a mapping",
            allowed="a sequence of names",
        )
    if model == "piecewise_constant" and len(cuts) == 0:
        raise InvalidInputError(
            "no day at which the rate changes", where="cuts", seen="none", allowed="1 or more"
        )
    for name in who:
        one_of(name, ("any", "sender", "target", "other") if len(who) == 1 else
               ("sender", "target", "other"), name="ending")  # fmt: skip
    steps = steps_of(cuts, deadline_windows)
    chosen = disputes if who == ("any",) else disputes.ended_by(who)
    design, chosen = design_of(chosen, covariates, steps, missing)
    # Columns of order 1, so that units do not matter; undone below.
    largest = np.abs(design.covariates).max(axis=0)
    scaled = replace(design, covariates=design.covariates / np.where(largest > 0.0, largest, 1.0))
    rank = np.linalg.matrix_rank(scaled.covariates)
    if rank < design.covariates.shape[1]:
        raise InvalidInputError(
            "covariates that others determine",
            where="covariates",
            seen=", ".join(design.names[1 : design.covariates.shape[1]]),
            hint="Leave one out: together with the constant they are collinear.",
        )
    likelihood = Likelihood(law, scaled, chosen)
    best = maximise(likelihood, tol=tol)
    names = (*design.names, *((f"transformed {law.shape_name}",) if law.shape_name else ()))
    size, free = len(names), best.free
    unit = np.ones(size)
    unit[: largest.size] = 1.0 / largest
    covariance, clustered = np.zeros((size, size)), np.zeros((size, size))
    try:
        inverse = np.asarray(np.linalg.inv(best.information), dtype=np.float64)
    except np.linalg.LinAlgError as error:
        raise InvalidInputError(
            "not identified: the likelihood is flat in some coefficient",
            where="disputes",
            seen=", ".join(names),
            hint="Leave out deadline windows or covariates in which no dispute ends.",
        ) from error
    covariance[np.ix_(free, free)] = inverse
    scores = likelihood.scores(best.parameters)[:, free]
    clustered[np.ix_(free, free)] = sandwich(scores, chosen.clusters, inverse)
    fit = ConcessionFit(
        model=model,
        names=names,
        coefficients=read_only(best.parameters * unit),
        covariance=read_only(covariance * np.outer(unit, unit)),
        clustered_covariance=read_only(clustered * np.outer(unit, unit)),
        log_likelihood=best.value,
        n=len(chosen),
        n_ended=int(chosen.ended.sum()),
        n_dyads=len(set(chosen.dyads)),
        ending=who,
        at_bound=tuple(name for name, f in zip(names, free, strict=True) if not f),
        expected_gain=best.gain,
        gradient_norm=best.gradient_norm,
        converged=best.converged,
        covariates=tuple(covariates),
        indicators=tuple(c for c in covariates if f"{c} missing" in design.names),
        steps=steps,
        disputes=chosen,
    )
    if raise_on_failure and not fit.converged:
        raise ConvergenceError(
            f"one more step would add {fit.expected_gain:.1e} to the log-likelihood",
            where=f"fit_concessions, {model}",
            partial=fit,
            hint="A covariate may separate the disputes that ended; leave it out.",
        )
    return fit
