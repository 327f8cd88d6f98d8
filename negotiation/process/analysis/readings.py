"""A forecast under several readings of the same events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from negotiation.presentation import Presented
from negotiation.values import FloatArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Readings"]


@dataclass(frozen=True, eq=False)
class Readings(Presented):
    """Probability of a first cut by a date, under readings of what has been seen.

    Attributes
    ----------
    day
        The date.
    names
        Of the readings.
    mean, low, high
        Probability, and ends of the central interval over draws and models, ``[reading]``.
    probability
        Of the interval.
    """

    day: date
    names: tuple[str, ...]
    mean: FloatArray
    low: FloatArray
    high: FloatArray
    probability: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row a reading: the probability and its interval."""
        import pandas as pd

        columns = {"mean": self.mean, "low": self.low, "high": self.high}
        return pd.DataFrame({"reading": self.names, **columns})
