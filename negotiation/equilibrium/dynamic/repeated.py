r"""Infinitely repeated games with discounting and perfect monitoring.

A stage profile c is kept up by the threat of a worse continuation p if no player gains from
cheating once: with d the payoff from the best deviation,

.. math:: c_i \ge (1 - \delta) d_i + \delta p_i \iff \delta \ge \frac{d_i - c_i}{d_i - p_i}

(Friedman 1971). Where the punishment lasts T periods, after which cooperation returns, the
condition is

.. math:: d_i - c_i \le (\delta + \dots + \delta^T) (c_i - p_i),

which no patience meets where T times the loss falls short of the gain. With enough patience every
feasible payoff above all minmax values can be sustained (Fudenberg and Maskin 1986).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linprog

from negotiation.arguments import takes
from negotiation.equilibrium.certificate import check_profile, expected_payoffs, regret
from negotiation.equilibrium.dynamic.polygons import convex_hull, cut_polygon
from negotiation.equilibrium.frames import corners_frame
from negotiation.equilibrium.limits import TIME_REACHED, TimeLimit
from negotiation.equilibrium.normal_form.nash import nash_equilibria
from negotiation.equilibrium.normal_form.zero_sum import TIGHT, maximin_strategy
from negotiation.equilibrium.punishments import critical_discount
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from negotiation.presentation import Presented
from negotiation.values import FloatArray, float_array, number, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "CriticalDiscounts",
    "SustainablePayoffs",
    "critical_discount_factors",
    "is_sustainable",
    "minmax_payoffs",
    "sustainable_payoffs",
]


@dataclass(frozen=True, eq=False)
class CriticalDiscounts(Presented):
    """How patient players must be to keep up a stage profile.

    Attributes
    ----------
    factors
        Smallest discount factor of each player: 0 where the player has nothing to gain from
        cheating, infinity where no patience is enough.
    critical
        The largest of them.
    cooperation, deviation, punishment
        Payoffs a period of each player: at the profile, from the best deviation, and after one.
    threat
        ``"nash"``, ``"minmax"`` or ``"profile"``.
    complete
        Whether all stage equilibria are known where the worst is the threat; if not, a harsher
        one may ask for less patience.
    """

    factors: FloatArray
    critical: float
    cooperation: FloatArray
    deviation: FloatArray
    punishment: FloatArray
    threat: str
    complete: bool = True

    def sustains(self, discount: float) -> bool:
        """Say whether the threat is enough at a common discount factor."""
        return bool(discount >= self.critical)


@dataclass(frozen=True, eq=False)
class SustainablePayoffs(Presented):
    """Feasible and individually rational payoffs of a two-player game.

    Attributes
    ----------
    game
        The stage game.
    minmax
        What each player can be held down to.
    feasible
        Corners of the convex hull of the stage payoffs, counter-clockwise, ``[corner, player]``.
    vertices
        Corners of the part of it where nobody gets less than the minmax payoff.
    """

    game: NormalFormGame
    minmax: FloatArray
    feasible: FloatArray
    vertices: FloatArray

    def to_frame(self) -> pd.DataFrame:
        """Return one row a corner of the two polygons: the payoffs of both players."""
        corners = {"feasible": self.feasible, "individually rational": self.vertices}
        return corners_frame(self.game.players, corners)


@takes
def minmax_payoffs(game: NormalFormGame) -> FloatArray:
    r"""Return the payoff that the others can hold each player down to.

    .. math:: v_i = \min_{q} \max_{a} \sum_{s_{-i}} q(s_{-i})\, u_i(a, s_{-i}),

    a linear programme a player. With three or more players the others may correlate their
    actions in secret, which can hold the player lower than independent mixing.

    Examples
    --------
    >>> dilemma = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> minmax_payoffs(dilemma).tolist()
    [1.0, 1.0]
    """
    return read_only(_lowest(game) + _minmax_gains(game))


def _lowest(game: NormalFormGame) -> FloatArray:
    return np.asarray(game.payoffs.reshape(len(game.shape), -1).min(axis=1))


def _minmax_gains(game: NormalFormGame) -> FloatArray:
    """Minmax payoffs above each player's lowest payoff."""
    out = np.zeros(len(game.shape))
    for player, table in enumerate(game.gains):
        rows = np.moveaxis(table, player, 0).reshape(game.shape[player], -1)
        spread = float(rows.max())
        if spread > 0.0:
            share = rows / spread
            q = maximin_strategy(1.0 - share.T, TimeLimit(None))
            out[player] = spread * float((share @ q).max())
    return out


