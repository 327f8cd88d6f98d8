"""What all models of alternating offers share: the result and the checks of its arguments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from negotiation.errors import InvalidInputError
from negotiation.presentation import Presented
from negotiation.values import FloatArray, float_array, read_only

__all__ = [
    "AlternatingOffers",
    "discount_factors",
    "division",
    "first_proposer",
    "pair_of_numbers",
    "require_agreement",
]

# Share of the payoffs by which rounding may make waiting look better than agreeing.
ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class AlternatingOffers(Presented):
    """Subgame-perfect division under alternating offers.

    Attributes
    ----------
    payoffs
        What both get when ``proposer`` makes the first offer, which is accepted ``[player]``.
    when_proposing
        Each side's own payoff if it were to propose first ``[player]``.
    when_responding
        Each side's payoff if the other proposed first ``[player]``.
    first_mover_rent
        What each side gains by proposing first instead of second ``[player]``.
    proposer
        Side that proposes first, 1 or 2.
    unique
        Whether the division is the only equilibrium one.
    assumptions
        What is supposed.
    """

    payoffs: FloatArray
    when_proposing: FloatArray
    when_responding: FloatArray
    first_mover_rent: FloatArray
    proposer: int
    unique: bool
    assumptions: tuple[str, ...]


def pair_of_numbers(
    value: ArrayLike, name: str, *, low: float | None = None, high: float | None = None
) -> FloatArray:
    """Two numbers; one number stands for both sides."""
    given = float_array(value, name=name, low=low, high=high)
    return read_only(
        np.broadcast_to(given, (2,))
        if given.ndim == 0
        else float_array(given, name=name, shape=(2,))
    )


def discount_factors(delta: ArrayLike, name: str = "delta") -> FloatArray:
    """Return two discount factors, not both 1."""
    out = pair_of_numbers(delta, name, low=0.0, high=1.0)
    if np.all(out >= 1.0):
        raise InvalidInputError(
            "at least one side must be impatient", where=name, seen=out, allowed="not both one"
        )
    return out


def first_proposer(value: int) -> int:
    """Return which side, 1 or 2, makes the first offer."""
    if value not in (1, 2):
        raise InvalidInputError("no such side", where="proposer", seen=value, allowed="1 or 2")
    return int(value)


def require_agreement(
    proposing: ArrayLike, waiting: ArrayLike, *, where: str, seen: object
) -> None:
    """Refuse a game in which a proposer would rather have its offer rejected.

    Discounting makes a later loss smaller, so that delay can be worth more than agreement.
    """
    now, later = np.asarray(proposing), np.asarray(waiting)
    if np.any(now < later - ROUNDING * max(np.abs(now).max(), np.abs(later).max())):
        raise InvalidInputError(
            "a side would rather wait than propose what the other accepts: it discounts a loss",
            where=where,
            seen=seen,
            hint="Lower the discounting, or measure payoffs from a point that both sides exceed.",
        )


def division(
    first: float,
    second: float,
    surplus: float,
    proposer: int,
    assumptions: tuple[str, ...],
    *,
    unique: bool = True,
) -> AlternatingOffers:
    """Pack up what each side gets when it proposes itself."""
    proposing = np.array([first, second])
    responding = surplus - proposing[::-1]
    payoffs = [first, surplus - first] if proposer == 1 else [surplus - second, second]
    return AlternatingOffers(
        payoffs=read_only(np.array(payoffs)),
        when_proposing=read_only(proposing),
        when_responding=read_only(responding),
        first_mover_rent=read_only(proposing - responding),
        proposer=proposer,
        unique=unique,
        assumptions=assumptions,
    )
