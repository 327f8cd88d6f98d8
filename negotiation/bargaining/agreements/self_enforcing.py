"""Tariff agreements that enforce themselves.

Two governments tax each other's exports in linear markets (``LinearTariffModel``); nobody outside
enforces an agreement, so that it holds only as far as its future is worth more than a period of
cheating. With incidence ``phi``, ``W(tau)`` the importer's and ``V(tau)`` the exporter's welfare
change, cheating at a tariff tau gains ``W(tau_N) - W(tau) = m (1-phi^2) (tau_N - tau)^2/2`` and
the war costs both sides ``m (1-phi) (tau_N^2 - tau^2)/2`` a period.

Sources: Dixit (1987); Bagwell and Staiger (1990) "A theory of managed trade"; Lockwood and Thomas
(2002) "Gradualism and irreversibility". The forms with incidence and with unequal markets are
derived here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.presentation import Pictured, Presented
from negotiation.trade.markets.linear_tariffs import LinearTariffModel, linear_tariff_war
from negotiation.values import FloatArray, float_array, number, read_only

__all__ = [
    "CooperativeTariff",
    "FreeTradeDiscounts",
    "GradualCuts",
    "ManagedTrade",
    "critical_discounts",
    "gradual_cuts",
    "managed_trade",
    "most_cooperative_tariff",
]


Tariff: TypeAlias = FloatArray | float
GRIM = "grim trigger: cheating is followed by Nash tariffs for ever"


@dataclass(frozen=True)
class CooperativeTariff(Presented):
    """Lowest symmetric tariff that a grim trigger sustains.

    Attributes
    ----------
    tariff
        Most cooperative tariff (specific, as in the market).
    nash_tariff
        Tariff of the war.
    critical_delta
        Discount factor from which free trade is sustained.
    gain_from_cheating, cost_of_war
        Both at ``tariff``: once, and a period.
    slack
        ``d/(1-d)`` times the cost less the gain: zero where the constraint binds.
    assumptions
        What is supposed.
    """

    tariff: float
    nash_tariff: float
    critical_delta: float
    gain_from_cheating: float
    cost_of_war: float
    slack: float
    assumptions: tuple[str, ...]


def _discount(delta: float) -> float:
    return number(delta, name="delta", low=0.0, high=1.0, open_high=True)


def _cheating(m: float, phi: float, nash: Tariff, agreed: Tariff) -> tuple[FloatArray, FloatArray]:
    """Return what cheating at an agreed tariff gains once, and what the war costs a period."""
    gain = 0.5 * m * (1 - phi**2) * (nash - np.asarray(agreed)) ** 2
    return gain, 0.5 * m * (1 - phi) * (nash**2 - np.asarray(agreed) ** 2)


@takes
def most_cooperative_tariff(market: LinearTariffModel, delta: float) -> CooperativeTariff:
    """Return the lowest tariff that two equal sides sustain by the threat of war for ever.

    Infinitely repeated; tariffs are seen and set at once each period. Cheating is not worth it iff
    ``(1-d) [W(tau_N) - W(tau)] <= d [u(tau) - u(tau_N)]``, so
    ``tau_c = tau_N [(1-d)(1+phi) - d]/[(1-d)(1+phi) + d]``, which at ``phi = 1/2`` is
    ``tau_N (3-5d)/(3-d)``, and zero from ``d* = (1+phi)/(2+phi)`` (3/5) on. Bagwell and Staiger
    (1990) without shocks; Dixit (1987).

    Raises
    ------
    InvalidInputError
        Unless ``0 <= d < 1``.

    Examples
    --------
    >>> market = LinearTariffModel.two_good(gap=1.0)
    >>> round(most_cooperative_tariff(market, 0.4).tariff, 6)
    0.128205
    """
    d = _discount(delta)
    phi, nash = market.exporter_incidence, market.optimal_tariff
    hold = (1 - d) * (1 + phi)
    tariff = max(0.0, nash * (hold - d) / (hold + d))
    gain, cost = map(float, _cheating(market.import_slope, phi, nash, tariff))
    return CooperativeTariff(
        tariff=tariff,
        nash_tariff=nash,
        critical_delta=(1 + phi) / (2 + phi),
        gain_from_cheating=gain,
        cost_of_war=cost,
        slack=d / (1 - d) * cost - gain,
        assumptions=(
            "two equal linear markets",
            GRIM,
            "tariffs are observed without error or delay",
        ),
    )


@dataclass(frozen=True)
class FreeTradeDiscounts(Presented):
    """Discount factors from which free trade is sustained between unequal sides.

    Attributes
    ----------
    deltas
        Critical factor of each side; above one where it prefers the war.
    gains, war_losses
        One period's gain from cheating, and what the partner's tariff costs a period.
    sustainable
        Whether patient sides sustain free trade.
    binding
        Position of the side with the larger critical factor.
    assumptions
        What is supposed.
    """

    deltas: tuple[float, float]
    gains: tuple[float, float]
    war_losses: tuple[float, float]
    sustainable: bool
    binding: int
    assumptions: tuple[str, ...]


@takes
def critical_discounts(first: LinearTariffModel, second: LinearTariffModel) -> FreeTradeDiscounts:
    """Return each side's smallest discount factor for free trade under a grim trigger.

    Side i gains ``g_i`` once by its optimal tariff and from then on keeps it but bears the
    partner's, which costs ``L_j`` a period: ``d_i* = g_i/L_j``. With ``phi = 1/2`` and one slope
    this is ``(3/5)(G_i/G_j)^2``; a side that wins the war (``d_i* > 1``) is never bound. Derived
    from Dixit (1987) and Bagwell and Staiger (1990) for unequal markets.

    Examples
    --------
    >>> big, small = LinearTariffModel.two_good(gap=1.2), LinearTariffModel.two_good(gap=1.0)
    >>> [round(d, 6) for d in critical_discounts(big, small).deltas]
    [0.864, 0.416667]
    """
    war = linear_tariff_war(first, second)
    losses = (-war.victim[0], -war.victim[1])
    if min(losses) <= 0:
        raise InvalidInputError(
            "no tariff ever pays, so that free trade needs no future",
            where="exporter_incidence",
            seen=(first.exporter_incidence, second.exporter_incidence),
            allowed="> 0",
        )
    deltas = (war.unilateral[0] / losses[0], war.unilateral[1] / losses[1])
    return FreeTradeDiscounts(
        deltas=deltas,
        gains=war.unilateral,
        war_losses=losses,
        sustainable=max(deltas) < 1,
        binding=int(deltas[1] > deltas[0]),
        assumptions=(
            GRIM,
            "free trade without transfers",
        ),
    )


@dataclass(frozen=True, eq=False)
class ManagedTrade(Presented):
    """Tariffs of an agreement that bends with the volume of trade.

    Attributes
    ----------
    tariffs
        Cooperative tariff in each state ``[state]``.
    nash_tariffs
        Tariff of the war in each state.
    omega
        Expected gain of cooperation over war, a period.
    slack
        Gain from cheating less ``d omega/(1-d)`` in each state: at most zero.
    critical_delta
        Factor from which free trade is sustained in every state.
    converged
        Whether ``omega`` is a fixed point within rounding.
    assumptions
        What is supposed.
    """

    tariffs: FloatArray
    nash_tariffs: FloatArray
    omega: float
    slack: FloatArray
    critical_delta: float
    converged: bool
    assumptions: tuple[str, ...]


@takes
def managed_trade(
    delta: float,
    gaps: ArrayLike,
    probabilities: ArrayLike,
    *,
    slope: float = 1.0,
    incidence: float = 0.5,
    max_iter: int = 100_000,
) -> ManagedTrade:
    """Return the most cooperative tariffs when trade volumes are hit by independent shocks.

    Each period the volume (gap G, free-trade imports G/2) is drawn and seen by two equal sides. The
    future is worth the same after any shock, so high volumes, where cheating pays most, call for
    higher tariffs: ``tau_c(G) = max(0, tau_N(G) - sqrt(2 d w/[(1-d) m (1-phi^2)]))`` with
    ``w = E[u(tau_c) - u(tau_N)]``; at ``phi = 1/2``: ``max(0, G/(3b) - sqrt(8 d w/(3b(1-d))))``
    (Bagwell and Staiger 1990). The largest fixed point w is returned.

    Raises
    ------
    InvalidInputError
        Unless ``0 <= d < 1``, gaps are positive and probabilities sum to one.

    Examples
    --------
    >>> managed_trade(0.45, [1, 2], [0.5, 0.5]).tariffs.round(6).tolist()
    [0.0, 0.31353]
    """
    d = _discount(delta)
    g = float_array(gaps, name="gaps", ndim=1, low=0.0)
    p = float_array(probabilities, name="probabilities", shape=g.shape, low=0.0)
    if abs(p.sum() - 1) > 1e-9 or np.any(g <= 0):
        raise InvalidInputError(
            "positive gaps, and probabilities that sum to one", where="gaps", seen=(g, p)
        )
    markets = [LinearTariffModel(float(x) / 2, slope, incidence) for x in g]
    nash = np.array([market.optimal_tariff for market in markets])
    m, phi = markets[0].import_slope, markets[0].exporter_incidence

    def tariffs(w: float) -> FloatArray:
        room = np.sqrt(2 * d * max(w, 0.0) / ((1 - d) * m * (1 - phi**2)))
        return np.asarray(np.maximum(0.0, nash - room))

    def gain(w: float) -> float:
        return float(p @ _cheating(m, phi, nash, tariffs(w))[1])

    gains, costs = _cheating(m, phi, nash, 0.0)
    most, free = float(gains.max()), float(p @ costs)
    omega = _largest_fixed_point(gain, free, max_iter)
    agreed = tariffs(omega)
    slack = _cheating(m, phi, nash, agreed)[0] - d * omega / (1 - d)
    return ManagedTrade(
        tariffs=read_only(agreed),
        nash_tariffs=read_only(nash),
        omega=omega,
        slack=read_only(slack),
        critical_delta=most / (most + free),
        converged=abs(gain(omega) - omega) <= 1e-12 * max(free, 1e-300),
        assumptions=(
            "independent shocks, common to two equal sides and seen before tariffs are set",
            GRIM,
        ),
    )


def _largest_fixed_point(function: Callable[[float], float], start: float, max_iter: int) -> float:
    """Largest fixed point of an increasing function that lies below the diagonal at ``start``.

    Iterating downward converges to it; the last digits come from a bracketing root finder.
    """
    from scipy.optimize import brentq

    w = start
    for _ in range(max_iter):
        new = function(w)
        if w - new <= 1e-15 * start:
            return float(new)
        below = w - 2 * (w - new)
        if below > 0 and function(below) > below:
            return float(brentq(lambda x: function(x) - x, below, w, xtol=1e-300, rtol=1e-15))
        w = new
        if w <= 1e-13 * start:
            return 0.0
    raise ConvergenceError(
        "the value of cooperation did not settle", where="managed_trade", partial=w
    )


@dataclass(frozen=True, eq=False)
class GradualCuts(Pictured):
    """Efficient path of tariff cuts that cannot be taken back.

    Attributes
    ----------
    limit
        Tariff that the path tends to, positive whenever ``d < 1``.
    path
        Tariffs of both sides, starting before the first cut ``[date]``.
    reversible_tariff
        Most cooperative tariff when cuts can be taken back (grim trigger), for comparison.
    free_trade_reached
        False: no discount factor below one leads to free trade.
    residual
        Largest violation of the incentive condition along the path, relative to its terms.
    assumptions
        What is supposed.
    """

    limit: float
    path: FloatArray
    reversible_tariff: float
    free_trade_reached: bool
    residual: float
    assumptions: tuple[str, ...]

    _picture = "plot_gradual_cuts"


@takes
def gradual_cuts(
    market: LinearTariffModel, delta: float, *, start: float | None = None, steps: int = 20
) -> GradualCuts:
    """Return the efficient symmetric path of irreversible tariff cuts.

    Two equal sides cut at once each period; a cut can never be withdrawn, so that the only
    punishment is to stop cutting. Along the efficient path nobody gains by stopping alone:
    ``W(tau_{t-1}) - W(tau_t) = d [V(tau_{t+1}) - V(tau_t)]``. Its limit solves ``-W'/V' = d``
    (Lockwood and Thomas 2002, their condition ``-pi_1/pi_2 = d``):
    ``phi M0 (1-d)/(m (1-phi)(1+phi-d phi))``, at ``phi = 1/2`` ``(G/b)(1-d)/(3-d)``. Summing the
    condition gives the path in closed form (derived here):
    ``V(tau_{t+1}) = V(limit) - [W(tau_t) - W(limit)]/d``.

    Parameters
    ----------
    start
        Tariff before the first cut; the optimal tariff by default. A start above it is first cut
        to it by each side alone.

    Examples
    --------
    >>> cuts = gradual_cuts(LinearTariffModel.two_good(gap=1.0), 0.8)
    >>> round(cuts.limit, 6), cuts.path[:3].round(5).tolist()
    (0.090909, [0.33333, 0.2215, 0.19194])
    """
    d = number(delta, name="delta", low=0.0, high=1.0, open_low=True, open_high=True)
    phi, m, volume = market.exporter_incidence, market.import_slope, market.free_trade_imports
    limit = phi * volume * (1 - d) / (m * (1 - phi) * (1 + phi - d * phi))
    first = market.optimal_tariff if start is None else number(start, name="start", low=0.0)
    if int(steps) != steps or steps < 1:
        raise InvalidInputError("a positive whole number", where="steps", seen=steps)

    path, end = [first], market.effects(limit)
    for _ in range(int(steps)):
        here = min(path[-1], market.optimal_tariff)
        if here <= limit:
            path.append(here)
            continue
        wanted = float(end.exporter - (market.effects(here).importer - end.importer) / d)
        # V(tau) = -phi M0 tau + m phi (1-phi) tau^2/2, the smaller root.
        a, b = 0.5 * m * phi * (1 - phi), phi * volume
        path.append(max(limit, 2 * -wanted / (b + (b * b + 4 * a * wanted) ** 0.5)))
    effective = np.minimum(path, market.optimal_tariff)
    w, v = market.effects(effective).importer, market.effects(effective).exporter
    residual = 0.0
    if effective[0] > limit and len(path) > 2:
        gap = (w[:-2] - w[1:-1]) - d * (v[2:] - v[1:-1])
        residual = float(np.abs(gap).max() / market.optimal_gain)
    return GradualCuts(
        limit=limit,
        path=read_only(np.array(path)),
        reversible_tariff=most_cooperative_tariff(market, d).tariff,
        free_trade_reached=False,
        residual=residual,
        assumptions=(
            "cuts cannot be withdrawn; the only punishment is to stop cutting",
            "two equal linear markets and symmetric paths",
        ),
    )
