"""Which parameter values a sweep visits: Sobol sequences, grids, and designs for Sobol indices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError, NonFiniteError
from negotiation.presentation import Presented
from negotiation.process.analysis.sensitivity import indices_frame
from negotiation.values import FloatArray, decoding, instance, number, one_of, random_generator

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ParameterRange", "SobolIndices", "design_rows", "sobol_indices_of"]

#: Most numbers of a design.
MOST_NUMBERS = 50_000_000
DESIGNS = ("sobol", "grid", "sobol_indices")


@dataclass(frozen=True)
class ParameterRange:
    """The interval over which one parameter is swept.

    Attributes
    ----------
    low, high
        Ends of the interval, ``low < high``.
    scale
        "linear", or "log" for parameters that span orders of magnitude (then ``low > 0``).
    points
        Number of grid points, used by grid designs alone.
    """

    low: float
    high: float
    scale: str = "linear"
    points: int = 5

    def __post_init__(self) -> None:
        """Check the ends."""
        low = number(self.low, name="range.low")
        high = number(self.high, name="range.high")
        one_of(self.scale, ("linear", "log"), name="range.scale")
        if not low < high or (self.scale == "log" and low <= 0.0):
            raise InvalidInputError(
                "not an interval",
                where="range",
                seen=f"low {low:g}, high {high:g}, scale {self.scale}",
                allowed="low < high, and low > 0 on a log scale",
            )
        if instance(self.points, int, name="range.points") < 2:
            raise InvalidInputError("too few grid points", where="range.points", seen=self.points)

    def at(self, unit: FloatArray) -> FloatArray:
        """Return the values at positions in [0, 1]."""
        if self.scale == "log":
            return np.asarray(self.low * (self.high / self.low) ** unit, dtype=np.float64)
        return np.asarray(self.low + (self.high - self.low) * unit, dtype=np.float64)


def design_rows(
    ranges: Mapping[str, ParameterRange], *, design: str, size: int, seed: int
) -> dict[str, FloatArray]:
    """Return one array a parameter, all of the same length.

    Parameters
    ----------
    ranges
        Parameters in order.
    design
        ``sobol``: ``size`` points of a scrambled Sobol sequence (Sobol 1967); ``grid``: every
        combination of the grid points; ``sobol_indices``: the rows that variance-based indices
        need, ``size * (parameters + 2)`` of them (Saltelli et al. 2010).
    size
        Points; a power of two balances the sequence.
    seed
        Seed of the scrambling.
    """
    from scipy.stats import qmc

    one_of(design, DESIGNS, name="design")
    if not ranges:
        raise InvalidInputError("no parameter to sweep", where="ranges", allowed="1 or more")
    names = list(ranges)
    count = len(names)
    rows = prod(item.points for item in ranges.values()) if design == "grid" else size
    if rows * count > MOST_NUMBERS:
        raise InvalidInputError(
            "too many rows",
            where="points" if design == "grid" else "size",
            seen=f"{rows} rows of {count} parameters",
            allowed=f"{MOST_NUMBERS} numbers",
        )
    if design == "grid":
        axes = [np.linspace(0.0, 1.0, ranges[name].points) for name in names]
        unit = np.stack([mesh.ravel() for mesh in np.meshgrid(*axes, indexing="ij")], axis=1)
    else:
        if size < 1:
            raise InvalidInputError("no points", where="size", seen=size, allowed="1 or more")
        columns = count if design == "sobol" else 2 * count
        sampler = qmc.Sobol(columns, scramble=True, rng=np.random.default_rng(seed))
        bits = int(np.ceil(np.log2(size))) if size > 1 else 0
        unit = sampler.random_base2(bits)[:size]
        if design == "sobol_indices":
            A, B = unit[:, :count], unit[:, count:]
            mixed = np.repeat(A[None], count, axis=0)
            for k in range(count):
                mixed[k, :, k] = B[:, k]
            unit = np.concatenate([A, B, mixed.reshape(-1, count)])
    return {name: ranges[name].at(unit[:, k]) for k, name in enumerate(names)}


@dataclass(frozen=True)
class SobolIndices(Presented):
    """Shares of an output's variance.

    Attributes
    ----------
    parameters
        Names, in order.
    first_order
        Share of variance that a parameter explains alone.
    total_order
        Share that involves the parameter at all.
    first_interval, total_interval
        Bootstrap interval of each ``[parameter, low or high]``; empty where none was asked for.
    """

    parameters: tuple[str, ...]
    first_order: FloatArray
    total_order: FloatArray
    first_interval: FloatArray
    total_interval: FloatArray

    def to_frame(self) -> pd.DataFrame:
        """Return one row a parameter: its indices with their intervals."""
        return indices_frame(self)


@takes
def sobol_indices_of(
    outputs: FloatArray,
    *,
    parameters: tuple[str, ...],
    size: int,
    resamples: int = 0,
    confidence: float = 0.95,
    rng: np.random.Generator | int = 20250502,
) -> SobolIndices:
    """Return Sobol indices of an output over a ``sobol_indices`` design, through SciPy.

    Parameters
    ----------
    outputs
        One value a row of the design, in its order.
    parameters
        Names of the swept parameters.
    size
        The design's ``size``.
    resamples
        Bootstrap resamples of the intervals (Archer, Saltelli and Sobol 1997); 0: no intervals.
    confidence, rng
        Of the intervals, in (0, 1), and of the resampling (SciPy's own bootstrap takes no seed): a
        source of randomness or a seed.

    Raises
    ------
    InvalidInputError
        If the outputs are not those of the design.
    NonFiniteError
        If an output is not finite.
    """
    from scipy.stats import sobol_indices

    number(confidence, name="confidence", low=0.0, high=1.0, open_low=True, open_high=True)
    drawn = int(number(resamples, name="resamples", low=0.0))

    count = len(parameters)
    with decoding("outputs"):
        values = np.asarray(outputs, dtype=np.float64)
    if values.shape != (size * (count + 2),):
        raise InvalidInputError(
            "outputs do not belong to this design",
            where="outputs",
            seen=values.shape,
            allowed=f"({size * (count + 2)},)",
        )
    if not np.isfinite(values).all():
        raise NonFiniteError(
            "an output is not finite",
            where=f"row {int(np.argmin(np.isfinite(values)))} of outputs",
            hint="Fill the rows that have no answer before splitting the variance.",
        )
    none = np.empty((0, 2))
    if np.ptp(values) == 0.0:
        zero, band = np.zeros(count), np.zeros((count, 2)) if drawn else none
        return SobolIndices(parameters, zero, zero, band, band)
    blocks = values.reshape(count + 2, 1, size)
    found = sobol_indices(func={"f_A": blocks[0], "f_B": blocks[1], "f_AB": blocks[2:]}, n=size)
    first, total = np.ravel(found.first_order), np.ravel(found.total_order)
    if not drawn:
        return SobolIndices(parameters, first, total, none, none)
    generator = random_generator(rng)
    resampled = np.empty((drawn, 2, count))
    for row in resampled:
        chosen = blocks[..., generator.integers(size, size=size)]
        again = sobol_indices(func={"f_A": chosen[0], "f_B": chosen[1], "f_AB": chosen[2:]}, n=size)
        row[:] = np.ravel(again.first_order), np.ravel(again.total_order)
    tails = [0.5 - confidence / 2.0, 0.5 + confidence / 2.0]
    bands = np.quantile(resampled, tails, axis=0)
    return SobolIndices(parameters, first, total, bands[:, 0].T, bands[:, 1].T)
