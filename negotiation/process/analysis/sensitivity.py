"""Results of sweeps over parameters, for tables and figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from negotiation.presentation import Pictured, Presented, in_order
from negotiation.values import FloatArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ExemptionRegions", "FirstConcessionMap", "SweptDates", "SweptOutcome", "Tornado"]


def _no_intervals() -> FloatArray:
    return np.empty((0, 2))


def indices_frame(found: Any) -> pd.DataFrame:
    """Return one row a parameter: both Sobol indices, and their intervals where computed."""
    import pandas as pd

    columns: dict[str, object] = {"parameter": found.parameters}
    for name in ("first", "total"):
        columns[f"{name}_order"] = getattr(found, f"{name}_order")
        interval = getattr(found, f"{name}_interval")
        if len(interval):
            columns[f"{name}_low"], columns[f"{name}_high"] = interval.T
    return pd.DataFrame(columns)


@dataclass(frozen=True, eq=False)
class SweptOutcome(Pictured):
    """An outcome over a sweep, and the shares of its variance.

    Attributes
    ----------
    outcome
        Its name.
    parameters
        Swept parameters.
    first_order, total_order
        Sobol indices, one a parameter.
    values
        The outcome in every row of the design.
    first_interval, total_interval
        Bootstrap interval of each index ``[parameter, low or high]``; empty where not computed.
    label
        The outcome in words; empty where its name says it.
    """

    outcome: str
    parameters: tuple[str, ...]
    first_order: FloatArray
    total_order: FloatArray
    values: FloatArray
    first_interval: FloatArray = field(default_factory=_no_intervals)
    total_interval: FloatArray = field(default_factory=_no_intervals)
    label: str = ""

    _picture = "plot_sobol_indices"

    def to_frame(self) -> pd.DataFrame:
        """Return one row a parameter: its Sobol indices with their intervals."""
        return indices_frame(self)


@dataclass(frozen=True, eq=False)
class Tornado(Pictured):
    """An outcome at the ends of the range of each parameter, one at a time.

    Attributes
    ----------
    outcome
        Its name.
    parameters
        What is varied.
    base
        The outcome at the parameters as they are.
    ends
        ``[parameter, low or high end]``; NaN where there is no equilibrium.
    """

    outcome: str
    parameters: tuple[str, ...]
    base: float
    ends: FloatArray

    _picture = "plot_tornado"

    def to_frame(self) -> pd.DataFrame:
        """Return one row a parameter: the outcome at the low and high end, and as it is."""
        import pandas as pd

        low, high = self.ends.T
        columns = {"parameter": self.parameters, "low": low, "high": high, "base": self.base}
        return pd.DataFrame(columns)


@dataclass(frozen=True, eq=False)
class SweptDates(Pictured):
    """The probability of an event by day, over draws of the parameters.

    Attributes
    ----------
    event
        What the probability is of.
    start
        The day from which days are counted; None where the process has no dates.
    days
        ``[day]`` since then.
    probabilities
        ``[draw, day]``.
    central
        ``[day]`` at the parameters as they are.
    """

    event: str
    start: date | None
    days: FloatArray
    probabilities: FloatArray
    central: FloatArray

    _picture = "plot_probability_bands"

    def to_frame(self) -> pd.DataFrame:
        """Return one row a day: the probability as it is, and its quantiles over the draws."""
        import pandas as pd

        low, median, high = np.nanquantile(self.probabilities, [0.05, 0.5, 0.95], axis=0)
        columns = {"central": self.central, "low": low, "median": median, "high": high}
        return pd.DataFrame({"days": self.days, **columns})


@dataclass(frozen=True, eq=False)
class FirstConcessionMap(Pictured):
    """Who concedes first over the stubbornness of both sides.

    Attributes
    ----------
    players
        Names of the sides.
    first_stubbornness, second_stubbornness
        Prior probabilities of the tough type of each side: the axes.
    share
        Probability ``[first, second]`` that the first side concedes first, given a concession; NaN
        where nobody concedes.
    ever
        Probability ``[first, second]`` that either concedes.
    """

    players: tuple[str, str]
    first_stubbornness: FloatArray
    second_stubbornness: FloatArray
    share: FloatArray
    ever: FloatArray

    _picture = "plot_first_concession_map"

    def to_frame(self) -> pd.DataFrame:
        """Return one row a pair of stubbornnesses: who concedes first, whether anybody does."""
        import pandas as pd

        first, second = np.meshgrid(
            self.first_stubbornness, self.second_stubbornness, indexing="ij"
        )
        return pd.DataFrame(
            {
                f"stubbornness {self.players[0]}": first.ravel(),
                f"stubbornness {self.players[1]}": second.ravel(),
                f"{self.players[0]} concedes first": self.share.ravel(),
                "either concedes": self.ever.ravel(),
            }
        )


@dataclass(frozen=True, eq=False)
class ExemptionRegions(Presented):
    """Exempt shares in equilibrium over the two costs of being seen to exempt.

    Attributes
    ----------
    players
        Names of the sides.
    visibility
        Probability that an exemption is seen, ``[visibility]``.
    curvature
        Curvature of the audience cost ``[curvature]``, percent of GDP.
    lowest, highest
        Smallest and largest mean exempt share over all equilibria
        ``[visibility, curvature, side]``.
    myopic
        Exempt share that only weighs what an exemption earns while the stage lasts against its
        audience cost, of the same shape.
    """

    players: tuple[str, str]
    visibility: FloatArray
    curvature: FloatArray
    lowest: FloatArray
    highest: FloatArray
    myopic: FloatArray

    def to_frame(self) -> pd.DataFrame:
        """Return one row a visibility, curvature and side: exempt shares."""
        import pandas as pd

        axes: list[Any] = [self.visibility, self.curvature, in_order(self.players, self.players)]
        index = pd.MultiIndex.from_product(axes, names=["visibility", "curvature", "player"])
        columns = {name: getattr(self, name).ravel() for name in ("lowest", "highest", "myopic")}
        return pd.DataFrame(columns, index=index).reset_index()
