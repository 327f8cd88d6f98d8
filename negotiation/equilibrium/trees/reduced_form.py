"""All Nash equilibria of a game tree, by its reduced normal form."""

from __future__ import annotations

from negotiation.arguments import takes
from negotiation.equilibrium.limits import TIME_REACHED, TimeLimit
from negotiation.equilibrium.normal_form.nash import nash_equilibria
from negotiation.equilibrium.trees.certificate import (
    TreeEquilibrium,
    certified,
    certified_exactly,
)
from negotiation.equilibrium.trees.sequence_form import TreeSolution
from negotiation.former_names import former_argument
from negotiation.games.extensive_form import ExtensiveFormGame
from negotiation.games.strategies import (
    behavior_of_mixed,
    exact_behavior_of_mixed,
    to_normal_form,
)
from negotiation.values import number

__all__ = ["tree_equilibria"]

# Share of the time for the normal form; certificates take the rest.
HALF = 0.5


@former_argument("max_equilibria", "max_count")
@takes
def tree_equilibria(
    game: ExtensiveFormGame,
    *,
    tol: float = 1e-8,
    max_seconds: float | None = None,
    max_count: int | None = None,
) -> TreeSolution:
    """Return all extreme Nash equilibria of a tree, by its reduced normal form.

    Payoffs and chance moves are taken as the fractions that were given, floats as the binary
    rationals that they are. Extreme equilibria with the same behaviour on every path of their
    own players are listed once. The number of strategies grows exponentially with the tree; for
    large trees of two players use :func:`~negotiation.sequence_form_equilibrium`.

    Parameters
    ----------
    game
        Perfect recall, any number of players, and chance.
    tol
        Largest regret, relative to payoff ranges.
    max_seconds, max_count
        Limits, as in :func:`~negotiation.nash_equilibria`. Among the first ``max_count`` of the
        normal form some may be one in behaviour, so that fewer are listed.

    Raises
    ------
    InvalidInputError
        If recall is imperfect, or there are too many strategies.

    Examples
    --------
    >>> from negotiation.games.extensive_form import ExtensiveFormGame
    >>> from negotiation.games.tree import decision, terminal
    >>> entry = ExtensiveFormGame.from_tree(
    ...     decision(0, "entrant", {
    ...         "out": terminal(0, 2),
    ...         "in": decision(1, "incumbent", {"fight": terminal(-1, -1),
    ...                                         "share": terminal(1, 1)})}),
    ...     players=["entrant", "incumbent"])
    >>> sorted(tuple(e.payoffs.tolist()) for e in tree_equilibria(entry).equilibria)
    [(0.0, 2.0), (0.0, 2.0), (1.0, 1.0)]
    """
    limit = TimeLimit(max_seconds)
    number(tol, name="tol", low=0.0)
    game.require_perfect_recall("tree_equilibria")
    form = to_normal_form(game)
    solved = nash_equilibria(form.game, max_seconds=limit.seconds_left(HALF), max_count=max_count)
    notes = list(solved.notes)
    found: dict[tuple[object, ...], TreeEquilibrium] = {}
    for k, equilibrium in enumerate(solved.equilibria):
        if found and limit.is_over():
            notes.append(f"{TIME_REACHED} after {k} of {len(solved.equilibria)} profiles")
            break
        if equilibrium.exact is None:
            behavior = behavior_of_mixed(game, form, equilibrium.probabilities)
            key = tuple(tuple(p.round(10).tolist()) for p in behavior.values())
            if key not in found:
                found[key] = certified(game, behavior)
        else:
            exact = exact_behavior_of_mixed(game, form, equilibrium.exact)
            if tuple(exact.values()) not in found:
                found[tuple(exact.values())] = certified_exactly(game, exact)
    kept = tuple(e for e in found.values() if e.regret <= tol)
    return TreeSolution(
        game=game,
        equilibria=kept,
        complete=solved.complete and notes == list(solved.notes) and len(kept) == len(found),
        method="reduced normal form",
        converged=solved.converged and notes == list(solved.notes) and len(kept) == len(found),
        elapsed_seconds=limit.elapsed_seconds(),
        notes=tuple(notes),
    )
