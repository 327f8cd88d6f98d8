"""What a fit says: coefficients, errors, survival, hazard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from negotiation.errors import InvalidInputError
from negotiation.estimation.disputes.durations import Disputes
from negotiation.estimation.exposure import Steps, design_of
from negotiation.estimation.laws import LAWS
from negotiation.estimation.likelihood import Likelihood
from negotiation.estimation.posterior import Posterior
from negotiation.estimation.process_law.law import ProcessLaw, Resolve
from negotiation.estimation.process_law.likelihood import ProcessLikelihood
from negotiation.estimation.process_law.payoffs import DisputePayoffs
from negotiation.presentation import Presented
from negotiation.values import FloatArray, float_vector, number, random_generator

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ConcessionFit", "sandwich"]

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
        log of the rate at which a dispute's clock runs, per day: positive ones end it sooner. Those
        of the process's law: see ``negotiation.estimation.process_law.law``.
    coefficients
        ``[parameter]``; of the process's law the posterior's mode.
    covariance
        From second derivatives, as if disputes were independent ``[parameter, parameter]``; of the
        process's law those of the posterior.
    clustered_covariance
        Sandwich with one cluster a dyad, G/(G-1) in front; NaN with a single dyad.
    log_likelihood
        At the maximum; ends known exactly count by their density per day. That of the process's law
        is of who conceded as well as when.
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
    process
        Parameters and payoffs of the process's law; None for the others.
    payoffs
        What disputes are about under it; None: each like one of reference.
    posterior
        Weighted draws of its parameters; None for other laws, or where none were asked for.
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
    process: ProcessLaw | None = None
    payoffs: DisputePayoffs | None = None
    posterior: Posterior | None = None

    def __repr__(self) -> str:
        values = ", ".join(
            f"{name} {value:.4g}" for name, value in zip(self.names, self.coefficients, strict=True)
        )
        return (
            f"<{self.model} law of {self.n} disputes ({self.n_ended} ended): {values}; "
            f"log-likelihood {self.log_likelihood:.4f}>"
        )

    @property
    def aic(self) -> float:
        """Akaike's criterion; a shape at a bound counts as a parameter."""
        return 2.0 * len(self.names) - 2.0 * self.log_likelihood

    @property
    def shape(self) -> float:
        """The law's shape in its own units; NaN where it has none."""
        law = LAWS.get(self.model)
        shaped = law is not None and bool(law.shape_name)
        return float(law.shape(self.coefficients[-1])) if law and shaped else float("nan")

    @property
    def scale(self) -> float:
        """Days in a unit of operational time with all covariates 0, before any step.

        NaN for the process's law, which has no such time.
        """
        return float("nan") if self.process else float(np.exp(-self.coefficients[0]))

    @property
    def resolve(self) -> Resolve:
        """The process's law in its own units: audience cost, scale of shocks, spread.

        Raises
        ------
        InvalidInputError
            For another law.
        """
        if self.process is None:
            raise InvalidInputError(
                "only the process's law knows of resolve",
                where="model",
                seen=self.model,
                allowed="process",
            )
        return self.process.at(self.coefficients)

    def draws(
        self, n: int, rng: np.random.Generator | int | None = None, *, clustered: bool = True
    ) -> FloatArray:
        """Return parameters drawn from their asymptotic normal distribution ``[draw, parameter]``.

        Those of the process's law are drawn from its posterior.

        Parameters
        ----------
        clustered
            Spread by the sandwich over dyads; False: by second derivatives.
        """
        if self.posterior is not None:
            return self.posterior.resample(n, rng)
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

    def _likelihood(self, disputes: Disputes) -> Likelihood | ProcessLikelihood:
        if self.process is not None:
            return ProcessLikelihood.of(self.process, disputes, self.payoffs, self.disputes)
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
        return Likelihood(LAWS[self.model], design, same)

    def log_likelihood_of(self, disputes: Disputes) -> FloatArray:
        """Return each dispute's log-likelihood under the fitted law ``[dispute]``.

        Of when it ended, whoever ended it. Where dyads have effects, given what the fit knows of
        the dyad's other disputes.
        """
        chosen = disputes if self.ending == ("any",) else disputes.ended_by(self.ending)
        return np.asarray(self._likelihood(chosen).by_dispute(self.coefficients))

    def survival_of(self, disputes: Disputes, times: ArrayLike) -> FloatArray:
        """Return each dispute's probability of lasting longer ``[dispute, time]``.

        ``times`` are days: ``[time]`` for all, or ``[dispute, time]``.
        """
        likelihood = self._likelihood(disputes)
        days = float_vector(times, name="times")
        grid = np.array(np.broadcast_to(days, (len(disputes), days.shape[-1])))
        return np.asarray(np.exp(likelihood.log_survival(grid, self.coefficients)))

    def _one(
        self,
        times: ArrayLike,
        covariates: Mapping[str, float] | None,
        deadline: float | None,
        parameters: FloatArray | None,
    ) -> tuple[Likelihood | ProcessLikelihood, FloatArray, FloatArray]:
        """Return the likelihood of one dispute, days ``[1, time]``, and parameters."""
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
        days = float_vector(times, name="times", ndim=1, low=0.0)
        at = self.coefficients if parameters is None else parameters
        return self._likelihood(one), days[None, :], at

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
        likelihood, days, at = self._one(times, covariates, deadline, parameters)
        return np.asarray(np.exp(likelihood.log_survival(days, at))[0])

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
        likelihood, days, at = self._one(times, covariates, deadline, parameters)
        if (days <= 0.0).any():
            raise InvalidInputError("days must be positive", where="times", seen=float(days.min()))
        density = likelihood.log_density(days, at)
        return np.asarray(np.exp(density - likelihood.log_survival(days, at))[0])

    def to_frame(self) -> pd.DataFrame:
        """Return one row a parameter with both standard errors, and the shape in its own units."""
        import pandas as pd

        errors = [np.sqrt(np.diag(c)) for c in (self.covariance, self.clustered_covariance)]
        rows = list(zip(self.names, self.coefficients, *errors, strict=True))
        if self.model in LAWS and LAWS[self.model].shape_name:
            rows.append((LAWS[self.model].shape_name, self.shape, np.nan, np.nan))
        columns = ["parameter", "estimate", "standard_error", "clustered_error"]
        return pd.DataFrame(rows, columns=columns)

    def _displayed(self) -> pd.DataFrame:
        return self.to_frame().rename(
            columns={"standard_error": "s.e.", "clustered_error": "s.e. by dyad"}
        )


def sandwich(scores: FloatArray, clusters: ArrayLike, inverse: FloatArray) -> FloatArray:
    """Return the covariance of estimates whose scores are independent between clusters only."""
    _, place = np.unique(clusters, return_inverse=True)
    count = int(place.max()) + 1
    if count == 1:
        return np.full(inverse.shape, np.nan)
    sums = np.zeros((count, scores.shape[1]))
    np.add.at(sums, place, scores)
    middle = count / (count - 1.0) * sums.T @ sums
    return np.asarray(inverse @ middle @ inverse)
