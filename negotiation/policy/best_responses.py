"""Best replies on a continuum of tariffs, and the points where two curves of them meet.

Players: two governments, each with one tariff, or size of another instrument, in an interval.
Timing: both set it at once. Information: complete. The payoffs may have several peaks: every best
reply starts from a grid over the whole interval and is refined around the best grid point; a second
grid, finer and offset against the first, then looks for anything better.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from time import perf_counter
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from negotiation.errors import InvalidInputError, NonFiniteError
from negotiation.presentation import Pictured
from negotiation.values import (
    FloatArray,
    float_array,
    number,
    quantity,
    read_only,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BestResponseCurves", "NashPoint", "RatePayoffs", "best_responses"]

RatePayoffs: TypeAlias = Callable[[FloatArray], FloatArray]
"""Maps added rates ``[scenario, player]`` to payoffs ``[scenario, player]``."""

_SECTIONS = 10


@dataclass(frozen=True)
class NashPoint:
    """A pair of tariffs, each the best reply to the other.

    Attributes
    ----------
    rates
        Added points as fractions, one a player.
    payoffs
        Payoffs there.
    regret
        Largest gain that a player could find by deviating alone, over the certifying grid; in
        the unit of payoffs.
    converged
        Whether repeated best replies moved by less than the tolerance.
    """

    rates: tuple[float, float]
    payoffs: tuple[float, float]
    regret: float
    converged: bool


@dataclass(frozen=True, eq=False)
class BestResponseCurves(Pictured):
    """Best replies of two players to a grid of the other's tariffs.

    Attributes
    ----------
    players
        Two names.
    bounds
        Interval of added points of each player.
    baseline
        Mean baseline tariff of each player on the other: a total rate is baseline plus added. 0
        for who chooses the size of another instrument, which is then the total.
    partner_rates
        The other player's added points ``[player, point]``.
    replies
        Best reply to each of them ``[player, point]``.
    payoffs
        Payoff of the reply ``[player, point]``.
    regrets
        What the best point of the certifying grid pays more, 0 or above ``[player, point]``.
    nash_points
        Where the curves meet, by repeated best replies from several starts; distinct ones.
    status_quo
        Added points in force, or None.
    title
        What payoffs rest on.
    notes
        What a reader must know.
    instruments
        What each player's number is the size of.
    """

    players: tuple[str, str]
    bounds: tuple[tuple[float, float], tuple[float, float]]
    baseline: tuple[float, float]
    partner_rates: FloatArray = quantity("a_j", "fraction", "the other's added points")
    replies: FloatArray = quantity("b_i", "fraction", "best replies, added points")
    payoffs: FloatArray = quantity("u_i", "percent of GDP", "payoff of the reply")
    regrets: FloatArray = quantity("rho_i", "percent of GDP", "gain found by the grid")
    nash_points: tuple[NashPoint, ...] = ()
    status_quo: tuple[float, float] | None = None
    title: str = ""
    notes: tuple[str, ...] = ()
    instruments: tuple[str, str] = ("import_tariff", "import_tariff")
    elapsed_seconds: float = field(default=0.0, compare=False)

    _picture = "plot_best_responses"

    def __post_init__(self) -> None:
        """Make the arrays read-only."""
        for item in fields(self):
            if isinstance(getattr(self, item.name), np.ndarray):
                object.__setattr__(self, item.name, read_only(getattr(self, item.name)))

    @property
    def converged(self) -> bool:
        """Whether every point where the curves meet was reached within the tolerance."""
        return bool(self.nash_points) and all(point.converged for point in self.nash_points)

    @property
    def largest_regret(self) -> float:
        """Largest of all regrets, those of the Nash points included."""
        return max([float(self.regrets.max()), *(point.regret for point in self.nash_points)])

    def to_frame(self) -> pd.DataFrame:
        """Return one row a player and partner rate: added and total rates, payoff, regret.

        Sizes of other instruments are both added and total.
        """
        import pandas as pd

        parts = []
        for k, player in enumerate(self.players):
            parts.append(
                pd.DataFrame(
                    {
                        "player": player,
                        "instrument": self.instruments[k],
                        "partner_added": self.partner_rates[k],
                        "partner_total": self.partner_rates[k] + self.baseline[1 - k],
                        "reply_added": self.replies[k],
                        "reply_total": self.replies[k] + self.baseline[k],
                        "payoff": self.payoffs[k],
                        "regret": self.regrets[k],
                    }
                )
            )
        return pd.concat(parts, ignore_index=True)


def _own_payoffs(
    payoff: RatePayoffs, player: int, own: FloatArray, partner: FloatArray
) -> FloatArray:
    """Payoff of ``player`` at own and partner rates of one shape."""
    rates = np.empty((own.size, 2))
    rates[:, player] = own.ravel()
    rates[:, 1 - player] = partner.ravel()
    values = np.asarray(payoff(rates), dtype=np.float64)
    if values.shape != rates.shape:
        raise InvalidInputError(
            "payoffs must have the shape of the rates",
            where="payoff",
            seen=values.shape,
            allowed=str(rates.shape),
        )
    if not np.all(np.isfinite(values)):
        raise NonFiniteError("payoff is not finite", where="best_responses")
    return values[:, player].reshape(own.shape)


def _on_grid(payoff: RatePayoffs, player: int, grid: FloatArray, partner: FloatArray) -> FloatArray:
    """Payoffs ``[partner, own]`` over a grid of own rates."""
    own, other = np.broadcast_arrays(grid[None, :], partner[:, None])
    return _own_payoffs(payoff, player, own, other)


def _replies(
    payoff: RatePayoffs,
    player: int,
    partner: FloatArray,
    bounds: tuple[float, float],
    grid_size: int,
    tol: float,
) -> tuple[FloatArray, FloatArray]:
    """Best replies to ``partner [point]`` and what they pay, by sections in a batch."""
    grid = np.linspace(*bounds, grid_size)
    values = _on_grid(payoff, player, grid, partner)
    best = values.argmax(axis=1)
    rows = np.arange(len(partner))
    reply, value = grid[best], values[rows, best]
    low, high = grid[np.maximum(best - 1, 0)], grid[np.minimum(best + 1, grid_size - 1)]
    inner = np.arange(1, _SECTIONS) / _SECTIONS
    while np.max(high - low) > tol:
        step = (high - low) / _SECTIONS
        own = low[:, None] + (high - low)[:, None] * inner
        values = _own_payoffs(payoff, player, own, np.broadcast_to(partner[:, None], own.shape))
        best = values.argmax(axis=1)
        middle, found = own[rows, best], values[rows, best]
        better = found > value
        reply, value = np.where(better, middle, reply), np.where(better, found, value)
        low, high = np.maximum(middle - step, low), np.minimum(middle + step, high)
    return reply, value


def _regrets(
    payoff: RatePayoffs,
    player: int,
    partner: FloatArray,
    value: FloatArray,
    bounds: tuple[float, float],
    grid_size: int,
) -> FloatArray:
    """What the best point of a finer grid, its points off those of the search, pays more."""
    step = (bounds[1] - bounds[0]) / (2 * grid_size + 1)
    inner = bounds[0] + step * (np.arange(2 * grid_size + 1) + 0.5)
    grid = np.concatenate([[bounds[0]], inner, [bounds[1]]])
    best: FloatArray = _on_grid(payoff, player, grid, partner).max(axis=1)
    return np.maximum(best - value, 0.0)


def best_responses(
    payoff: RatePayoffs,
    *,
    players: Sequence[str],
    bounds: Sequence[Sequence[float]],
    partner_rates: ArrayLike | int = 41,
    baseline: Sequence[float] = (0.0, 0.0),
    instruments: Sequence[str] = ("import_tariff", "import_tariff"),
    status_quo: Sequence[float] | None = None,
    grid_size: int = 61,
    tol: float = 1e-7,
    max_iter: int = 100,
    title: str = "",
    notes: Sequence[str] = (),
) -> BestResponseCurves:
    """Return best-response curves of two players and the points where they meet.

    Parameters
    ----------
    payoff
        Maps added rates ``[scenario, player]`` to payoffs ``[scenario, player]``.
    players
        Two names.
    bounds
        Lowest and highest added rate of each player.
    partner_rates
        Number of equally spaced rates of the other player within its bounds, or the rates.
    baseline, instruments, status_quo, title, notes
        Carried into the result.
    grid_size
        Points of the grid from which each reply starts; the certifying grid has twice as many.
    tol
        Width of the interval to which a reply is narrowed down, in added points as a fraction.
    max_iter
        Rounds of repeated best replies in the search for Nash points.

    Returns
    -------
    BestResponseCurves
        Nash points come from repeated best replies started at the lowest rates, the highest and
        the status quo; a start that does not settle leaves a point with ``converged=False``.

    Raises
    ------
    InvalidInputError
        If there are not two players or an interval is empty.

    Examples
    --------
    >>> def payoff(rates):
    ...     own, other = rates, rates[:, ::-1]
    ...     return own * (1.0 - own - 0.5 * other)
    >>> curves = best_responses(payoff, players=("A", "B"), bounds=[(0, 1), (0, 1)])
    >>> [round(rate, 5) for rate in curves.nash_points[0].rates]
    [0.4, 0.4]
    """
    began = perf_counter()
    names = tuple(players)
    if len(names) != 2:
        raise InvalidInputError(
            "curves are drawn for two players", where="players", seen=len(names), allowed="2"
        )
    limits = float_array(bounds, name="bounds", shape=(2, 2), low=-1.0)
    if np.any(limits[:, 0] >= limits[:, 1]):
        raise InvalidInputError(
            "lowest rate is not below the highest", where="bounds", seen=limits.tolist()
        )
    tol = number(tol, name="tol", low=1e-12)
    grid_size = int(number(grid_size, name="grid_size", low=3))
    first, second = ((float(low), float(high)) for low, high in limits)
    intervals = (first, second)
    if np.ndim(float_array(partner_rates, name="partner_rates")) == 0:
        count = int(number(partner_rates, name="partner_rates", low=2))
        partner = np.array([np.linspace(*intervals[1 - k], count) for k in range(2)])
    else:
        given = float_array(partner_rates, name="partner_rates", ndim=1, low=-1.0)
        partner = np.array([given, given])
    replies, values, regrets = np.zeros((3, *partner.shape))
    for k in range(2):
        replies[k], values[k] = _replies(payoff, k, partner[k], intervals[k], grid_size, tol)
        regrets[k] = _regrets(payoff, k, partner[k], values[k], intervals[k], grid_size)
    starts = [limits[:, 0], limits[:, 1]]
    if status_quo is not None:
        starts.append(float_array(status_quo, name="status_quo", shape=(2,)))
    points: list[NashPoint] = []
    for start in starts:
        point = _nash_point(payoff, np.clip(start, *limits.T), intervals, grid_size, tol, max_iter)
        if not any(np.allclose(point.rates, other.rates, atol=1e2 * tol) for other in points):
            points.append(point)
    return BestResponseCurves(
        players=(names[0], names[1]),
        bounds=intervals,
        baseline=(float(baseline[0]), float(baseline[1])),
        partner_rates=partner,
        replies=replies,
        payoffs=values,
        regrets=regrets,
        nash_points=tuple(points),
        status_quo=None if status_quo is None else (float(status_quo[0]), float(status_quo[1])),
        title=title,
        notes=tuple(notes),
        instruments=(instruments[0], instruments[1]),
        elapsed_seconds=perf_counter() - began,
    )


def _nash_point(
    payoff: RatePayoffs,
    start: FloatArray,
    bounds: tuple[tuple[float, float], tuple[float, float]],
    grid_size: int,
    tol: float,
    max_iter: int,
) -> NashPoint:
    """Repeat best replies, one player after the other, until they stand still."""
    rates, converged = start.copy(), False
    for _ in range(max_iter):
        before = rates.copy()
        for k in range(2):
            partner = rates[1 - k : 2 - k]
            rates[k] = _replies(payoff, k, partner, bounds[k], grid_size, tol)[0][0]
        if np.max(np.abs(rates - before)) <= 10.0 * tol:
            converged = True
            break
    at = np.asarray(payoff(rates[None, :]), dtype=np.float64)[0]
    regret = max(
        float(_regrets(payoff, k, rates[1 - k : 2 - k], at[k : k + 1], bounds[k], grid_size)[0])
        for k in range(2)
    )
    return NashPoint(
        rates=(float(rates[0]), float(rates[1])),
        payoffs=(float(at[0]), float(at[1])),
        regret=regret,
        converged=converged,
    )
