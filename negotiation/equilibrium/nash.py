"""All Nash equilibria of a finite game, each with its certificate."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from negotiation.equilibrium.certificate import expected_payoffs, regret
from negotiation.equilibrium.components import Component, nash_components
from negotiation.equilibrium.polytopes import enumerate_vertices, integer_columns, normalized
from negotiation.errors import InvalidInputError, NonFiniteError
from negotiation.games.normal_form import NormalFormGame
from negotiation.values import FloatArray, one_of, read_only

__all__ = ["Equilibrium", "NashResult", "nash_equilibria", "pure_equilibria"]

ExactProfile = tuple[tuple[Fraction, ...], ...]


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """One Nash equilibrium.

    Attributes
    ----------
    probabilities
        One read-only vector of probabilities a player.
    exact
        The same as fractions; None where the solver is numerical.
    payoffs
        Expected payoff of each player, in the game's units.
    regret
        Largest gain from deviating, relative to that player's payoff range.
    index
        +1 or -1 (Shapley 1974) where the equilibrium is regular, otherwise None.
    """

    probabilities: tuple[FloatArray, ...]
    exact: ExactProfile | None
    payoffs: FloatArray
    regret: float
    index: int | None = None

    @property
    def is_pure(self) -> bool:
        """Whether every player plays one action for sure."""
        return all(bool((x == 1.0).any()) for x in self.probabilities)


@dataclass(frozen=True, eq=False)
class NashResult:
    """Nash equilibria of one game.

    Attributes
    ----------
    game
        The game that was solved.
    equilibria
        Every one certified: its regret, computed apart from the solver, is within tolerance.
        For two players these are the extreme equilibria.
    components
        Connected components made of maximal Nash subsets; empty where ``complete`` is False.
    complete
        True only where it is proven that no extreme equilibrium is missing.
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

    @property
    def max_regret(self) -> float:
        """Largest regret of any equilibrium; 0 where there is none."""
        return max((e.regret for e in self.equilibria), default=0.0)


def _certified(
    game: NormalFormGame,
    probabilities: Sequence[FloatArray],
    exact: ExactProfile | None,
) -> Equilibrium:
    profile = tuple(read_only(np.asarray(x, dtype=np.float64)) for x in probabilities)
    return Equilibrium(
        probabilities=profile,
        exact=exact,
        payoffs=read_only(expected_payoffs(game, profile)),
        regret=regret(game, profile),
    )


def _unit(size: int, action: int) -> tuple[Fraction, ...]:
    return tuple(Fraction(int(k == action)) for k in range(size))


def pure_equilibria(game: NormalFormGame) -> tuple[Equilibrium, ...]:
    """Return every equilibrium in pure strategies, for any number of players.

    Payoffs are compared as they are, without tolerance: a near-tie is not a tie.

    Examples
    --------
    >>> dilemma = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> [e.payoffs.tolist() for e in pure_equilibria(dilemma)]
    [[1.0, 1.0]]
    """
    best = np.ones(game.shape, dtype=bool)
    for player, table in enumerate(game.payoffs):
        best &= table == table.max(axis=player, keepdims=True)
    out = []
    for cell in np.argwhere(best).tolist():
        exact = tuple(_unit(n, a) for n, a in zip(game.shape, cell, strict=True))
        out.append(_certified(game, [np.array(x, dtype=np.float64) for x in exact], exact))
    return tuple(out)


def _deadline(max_seconds: float | None) -> Callable[[], bool]:
    if max_seconds is None:
        return lambda: True
    end = time.perf_counter() + max_seconds
    return lambda: time.perf_counter() < end


def nash_equilibria(
    game: NormalFormGame,
    method: str = "auto",
    *,
    max_seconds: float | None = None,
    max_equilibria: int | None = None,
    tolerance: float = 1e-9,
) -> NashResult:
    """Return all extreme Nash equilibria of a two-player game, exactly.

    Both players choose at once and know all payoffs. An extreme equilibrium is a pair of
    vertices of the best-response polyhedra that together carry every label; every equilibrium
    is a mixture of extreme ones of one maximal Nash subset.

    Parameters
    ----------
    game
        A finite normal-form game; payoffs are taken as the rational numbers that the floats
        are.
    method
        ``"auto"`` or the name of a solver.
    max_seconds, max_equilibria
        Limits; where one is hit, what was found is returned with ``complete=False``.
    tolerance
        Largest regret, relative to the payoff range, of a profile that may be returned.

    Raises
    ------
    InvalidInputError
        If the method is unknown or does not fit the number of players.

    Examples
    --------
    >>> sexes = NormalFormGame.from_bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    >>> result = nash_equilibria(sexes)
    >>> [tuple(str(p) for p in e.exact[0]) for e in result.equilibria]
    [('1', '0'), ('2/3', '1/3'), ('0', '1')]
    >>> result.complete
    True
    """
    one_of(method, ("auto", "vertex_enumeration"), name="method")
    if len(game.shape) != 2:
        raise InvalidInputError(
            "vertex enumeration is for two players", where="method", seen=f"{len(game.shape)}"
        )
    start = time.perf_counter()
    keep_going = _deadline(max_seconds)
    A, B = game.bimatrix
    m, n = game.shape
    column_matrix, column_scales = integer_columns(A)
    row_matrix, row_scales = integer_columns(np.ascontiguousarray(B.T))
    ys, all_ys = enumerate_vertices(column_matrix, keep_going=keep_going)
    xs, all_xs = enumerate_vertices(row_matrix, keep_going=keep_going)
    # Labels: bit i < m row action i, bit m + j column action j.
    low = (1 << n) - 1
    y_labels = [(mask >> n) | (mask & low) << m for mask, _ in ys]
    everything = (1 << (m + n)) - 1
    pairs = [
        (i, j)
        for i, (mask, _) in enumerate(xs)
        for j, other in enumerate(y_labels)
        if mask | other == everything
    ]
    used_x = {i: normalized(xs[i][1], row_scales) for i, _ in pairs}
    used_y = {j: normalized(ys[j][1], column_scales) for _, j in pairs}
    pairs.sort(key=lambda p: (used_x[p[0]], used_y[p[1]]), reverse=True)
    complete = all_xs and all_ys
    notes = [] if complete else ["stopped by max_seconds"]
    if max_equilibria is not None and len(pairs) > max_equilibria:
        pairs = pairs[:max_equilibria]
        complete = False
        notes.append("stopped by max_equilibria")
    equilibria = tuple(
        _certified(
            game,
            [np.array(used_x[i], dtype=np.float64), np.array(used_y[j], dtype=np.float64)],
            (used_x[i], used_y[j]),
        )
        for i, j in pairs
    )
    if any(e.regret > tolerance for e in equilibria):
        raise NonFiniteError("an exact equilibrium failed its certificate", where="nash_equilibria")
    return NashResult(
        game=game,
        equilibria=equilibria,
        components=nash_components(pairs) if complete else (),
        complete=complete,
        method="vertex_enumeration",
        notes=tuple(notes),
        converged=complete,
        elapsed_seconds=time.perf_counter() - start,
    )
