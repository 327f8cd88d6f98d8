"""Games in normal form as immutable values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.games.exact_numbers import number_array
from negotiation.games.names import check_players, free_name
from negotiation.presentation import Pictured, in_order, shown_numbers
from negotiation.values import FloatArray, read_only

if TYPE_CHECKING:
    import pandas as pd

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


def _by_player(value: Any) -> Any:
    """Return nested lists of cells, one tuple of payoffs each, with the player's axis first."""
    inner = value
    while isinstance(inner, list) and inner:
        inner = inner[0]
    if not isinstance(value, list) or not isinstance(inner, tuple):
        return value
    cells = np.array(value, dtype=object)
    return np.moveaxis(cells, -1, 0) if cells.ndim == len(inner) + 1 else value


def _labels_of_frame(A: Any, B: Any) -> tuple[tuple[str, ...], ...]:
    """Return the row and column labels of two data frames, or nothing for other matrices."""
    if not (hasattr(A, "columns") and hasattr(A, "index")):
        return ()
    labels = tuple(map(str, A.index)), tuple(map(str, A.columns))
    if hasattr(B, "columns") and (tuple(map(str, B.index)), tuple(map(str, B.columns))) != labels:
        raise InvalidInputError(
            "A and B have different labels",
            where="from_bimatrix",
            seen=(list(B.index), list(B.columns)),
            allowed=str([list(part) for part in labels]),
            hint="Bring B into the order of A with B.loc[A.index, A.columns].",
        )
    return labels


@dataclass(frozen=True, eq=False)
class NormalFormGame(Pictured):
    """A finite game: ``payoffs[player, action of player 1, action of player 2, ...]``.

    Attributes
    ----------
    payoffs
        Read-only floats; with two players the axes are ``[player, row, column]``. Lists of cells,
        each a tuple with one payoff a player, are read as such. A float is the
        binary number that it is: 0.1 + 0.2 and 0.3 are no tie. Decimals are exact where they
        are given as ``Fraction``, ``Decimal`` or text such as ``"1/10"``.
    players
        One distinct name a player; numbered where empty.
    actions
        One tuple of labels a player.
    title
        What the game is, for tables and figures.
    fractions
        The payoffs as fractions where they were given as ``Fraction``, ``Decimal``, text such as
        ``"0.1"`` or ``"1/10"``, or whole numbers beyond 2**53, and floats do not hold them; else
        None. Ties, dominance by pure actions, Nash equilibria and their refinements follow them.

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

    _picture = "plot_payoff_matrix"

    def __post_init__(self) -> None:
        """Check shape, labels and finiteness; payoffs become read-only."""
        payoffs, given = number_array(_by_player(self.payoffs), "payoffs")
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
        check_players(players)
        if tuple(len(labels) for labels in actions) != payoffs.shape[1:]:
            raise InvalidInputError(
                "one label an action",
                where="actions",
                seen=[len(labels) for labels in actions],
                allowed=str(list(payoffs.shape[1:])),
            )
        fractions = self.fractions
        if fractions is None:
            fractions = given
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
    @takes
    def from_bimatrix(
        cls,
        A: ArrayLike,
        B: ArrayLike,
        actions: Sequence[Sequence[str]] | None = None,
        players: Sequence[str] | None = None,
        title: str = "",
    ) -> NormalFormGame:
        """Return the two-player game with row payoffs ``A`` and column payoffs ``B``.

        Labels of data frames become the labels of the actions, unless ``actions`` are given.

        Raises
        ------
        InvalidInputError
            If the matrices are empty, not finite or of different shapes.
        """
        row, row_exact = number_array(A, "A")
        column, column_exact = number_array(B, "B")
        if row.ndim != 2 or row.shape != column.shape:
            raise InvalidInputError(
                "A and B must be matrices of one shape",
                where="from_bimatrix",
                seen=f"{row.shape} and {column.shape}",
            )
        exact = (row_exact, column_exact)
        return cls(
            payoffs=np.stack([row, column])
            if row_exact is None and column_exact is None
            else np.stack(
                [
                    np.vectorize(Fraction, otypes=[object])(floats) if given is None else given
                    for given, floats in zip(exact, (row, column), strict=True)
                ]
            ),
            players=tuple(players or ()),
            actions=tuple(tuple(labels) for labels in actions or _labels_of_frame(A, B)),
            title=title,
        )

    def profiles(self) -> pd.DataFrame:
        """Return one row a profile of actions, a column a player, in the order of the payoffs."""
        import pandas as pd

        cells = np.indices(self.shape).reshape(len(self.shape), -1)
        return pd.DataFrame(
            {
                player: in_order([labels[a] for a in places], labels)
                for player, labels, places in zip(self.players, self.actions, cells, strict=True)
            }
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row a profile of actions: what each player plays, then earns.

        Earnings are in a column ``payoff`` and the name of the player, followed by a number where
        a player has that name.
        """
        frame = self.profiles()
        for player, table in zip(self.players, self.payoffs, strict=True):
            frame[free_name(f"payoff {player}", frame.columns)] = table.ravel()
        return frame

    def _displayed(self) -> pd.DataFrame:
        """Payoffs of two players as a matrix of pairs; of more, one row a profile."""
        import pandas as pd

        if len(self.shape) != 2:
            return self.to_frame()
        row, column = self.players
        if self.fractions is None:
            first, second = (shown_numbers(table.ravel()) for table in self.payoffs)
        else:
            first, second = ([str(x) for x in table.ravel()] for table in self.fractions)
        cells = [f"{a}, {b}" for a, b in zip(first, second, strict=True)]
        frame = pd.DataFrame(np.reshape(cells, self.shape), columns=list(self.actions[1]))
        frame.insert(0, f"{row} / {column}", list(self.actions[0]), allow_duplicates=True)
        return frame

    def _heading(self) -> str:
        sizes = " x ".join(map(str, self.shape))
        title = f" {self.title}" if self.title else ""
        return f"game{title} of {', '.join(self.players)}: {sizes} actions"

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of actions of each player."""
        return self.payoffs.shape[1:]

    @property
    def exact_payoffs(self) -> NDArray[Any]:
        """Payoffs without rounding: ``fractions`` where there are any, otherwise ``payoffs``."""
        return self.payoffs if self.fractions is None else self.fractions

    @cached_property
    def gains(self) -> FloatArray:
        """Payoffs above the lowest of their player; fractions are rounded after the difference."""
        low = self.exact_payoffs.min(axis=tuple(range(1, self.payoffs.ndim)), keepdims=True)
        try:
            with np.errstate(over="raise"):
                return read_only(np.asarray(self.exact_payoffs - low, dtype=np.float64))
        except ArithmeticError as error:
            raise InvalidInputError(
                "payoffs of a player are further apart than floats hold",
                where="payoffs",
                seen=f"{self.payoffs.min():.3g} to {self.payoffs.max():.3g}",
                allowed=f"a range of at most {np.finfo(float).max:.3g}",
                hint="Divide all payoffs of the player by one number; play does not change.",
            ) from error

    @property
    def bimatrix(self) -> tuple[FloatArray, FloatArray]:
        """Row and column payoffs of a two-player game."""
        self._require_two_players("bimatrix")
        return self.payoffs[0], self.payoffs[1]

    @property
    def exact_bimatrix(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Row and column payoffs of a two-player game, without rounding."""
        self._require_two_players("exact_bimatrix")
        return self.exact_payoffs[0], self.exact_payoffs[1]

    def _require_two_players(self, where: str) -> None:
        if len(self.shape) != 2:
            raise InvalidInputError(
                "not a two-player game", where=where, seen=f"{len(self.shape)} players"
            )