def _action(game: NormalFormGame, player: int, given: int | str) -> int:
    labels = game.actions[player]
    if isinstance(given, str):
        if given not in labels:
            raise InvalidInputError(
                "no such action", where=f"target[{player}]", seen=given, allowed=", ".join(labels)
            )
        return labels.index(given)
    if not 0 <= given < len(labels):
        raise InvalidInputError(
            "no such action", where=f"target[{player}]", seen=given, allowed=f"0..{len(labels) - 1}"
        )
    return int(given)


def _threat(
    game: NormalFormGame,
    near: NormalFormGame,
    punishment: str | Sequence[ArrayLike],
    tolerance: float,
    max_seconds: float | None,
) -> tuple[FloatArray, str, bool]:
    if isinstance(punishment, str):
        if punishment == "minmax":
            return minmax_payoffs(near), "minmax", True
        if punishment != "nash":
            raise InvalidInputError(
                "unknown choice",
                where="punishment",
                seen=repr(punishment),
                allowed="nash, minmax, or a profile",
            )
        pair = len(game.shape) == 2
        found = nash_equilibria(game, "auto" if pair else "pure", max_seconds=max_seconds)
        if not found.equilibria and not found.converged:
            raise ConvergenceError(
                f"{TIME_REACHED}: no equilibrium of the stage game to revert to is known",
                where="punishment",
                hint="Raise max_seconds, or give a Nash profile of the stage game.",
            )
        if not found.equilibria:
            raise InvalidInputError(
                "the stage game has no pure equilibrium to revert to",
                where="punishment",
                seen="nash",
                hint="Give a Nash profile of the stage game.",
            )
        payoffs = [expected_payoffs(near, e.probabilities) for e in found.equilibria]
        worst = np.min(payoffs, axis=0)
        return worst, "nash", found.complete
    profile = check_profile(game, [np.asarray(p, dtype=np.float64) for p in punishment])
    if regret(game, profile) > tolerance:
        raise InvalidInputError(
            "a threat to play this for ever is not credible: it is no Nash profile of the stage",
            where="punishment",
            seen=f"regret {regret(game, profile):.3g}",
            allowed=f"<= {tolerance:g}",
        )
    return expected_payoffs(near, profile), "profile", True


@takes
def critical_discount_factors(
    game: NormalFormGame,
    target: Sequence[int | str],
    *,
    punishment: str | Sequence[ArrayLike] = "nash",
    length: float = math.inf,
    tolerance: float = 1e-9,
    max_seconds: float | None = None,
) -> CriticalDiscounts:
    """Return the smallest discount factors at which a threat keeps up a pure stage profile.

    Players, any number, see all past actions and discount the future by a common or an own
    factor a period; whoever deviates alone is met with the punishment, for ever or for a number of
    periods after which all cooperate again.

    Parameters
    ----------
    game
        The stage game.
    target
        One action a player, by position or label.
    punishment
        ``"nash"``: grim reversion to the stage equilibrium that is worst for the deviator (all
        extreme equilibria of two players, pure ones of more), which is subgame-perfect.
        ``"minmax"``: the harshest payoff there is, a lower bound on any critical factor. Or one
        distribution a player: reversion to this Nash profile of the stage.
    length
        Periods of punishment; infinite by default.
    tolerance
        Regret, relative to payoff ranges, up to which a profile counts as Nash.
    max_seconds
        Wall-clock limit on the search for stage equilibria of two players.

    Raises
    ------
    InvalidInputError
        If an action does not exist, or the punishment is unknown or no Nash profile.
    ConvergenceError
        If the time is over before any stage equilibrium is known.

    Examples
    --------
    >>> dilemma = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> critical_discount_factors(dilemma, (0, 0)).critical
    0.5
    """
    number(tolerance, name="tolerance", low=0.0)
    if len(target) != len(game.shape):
        raise InvalidInputError(
            "one action a player", where="target", seen=tuple(target), allowed=f"{len(game.shape)}"
        )
    cell = tuple(_action(game, i, a) for i, a in enumerate(target))
    # Large equal parts of fractions cancel before these are rounded.
    near = game if game.fractions is None else replace(game, payoffs=game.gains, fractions=None)
    taken_off = np.zeros(len(cell)) if near is game else _lowest(game)
    threat, name, complete = _threat(game, near, punishment, tolerance, max_seconds)
    cooperation = np.array([float(table[cell]) for table in near.payoffs])
    deviation = np.array(
        [
            float(np.moveaxis(table, i, -1)[tuple(a for k, a in enumerate(cell) if k != i)].max())
            for i, table in enumerate(near.payoffs)
        ]
    )
    factors = np.array(
        [
            critical_discount(*payoffs, length)
            for payoffs in zip(cooperation, deviation, threat, strict=True)
        ]
    )
    return CriticalDiscounts(
        factors=read_only(factors),
        critical=float(factors.max()),
        cooperation=read_only(cooperation + taken_off),
        deviation=read_only(deviation + taken_off),
        punishment=read_only(threat + taken_off),
        threat=name,
        complete=complete,
    )


