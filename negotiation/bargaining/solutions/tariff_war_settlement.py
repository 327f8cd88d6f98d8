"""Bargaining over the end of a tariff war, with and without transfers.

Two governments in linear markets; the war at Nash tariffs is the disagreement point. Sources: Mayer
(1981) and Riezman (1982) on tariff bargaining with Nash's solution; Johnson (1953); Bagwell and
Staiger (1999) on reciprocity. Written out for the linear model of ``trade.linear_tariffs``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.bargaining.solutions.problem import BargainingProblem
from negotiation.bargaining.solutions.transferable import nash_transferable
from negotiation.errors import InvalidInputError
from negotiation.presentation import Presented
from negotiation.trade.markets.linear_tariffs import LinearTariffModel, linear_tariff_war
from negotiation.values import FloatArray, number, read_only

__all__ = [
    "EquivalentWithdrawal",
    "WarSettlement",
    "equivalent_withdrawal",
    "settle_tariff_war",
    "tariff_frontier",
]


@dataclass(frozen=True, eq=False)
class WarSettlement(Presented):
    """Agreement that ends a tariff war.

    Attributes
    ----------
    disagreement
        War payoffs against free trade ``[side]``.
    payoffs, gains
        Agreed payoffs, and over the war ``[side]``.
    tariffs
        Agreed tariffs ``[side]``.
    nash_tariffs
        Tariffs of the war ``[side]``.
    transfer_to_first
        Side payment to the first side; zero without transfers.
    assumptions
        What is supposed.
    """

    disagreement: FloatArray
    payoffs: FloatArray
    gains: FloatArray
    tariffs: FloatArray
    nash_tariffs: FloatArray
    transfer_to_first: float
    assumptions: tuple[str, ...]


def _tariff_for(
    market: LinearTariffModel, welfare: FloatArray | float, *, exporter: bool
) -> FloatArray:
    """Smallest tariff at which importer (or exporter) welfare is ``welfare``."""
    phi, m = market.exporter_incidence, market.import_slope
    b = phi * market.free_trade_imports
    if exporter:
        a, target = 0.5 * m * phi * (1 - phi), -np.asarray(welfare)
    else:
        a, target = 0.5 * m * (1 - phi**2), np.asarray(welfare)
    # b tau - a tau^2 = target, the smaller root in its stable form.
    return np.asarray(2 * target / (b + np.sqrt(np.maximum(b * b - 4 * a * target, 0.0))))


@takes
def tariff_frontier(
    first: LinearTariffModel,
    second: LinearTariffModel,
    *,
    weights: ArrayLike | None = None,
    disagreement: ArrayLike | None = None,
    outside_options: ArrayLike | None = None,
) -> BargainingProblem:
    """Return the bargaining problem over both tariffs, without transfers.

    On the efficient frontier one tariff is zero: where both are positive, lowering both in the
    right proportion helps both. Left of free trade the second side keeps a tariff, right of it the
    first. Disagreement is the war at Nash tariffs by default.

    Examples
    --------
    >>> one = LinearTariffModel.two_good(gap=1.0)
    >>> problem = tariff_frontier(one, one)
    >>> problem.ideal.round(6).tolist()
    [0.024292, 0.024292]
    """
    war = linear_tariff_war(first, second)
    if min(war.tariffs) <= 0:
        raise InvalidInputError(
            "no side ever gains by a tariff", where="exporter_incidence", allowed="> 0"
        )

    def other_side(own: FloatArray | float) -> FloatArray:
        gained = np.clip(own, 0.0, first.optimal_gain)
        lost = np.clip(own, second.victim_loss, 0.0)
        given = first.effects(_tariff_for(first, gained, exporter=False)).exporter
        taken = second.effects(_tariff_for(second, lost, exporter=True)).importer
        return np.where(np.asarray(own) >= 0, given, taken)

    return BargainingProblem(
        other_side,
        war.payoffs if disagreement is None else disagreement,
        weights=weights,
        outside_options=outside_options,
        bounds=(second.victim_loss, first.optimal_gain),
    )


def _kept_tariffs(
    markets: tuple[LinearTariffModel, LinearTariffModel], threat: FloatArray, shares: FloatArray
) -> FloatArray:
    """Tariffs that maximise the weighted product of gains over the war; one of them is zero.

    Along side i's own tariff: ``w_i W_i'(tau)/g_i + w_j V_i'(tau)/g_j = 0``.
    """
    from scipy.optimize import brentq

    tariffs = np.zeros(2)
    # At free trade a tariff moves the same amount from one side to the other.
    pull = shares[0] * -threat[1] - shares[1] * -threat[0]
    side = 0 if pull > 0 else 1
    market, other = markets[side], 1 - side
    phi, m, b = (
        market.exporter_incidence,
        market.import_slope,
        market.exporter_incidence * market.free_trade_imports,
    )

    def condition(tau: float) -> float:
        effects = market.effects(tau)
        own = float(effects.importer) - threat[side]
        partner = float(effects.exporter) - threat[other]
        rise, fall = b - m * (1 - phi**2) * tau, -b + m * phi * (1 - phi) * tau
        return float(shares[side] * rise * partner + shares[other] * fall * own)

    if condition(0.0) > 0:
        tariffs[side] = brentq(condition, 0.0, market.optimal_tariff, xtol=1e-300, rtol=1e-15)
    return tariffs


@takes
def settle_tariff_war(
    first: LinearTariffModel,
    second: LinearTariffModel,
    *,
    transfers: bool,
    weights: ArrayLike | None = None,
) -> WarSettlement:
    """Return Nash's solution with the tariff war as the disagreement point.

    With transfers: free trade, and a side payment that splits its gain over the war by weight
    (Mayer 1981; Riezman 1982; Nash 1950). Without: tariffs on the frontier that maximise the
    weighted product of gains; the larger importer keeps a tariff, below its Nash tariff.

    Raises
    ------
    InvalidInputError
        If incidence is zero, so that no tariff pays.

    Examples
    --------
    >>> big, small = LinearTariffModel.two_good(gap=1.2), LinearTariffModel.two_good(gap=1.0)
    >>> round(settle_tariff_war(big, small, transfers=True).transfer_to_first, 6)
    0.024444
    >>> settle_tariff_war(big, small, transfers=False).tariffs.round(4).tolist()
    [0.0783, 0.0]
    """
    war = linear_tariff_war(first, second)
    threat = np.array(war.payoffs)
    if transfers:
        payoffs = nash_transferable(0.0, threat, weights=weights).payoffs
        tariffs, transfer = np.zeros(2), float(payoffs[0])
        what = "side payments without loss; free trade is the efficient point"
    else:
        shares = tariff_frontier(first, second, weights=weights).shares
        tariffs, transfer = _kept_tariffs((first, second), threat, shares), 0.0
        one, two = first.effects(tariffs[0]), second.effects(tariffs[1])
        payoffs = np.array([float(one.importer + two.exporter), float(two.importer + one.exporter)])
        what = "no side payments; tariffs are not negative"
    return WarSettlement(
        disagreement=read_only(threat),
        payoffs=read_only(payoffs),
        gains=read_only(payoffs - threat),
        tariffs=read_only(tariffs),
        nash_tariffs=read_only(np.array(war.tariffs)),
        transfer_to_first=transfer,
        assumptions=(what, "war at Nash tariffs for ever without agreement"),
    )


@dataclass(frozen=True)
class EquivalentWithdrawal(Presented):
    """Retaliation of the same trade value.

    Attributes
    ----------
    tariff_increase
        Rise of the retaliator's tariff.
    volume_lost
        Imports lost to the first side's increase, in quantity.
    value_lost
        The same at world prices.
    assumptions
        What is supposed.
    """

    tariff_increase: float
    volume_lost: float
    value_lost: float
    assumptions: tuple[str, ...]


@takes
def equivalent_withdrawal(
    first: LinearTariffModel,
    second: LinearTariffModel,
    increase: float,
    *,
    prices: tuple[float, float] = (1.0, 1.0),
) -> EquivalentWithdrawal:
    """Return the tariff rise on the other good that takes away trade of the same value.

    Substantially equivalent concessions (GATT Article XXVIII, dispute settlement Article 22.4) and
    the reciprocity of Bagwell and Staiger (1999): ``p1 m1 (1-phi1) dt1 = p2 m2 (1-phi2) dt2``, with
    equal incidence ``dt2 = dt1 (b1 p1)/(b2 p2)``. Linear in the increase, so valid as long as
    neither market is closed.

    Raises
    ------
    InvalidInputError
        If the increase is negative, a price is not positive, or a market would be closed.

    Examples
    --------
    >>> steep = LinearTariffModel(1.0, 2.0)
    >>> flat = LinearTariffModel(1.0, 1.0)
    >>> round(equivalent_withdrawal(steep, flat, 0.05).tariff_increase, 6)
    0.1
    """
    rise = number(increase, name="increase", low=0.0)
    p1, p2 = (number(p, name="prices", low=0.0, open_low=True) for p in prices)
    if rise > first.prohibitive_tariff:
        raise InvalidInputError(
            "closes the market",
            where="increase",
            seen=rise,
            allowed=f"<= {first.prohibitive_tariff:g}",
        )
    volume = first.import_slope * (1 - first.exporter_incidence) * rise
    answer = volume * p1 / (p2 * second.import_slope * (1 - second.exporter_incidence))
    if answer > second.prohibitive_tariff:
        raise InvalidInputError(
            "the retaliator's whole trade is worth less than what it lost",
            where="increase",
            seen=rise,
        )
    return EquivalentWithdrawal(
        tariff_increase=answer,
        volume_lost=volume,
        value_lost=volume * p1,
        assumptions=("linear markets", "world prices at which trade is valued stay put"),
    )
