"""Nash equilibria as values: profile, payoffs, certificate, and what is known of the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.equilibrium.certificate import (
    expected_payoffs,
    largest_gain,
    regret,
    regrets_of_pairs,
)
from negotiation.equilibrium.frames import mixture, play_frame
from negotiation.equilibrium.limits import count_limit
from negotiation.equilibrium.normal_form.components import Component
from negotiation.former_names import former_argument
from negotiation.games.normal_form import NormalFormGame
from negotiation.presentation import Pictured, Presented
from negotiation.values import FloatArray, float_array, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Equilibrium",
    "ExactProfile",
    "NashResult",
    "certified_equilibrium",
    "certified_pairs",
    "pure_equilibria",
]

ExactProfile = tuple[tuple[Fraction, ...], ...]
# Profiles certified between two looks at the clock.
CERTIFIED_TOGETHER = 1_000


@dataclass(frozen=True, eq=False)
class Equilibrium(Presented):
    """One Nash equilibrium.

    Attributes
    ----------
    game
        The game, whose labels the profile has.
    probabilities
        One read-only vector of probabilities a player.
    exact
        The same as fractions; None where the solver is numerical.
    payoffs
        Expected payoff of each player, in the game's units.
    regret
        Largest gain from deviating, relative to the range of that player's payoffs over
        undominated play.
    index
        +1 or -1 (Shapley 1974) where the equilibrium is regular, otherwise None.
    radius
        How far any probability may be from that of a true equilibrium, proven: 0 for an exact
        profile; None where it is not known.
    """

    game: NormalFormGame
    probabilities: tuple[FloatArray, ...]
    exact: ExactProfile | None
    payoffs: FloatArray
    regret: float
    index: int | None = None
    radius: float | None = None

    @cached_property
    def exact_regret(self) -> Fraction | None:
        """Largest gain from deviating, in payoff units and without rounding.

        0 at an equilibrium; None where the solver is numerical.
        """
        if self.exact is None:
            return None
        return largest_gain(self.game.exact_payoffs, self.exact)

    @property
    def is_pure(self) -> bool:
        """Whether every player plays one action for sure."""
        return all(bool((x == 1.0).any()) for x in self.probabilities)

    @property
    def strategies(self) -> tuple[str, ...]:
        """What each player plays in words: actions with their probabilities."""
        shares = self.probabilities if self.exact is None else [map(str, x) for x in self.exact]
        return tuple(map(mixture, self.game.actions, shares))

    def to_frame(self) -> pd.DataFrame:
        """Return one row a player and action: probability, as fraction too, and payoff."""
        return play_frame(self.game.players, self.game.actions, [self.columns()])

    def columns(self) -> dict[str, Any]:
        """Return what :func:`~negotiation.equilibrium.frames.play_frame` shows of it."""
        exact = "" if self.exact is None else tuple(tuple(map(str, x)) for x in self.exact)
        return {
            "probabilities": self.probabilities,
            "exact": exact,
            "payoff": self.payoffs,
            "regret": self.regret,
            "index": self.index,
        }

    def _displayed(self) -> pd.DataFrame:
        import pandas as pd

        columns = {"player": self.game.players, "plays": self.strategies, "payoff": self.payoffs}
        return pd.DataFrame(columns)

    def _heading(self) -> str:
        return f"Nash equilibrium, regret {self.regret:.2g}"


@dataclass(frozen=True, eq=False)
class NashResult(Pictured):
    """Nash equilibria of one game.

    Attributes
    ----------
    game
        The game that was solved.
    equilibria
        Every one certified: its regret, computed apart from the solver, is within tolerance.
        For two players these are the extreme equilibria, for more all that are isolated.
    components
        Connected components made of maximal Nash subsets; empty where ``complete`` is False.
    complete
        True only where it is proven that no extreme equilibrium is missing. With more than two
        players the proof includes that indices sum to 1, so that the number is odd.
    method
        The solver that answered.
    notes
        What the reader must know: limits that were hit, profiles that were dropped.
    converged
        False where a limit stopped the search.
    elapsed_seconds
        Wall-clock time; never compared.
    """

    game: NormalFormGame
    equilibria: tuple[Equilibrium, ...]
    components: tuple[Component, ...]
    complete: bool
    method: str
    notes: tuple[str, ...] = ()
    converged: bool = True
    elapsed_seconds: float = field(default=0.0, compare=False)

    _picture = "plot_payoff_matrix"

    def _drawn(self) -> tuple[Any, ...]:
        return (self.game, self)

    @property
    def max_regret(self) -> float:
        """Largest regret of any equilibrium; 0 where there is none."""
        return max((e.regret for e in self.equilibria), default=0.0)

    def to_frame(self) -> pd.DataFrame:
        """Return one row an equilibrium, player and action, with labels, payoff and regret."""
        profiles = [{"equilibrium": k, **e.columns()} for k, e in enumerate(self.equilibria, 1)]
        return play_frame(self.game.players, self.game.actions, profiles)

    def _displayed(self) -> pd.DataFrame:
        import pandas as pd

        players = self.game.players
        rows = [
            (k, *e.strategies, *map(float, e.payoffs)) for k, e in enumerate(self.equilibria, 1)
        ]
        return pd.DataFrame(rows, columns=["", *players, *(f"payoff {p}" for p in players)])

    def _heading(self) -> str:
        head = "all of them" if self.complete else "perhaps not all"
        found = len(self.equilibria)
        if not found:
            return f"no equilibrium found ({self.method})"
        return f"{found} {'equilibrium' if found == 1 else 'equilibria'} ({head}; {self.method})"


@takes
def certified_equilibrium(
    game: NormalFormGame,
    probabilities: Sequence[ArrayLike],
    exact: ExactProfile | None = None,
    *,
    spread: FloatArray | None = None,
) -> Equilibrium:
    """Return a profile with its payoffs and its regret, both from the payoffs alone.

    ``spread`` is :func:`~negotiation.equilibrium.certificate.undominated_range` where known.
    """
    profile = tuple(
        float_array(x, name=f"probabilities[{k}]", ndim=1) for k, x in enumerate(probabilities)
    )
    return Equilibrium(
        game=game,
        probabilities=profile,
        exact=exact,
        radius=None if exact is None else 0.0,
        payoffs=read_only(expected_payoffs(game, profile)),
        regret=regret(game, profile, spread=spread),
    )


class _Strategies:
    """Strategies of one player by number, as they were found and as floats, made when asked."""

    def __init__(self, find: Callable[[int], Sequence[Any]]) -> None:
        self.find = find
        self.known: dict[int, tuple[tuple[Any, ...], FloatArray]] = {}

    def __getitem__(self, number: int) -> tuple[tuple[Any, ...], FloatArray]:
        if number not in self.known:
            given = tuple(self.find(number))
            floats = np.array([float(p) if p else 0.0 for p in given])
            self.known[number] = given, read_only(floats)
        return self.known[number]

    def ranks(self) -> dict[int, int]:
        """Places of the strategies that were asked for, those with heavy first actions first."""
        table = np.array([floats for _, floats in self.known.values()])
        order = np.lexsort(-table.T[::-1]).tolist()
        numbers = list(self.known)
        return {numbers[k]: rank for rank, k in enumerate(order)}


@takes
def certified_pairs(
    game: NormalFormGame,
    rows: Callable[[int], Sequence[Any]],
    columns: Callable[[int], Sequence[Any]],
    *,
    pairs: Sequence[tuple[int, int]],
    exact: bool,
    spread: FloatArray,
    keep_going: Callable[[], bool],
) -> tuple[list[tuple[int, int]], list[Equilibrium]]:
    """Return many profiles of a two-player game as :func:`certified_equilibrium` would.

    Parameters
    ----------
    game
        Two players.
    rows, columns
        The strategy that has a number.
    pairs
        One (number of row strategy, number of column strategy) a profile.
    exact
        Whether strategies are fractions.
    spread
        :func:`~negotiation.equilibrium.certificate.undominated_range` of the game.
    keep_going
        Asked now and then; False ends the list.

    Returns
    -------
    pairs, equilibria
        Those that were certified, first actions first.
    """
    sides = _Strategies(rows), _Strategies(columns)
    done: list[tuple[tuple[int, int], Equilibrium]] = []
    radius = 0.0 if exact else None
    for begin in range(0, len(pairs), CERTIFIED_TOGETHER):
        if not keep_going():
            break
        chunk = pairs[begin : begin + CERTIFIED_TOGETHER]
        found = [(sides[0][i], sides[1][j]) for i, j in chunk]
        X, Y = (np.array([pair[side][1] for pair in found]) for side in (0, 1))
        regrets = regrets_of_pairs(game, X, Y, spread).tolist()
        payoffs = np.stack([np.einsum("ka,ka->k", X @ own, Y) for own in game.payoffs], axis=1)
        payoffs.setflags(write=False)
        for pair, (x, y), gain, earned in zip(chunk, found, regrets, payoffs, strict=True):
            done.append(
                (
                    pair,
                    Equilibrium(
                        game=game,
                        probabilities=(x[1], y[1]),
                        exact=(x[0], y[0]) if exact else None,
                        payoffs=earned,
                        regret=gain,
                        radius=radius,
                    ),
                )
            )
    if not done:
        return [], []
    first, second = sides[0].ranks(), sides[1].ranks()
    done.sort(key=lambda entry: (first[entry[0][0]], second[entry[0][1]]))
    return [pair for pair, _ in done], [equilibrium for _, equilibrium in done]


def _unit(size: int, action: int) -> tuple[Fraction, ...]:
    return tuple(Fraction(int(k == action)) for k in range(size))


@former_argument("most", "max_count")
@takes
def pure_equilibria(
    game: NormalFormGame, *, max_count: int | None = None
) -> tuple[Equilibrium, ...]:
    """Return every equilibrium in pure strategies, or the first ``max_count``; any players.

    Payoffs are compared as they are, without tolerance: a near-tie is not a tie.

    Examples
    --------
    >>> dilemma = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> [e.payoffs.tolist() for e in pure_equilibria(dilemma)]
    [[1.0, 1.0]]
    """
    best = np.ones(game.shape, dtype=bool)
    for player, table in enumerate(game.exact_payoffs):
        best &= table == table.max(axis=player, keepdims=True)
    cells = np.argwhere(best)[: count_limit(max_count)].tolist()
    # No action gains anything: regret is 0 whatever it is measured in.
    spread = np.ones(len(game.shape))
    out = []
    for cell in cells:
        exact = tuple(_unit(n, a) for n, a in zip(game.shape, cell, strict=True))
        profile = [np.array(x, dtype=np.float64) for x in exact]
        out.append(certified_equilibrium(game, profile, exact, spread=spread))
    return tuple(out)
