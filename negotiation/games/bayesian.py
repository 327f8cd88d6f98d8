"""Games of incomplete information with finitely many types (Harsanyi 1967-68)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiation.errors import InvalidInputError
from negotiation.games.exact_numbers import (
    as_distribution,
    common_numerators,
    number_array,
    object_array,
    quotients,
)
from negotiation.games.extensive_form import ExtensiveFormGame
from negotiation.games.names import check_players, distinct_names
from negotiation.games.normal_form import NormalFormGame
from negotiation.games.tree import Branch, chance, decision, terminal
from negotiation.values import FloatArray, compact_repr, read_only

__all__ = ["BayesianGame"]

_LIMIT = 10_000_000


@dataclass(frozen=True, eq=False)
class BayesianGame:
    """A simultaneous game in which each player knows only the own type.

    Chance draws a type profile from the common ``prior``, each player learns the own type and
    chooses an action.

    Attributes
    ----------
    payoffs
        ``[player, type of player 1, ..., type of player n, action of player 1, ..., action of
        player n]``.
    prior
        Probability of each type profile, axes ``[type of player 1, ...]``.
    players, types, actions
        Distinct names; numbered where empty.
    title
        What the game is, for tables and figures.
    exact_payoffs, exact_prior
        The same as fractions, the prior divided by its exact sum; all three forms of the game
        are made from them. Numbers given as ``Fraction``, ``Decimal`` or text are those, floats
        the binary rationals that they are.

    Raises
    ------
    InvalidInputError
        If shapes disagree, the prior is no distribution, a type has probability 0, or names are
        repeated.

    Examples
    --------
    >>> matching = [[1.0, -1.0], [-1.0, 1.0]]
    >>> game = BayesianGame(
    ...     payoffs=np.array([[[matching], [matching]], [[matching], [matching]]]),
    ...     prior=np.array([[0.5], [0.5]]))
    >>> game.agent_normal_form().players
    ('player 1: 1', 'player 1: 2', 'player 2: 1')
    """

    payoffs: FloatArray
    prior: FloatArray
    players: tuple[str, ...] = ()
    types: tuple[tuple[str, ...], ...] = ()
    actions: tuple[tuple[str, ...], ...] = ()
    title: str = ""
    exact_payoffs: NDArray[Any] = field(init=False, repr=False)
    exact_prior: NDArray[Any] = field(init=False, repr=False)

    __repr__ = compact_repr

    def __post_init__(self) -> None:
        """Check shapes, labels and the prior."""
        prior, prior_exact = number_array(self.prior, "prior")
        payoffs, payoffs_exact = number_array(self.payoffs, "payoffs")
        if prior.min() < 0.0:
            raise InvalidInputError(
                "number out of range", where="prior", seen=float(prior.min()), allowed=">= 0"
            )
        count = prior.ndim
        if payoffs.ndim != 2 * count + 1 or payoffs.shape[: count + 1] != (count, *prior.shape):
            raise InvalidInputError(
                "axes must be [player, a type axis a player, an action axis a player]",
                where="payoffs",
                seen=f"shape {payoffs.shape}",
                allowed=f"({count}, {', '.join(map(str, prior.shape))}, actions ...)",
            )
        if abs(float(prior.sum()) - 1.0) > 1e-9:
            raise InvalidInputError(
                "probabilities do not sum to 1", where="prior", seen=float(prior.sum())
            )
        players = tuple(self.players) or tuple(f"player {i + 1}" for i in range(count))
        types = _labels(self.types, prior.shape, "types")
        actions = _labels(self.actions, payoffs.shape[count + 1 :], "actions")
        if len(players) != count:
            raise InvalidInputError(
                "one name a player", where="players", seen=players, allowed=f"{count} names"
            )
        check_players(players)
        for i in range(count):
            marginal = prior.sum(axis=tuple(k for k in range(count) if k != i))
            if np.any(marginal == 0.0):
                place = int(np.flatnonzero(marginal == 0.0)[0])
                raise InvalidInputError(
                    "a type has probability 0",
                    where=f"prior of {players[i]}",
                    seen=types[i][place],
                    hint="Leave the type out.",
                )
        put = object.__setattr__
        weights = _fractions(prior, prior_exact)
        shares = as_distribution(weights.ravel().tolist())
        put(self, "exact_prior", read_only(object_array(shares, prior.shape)))
        put(self, "exact_payoffs", read_only(_fractions(payoffs, payoffs_exact)))
        put(self, "prior", read_only(prior))
        put(self, "payoffs", read_only(payoffs))
        put(self, "players", players)
        put(self, "types", types)
        put(self, "actions", actions)

    def _agents(self) -> dict[tuple[int, int], str]:
        """Name of each type of each player, none twice."""
        places = [(i, t) for i, n in enumerate(self.prior.shape) for t in range(n)]
        names = [f"{self.players[i]}: {self.types[i][t]}" for i, t in places]
        return dict(zip(places, distinct_names(names), strict=True))

    def agent_normal_form(self) -> NormalFormGame:
        r"""Return the game in which each type of each player is a player of its own.

        An agent's payoff is the player's expected payoff given the type,

        .. math:: u_{i,t_i}(s) = \sum_{t_{-i}} p(t_{-i} \mid t_i)\, u_i(t, s_1(t_1), s_2(t_2), ...),

        so that Nash equilibria of this game are the Bayesian equilibria (Harsanyi 1967-68;
        Selten 1975 for agents). With one type a player it is the plain normal form.

        Raises
        ------
        InvalidInputError
            If the payoff array would have more than ten million entries.
        """
        count = self.prior.ndim
        sizes = self.payoffs.shape[count + 1 :]
        agents = [(i, t) for i in range(count) for t in range(self.prior.shape[i])]
        shape = tuple(sizes[i] for i, _ in agents)
        _check_size(shape, len(agents))
        first = np.cumsum([0, *self.prior.shape])
        profiles = list(np.ndindex(*self.prior.shape))
        parts: list[dict[tuple[int, ...], NDArray[Any]]] = []
        for i, t in agents:
            weight = sum(self.exact_prior[p] for p in profiles if p[i] == t)
            parts.append(
                {
                    p: self.exact_prior[p] / weight * self.exact_payoffs[(i, *p)]
                    for p in profiles
                    if p[i] == t
                }
            )

        def spread(profile: tuple[int, ...], table: NDArray[Any]) -> NDArray[Any]:
            axes = [int(first[i]) + t for i, t in enumerate(profile)]
            return table.reshape([sizes[i] if k in axes else 1 for k, (i, _) in enumerate(agents)])

        floats, fractions = _summed(parts, shape, spread)
        names = self.players if count == len(agents) else tuple(self._agents().values())
        actions = tuple(self.actions[i] for i, _ in agents)
        return NormalFormGame(floats, names, actions, self.title, fractions)

    def normal_form(self) -> NormalFormGame:
        """Return the game before types are drawn: a strategy names an action for each type.

        Payoffs are expected under the prior. With two players its Nash equilibria are the
        Bayesian equilibria in mixed strategies; labels join actions with ``/`` in type order.

        Raises
        ------
        InvalidInputError
            If the payoff array would have more than ten million entries.
        """
        count = self.prior.ndim
        sizes = self.payoffs.shape[count + 1 :]
        shape = tuple(n**k for n, k in zip(sizes, self.prior.shape, strict=True))
        _check_size(shape, count)
        plans = [
            np.array(list(itertools.product(range(n), repeat=k))).reshape(-1, k)
            for n, k in zip(sizes, self.prior.shape, strict=True)
        ]
        profiles = list(np.ndindex(*self.prior.shape))
        parts = [
            {p: self.exact_prior[p] * self.exact_payoffs[(i, *p)] for p in profiles}
            for i in range(count)
        ]

        def spread(profile: tuple[int, ...], table: NDArray[Any]) -> NDArray[Any]:
            chosen = np.ix_(*(plan[:, t] for plan, t in zip(plans, profile, strict=True)))
            return np.asarray(table[chosen])

        floats, fractions = _summed(parts, shape, spread)
        labels = tuple(
            tuple("/".join(self.actions[i][a] for a in row) for row in plan)
            for i, plan in enumerate(plans)
        )
        return NormalFormGame(floats, self.players, labels, self.title, fractions)

    def extensive_form(self) -> ExtensiveFormGame:
        """Return the tree: chance draws types, then the players move unobserved.

        Its size grows with the number of type and action profiles only, so two-player games
        with many types can be solved by the sequence form.
        """
        count = self.prior.ndim
        sizes = self.payoffs.shape[count + 1 :]
        agents = self._agents()

        def moves(profile: tuple[int, ...], played: tuple[int, ...]) -> Branch:
            i = len(played)
            if i == count:
                return terminal(*(self.exact_payoffs[(k, *profile, *played)] for k in range(count)))
            return decision(
                i,
                agents[i, profile[i]],
                {self.actions[i][a]: moves(profile, (*played, a)) for a in range(sizes[i])},
            )

        draws = {}
        for profile in itertools.product(*(range(n) for n in self.prior.shape)):
            p = self.exact_prior[profile]
            if p > 0:
                name = ", ".join(self.types[i][t] for i, t in enumerate(profile))
                draws[name] = (p, moves(profile, ()))
        return ExtensiveFormGame.from_tree(chance(draws), self.players, self.title)


def _fractions(floats: FloatArray, exact: NDArray[Any] | None) -> NDArray[Any]:
    if exact is not None:
        return exact
    return object_array([Fraction(value) for value in floats.ravel().tolist()], floats.shape)


def _summed(
    parts: Sequence[dict[tuple[int, ...], NDArray[Any]]],
    shape: tuple[int, ...],
    spread: Callable[[tuple[int, ...], NDArray[Any]], NDArray[Any]],
) -> tuple[FloatArray, NDArray[Any] | None]:
    """Add up one table a player and type profile, each spread over the cells of the form.

    Sums are of whole numbers over one denominator a player, of 64 bits where these suffice.
    """
    denominators, tables, fits = [], [], True
    for of_player in parts:
        numerators, denominator = common_numerators(
            [value for table in of_player.values() for value in table.ravel().tolist()]
        )
        size = len(numerators) // len(of_player)
        fits = fits and max(map(abs, numerators)) * len(of_player) < 2**53
        denominators.append(denominator)
        tables.append(
            {
                profile: object_array(numerators[k * size : (k + 1) * size], table.shape)
                for k, (profile, table) in enumerate(of_player.items())
            }
        )
    kind: Any = np.int64 if fits else object
    sums: NDArray[Any] = np.zeros((len(parts), *shape), dtype=kind)
    for k, whole in enumerate(tables):
        for profile, table in whole.items():
            sums[k] += spread(profile, table.astype(kind))
    return quotients(sums, denominators)


def _labels(
    given: Sequence[Sequence[str]], shape: Sequence[int], name: str
) -> tuple[tuple[str, ...], ...]:
    labels = tuple(tuple(str(x) for x in row) for row in given) or tuple(
        tuple(str(k + 1) for k in range(n)) for n in shape
    )
    if [len(row) for row in labels] != list(shape) or any(len(set(r)) < len(r) for r in labels):
        raise InvalidInputError(
            "one distinct name each, for each player",
            where=name,
            seen=[len(row) for row in labels],
            allowed=str(list(shape)),
        )
    return labels


def _check_size(shape: tuple[int, ...], players: int) -> None:
    cells = players * float(np.prod([float(n) for n in shape]))
    if cells > _LIMIT:
        raise InvalidInputError(
            "the normal form is too large",
            where="BayesianGame",
            seen=f"{cells:.3g} payoffs",
            allowed=f"{_LIMIT}",
            hint="Use extensive_form with sequence_form_equilibrium.",
        )
