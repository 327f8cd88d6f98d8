"""Fitting laws to disputes, and what a fit says: coefficients, errors, survival, hazard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.estimation.disputes.durations import Disputes
from negotiation.estimation.exposure import Steps, design_of, steps_of
from negotiation.estimation.laws import LAWS, Law, law_named
from negotiation.estimation.likelihood import Likelihood, maximise
from negotiation.presentation import Presented
from negotiation.values import FloatArray, float_array, number, one_of, random_generator, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ConcessionFit", "fit_concessions"]

_NO_COVARIATES: Mapping[str, float] = {}


@dataclass(frozen=True, eq=False, repr=False)
class ConcessionFit(Presented):
    """A law fitted to disputes.

    Attributes
    ----------
    model
        Name of the law.
    names
        Of the parameters: constant, covariates, steps, transformed shape. Coefficients act on the
        log of the rate at which a dispute's clock runs, per day: positive ones end it sooner.
    coefficients
        ``[parameter]``.
    covariance
        From second derivatives, as if disputes were independent ``[parameter, parameter]``.
    clustered_covariance
        Sandwich with one cluster a dyad, G/(G-1) in front; NaN with a single dyad.
    log_likelihood
        At the maximum; ends known exactly count by their density per day.
    n, n_ended, n_dyads
        Disputes, those that ended, dyads.
    ending
        Who ended them, where others count as open; "any" where all ends count.
    at_bound
        Shapes that ran to the end of their range, where the law is a simpler one; their rows of
        the covariances are zero.
    expected_gain
        What one more Newton step would add to the log-likelihood (certificate: its gradient is
        taken by real finite differences, apart from the solver's).
    gradient_norm
        Largest entry of that gradient in standard errors.
    converged
        Whether the certificate holds.
    covariates
        Names of the covariates, without the columns for missing ones.
    indicators
        Covariates with a column for missing ones.
    steps
        Of elapsed time and of days to a deadline.
    disputes
        What it was fitted to.
    """

    model: str
    names: tuple[str, ...]
    coefficients: FloatArray
    covariance: FloatArray
    clustered_covariance: FloatArray
    log_likelihood: float
    n: int
    n_ended: int
    n_dyads: int
    ending: tuple[str, ...]
    at_bound: tuple[str, ...]
    expected_gain: float
    gradient_norm: float
    converged: bool
    covariates: tuple[str, ...]
    indicators: tuple[str, ...]
    steps: Steps
    disputes: Disputes

    def __repr__(self) -> str:
        values = ", ".join(
            f"{name} {value:.4g}" for name, value in zip(self.names, self.coefficients, strict=True)
        )
        return (
            f"<{self.model} law of {self.n} disputes ({self.n_ended} ended): {values}; "
            f"log-likelihood {self.log_likelihood:.4f}>"
        )

    @property
    def law(self) -> Law:
        """The law itself."""
        return LAWS[self.model]

    @property
    def aic(self) -> float:
        """Akaike's criterion; a shape at a bound counts as a parameter."""
        return 2.0 * len(self.names) - 2.0 * self.log_likelihood

    @property
    def shape(self) -> float:
        """The law's shape in its own units; NaN where it has none."""
        return float(self.law.shape(self.coefficients[-1])) if self.law.shape_name else float("nan")

    @property
    def scale(self) -> float:
        """Days in a unit of operational time with all covariates 0, before any step."""
        return float(np.exp(-self.coefficients[0]))

    def draws(
        self, n: int, rng: np.random.Generator | int | None = None, *, clustered: bool = True
    ) -> FloatArray:
        """Return parameters drawn from their asymptotic normal distribution ``[draw, parameter]``.

        Parameters
        ----------
        clustered
            Spread by the sandwich over dyads; False: by second derivatives.
        """
        spread = self.clustered_covariance if clustered else self.covariance
        if not np.isfinite(spread).all():
            raise InvalidInputError(
                "one dyad has no sandwich", where="clustered", seen=True, allowed="False"
            )
        generator = random_generator(rng)
        # By the square root of the correlation matrix: units do not matter.
        values, vectors = np.linalg.eigh(spread)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        count = int(number(n, name="n", low=1))
        return np.asarray(
            self.coefficients + generator.standard_normal((count, len(self.names))) @ root.T
        )

    def _likelihood(self, disputes: Disputes) -> Likelihood:
        missing = "indicator" if self.indicators else "refuse"
        design, same = design_of(
            disputes, self.covariates, self.steps, missing, indicators=self.indicators
        )
        expected = self.names[: len(design.names)]
        if design.names != expected:
            raise InvalidInputError(
                "numbers are missing that were not missing where the law was fitted",
                where="covariates",
                seen=", ".join(set(design.names) - set(expected)),
                allowed=", ".join(self.indicators) or "none missing",
            )
        return Likelihood(self.law, design, same)

    def log_likelihood_of(self, disputes: Disputes) -> FloatArray:
        """Return each dispute's log-likelihood under the fitted law ``[dispute]``."""
        chosen = disputes if self.ending == ("any",) else disputes.ended_by(self.ending)
        return np.asarray(self._likelihood(chosen).by_dispute(self.coefficients))

    def survival_of(self, disputes: Disputes, times: ArrayLike) -> FloatArray:
        """Return each dispute's probability of lasting longer ``[dispute, time]``.

        ``times`` are days: ``[time]`` for all, or ``[dispute, time]``.
        """
        likelihood = self._likelihood(disputes)
        days = np.asarray(times, dtype=np.float64)
        grid = np.array(np.broadcast_to(days, (len(disputes), days.shape[-1])))
        return np.asarray(np.exp(likelihood.log_survival(grid, self.coefficients)))

    def _one(self, covariates: Mapping[str, float] | None, deadline: float | None) -> Likelihood:
        given = dict(covariates or _NO_COVARIATES)
        if set(given) != set(self.covariates):
            raise InvalidInputError(
                "one number a covariate",
                where="covariates",
                seen=", ".join(sorted(given)) or "none",
                allowed=", ".join(self.covariates) or "none",
            )
        one = Disputes.from_intervals(
            [1.0],
            [np.inf],
            deadline=[np.nan if deadline is None else number(deadline, name="deadline")],
            covariates={name: [float(value)] for name, value in given.items()},
        )
        return self._likelihood(one)

    def survival(
        self,
        times: ArrayLike,
        covariates: Mapping[str, float] | None = None,
        *,
        deadline: float | None = None,
        parameters: FloatArray | None = None,
    ) -> FloatArray:
        """Return the probability that a dispute lasts longer than ``times`` days ``[time]``.

        Parameters
        ----------
        times
            Days since the start, not negative.
        covariates
            One number a covariate of the fit.
        deadline
            Days from the start to its deadline, None for none.
        parameters
            Other parameters than the fitted ones, such as a row of `draws`.

        Examples
        --------
        >>> import negotiation as ng
        >>> fit = ng.fit_concessions(ng.load_disputes(), model="lomax")
        >>> fit.survival([30, 365]).round(3)
        array([0.907, 0.438])
        """
        likelihood = self._one(covariates, deadline)
        days = float_array(np.atleast_1d(times), name="times", ndim=1, low=0.0)
        at = self.coefficients if parameters is None else parameters
        return np.asarray(np.exp(likelihood.log_survival(days[None, :], at))[0])

    def hazard(
        self,
        times: ArrayLike,
        covariates: Mapping[str, float] | None = None,
        *,
        deadline: float | None = None,
        parameters: FloatArray | None = None,
    ) -> FloatArray:
        """Return the rate of ending at ``times`` days, per day, of a dispute still open ``[time]``.

        As `survival`; days are positive. At a step the rate is that of the time before it.
        """
        likelihood = self._one(covariates, deadline)
        days = float_array(np.atleast_1d(times), name="times", ndim=1, low=0.0)[None, :]
        if (days <= 0.0).any():
            raise InvalidInputError("days must be positive", where="times", seen=float(days.min()))
        at = self.coefficients if parameters is None else parameters
        density = likelihood.log_density(days, at)
        return np.asarray(np.exp(density - likelihood.log_survival(days, at))[0])

    def to_frame(self) -> pd.DataFrame:
        """Return one row a parameter with both standard errors, and the shape in its own units."""
        import pandas as pd

        errors = [np.sqrt(np.diag(c)) for c in (self.covariance, self.clustered_covariance)]
        rows = list(zip(self.names, self.coefficients, *errors, strict=True))
        if self.law.shape_name:
            rows.append((self.law.shape_name, self.shape, np.nan, np.nan))
        columns = ["parameter", "estimate", "standard_error", "clustered_error"]
        return pd.DataFrame(rows, columns=columns)

    def _displayed(self) -> pd.DataFrame:
        return self.to_frame().rename(
            columns={"standard_error": "s.e.", "clustered_error": "s.e. by dyad"}
        )


def _sandwich(scores: FloatArray, clusters: ArrayLike, inverse: FloatArray) -> FloatArray:
    """Return the covariance of estimates whose scores are independent between clusters only."""
    _, place = np.unique(clusters, return_inverse=True)
    count = int(place.max()) + 1
    if count == 1:
        return np.full(inverse.shape, np.nan)
    sums = np.zeros((count, scores.shape[1]))
    np.add.at(sums, place, scores)
    middle = count / (count - 1.0) * sums.T @ sums
    return np.asarray(inverse @ middle @ inverse)


@takes
def fit_concessions(
    disputes: Disputes,
    model: str = "exponential",
    *,
    covariates: Sequence[str] = (),
    missing: str = "refuse",
    ending: str | Iterable[str] = "any",
    deadline_windows: Sequence[float] = (),
    cuts: Sequence[float] = (),
    tol: float = 1e-8,
    raise_on_failure: bool = True,
) -> ConcessionFit:
    """Fit a law of how long disputes last by maximum likelihood.

    Parameters
    ----------
    disputes
        Durations with their censoring.
    model
        "exponential", "weibull", "log_normal", "log_logistic", "lomax" (gamma frailty),
        "log_normal_frailty", "cure" or "piecewise_constant": see ``negotiation.estimation.laws``.
    covariates
        Names of covariates of the disputes; coefficients act on the log rate.
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
    A deadline enters as it was last set. Where deadlines are moved because talks go on, the rate
    before a deadline is that before deadlines which were kept.

    Examples
    --------
    >>> import negotiation as ng
    >>> fit = ng.fit_concessions(ng.load_disputes(), model="weibull")
    >>> round(fit.shape, 3), round(fit.log_likelihood, 2), fit.converged
    (0.657, -391.86, True)
    """
    law = law_named(model)
    if not isinstance(disputes, Disputes):
        raise InvalidInputError(
            "not disputes", where="disputes", seen=type(disputes).__name__, allowed="Disputes"
        )
    if model == "piecewise_constant" and len(cuts) == 0:
        raise InvalidInputError(
            "no day at which the rate changes", where="cuts", seen="none", allowed="1 or more"
        )
    who = (ending,) if isinstance(ending, str) else tuple(ending)
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
    clustered[np.ix_(free, free)] = _sandwich(scores, chosen.clusters, inverse)
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
