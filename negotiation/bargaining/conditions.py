"""Conditions of validity and small input forms that the models of conflict share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from numpy.typing import ArrayLike

from negotiation.errors import InvalidInputError
from negotiation.values import FloatArray, float_array, number

__all__ = ["Distribution", "pair", "require"]


class Distribution(Protocol):
    """A continuous distribution: any frozen distribution of ``scipy.stats`` is one.

    Examples
    --------
    >>> from scipy.stats import uniform
    >>> war_value: Distribution = uniform(-1.0, 1.0)
    >>> float(war_value.sf(-0.25)), float(war_value.pdf(-0.25))
    (0.25, 1.0)
    """

    def cdf(self, x: ArrayLike, /) -> FloatArray:
        """Probability of at most ``x``."""

    def sf(self, x: ArrayLike, /) -> FloatArray:
        """Probability of more than ``x``."""

    def pdf(self, x: ArrayLike, /) -> FloatArray:
        """Density at ``x``."""

    def support(self) -> tuple[float, float]:
        """Ends of the support."""


def require(holds: bool, condition: str, *, where: str, seen: object, hint: str = "") -> None:
    """Raise unless a model's condition of validity holds; the message names the condition."""
    if not holds:
        raise InvalidInputError(
            "outside the model's validity", where=where, seen=seen, allowed=condition, hint=hint
        )


def pair(
    value: Sequence[float] | FloatArray,
    *,
    name: str,
    low: float | None = None,
    high: float | None = None,
    open_low: bool = False,
    open_high: bool = False,
) -> tuple[float, float]:
    """Return one number for each of two sides, checked against bounds."""
    first, second = (
        number(
            item, name=f"{name}[{k}]", low=low, high=high, open_low=open_low, open_high=open_high
        )
        for k, item in enumerate(float_array(value, name=name, shape=(2,)))
    )
    return first, second
