"""Results of sweeps over parameters, for tables and figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from negotiation.presentation import Pictured, Presented
from negotiation.values import FloatArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ExemptionRegions", "FirstConcessionMap", "SweptOutcome", "Tornado"]


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
class FirstConcessionMap(Pictured):
    """Who concedes first over the audience costs of both sides.

    Attributes
    ----------
    players
        Names of the sides.
    first_cost, second_cost
        Audience costs of each side, percent of GDP: the axes.
    share
        Probability ``[first, second]`` that the first side concedes first, given a concession; NaN
        where nobody concedes.
    ever
        Probability ``[first, second]`` that the stage is ever over.
    """

    players: tuple[str, str]
    first_cost: FloatArray
    second_cost: FloatArray
    share: FloatArray
    ever: FloatArray

    _picture = "plot_first_concession_map"

    def to_frame(self) -> pd.DataFrame:
        """Return one row a pair of audience costs: who concedes first, whether the stage ends."""
        import pandas as pd

        first, second = np.meshgrid(self.first_cost, self.second_cost, indexing="ij")
        return pd.DataFrame(
            {
                f"cost_{self.players[0]}": first.ravel(),
                f"cost_{self.players[1]}": second.ravel(),
                f"{self.players[0]}_first": self.share.ravel(),
                "ever": self.ever.ravel(),
            }
        )


@dataclass(frozen=True, eq=False)
class ExemptionRegions(Presented):
    """How likely sides are to exempt, over the two costs of being seen to.

    Attributes
    ----------
    players
        Names of the sides.
    visibility
        Probability that an exemption is seen, ``[visibility]``.
    curvature
        Curvature of the audience cost ``[curvature]``, percent of GDP.
    chance
        Probability that a side exempts before the open stage ends,
        ``[visibility, curvature, side]``; 0 for a side that has nothing left to exempt.
    """

    players: tuple[str, str]
    visibility: FloatArray
    curvature: FloatArray
    chance: FloatArray

    def to_frame(self) -> pd.DataFrame:
        """Return one row a pair of costs and side: the chance that it exempts."""
        import pandas as pd

        shape = self.chance.shape
        seen, curved, side = np.indices(shape).reshape(3, -1)
        return pd.DataFrame(
            {
                "visibility": self.visibility[seen],
                "curvature": self.curvature[curved],
                "player": np.array(self.players)[side],
                "chance": self.chance.ravel(),
            }
        )
