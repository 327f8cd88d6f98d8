"""All Nash equilibria of a game with more than two players, each with its certificate."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from negotiation.arguments import takes
from negotiation.equilibrium.certificate import undominated_range
from negotiation.equilibrium.limits import COUNT_REACHED, TIME_REACHED, TimeLimit
from negotiation.equilibrium.many_players.isolation import isolate_equilibria
from negotiation.equilibrium.normal_form.bimatrix import bimatrix_equilibria, widened
from negotiation.equilibrium.normal_form.components import Component, NashSubset
from negotiation.equilibrium.normal_form.results import (
    Equilibrium,
    NashResult,
    certified_equilibrium,
    pure_equilibria,
)
from negotiation.equilibrium.refinements.dominance import iterated_elimination
from negotiation.games.normal_form import NormalFormGame

__all__ = ["many_player_equilibria"]

#: Weights below this are zero; what is left is certified.
_ZERO = 1e-15


def _widened_profile(
    vectors: Sequence[Sequence[Any]], active: Sequence[int], kept: Sequence[Sequence[int]],
    shape: Sequence[int], one: Any,
) -> tuple[tuple[Any, ...], ...]:  # fmt: skip
    """Give a profile of the players who still choose weights for every action of everybody."""
    own = dict(zip(active, vectors, strict=False))
    return tuple(
        widened(tuple(own.get(i, (one,))), actions, size)
        for i, (actions, size) in enumerate(zip(kept, shape, strict=True))
    )


@takes
def many_player_equilibria(
    game: NormalFormGame, limit: TimeLimit, max_count: int | None
) -> NashResult:
    """Return the equilibria of a game of three or more players, each with its proof.

    Parameters
    ----------
    game
        Any number of players; where fewer than three have a choice left after dominance, the
        answer is that of two.
    limit, max_count
        Where to stop; what is certified by then is returned.
    """
    # Actions that strict dominance removes, and players who have none left to choose from,
    # are in no equilibrium's way.
    reduced = iterated_elimination(game, "strict")
    active = [i for i, n in enumerate(reduced.game.shape) if n > 1]
    table = reduced.game.exact_payoffs
    if len(active) < 3:
        pair = [*active, *(i for i in range(len(game.shape)) if i not in active)][:2]
        pair = sorted(pair)
        rows = table[pair].reshape(len(pair), *(table.shape[1 + i] for i in pair))
        if len(pair) == 1:
            # Beside somebody who has one action and nothing to gain.
            rows = np.stack([rows[0], 0 * rows[0]])[..., None]
        small = NormalFormGame(rows)
        solved = bimatrix_equilibria(small, "auto", limit, max_count)
        widened = [
            _widened_profile(e.exact or (), pair, reduced.surviving, game.shape, Fraction(1))
            for e in solved.equilibria
        ]
        return replace(
            solved,
            game=game,
            equilibria=tuple(
                replace(certified_equilibrium(game, profile, profile), index=e.index)
                for profile, e in zip(widened, solved.equilibria, strict=True)
            ),
        )
    found = isolate_equilibria(
        table[active].reshape(len(active), *(table.shape[1 + i] for i in active)),
        limit=limit,
        max_count=max_count,
    )
    ends = np.cumsum([0, *(reduced.game.shape[i] for i in active)])
    spread = undominated_range(game, reduced.surviving)
    distinct: dict[tuple[float, ...], Equilibrium] = {}
    for row, radius, index in zip(found.profiles, found.radii, found.indices, strict=True):
        # A root on the border of its support has an action there at numerical zero.
        weights = np.where(row > _ZERO, row, 0.0)
        vectors = [weights[a:b] / weights[a:b].sum() for a, b in itertools.pairwise(ends)]
        is_pure = bool(np.all((weights == 0.0) | (weights == 1.0)))
        if is_pure:
            exact = _widened_profile(
                [[Fraction(int(w)) for w in v.tolist()] for v in vectors],
                active, reduced.surviving, game.shape, Fraction(1),
            )  # fmt: skip
            equilibrium = certified_equilibrium(game, exact, exact, spread=spread)
        else:
            profile = _widened_profile(
                [v.tolist() for v in vectors], active, reduced.surviving, game.shape, 1.0
            )
            equilibrium = replace(
                certified_equilibrium(game, profile, spread=spread),
                radius=float(radius) if index else None,
            )
        key = tuple(np.round(np.concatenate(equilibrium.probabilities), 9).tolist())
        distinct.setdefault(key, replace(equilibrium, index=int(index) or None))
    notes = []
    if found.searched < 1.0:
        counted = max_count is not None and len(found.profiles) >= max_count
        reached = COUNT_REACHED if counted else TIME_REACHED
        notes.append(f"{reached} after {found.searched:.0%} of the supports")
    if found.undecided or np.any(found.indices == 0):
        notes.append(
            f"{found.undecided} supports are open: ties, as in a game that is not generic, or "
            "nearly double solutions; equilibria may be missing"
        )
    elif found.searched == 1.0 and not found.complete:
        notes.append("the indices do not sum to 1: equilibria are missing")
    if found.searched < 1.0:
        for e in pure_equilibria(game, max_count=max_count):
            key = tuple(np.round(np.concatenate(e.probabilities), 9).tolist())
            distinct.setdefault(key, e)
    equilibria = sorted(
        distinct.values(), key=lambda e: np.concatenate(e.probabilities).tolist(), reverse=True
    )[:max_count]
    return NashResult(
        game=game,
        equilibria=tuple(equilibria),
        components=tuple(
            Component((k,), (NashSubset((k,), (k,), (k,)),), e.index)
            for k, e in enumerate(equilibria)
        ) if found.complete else (),
        complete=found.complete,
        method="isolation",
        notes=tuple(notes),
        converged=found.searched == 1.0,
    )  # fmt: skip
