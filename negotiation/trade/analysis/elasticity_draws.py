"""Uncertainty of trade elasticities carried to counterfactuals: intervals and probabilities."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.presentation import Presented
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.equilibrium import counterfactuals
from negotiation.trade.model import TradeModel
from negotiation.values import (
    FloatArray,
    float_array,
    instance,
    number,
    random_generator,
    read_only,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "CounterfactualDraws",
    "ElasticityEstimates",
    "Probability",
    "counterfactual_draws",
]

_WILSON = 1.959963984540054


@dataclass(frozen=True, eq=False)
class ElasticityEstimates(Presented):
    """Trade elasticities by sector with their standard errors, and where each comes from.

    Attributes
    ----------
    name
        What the set is called.
    sectors
        Labels.
    values
        Estimates, positive, ``[sector]``.
    std_errors
        Their standard errors ``[sector]``; 0 where none is published, which is drawn as known.
    published
        The study's own sector, or sectors joined by ``" + "`` whose mean it is; ``""`` where the
        study has none and the value was filled in.

    Examples
    --------
    >>> own = ElasticityEstimates("own", ("food", "wine", "cars", "post"), [3.0, 3.0, 5.0, 4.0],
    ...                           [0.5, 0.5, 1.0, 0.0], ("Food", "Food", "Cars", ""))
    >>> own.flags
    ('copied', 'copied', 'published', 'filled')
    >>> drawn = own.draw(2, rng=1)
    >>> bool(np.all(drawn[:, 0] == drawn[:, 1])), drawn[:, 3].tolist()
    (True, [4.0, 4.0])
    """

    name: str
    sectors: tuple[str, ...]
    values: FloatArray
    std_errors: FloatArray
    published: tuple[str, ...]

    def __post_init__(self) -> None:
        """Check lengths and signs, and that copies agree."""
        for name in ("sectors", "published"):
            labels = getattr(self, name)
            if isinstance(labels, str) or not isinstance(labels, Iterable):
                raise InvalidInputError(
                    "not a list of labels", where=name, seen=type(labels).__name__
                )
        count = len(tuple(self.sectors))
        put = object.__setattr__
        put(self, "sectors", tuple(self.sectors))
        put(self, "published", tuple(self.published))
        values = float_array(self.values, name=f"elasticities[{self.name}]", shape=(count,))
        if np.any(values <= 0.0):
            s = int(np.argmax(values <= 0.0))
            raise InvalidInputError(
                "trade elasticity must be positive",
                where=f"elasticities[{self.name}], sector {self.sectors[s]}",
                seen=values[s],
                allowed="> 0",
            )
        errors = float_array(self.std_errors, name="std_errors", shape=(count,), low=0.0)
        if len(self.published) != count:
            raise InvalidInputError(
                "one published sector a sector", where="published", seen=len(self.published)
            )
        first: dict[str, int] = {}
        for s, origin in enumerate(self.published):
            other = first.setdefault(origin, s)
            if origin and (values[s], errors[s]) != (values[other], errors[other]):
                raise InvalidInputError(
                    "copies of one published sector differ",
                    where=f"{self.name}, sectors {self.sectors[other]} and {self.sectors[s]}",
                    seen=f"{values[other]:g} and {values[s]:g}",
                )
        put(self, "values", values)
        put(self, "std_errors", errors)

    @property
    def flags(self) -> tuple[str, ...]:
        """``published``, ``copied`` to sectors, ``averaged`` over several, or ``filled`` in."""
        return tuple(
            "filled"
            if not origin
            else "averaged"
            if " + " in origin
            else "copied"
            if self.published.count(origin) > 1
            else "published"
            for origin in self.published
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row a sector: value, standard error (NaN where none), origin and flag."""
        import pandas as pd

        return pd.DataFrame(
            {
                "value": self.values,
                "std_error": np.where(self.std_errors > 0.0, self.std_errors, np.nan),
                "published": self.published,
                "flag": self.flags,
            },
            index=pd.Index(self.sectors, name="sector"),
        )

    def draw(
        self, count: int, *, rng: np.random.Generator | int, lowest: float = 0.05
    ) -> FloatArray:
        """Return draws ``[draw, sector]``: normal around each estimate, given that it is positive.

        Sectors with one published origin share a draw; others are independent, since studies
        print no covariances. That the sign is known is an assumption: it moves the mean of an
        estimate that is not far from 0 in standard errors.

        Parameters
        ----------
        count
            How many.
        rng
            Generator, or a seed.
        lowest
            Draws lie above it.
        """
        from scipy.special import ndtr, ndtri

        if isinstance(count, bool) or not isinstance(count, int | np.integer) or count < 1:  # type: ignore[redundant-expr]  # callers may be untyped
            raise InvalidInputError("not a number of draws", where="count", seen=repr(count))
        floor = number(lowest, name="lowest", low=0.0, open_low=True)
        generator = random_generator(rng)
        uncertain = self.std_errors > 0.0
        below = uncertain & (self.values <= floor)
        if below.any():
            raise InvalidInputError(
                "estimate at or below the lowest draw",
                where=f"lowest, sector {self.sectors[int(np.argmax(below))]}",
                seen=floor,
            )
        origins = [
            origin if origin and uncertain[s] else f"{s}" for s, origin in enumerate(self.published)
        ]
        place = {origin: k for k, origin in enumerate(dict.fromkeys(origins))}
        uniform = generator.uniform(size=(int(count), len(place)))[:, [place[o] for o in origins]]
        spread = np.where(uncertain, self.std_errors, 1.0)
        cut = ndtr((floor - self.values) / spread)
        drawn = self.values + spread * ndtri(cut + (1.0 - cut) * uniform)
        out = np.where(uncertain, np.maximum(drawn, floor), self.values)
        drawn_values: FloatArray = read_only(out)
        return drawn_values


