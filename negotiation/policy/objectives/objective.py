"""What a government wants: real income, revenue and the cost of lost jobs, in percent of GDP.

A government's payoff is, in percent of GDP::

    real_income * dW + revenue * dR - jobs * C
    C = 100 * jobs_lost * annual wage * spell in years / GDP
    jobs_lost = jobs per billion USD of exports * lost exports * (1 - re-employment share)

``dW`` is the change of real income (which already holds the tariff revenue), ``dR`` that of the
revenue alone and ``C`` the transition cost of the jobs that go with lost exports. Where labour
supply is elastic, real income already falls with employment, and ``C`` would count it twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from negotiation.errors import InvalidInputError
from negotiation.presentation import Presented
from negotiation.values import FloatArray, float_array, number, one_of, quantity

__all__ = ["JobLosses", "Objective"]


@dataclass(frozen=True, kw_only=True)
class JobLosses(Presented):
    """How lost exports turn into lost jobs, from one named source.

    Attributes
    ----------
    jobs_per_billion
        Jobs lost for each billion USD a year of exports lost, before anybody is re-employed.
    reemployment_share
        Share of them that finds work at once at the same wage, in [0, 1].
    annual_wage
        USD a year.
    spell_years
        Mean time out of work of the others, in years.
    source
        Where the jobs figure is from (publisher, year).
    definition
        Must be ``"lost"``. A count of jobs ``"exposed"`` (all those that make exports) is not a
        count of jobs lost and is refused: see :meth:`from_exposed`.

    Raises
    ------
    InvalidInputError
        If a number is out of bounds, the source is not named, or the figure is of exposed jobs.

    Examples
    --------
    >>> losses = JobLosses.from_projection(
    ...     jobs_lost=6e6, lost_exports=300.0, reemployment_share=0.5, annual_wage=14_000.0,
    ...     spell_years=0.5, source="a projection of 2025",
    ... )
    >>> losses.jobs_per_billion
    20000.0
    >>> float(losses.jobs_lost(100.0)), float(losses.transition_cost(100.0))
    (1000000.0, 7.0)
    """

    jobs_per_billion: float = quantity(
        "n_J", "jobs/(billion USD/year)", "jobs lost for each billion USD of lost exports"
    )
    reemployment_share: float = quantity("e_J", "fraction", "share re-employed at once")
    annual_wage: float = quantity("w_J", "USD/year", "wage of the jobs lost")
    spell_years: float = quantity("s_J", "year", "mean time out of work")
    source: str
    definition: str = "lost"

    def __post_init__(self) -> None:
        """Check bounds, source and definition."""
        put = object.__setattr__
        for name, high in (
            ("jobs_per_billion", None),
            ("reemployment_share", 1.0),
            ("annual_wage", None),
            ("spell_years", None),
        ):
            put(self, name, number(getattr(self, name), name=name, low=0.0, high=high))
        if not isinstance(self.source, str) or not self.source.strip():  # type: ignore[redundant-expr]  # callers may be untyped
            raise InvalidInputError(
                "the source of the job figure is not named", where="source", seen=repr(self.source)
            )
        one_of(self.definition, ("lost", "exposed"), name="definition")
        if self.definition == "exposed":
            raise InvalidInputError(
                "jobs exposed to exports are not jobs lost",
                where="definition",
                seen="'exposed'",
                allowed="'lost'",
                hint="Use JobLosses.from_exposed, which divides by the exports they produce.",
            )

    @classmethod
    def from_projection(
        cls,
        *,
        jobs_lost: float,
        lost_exports: float,
        reemployment_share: float,
        annual_wage: float,
        spell_years: float,
        source: str,
    ) -> JobLosses:
        """Return the losses of a projection: so many jobs for such a fall of exports.

        Parameters
        ----------
        jobs_lost
            Jobs that the source says are lost.
        lost_exports
            Fall of exports behind that figure, billion USD a year.
        reemployment_share, annual_wage, spell_years, source
            As in the class.
        """
        fall = number(lost_exports, name="lost_exports", low=0.0, open_low=True)
        return cls(
            jobs_per_billion=number(jobs_lost, name="jobs_lost", low=0.0) / fall,
            reemployment_share=reemployment_share,
            annual_wage=annual_wage,
            spell_years=spell_years,
            source=source,
        )

    @classmethod
    def from_exposed(
        cls,
        *,
        exposed_jobs: float,
        exports: float,
        reemployment_share: float,
        annual_wage: float,
        spell_years: float,
        source: str,
    ) -> JobLosses:
        """Return the losses that follow from the jobs behind all of a side's exports.

        The exposed jobs give only the employment content of a billion USD of exports; jobs are
        lost in proportion to the exports that are lost, never all of them.

        Parameters
        ----------
        exposed_jobs
            Jobs that make the exports to the partner.
        exports
            Those exports, billion USD a year.
        reemployment_share, annual_wage, spell_years, source
            As in the class.
        """
        value = number(exports, name="exports", low=0.0, open_low=True)
        return cls(
            jobs_per_billion=number(exposed_jobs, name="exposed_jobs", low=0.0) / value,
            reemployment_share=reemployment_share,
            annual_wage=annual_wage,
            spell_years=spell_years,
            source=source,
        )

    def jobs_lost(self, lost_exports: ArrayLike) -> FloatArray:
        """Return jobs lost net of re-employment; negative where exports grow.

        Parameters
        ----------
        lost_exports
            Billion USD a year, any shape.
        """
        lost = float_array(lost_exports, name="lost_exports")
        return np.asarray(self.jobs_per_billion * (1.0 - self.reemployment_share) * lost)

    def transition_cost(self, lost_exports: ArrayLike) -> FloatArray:
        """Return wages forgone in billion USD, once: jobs lost times wage times spell."""
        jobs = self.jobs_lost(lost_exports)
        return np.asarray(jobs * self.annual_wage * self.spell_years / 1e9)


@dataclass(frozen=True)
class Objective:
    """Weights of one government's payoff, which is in percent of GDP.

    Attributes
    ----------
    real_income
        Weight of the change of real income, tariff revenue included.
    jobs
        Weight ``omega`` of the transition cost of job losses; 0 leaves them out, 1 counts their
        cost as it is.
    revenue
        Further weight of tariff revenue, beyond its part in real income.
    sector_weights
        Weight of the income of each sector's producers, by sector label; 1 where not named.
        None: the economy's own political weights are not used and every sector weighs 1.
    political
        True says that job losses may weigh beyond their cost to real income: an assumption about
        politics, needed where labour supply is elastic.
    job_losses
        How lost exports turn into lost jobs; None leaves the choice to the caller's defaults.

    Raises
    ------
    InvalidInputError
        If a weight is negative or not finite, or nothing has a weight.

    Examples
    --------
    >>> objective = Objective(jobs=1.0, revenue=0.25)
    >>> float(objective.combine(real_income=-0.5, revenue=0.5, transition_cost=0.125))
    -0.5
    """

    real_income: float = quantity("1", "1", "weight of real income", default=1.0)
    jobs: float = quantity("omega", "1", "weight of the transition cost of job losses", default=0.0)
    revenue: float = quantity("omega_R", "1", "further weight of tariff revenue", default=0.0)
    sector_weights: Mapping[str, float] | None = field(
        default=None,
        metadata={"symbol": "lambda_s", "unit": "1", "meaning": "weight of a sector's income"},
    )
    political: bool = False
    job_losses: JobLosses | None = None

    def __post_init__(self) -> None:
        """Check the weights."""
        put = object.__setattr__
        for name in ("real_income", "jobs", "revenue"):
            put(self, name, number(getattr(self, name), name=name, low=0.0))
        if self.real_income == self.jobs == self.revenue == 0.0:
            raise InvalidInputError(
                "nothing has a weight", where="Objective", allowed="one above 0"
            )
        if self.sector_weights is not None:
            weights = {
                str(sector): number(weight, name=f"sector_weights[{sector}]", low=0.0)
                for sector, weight in self.sector_weights.items()
            }
            put(self, "sector_weights", MappingProxyType(weights))
        if self.job_losses is not None and not isinstance(self.job_losses, JobLosses):
            raise InvalidInputError(
                "not job losses",
                where="job_losses",
                seen=repr(self.job_losses),
                allowed="JobLosses",
            )

    def __reduce__(self) -> tuple[Any, ...]:
        """Rebuild from plain values, since a read-only mapping cannot be pickled."""
        weights = None if self.sector_weights is None else dict(self.sector_weights)
        arguments = (self.real_income, self.jobs, self.revenue, weights)
        return type(self), (*arguments, self.political, self.job_losses)

    def check(self, labor_supply_elasticity: float) -> None:
        """Refuse to count a fall of employment twice.

        Parameters
        ----------
        labor_supply_elasticity
            That of the model which computes real income; 0 is fixed labour.

        Raises
        ------
        InvalidInputError
            If labour supply is elastic and job losses have a weight without ``political=True``.
        """
        elasticity = number(labor_supply_elasticity, name="labor_supply_elasticity", low=0.0)
        if elasticity > 0.0 and self.jobs > 0.0 and not self.political:
            raise InvalidInputError(
                "with elastic labour supply real income already holds the fall of employment",
                where="Objective.jobs",
                seen=f"jobs={self.jobs:g} with labor_supply_elasticity={elasticity:g}",
                allowed="jobs=0, or fixed labour",
                hint="Pass political=True to weigh jobs beyond their cost: an assumption.",
            )

    def weights_of(self, sectors: tuple[str, ...]) -> FloatArray:
        """Return the weight of each sector's income, in the order of ``sectors``.

        Raises
        ------
        InvalidInputError
            If a weight is for a sector that is not there.
        """
        named = self.sector_weights or {}
        unknown = [sector for sector in named if sector not in sectors]
        if unknown:
            raise InvalidInputError(
                "unknown sector",
                where="sector_weights",
                seen=", ".join(unknown),
                allowed=", ".join(sectors),
            )
        return np.array([named.get(sector, 1.0) for sector in sectors])

    def combine(
        self, *, real_income: ArrayLike, revenue: ArrayLike, transition_cost: ArrayLike
    ) -> FloatArray:
        """Return the payoff in percent of GDP from its parts, all in percent of GDP.

        Parameters
        ----------
        real_income
            Change of real income.
        revenue
            Change of tariff revenue.
        transition_cost
            Cost of job losses, positive when jobs are lost.
        """
        parts = np.broadcast_arrays(
            float_array(real_income, name="real_income"),
            float_array(revenue, name="revenue"),
            float_array(transition_cost, name="transition_cost"),
        )
        return np.asarray(
            self.real_income * parts[0] + self.revenue * parts[1] - self.jobs * parts[2]
        )
