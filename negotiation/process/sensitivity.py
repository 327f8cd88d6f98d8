"""Results of sweeps over parameters, for tables and figures."""

from __future__ import annotations

from dataclasses import dataclass

from negotiation.values import FloatArray, compact_repr

__all__ = ["SweptOutcome", "Tornado"]


@dataclass(frozen=True, eq=False)
class SweptOutcome:
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
    """

    outcome: str
    parameters: tuple[str, ...]
    first_order: FloatArray
    total_order: FloatArray
    values: FloatArray

    __repr__ = compact_repr


@dataclass(frozen=True, eq=False)
class Tornado:
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
        ``[parameter, low or high end]``.
    """

    outcome: str
    parameters: tuple[str, ...]
    base: float
    ends: FloatArray
