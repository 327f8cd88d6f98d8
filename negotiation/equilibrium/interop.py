"""Games of other libraries: Nashpy, Gambit and QuantEcon, to and from.

Payoffs pass unchanged: to and from Gambit as fractions, floats as the rational numbers that they
are; to and from the others as floats.
"""

from __future__ import annotations

from fractions import Fraction
from importlib import import_module
from math import prod
from typing import Any

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError, MissingDependencyError
from negotiation.games.exact_numbers import object_array
from negotiation.games.normal_form import NormalFormGame

__all__ = [
    "from_nashpy",
    "from_pygambit",
    "from_quantecon",
    "load_package",
    "to_nashpy",
    "to_pygambit",
    "to_quantecon",
]

#: Most payoffs that are taken over from another library.
_MOST_CELLS = 20_000_000


def load_package(name: str, purpose: str) -> Any:
    """Return an optional package, or say which extra brings it.

    Raises
    ------
    MissingDependencyError
        If it is not installed.
    """
    try:
        return import_module(name)
    except ImportError as error:
        raise MissingDependencyError(
            name.partition(".")[0], extra="interop", purpose=purpose
        ) from error


@takes
def to_nashpy(game: NormalFormGame) -> Any:
    """Return a two-player game as a ``nashpy.Game``.

    Raises
    ------
    InvalidInputError
        If the game has not two players.

    Examples
    --------
    >>> game = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> to_nashpy(game).payoff_matrices[0].tolist()
    [[3.0, 0.0], [5.0, 1.0]]
    """
    A, B = game.bimatrix
    return load_package("nashpy", "to_nashpy").Game(np.array(A), np.array(B))


@takes
def from_nashpy(other: Any, title: str = "") -> NormalFormGame:
    """Return a ``nashpy.Game`` as a :class:`NormalFormGame`.

    Raises
    ------
    InvalidInputError
        If the object has no payoff matrices.
    """
    matrices = getattr(other, "payoff_matrices", None)
    if matrices is None:
        raise InvalidInputError("not a nashpy game", where="from_nashpy", seen=type(other).__name__)
    A, B = matrices
    return NormalFormGame.from_bimatrix(A, B, title=title)


@takes
def to_pygambit(game: NormalFormGame) -> Any:
    """Return a game of any number of players as a ``pygambit`` strategic game.

    Payoffs become exact rationals; labels are carried over where they are distinct and not
    empty, as Gambit asks.

    Raises
    ------
    MissingDependencyError
        If pygambit is not installed.
    """
    pygambit = load_package("pygambit", "to_pygambit")
    arrays = []
    for table in game.exact_payoffs:
        exact = np.empty(table.size, dtype=object)
        exact[:] = [Fraction(value) for value in table.ravel().tolist()]
        arrays.append(exact.reshape(table.shape))
    out = pygambit.StrategicGame.from_arrays(*arrays, title=game.title or "game")
    labels = list(out.players)
    if len(set(game.players)) == len(labels) and all(game.players):
        out.relabel_players(dict(zip(labels, game.players, strict=True)))
    for player, actions in zip(list(out.players), game.actions, strict=True):
        if len(set(actions)) == len(actions) and all(actions):
            old = list(out.get_strategies(player))
            out.relabel_strategies(player, dict(zip(old, actions, strict=True)))
    return out


def _fractions(table: Any) -> Any:
    cells = [Fraction(int(v.numerator), int(v.denominator)) for v in np.ravel(table).tolist()]
    return object_array(cells, np.shape(table))


@takes
def from_pygambit(other: Any) -> NormalFormGame:
    """Return a pygambit game, strategic or extensive, in normal form; rationals are kept.

    Raises
    ------
    InvalidInputError
        If the object is not a Gambit game.
    """
    if not hasattr(other, "to_arrays"):
        raise InvalidInputError(
            "not a pygambit game", where="from_pygambit", seen=type(other).__name__
        )
    players = [str(player) for player in other.players]
    cells = len(players) * prod(len(list(other.get_strategies(p))) for p in other.players)
    if cells > _MOST_CELLS:
        raise InvalidInputError(
            "too many payoffs", where="from_pygambit", seen=cells, allowed=f"{_MOST_CELLS}"
        )
    return NormalFormGame(
        payoffs=np.stack([_fractions(a) for a in other.to_arrays(dtype=Fraction)]),
        players=tuple(players),
        actions=tuple(tuple(map(str, other.get_strategies(player))) for player in players),
        title=str(other.title),
    )


@takes
def to_quantecon(game: NormalFormGame) -> Any:
    """Return a game of any number of players as a ``quantecon.game_theory`` game.

    A QuantEcon player's array begins with the own action, followed by those of the players
    after and then before.

    Raises
    ------
    MissingDependencyError
        If quantecon is not installed.
    """
    theory = load_package("quantecon.game_theory", "to_quantecon")
    count = len(game.shape)
    return theory.NormalFormGame(
        [
            theory.Player(
                np.ascontiguousarray(
                    np.transpose(table, [(player + k) % count for k in range(count)])
                )
            )
            for player, table in enumerate(game.payoffs)
        ]
    )


@takes
def from_quantecon(other: Any, title: str = "") -> NormalFormGame:
    """Return a ``quantecon.game_theory.NormalFormGame`` as a :class:`NormalFormGame`.

    Raises
    ------
    InvalidInputError
        If the object is not such a game.
    """
    players = getattr(other, "players", None)
    if players is None or not all(hasattr(player, "payoff_array") for player in players):
        raise InvalidInputError(
            "not a quantecon game", where="from_quantecon", seen=type(other).__name__
        )
    count = len(players)
    return NormalFormGame(
        np.stack(
            [
                np.transpose(player.payoff_array, [(k - number) % count for k in range(count)])
                for number, player in enumerate(players)
            ]
        ),
        title=title,
    )
