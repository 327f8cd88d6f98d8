"""Games in normal form as immutable values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from negotiation.errors import InvalidInputError
from negotiation.values import FloatArray, compact_repr, read_only

__all__ = ["NormalFormGame", "as_normal_form"]


def as_normal_form(value: Any, where: str) -> NormalFormGame:
    """Return ``value`` if it is a game in normal form.

    Raises
    ------
    InvalidInputError
        If it is anything else.
    """
    if not isinstance(value, NormalFormGame):
        raise InvalidInputError(
            "not a game in normal form",
            where=where,
            seen=type(value).__name__,
            allowed="NormalFormGame",
            hint="For two matrices A, B use NormalFormGame.from_bimatrix(A, B).",
        )
    return value


def _payoff_array(value: Any, name: str) -> FloatArray:
    try:
        if isinstance(value, np.ndarray) and value.dtype.kind == "c":
            raise TypeError("complex numbers")
        out = np.array(value, dtype=np.float64, order="C")
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            "payoffs are not a full array of numbers", where=name, seen=type(value).__name__
        ) from error
    if out.size == 0:
        raise InvalidInputError(
            "the game is empty", where=name, seen=f"shape {out.shape}", allowed="1 action or more"
        )
    if not np.all(np.isfinite(out)):
        place = [int(i) for i in np.argwhere(~np.isfinite(out))[0]]
        raise InvalidInputError(
            "payoff is not finite",
            where=f"{name}{place}",
            seen=out[tuple(place)],
            allowed="finite numbers",
        )
    return out


def _fraction(value: Any) -> Fraction:
    exact = isinstance(value, (int, Fraction, Decimal, str))
    return Fraction(value if exact else float(value))


def _fractions(value: Any, floats: FloatArray) -> NDArray[Any] | None:
    # None where the floats are the numbers that were given.
    given = np.asarray(value)
    if given.dtype.kind in "fb":
        return None
    if given.dtype.kind in "iu" and np.abs(floats).max() < 2.0**53:
        return None
    out = np.empty(given.size, dtype=object)
    out[:] = [_fraction(entry) for entry in given.ravel().tolist()]
    if all(entry == Fraction(held) for entry, held in zip(out, floats.ravel(), strict=True)):
        return None
    return out.reshape(given.shape)


@dataclass(frozen=True, eq=False)
class NormalFormGame:
    """A finite game: ``payoffs[player, action of player 1, action of player 2, ...]``.

    Attributes
    ----------
    payoffs
        Read-only floats; with two players the axes are ``[player, row, column]``. A float is the
        binary number that it is: 0.1 + 0.2 and 0.3 are no tie. Decimals are exact where they
        are given as ``Fraction``, ``Decimal`` or text.
    players
        One name a player.
    actions
        One tuple of labels a player.
    title
        What the game is, for tables and figures.
    fractions
        The payoffs as fractions where they were given as ``Fraction``, ``Decimal``, text such as
        ``"0.1"``, or whole numbers beyond 2**53, and floats do not hold them; else None. Ties,
        dominance by pure actions and Nash equilibria follow them; all else follows ``payoffs``.

    Examples
    --------
    >>> game = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> game.shape
    (2, 2)
    """

    payoffs: FloatArray
    players: tuple[str, ...] = ()
    actions: tuple[tuple[str, ...], ...] = ()
    title: str = ""
    fractions: NDArray[Any] | None = None

    __repr__ = compact_repr

    def __post_init__(self) -> None:
        """Check shape, labels and finiteness; payoffs become read-only."""
        payoffs = _payoff_array(self.payoffs, "payoffs")
        if payoffs.ndim < 2 or payoffs.shape[0] != payoffs.ndim - 1:
            raise InvalidInputError(
                "axes must be [player, action of player 1, action of player 2, ...]",
                where="payoffs",
                seen=f"shape {payoffs.shape}",
                hint="For two matrices A, B use NormalFormGame.from_bimatrix(A, B).",
            )
        count = payoffs.shape[0]
        players = tuple(self.players) or tuple(f"player {i + 1}" for i in range(count))
        actions = tuple(tuple(str(a) for a in labels) for labels in self.actions) or tuple(
            tuple(str(k + 1) for k in range(n)) for n in payoffs.shape[1:]
        )
        if len(players) != count:
            raise InvalidInputError(
                "one name a player", where="players", seen=players, allowed=f"{count} names"
            )
        if tuple(len(labels) for labels in actions) != payoffs.shape[1:]:
            raise InvalidInputError(
                "one label an action",
                where="actions",
                seen=[len(labels) for labels in actions],
                allowed=str(list(payoffs.shape[1:])),
            )
        fractions = self.fractions
        if fractions is None:
            fractions = _fractions(self.payoffs, payoffs)
        elif fractions.shape != payoffs.shape or not np.array_equal(
            fractions.astype(np.float64), payoffs
        ):
            raise InvalidInputError(
                "fractions are not those of the payoffs",
                where="fractions",
                hint="Give the fractions themselves as payoffs, and fractions=None.",
            )
        put = object.__setattr__
        put(self, "fractions", None if fractions is None else read_only(fractions))
        put(self, "payoffs", read_only(payoffs))
        put(self, "players", players)
        put(self, "actions", actions)

    @classmethod
    def from_bimatrix(
        cls,
        A: ArrayLike,
        B: ArrayLike,
        actions: Sequence[Sequence[str]] | None = None,
        players: Sequence[str] | None = None,
        title: str = "",
    ) -> NormalFormGame:
        """Return the two-player game with row payoffs ``A`` and column payoffs ``B``.

        Raises
        ------
        InvalidInputError
            If the matrices are empty, not finite or of different shapes.
        """
        row, column = _payoff_array(A, "A"), _payoff_array(B, "B")
        if row.ndim != 2 or row.shape != column.shape:
            raise InvalidInputError(
                "A and B must be matrices of one shape",
                where="from_bimatrix",
                seen=f"{row.shape} and {column.shape}",
            )
        exact = [_fractions(A, row), _fractions(B, column)]
        return cls(
            payoffs=np.stack([row, column])
            if exact[0] is None and exact[1] is None
            else np.stack(
                [
                    np.vectorize(Fraction, otypes=[object])(floats) if given is None else given
                    for given, floats in zip(exact, (row, column), strict=True)
                ]
            ),
            players=tuple(players or ()),
            actions=tuple(tuple(labels) for labels in actions or ()),
            title=title,
        )

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of actions of each player."""
        return self.payoffs.shape[1:]

    @property
    def exact_payoffs(self) -> NDArray[Any]:
        """Payoffs without rounding: ``fractions`` where there are any, otherwise ``payoffs``."""
        return self.payoffs if self.fractions is None else self.fractions

    @property
    def bimatrix(self) -> tuple[FloatArray, FloatArray]:
        """Row and column payoffs of a two-player game."""
        if len(self.shape) != 2:
            raise InvalidInputError(
                "not a two-player game", where="bimatrix", seen=f"{len(self.shape)} players"
            )
        return self.payoffs[0], self.payoffs[1]