@dataclass(frozen=True)
class Probability:
    """A share of draws, with its Monte Carlo error.

    Attributes
    ----------
    value
        The share.
    standard_error
        ``sqrt(p (1 - p) / n)``.
    low, high
        Wilson's 95 % interval, which is not empty at 0 or 1.
    draws
        ``n``.
    """

    value: float
    standard_error: float
    low: float
    high: float
    draws: int


@dataclass(frozen=True, eq=False)
class CounterfactualDraws(Presented):
    """Counterfactuals under draws of the elasticities.

    Attributes
    ----------
    regions
        Labels.
    estimates
        What was drawn from.
    elasticities
        ``[draw, sector]``.
    welfare
        Percent change of real income ``[draw, scenario, region]``.
    at_estimates
        The same at the estimates themselves ``[scenario, region]``.
    """

    regions: tuple[str, ...]
    estimates: ElasticityEstimates
    elasticities: FloatArray
    welfare: FloatArray
    at_estimates: FloatArray

    def to_frame(self) -> pd.DataFrame:
        """Return one row a scenario and region: the central 90 % of welfare, percent."""
        import pandas as pd

        scenarios = range(self.welfare.shape[1])
        parts = {k: self.interval(scenario=k) for k in scenarios}
        return pd.concat(parts, names=["scenario", "region"]).reset_index()

    def _heading(self) -> str:
        return f"real income under {len(self)} draws of the elasticities, percent"

    def __len__(self) -> int:
        """Return the number of draws."""
        return len(self.welfare)

    def interval(self, level: float = 0.9, *, scenario: int = 0) -> pd.DataFrame:
        """Return the central interval of welfare by region: low, median, high, at_estimates."""
        import pandas as pd

        inside = number(level, name="level", low=0.0, high=1.0, open_low=True, open_high=True)
        tail = 0.5 * (1.0 - inside)
        chosen = self.welfare[:, self._scenario(scenario)]
        low, median, high = np.quantile(chosen, [tail, 0.5, 1.0 - tail], axis=0)
        return pd.DataFrame(
            {
                "low": low,
                "median": median,
                "high": high,
                "at_estimates": self.at_estimates[scenario],
            },
            index=pd.Index(self.regions, name="region"),
        )

    def probability_loses_more(self, region: str, than: str, *, scenario: int = 0) -> Probability:
        """Return the share of draws in which a region's welfare falls by more than another's."""
        places = []
        for name in (region, than):
            if name not in self.regions:
                raise InvalidInputError(
                    "unknown region", where="region", seen=name, allowed=", ".join(self.regions)
                )
            places.append(self.regions.index(name))
        chosen = self.welfare[:, self._scenario(scenario)]
        count = len(chosen)
        p = float(np.mean(chosen[:, places[0]] < chosen[:, places[1]]))
        z = _WILSON**2 / count
        middle, half = (p + z / 2.0) / (1.0 + z), np.sqrt(p * (1 - p) * z + z * z / 4.0) / (1.0 + z)
        return Probability(
            value=p,
            standard_error=float(np.sqrt(p * (1.0 - p) / count)),
            low=max(float(middle - half), 0.0),
            high=min(float(middle + half), 1.0),
            draws=count,
        )

    def _scenario(self, scenario: int) -> int:
        if not 0 <= scenario < self.welfare.shape[1]:
            raise InvalidInputError(
                "no such scenario", where="scenario", seen=scenario,
                allowed=f"0 to {self.welfare.shape[1] - 1}",
            )  # fmt: skip
        return scenario


