"""A bargaining problem: what the sides can agree on and what each has without agreement.

The problem is that of Nash (1950, "The bargaining problem"): a set of payoff vectors and a
disagreement point. Lotteries over outcomes are allowed by default (``convexify=True``), as Nash's
axioms suppose; without them a solution picks one of the given points. Payoffs may be thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.bargaining.solutions.curve import Curve
from negotiation.bargaining.solutions.frontier import (
    Frontier,
    PolygonFrontier,
    SmoothFrontier,
    pareto_indices,
    upper_hull,
)
from negotiation.bargaining.solutions.polytope import TIGHT, lottery_slack
from negotiation.errors import InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from negotiation.values import FloatArray, decoding, float_array, instances

__all__ = ["BargainingProblem"]

_SAMPLES = 4097
#: Shortfall of a lottery, relative to the payoffs, that is rounding.
_SLACK = 1e-10


def _named(labels: Sequence[str], count: int) -> tuple[str, ...]:
    names = tuple(str(label) for label in labels) or tuple(f"player {i + 1}" for i in range(count))
    if len(names) != count:
        raise InvalidInputError(
            "one name a player", where="players", seen=names, allowed=f"{count} names"
        )
    return names


def _weights(weights: ArrayLike | None, count: int) -> FloatArray:
    if weights is None:
        return np.full(count, 1.0 / count)
    out = float_array(weights, name="weights", shape=(count,), low=0.0)
    if out.sum() <= 0:
        raise InvalidInputError("weights must not all be zero", where="weights", seen=out)
    return np.asarray(out / out.sum())


@dataclass(frozen=True, eq=False)
class BargainingProblem:
    """Payoffs that the sides can agree on, and the disagreement point.

    Attributes
    ----------
    frontier
        Payoff vectors ``[n, player]`` (any cloud: dominated points do no harm), or, for two
        players, a function giving the second payoff at each first payoff.
    disagreement
        Payoffs without agreement ``[player]``: the war, when war lasts until agreement.
    weights
        Bargaining weights ``[player]``, scaled to sum to one; equal by default.
    outside_options
        Payoffs ``[player]`` of walking away for good; they bound what each side accepts
        (deal-me-out) and do not move the disagreement point.
    parameters
        What each point stands for ``[n, parameter]``, for example a tariff pair.
    players
        One name a player.
    convexify
        Whether lotteries over points are allowed (the upper hull of the cloud).
    bounds
        Lowest and highest first payoff where ``frontier`` is a function; found when None.

    Raises
    ------
    InvalidInputError
        If shapes disagree, a number is not finite, or no payoff vector is at least as good for
        everybody as the disagreement point and the outside options.

    Examples
    --------
    >>> problem = BargainingProblem(lambda u: 1 - u**2, disagreement=[0.1, 0.2])
    >>> problem.ideal.round(4).tolist()
    [0.8944, 0.99]
    >>> BargainingProblem([[0, 1], [1, 0]], disagreement=[0.25, 0]).ideal.tolist()
    [1.0, 0.75]
    """

    frontier: ArrayLike | Callable[[Any], Any]
    disagreement: ArrayLike
    weights: ArrayLike | None = None
    outside_options: ArrayLike | None = None
    parameters: ArrayLike | None = None
    players: tuple[str, ...] = ()
    convexify: bool = True
    bounds: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        """Check shapes and that there is something to gain."""
        put = object.__setattr__
        d = float_array(self.disagreement, name="disagreement", ndim=1)
        if d.size < 2:
            raise InvalidInputError("at least two players", where="disagreement", seen=d.size)
        put(self, "disagreement", d)
        put(self, "weights", _weights(self.weights, d.size))
        put(self, "players", _named(instances(self.players, str, name="players"), d.size))
        if self.outside_options is not None:
            put(
                self,
                "outside_options",
                float_array(self.outside_options, name="outside_options", shape=(d.size,)),
            )
        if callable(self.frontier):
            if d.size != 2:
                raise InvalidInputError(
                    "a function describes two players' frontier only",
                    where="frontier",
                    seen=f"{d.size} players",
                    hint="Give points [n, player].",
                )
            if self.parameters is not None:
                raise InvalidInputError(
                    "parameters label points, not a function", where="parameters"
                )
            if self.bounds is not None:
                low, high = float_array(self.bounds, name="bounds", shape=(2,))
                if not low < high:
                    raise InvalidInputError(
                        "lowest before highest", where="bounds", seen=(low, high)
                    )
        else:
            points = float_array(self.frontier, name="frontier", shape=(None, d.size))
            put(self, "frontier", points)
            if self.parameters is not None:
                labels = np.asarray(self.parameters, dtype=np.float64)
                put(
                    self,
                    "parameters",
                    float_array(
                        labels.reshape(len(labels), -1),
                        name="parameters",
                        shape=(len(points), None),
                    ),
                )
        self._refuse_hopeless()

    def _refuse_hopeless(self) -> None:
        """Refuse a disagreement point or outside options that no agreement can match."""
        if self.smooth and self.convexify:
            self.accepted_above(self.floor)
        elif not self._has_agreement():
            raise InvalidInputError(
                "no payoff vector is at least as good for everybody as no agreement",
                where="frontier" if self.outside_options is None else "outside_options",
                seen=f"disagreement {self.point.tolist()}, least accepted {self.floor.tolist()}",
                hint="Check the units, or that the standoff hurts both sides."
                if self.outside_options is None
                else "The outside options together exceed the surplus, or the units differ.",
            )

    def _has_agreement(self) -> bool:
        """Whether an outcome, or a lottery over outcomes, gives everybody what it accepts."""
        if len(self.candidates):
            return True
        return self.convexify and lottery_slack(self.points, self.floor) >= -_SLACK

    @classmethod
    @takes
    def from_game(
        cls,
        game: NormalFormGame,
        *,
        disagreement: Sequence[int],
        rates: Sequence[ArrayLike] | None = None,
        weights: ArrayLike | None = None,
        outside_options: ArrayLike | None = None,
        convexify: bool = True,
    ) -> BargainingProblem:
        """Bargain over the cells of a game, disagreement being one of its action profiles.

        Parameters
        ----------
        game
            For example a tariff game built from an economy.
        disagreement
            Action index of each player while there is no agreement.
        rates
            Number that each player's actions stand for (tariff rates); they become ``parameters``.

        Examples
        --------
        >>> game = NormalFormGame.from_bimatrix([[0, -3], [1, -1]], [[0, 1], [-3, -1]])
        >>> problem = BargainingProblem.from_game(game, disagreement=(1, 1), rates=[[0, 1], [0, 1]])
        >>> problem.disagreement.tolist(), problem.parameters.tolist()[0]
        ([-1.0, -1.0], [0.0, 0.0])
        """
        count = len(game.shape)
        with decoding("disagreement"):
            place = tuple(int(i) for i in disagreement)
        if len(place) != count or any(
            not 0 <= i < size for i, size in zip(place, game.shape, strict=True)
        ):
            raise InvalidInputError(
                "not an action profile", where="disagreement", seen=place, allowed=f"{game.shape}"
            )
        parameters = None
        if rates is not None:
            axes = [
                float_array(r, name=f"rates[{i}]", shape=(game.shape[i],))
                for i, r in enumerate(rates)
            ]
            if len(axes) != count:
                raise InvalidInputError("one list a player", where="rates", seen=len(axes))
            parameters = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, count)
        return cls(
            frontier=game.payoffs.reshape(count, -1).T,
            disagreement=[payoff[place] for payoff in game.payoffs],
            weights=weights,
            outside_options=outside_options,
            parameters=parameters,
            players=game.players,
            convexify=convexify,
        )

    @property
    def point(self) -> FloatArray:
        """Disagreement point ``[player]``."""
        return np.asarray(self.disagreement)

    @property
    def shares(self) -> FloatArray:
        """Bargaining weights, summing to one."""
        return np.asarray(self.weights)

    @property
    def floor(self) -> FloatArray:
        """Least that each side accepts: disagreement payoff or outside option."""
        if self.outside_options is None:
            return self.point
        return np.asarray(np.maximum(self.point, np.asarray(self.outside_options)))

    @cached_property
    def _curve(self) -> tuple[Curve, tuple[float, float], FloatArray]:
        """The frontier as a curve, its range, and a dense sample of it."""
        assert callable(self.frontier)
        curve = Curve(self.frontier)
        limits = curve.range_above(self.point, self.bounds)
        points = curve.sample(np.linspace(*limits, _SAMPLES))
        return curve, limits, points[np.isfinite(points[:, 1])]

    @cached_property
    def points(self) -> FloatArray:
        """All payoff vectors ``[n, player]``; a dense sample where the frontier is a function."""
        if callable(self.frontier):
            return self._curve[2]
        return np.asarray(self.frontier, dtype=np.float64)

    @cached_property
    def candidates(self) -> FloatArray:
        """Efficient points that everybody accepts ``[k, player]`` (no lotteries)."""
        acceptable = self.points[np.all(self.points >= self.floor, axis=1)]
        return np.asarray(acceptable[pareto_indices(acceptable)])

    @cached_property
    def smooth(self) -> bool:
        """Whether the frontier is a function, decreasing and concave where both sides gain."""
        if not callable(self.frontier):
            return False
        second = self._curve[2][:, 1]
        step = np.diff(second[int(np.argmax(second)) :])
        noise = 1e-12 * max(np.ptp(second), 1e-300)
        return bool(step.size > 8 and np.all(step <= noise) and np.all(np.diff(step) <= noise))

    @cached_property
    def hull(self) -> FloatArray:
        """Efficient boundary of the convex hull of points and disagreement ``[v, 2]``."""
        everything = np.vstack([self.points, self.point])
        return everything[upper_hull(everything)]

    @cached_property
    def geometry(self) -> Frontier:
        """Two players' efficient frontier with lotteries, cut to what both accept."""
        return self.accepted_above(self.floor)

    def accepted_above(self, floor: FloatArray) -> Frontier:
        """Two players' efficient frontier with lotteries where both get at least ``floor``."""
        if self.smooth:
            curve, limits, points = self._curve
            low = float(points[int(np.argmax(points[:, 1])), 0])
            whole: Frontier = SmoothFrontier(curve, low, limits[1])
        else:
            whole = PolygonFrontier(self.hull)
        first, last = whole.ends
        slack = 1e-12 * max(float(np.abs(last - first).max()), 1e-300)
        reachable = floor[0] <= last[0] + slack and floor[1] <= first[1] + slack
        if not reachable or whole.value(float(floor[0])) < floor[1] - slack:
            raise InvalidInputError(
                "no payoff vector is at least as good for both as no agreement",
                where="outside_options" if self.outside_options is not None else "frontier",
                seen=f"least accepted {floor.tolist()}",
                allowed=f"below {whole.value(float(floor[0])):g} for the second player",
                hint="The outside options together exceed the surplus, or the units differ.",
            )
        return whole.above(np.minimum(floor, [last[0], first[1]]))

    @cached_property
    def ideal(self) -> FloatArray:
        """Most that each side can get when every other side gets its disagreement payoff."""
        return self.ideal_above(self.point)

    def ideal_above(self, floor: FloatArray) -> FloatArray:
        """Most that each side can get when every other side gets at least ``floor``."""
        count = self.point.size
        if not self.convexify:
            acceptable = self.points[np.all(self.points >= floor, axis=1)]
            return np.asarray(acceptable.max(axis=0)) if len(acceptable) else floor.copy()
        if count == 2:
            first, last = self.accepted_above(floor).ends
            return np.array([last[0], first[1]])
        return np.array([self._most(i, floor) for i in range(count)])

    def _most(self, player: int, floor: FloatArray) -> float:
        from scipy.optimize import linprog

        gains = np.vstack([self.points - self.point, np.zeros_like(self.point)])
        scale = np.maximum(np.abs(gains).max(axis=0), 1e-300)
        solved = linprog(
            -gains[:, player] / scale[player],
            A_ub=-(gains / scale).T,
            b_ub=(self.point - floor) / scale,
            A_eq=np.ones((1, len(gains))),
            b_eq=[1.0],
            options=TIGHT,
        )
        if solved.status != 0:
            if lottery_slack(gains, floor - self.point) >= -_SLACK:
                return float(floor[player])  # on the frontier, but for rounding
            raise InvalidInputError(
                "no payoff vector is at least as good for everybody as no agreement",
                where="frontier",
                seen=f"least accepted {floor.tolist()}",
            )
        return float(self.point[player] - solved.fun * scale[player])