@takes
def is_sustainable(game: NormalFormGame, payoffs: ArrayLike, *, tolerance: float = 1e-9) -> bool:
    """Say whether payoffs are feasible by correlation and above everybody's minmax payoff.

    Any number of players; a linear programme decides feasibility.

    Parameters
    ----------
    game
        The stage game.
    payoffs
        One number a player, the average a period.
    tolerance
        Slack, relative to payoff ranges.

    Examples
    --------
    >>> dilemma = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> is_sustainable(dilemma, [2.5, 2.5]), is_sustainable(dilemma, [4.5, 0.5])
    (True, False)
    """
    count = len(game.shape)
    u = float_array(payoffs, name="payoffs", shape=(count,))
    gains = game.gains.reshape(count, -1)
    spread = gains.max(axis=1)
    unit = np.where(spread > 0.0, spread, 1.0)
    wanted = (u - _lowest(game)) / unit
    if np.any(wanted < _minmax_gains(game) / unit - tolerance):
        return False
    shares = gains / unit[:, np.newaxis]
    # Smallest distance t with |shares @ q - wanted| <= t.
    cells = shares.shape[1]
    answer = linprog(
        np.append(np.zeros(cells), 1.0),
        A_ub=np.block([[shares, -np.ones((count, 1))], [-shares, -np.ones((count, 1))]]),
        b_ub=np.append(wanted, -wanted),
        A_eq=np.append(np.ones(cells), 0.0)[np.newaxis],
        b_eq=[1.0],
        options=TIGHT,
    )
    return bool(answer.fun <= tolerance)


@takes
def sustainable_payoffs(game: NormalFormGame) -> SustainablePayoffs:
    """Return the feasible and individually rational payoffs of a two-player game.

    The convex hull of the stage payoffs (a public draw picks the profile), cut at the minmax
    payoffs. By the folk theorem its interior can be sustained by patient players (Fudenberg and
    Maskin 1986).

    Raises
    ------
    InvalidInputError
        If there are not two players; see :func:`is_sustainable` for more.

    Examples
    --------
    >>> dilemma = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> sustainable_payoffs(dilemma).vertices.round(9).tolist()
    [[1.0, 1.0], [4.333333333, 1.0], [3.0, 3.0], [1.0, 4.333333333]]
    """
    low, gains = _lowest(game), game.gains.reshape(len(game.bimatrix), -1)
    spread = gains.max(axis=1)
    unit = np.where(spread > 0.0, spread, 1.0)
    hull = convex_hull(gains.T / unit)
    minmax = _minmax_gains(game)
    levels = minmax / unit
    part = cut_polygon(cut_polygon(hull, 0, float(levels[0])), 1, float(levels[1]))
    return SustainablePayoffs(
        game=game,
        minmax=read_only(low + minmax),
        feasible=read_only(low + hull * unit),
        vertices=read_only(low + convex_hull(part) * unit),
    )