def counterfactual_draws(
    economy: Economy,
    schedules: TariffSchedule | Iterable[TariffSchedule],
    estimates: ElasticityEstimates,
    *,
    draws: int = 200,
    rng: np.random.Generator | int = 0,
    model: TradeModel | None = None,
    lowest: float = 0.05,
) -> CounterfactualDraws:
    """Return counterfactuals with trade elasticities drawn from their estimates.

    Parameters
    ----------
    economy
        Baseline, with the sectors of the estimates.
    schedules
        One schedule or several; every draw is applied to all.
    estimates
        Such as `~negotiation.data.elasticity_estimates.load_elasticities` returns; at least one
        standard error must be known.
    draws, rng, lowest
        As in :meth:`ElasticityEstimates.draw`.
    model
        Its trade elasticity is replaced; None is ``TradeModel()``.

    Raises
    ------
    InvalidInputError
        If the estimates have other sectors than the economy, or no standard error.
    ConvergenceError
        If a draw has no equilibrium: none is left out.
    """
    if not isinstance(estimates, ElasticityEstimates):
        raise InvalidInputError(
            "not estimates with standard errors", where="estimates", seen=type(estimates).__name__
        )
    economy = instance(economy, Economy, name="economy")
    if estimates.sectors != economy.sectors:
        raise InvalidInputError(
            "sectors differ from the economy's", where="estimates", seen=estimates.sectors[:6]
        )
    if not estimates.std_errors.any():
        raise InvalidInputError(
            "no standard error is published for this set",
            where="estimates",
            seen=estimates.name,
            hint="ElasticityEstimates(...) takes your own.",
        )
    options = instance(TradeModel() if model is None else model, TradeModel, name="model")
    if not isinstance(schedules, Iterable | TariffSchedule):
        raise InvalidInputError("not schedules", where="schedules", seen=type(schedules).__name__)
    tariffs = [schedules] if isinstance(schedules, TariffSchedule) else list(schedules)
    values = estimates.draw(draws, rng=rng, lowest=lowest)
    welfare = [
        counterfactuals(economy, tariffs, replace(options, trade_elasticity=theta)).welfare
        for theta in (estimates.values, *values)
    ]
    return CounterfactualDraws(
        regions=economy.regions,
        estimates=estimates,
        elasticities=values,
        welfare=read_only(np.array(welfare[1:])),
        at_estimates=read_only(np.array(welfare[0])),
    )
