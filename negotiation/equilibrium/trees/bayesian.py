"""Bayesian equilibria by type: what each type of each player does, expects and could gain."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from negotiation.arguments import takes
from negotiation.equilibrium.trees.certificate import TreeEquilibrium
from negotiation.equilibrium.trees.reduced_form import tree_equilibria
from negotiation.errors import InvalidInputError
from negotiation.former_names import former_argument
from negotiation.games.bayesian import BayesianGame
from negotiation.presentation import Presented, in_order
from negotiation.values import FloatArray, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BayesianEquilibrium", "BayesianResult", "bayesian_equilibria"]


@dataclass(frozen=True, eq=False)
class BayesianEquilibrium(Presented):
    """One Bayesian equilibrium.

    Attributes
    ----------
    strategies
        Probabilities of the actions by player and type.
    interim_payoffs
        Expected payoff of each type, given the type, by player and type.
    payoffs
        Expected payoff of each player before types are drawn.
    regret
        Largest gain of a player from another plan, relative to the payoff range.
    exact
        The strategies as fractions; None where the solver is numerical.
    """

    strategies: Mapping[str, Mapping[str, FloatArray]]
    interim_payoffs: Mapping[str, Mapping[str, float]]
    payoffs: FloatArray
    regret: float
    exact: Mapping[str, Mapping[str, tuple[Fraction, ...]]] | None = None

    def to_frame(self) -> pd.DataFrame:
        """Return one row a player, type and action (by number): probability, interim payoff."""
        import pandas as pd

        rows = [
            (player, kind, k, float(p), self.interim_payoffs[player][kind])
            for player, by_type in self.strategies.items()
            for kind, probabilities in by_type.items()
            for k, p in enumerate(probabilities, start=1)
        ]
        columns = ["player", "type", "action", "probability", "interim_payoff"]
        return pd.DataFrame(rows, columns=columns)


@dataclass(frozen=True, eq=False)
class BayesianResult(Presented):
    """Bayesian equilibria of a game.

    Attributes
    ----------
    game
        The game that was solved.
    equilibria
        Each certified on the game tree.
    complete
        Whether it is proven that no extreme equilibrium is missing.
    notes
        Limits that were hit.
    elapsed_seconds
        Wall-clock time; never compared.
    """

    game: BayesianGame
    equilibria: tuple[BayesianEquilibrium, ...]
    complete: bool
    notes: tuple[str, ...] = ()
    elapsed_seconds: float = field(default=0.0, compare=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row an equilibrium, player, type and action, with its probability."""
        import pandas as pd

        rows = [
            (k, player, type_name, action, float(p), e.interim_payoffs[player][type_name])
            for k, e in enumerate(self.equilibria, start=1)
            for i, (player, by_type) in enumerate(e.strategies.items())
            for type_name, probabilities in by_type.items()
            for action, p in zip(self.game.actions[i], probabilities, strict=True)
        ]
        columns = ["equilibrium", "player", "type", "action", "probability", "interim_payoff"]
        frame = pd.DataFrame(rows, columns=columns)
        frame["player"] = in_order(frame["player"], self.game.players)
        frame["type"] = in_order(frame["type"], [t for types in self.game.types for t in types])
        actions = [a for labels in self.game.actions for a in labels]
        frame["action"] = in_order(frame["action"], actions)
        return frame

    def _heading(self) -> str:
        head = "all of them" if self.complete else "perhaps not all"
        return f"{len(self.equilibria)} Bayesian equilibria ({head})"


def _interim(game: BayesianGame, plans: list[list[FloatArray]], player: int, own: int) -> float:
    """Expected payoff of one type given the type, from prior and payoffs alone."""
    total = weight = 0.0
    for profile in np.ndindex(*game.prior.shape):
        if profile[player] != own:
            continue
        table = game.payoffs[(player, *profile)]
        for i, t in enumerate(profile):
            table = np.tensordot(plans[i][t], table, axes=(0, 0))
        total += float(game.prior[profile]) * float(table)
        weight += float(game.prior[profile])
    return total / weight


def _by_type(game: BayesianGame, found: TreeEquilibrium) -> BayesianEquilibrium:
    names = [
        [f"{player}: {t}" for t in types]
        for player, types in zip(game.players, game.types, strict=True)
    ]
    plans = [[found.behavior[name] for name in of_player] for of_player in names]
    labelled = list(zip(game.players, game.types, names, strict=True))
    exact = found.exact
    return BayesianEquilibrium(
        strategies={
            player: dict(zip(types, plan, strict=True))
            for player, types, plan in zip(game.players, game.types, plans, strict=True)
        },
        interim_payoffs={
            player: {t: _interim(game, plans, i, k) for k, t in enumerate(game.types[i])}
            for i, player in enumerate(game.players)
        },
        payoffs=read_only(found.payoffs),
        regret=found.regret,
        exact=None
        if exact is None
        else {
            player: {t: exact[name] for t, name in zip(types, of_player, strict=True)}
            for player, types, of_player in labelled
        },
    )


@former_argument("max_equilibria", "max_count")
@takes
def bayesian_equilibria(
    game: BayesianGame,
    *,
    max_seconds: float | None = None,
    max_count: int | None = None,
) -> BayesianResult:
    """Return all Bayesian equilibria, by player and type.

    They are the Nash equilibria of the tree in which chance draws the types (Harsanyi 1967-68);
    with two players the extreme ones of its reduced normal form, exactly.

    Parameters
    ----------
    game
        Any number of players with finitely many types.
    max_seconds, max_count
        Limits, as in :func:`~negotiation.nash_equilibria`.

    Raises
    ------
    InvalidInputError
        If it is no Bayesian game, or has too many strategies.

    Examples
    --------
    Somebody who may be a friend or an enemy:

    >>> payoffs = np.array([[[[[2, 0], [0, 1]], [[2, 0], [0, 1]]]],
    ...                     [[[[1, 0], [0, 2]], [[0, 2], [1, 0]]]]])
    >>> game = BayesianGame(payoffs, [["1/2", "1/2"]], types=(("only",), ("friend", "enemy")))
    >>> result = bayesian_equilibria(game)
    >>> result.complete, result.equilibria[0].strategies["player 2"]["enemy"].tolist()
    (True, [0.0, 1.0])
    """
    start = time.perf_counter()
    if not isinstance(game, BayesianGame):
        raise InvalidInputError(
            "not a Bayesian game",
            where="bayesian_equilibria",
            seen=type(game).__name__,
            allowed="BayesianGame",
        )
    found = tree_equilibria(game.extensive_form(), max_seconds=max_seconds, max_count=max_count)
    return BayesianResult(
        game=game,
        equilibria=tuple(_by_type(game, e) for e in found.equilibria),
        complete=found.complete,
        notes=found.notes,
        elapsed_seconds=time.perf_counter() - start,
    )
