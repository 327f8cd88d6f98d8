"""Checks of assessments: behaviour together with beliefs at every information set.

An assessment is perfect Bayesian if behaviour is sequentially rational given beliefs (no player
gains by another continuation at any information set) and beliefs follow from behaviour by
Bayes' rule wherever a subgame's play reaches the information set (Kreps and Wilson 1982 for
sequential rationality; Fudenberg and Tirole 1991). Beliefs at other sets are free. This is
weaker than the consistency of sequential equilibrium.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from negotiation.arguments import takes
from negotiation.equilibrium.trees.certificate import best_continuation, continuation
from negotiation.equilibrium.trees.subgame_perfect import subgame_roots
from negotiation.errors import InvalidInputError
from negotiation.games.extensive_form import ExtensiveFormGame, InformationSet
from negotiation.presentation import Presented
from negotiation.values import FloatArray, number, read_only

__all__ = ["AssessmentCheck", "check_assessment"]


@dataclass(frozen=True, eq=False)
class AssessmentCheck(Presented):
    """Whether an assessment is a perfect Bayesian equilibrium, and where it fails.

    Attributes
    ----------
    is_perfect_bayesian
        Sequentially rational and Bayes-consistent.
    gains
        By information set: what its player could gain by another continuation, relative to the
        player's payoff range.
    belief_errors
        By information set: largest difference between a belief and Bayes' rule; 0 where Bayes'
        rule says nothing.
    unreached
        Information sets at which beliefs are free.
    beliefs
        The beliefs used, given or derived, in the order of each set's nodes.
    """

    is_perfect_bayesian: bool
    gains: Mapping[str, float]
    belief_errors: Mapping[str, float]
    unreached: tuple[str, ...]
    beliefs: Mapping[str, FloatArray]


def _bayes(
    game: ExtensiveFormGame, behavior: Mapping[str, FloatArray]
) -> dict[str, FloatArray | None]:
    """Beliefs by Bayes' rule in the smallest subgame whose play reaches each set."""
    out: dict[str, FloatArray | None] = {s.name: None for s in game.information_sets}
    # Larger subgames come first, so that smaller ones overwrite them: there both agree, or only
    # the smaller one reaches the set.
    for root in subgame_roots(game):
        reach = np.zeros(len(game.nodes))
        reach[root] = 1.0
        for position in game.order:
            if reach[position] > 0.0:
                branches = game.branch_probabilities(position, behavior)
                for child, p in zip(game.nodes[position].children, branches, strict=True):
                    reach[child] += reach[position] * p
        for information_set in game.information_sets:
            weights = reach[list(information_set.nodes)]
            if weights.sum() > 0.0:
                out[information_set.name] = weights / weights.sum()
    return out


def _belief(
    information_set: InformationSet, given: Sequence[float] | FloatArray | None,
    derived: FloatArray | None,
) -> FloatArray:  # fmt: skip
    size = len(information_set.nodes)
    where = f"beliefs[{information_set.name!r}]"
    if given is None:
        if size == 1:
            return np.ones(1)
        if derived is None:
            raise InvalidInputError(
                "play does not reach this information set, so its beliefs must be given",
                where=where,
                allowed=f"{size} probabilities, in the order of the set's nodes",
            )
        return derived
    belief = np.array(given, dtype=np.float64)
    if (
        belief.shape != (size,)
        or not np.all(np.isfinite(belief))
        or belief.min() < 0.0
        or abs(belief.sum() - 1.0) > 1e-9
    ):
        raise InvalidInputError(
            "not a distribution over the nodes of the information set",
            where=where,
            seen=belief.tolist(),
            allowed=f"{size} numbers >= 0 that sum to 1",
        )
    return belief


@takes
def check_assessment(
    game: ExtensiveFormGame,
    behavior: Mapping[str, Sequence[float] | FloatArray | Mapping[str, float]],
    beliefs: Mapping[str, Sequence[float] | FloatArray] | None = None,
    *,
    tol: float = 1e-8,
) -> AssessmentCheck:
    """Check sequential rationality and Bayes consistency of an assessment.

    Parameters
    ----------
    game
        Any number of players with perfect recall.
    behavior
        Probabilities of actions by information set; see ``ExtensiveFormGame.behavior``.
    beliefs
        Probabilities of the nodes of an information set, in their order in
        ``game.information_sets``. May be left out where the set has one node or Bayes' rule
        gives them.
    tol
        Largest gain (relative to payoff ranges) and largest error of a belief.

    Raises
    ------
    InvalidInputError
        If a belief is missing where it is free, is no distribution, names an unknown set, or
        recall is imperfect.

    Examples
    --------
    >>> from negotiation.games.tree import decision, terminal
    >>> entry = ExtensiveFormGame.from_tree(
    ...     decision(0, "entrant", {
    ...         "out": terminal(0, 2),
    ...         "in": decision(1, "incumbent", {"fight": terminal(-1, -1),
    ...                                         "share": terminal(1, 1)})}),
    ...     players=["entrant", "incumbent"])
    >>> threat = check_assessment(entry, {"entrant": [1, 0], "incumbent": [1, 0]})
    >>> threat.is_perfect_bayesian, threat.gains["incumbent"]
    (False, 0.6666666666666666)
    """
    number(tol, name="tol", low=0.0)
    game.require_perfect_recall("check_assessment")
    profile = game.behavior(behavior)
    given = dict(beliefs or {})
    unknown = [name for name in given if name not in profile]
    if unknown:
        raise InvalidInputError(
            "no such information set", where="beliefs", seen=unknown, allowed=str(list(profile))
        )
    derived = _bayes(game, profile)
    gains: dict[str, float] = {}
    errors: dict[str, float] = {}
    used: dict[str, FloatArray] = {}
    for information_set in game.information_sets:
        name, player = information_set.name, information_set.player
        bayes = derived[name]
        belief = _belief(information_set, given.get(name), bayes)
        used[name] = read_only(belief)
        errors[name] = 0.0 if bayes is None else float(np.abs(belief - bayes).max())
        start = {n: float(p) for n, p in zip(information_set.nodes, belief, strict=True)}
        spread = float(game.payoff_range[player]) or 1.0
        best = float(best_continuation(game, profile, player, start))
        gains[name] = (best - float(continuation(game, profile, player, start))) / spread
    return AssessmentCheck(
        is_perfect_bayesian=all(g <= tol for g in gains.values())
        and all(e <= tol for e in errors.values()),
        gains=gains,
        belief_errors=errors,
        unreached=tuple(name for name, bayes in derived.items() if bayes is None),
        beliefs=used,
    )
