"""Nash equilibria as values: profile, payoffs, certificate, and what is known of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from negotiation.equilibrium.certificate import expected_payoffs, largest_gain, regret
from negotiation.equilibrium.normal_form.components import Component
from negotiation.games.arguments import takes
from negotiation.games.normal_form import NormalFormGame
from negotiation.values import FloatArray, compact_repr, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Equilibrium",
    "ExactProfile",
    "NashResult",
    "certified_equilibrium",
    "pure_equilibria",
]

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
        Largest gain from deviating, relative to the range of that player's payoffs over
        undominated play.
    index
        +1 or -1 (Shapley 1974) where the equilibrium is regular, otherwise None.
    radius
        How far any probability may be from that of a true equilibrium, proven: 0 for an exact
        profile; None where it is not known.
    """

    probabilities: tuple[FloatArray, ...]
    exact: ExactProfile | None
    payoffs: FloatArray
    regret: float
    index: int | None = None
    radius: float | None = None
    exact_payoffs: NDArray[Any] | None = field(default=None, repr=False)

    @cached_property
    def exact_regret(self) -> Fraction | None:
        """Largest gain from deviating, in payoff units and without rounding.

        0 at an equilibrium; None where the solver is numerical.
        """
        if self.exact is None or self.exact_payoffs is None:
            return None
        return largest_gain(self.exact_payoffs, self.exact)

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

    __repr__ = compact_repr

    @property
    def max_regret(self) -> float:
        """Largest regret of any equilibrium; 0 where there is none."""
        return max((e.regret for e in self.equilibria), default=0.0)

    def to_frame(self) -> pd.DataFrame:
        """Return one row an equilibrium, player and action, with labels, payoff and regret."""
        import pandas as pd

        rows = [
            (
                k + 1,
                player,
                action,
                float(p),
                "" if e.exact is None else str(e.exact[i][a]),
                float(e.payoffs[i]),
                e.regret,
                e.index,
            )
            for k, e in enumerate(self.equilibria)
            for i, (player, actions) in enumerate(
                zip(self.game.players, self.game.actions, strict=True)
            )
            for a, (action, p) in enumerate(zip(actions, e.probabilities[i], strict=True))
        ]
        columns = ["equilibrium", "player", "action", "probability", "exact", "payoff", "regret"]
        return pd.DataFrame(rows, columns=[*columns, "index"])

    def _played(self) -> pd.DataFrame:
        frame = self.to_frame().query("probability > 0")
        shown = frame["exact"].where(
            frame["exact"] != "", frame["probability"].map("{:.6g}".format)
        )
        mixture = frame["action"] + " (" + shown + ")"
        table = mixture.groupby([frame["equilibrium"], frame["player"]], sort=False).agg(", ".join)
        return table.unstack("player")[list(self.game.players)]  # one column a player

    def to_latex(self) -> str:
        """Return a LaTeX table: a row an equilibrium, what each player plays in a column."""
        if not self.equilibria:
            return "no equilibrium found"
        return str(self._played().to_latex(escape=True))

    def _repr_html_(self) -> str:
        head = "complete" if self.complete else "perhaps not all"
        if not self.equilibria:
            return f"<p>no equilibrium found ({head})</p>"
        return f"<p>{len(self.equilibria)} equilibria ({head})</p>{self._played().to_html()}"


@takes(NormalFormGame)
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
    profile = tuple(read_only(np.asarray(x, dtype=np.float64)) for x in probabilities)
    return Equilibrium(
        probabilities=profile,
        exact=exact,
        exact_payoffs=game.exact_payoffs,
        radius=None if exact is None else 0.0,
        payoffs=read_only(expected_payoffs(game, profile)),
        regret=regret(game, profile, spread=spread),
    )


def _unit(size: int, action: int) -> tuple[Fraction, ...]:
    return tuple(Fraction(int(k == action)) for k in range(size))


@takes(NormalFormGame)
def pure_equilibria(game: NormalFormGame, *, most: int | None = None) -> tuple[Equilibrium, ...]:
    """Return every equilibrium in pure strategies, for any number of players; or at most ``most``.

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
    cells = np.argwhere(best)[:most].tolist()
    # No action gains anything: regret is 0 whatever it is measured in.
    spread = np.ones(len(game.shape))
    out = []
    for cell in cells:
        exact = tuple(_unit(n, a) for n, a in zip(game.shape, cell, strict=True))
        profile = [np.array(x, dtype=np.float64) for x in exact]
        out.append(certified_equilibrium(game, profile, exact, spread=spread))
    return tuple(out)
