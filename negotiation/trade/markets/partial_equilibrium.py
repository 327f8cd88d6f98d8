"""What a tariff does in one import market at a time, by sector, with everything else given.

For one importer and one exporter let ``T = (1+t')/(1+t0)`` be the rise of the tariff factor,
``phi`` in [0, 1) the share of it that the exporter's price absorbs and ``eps`` the trade
elasticity. With the baseline flow ``V0`` net of tariff and constant elasticities::

    exporter price p = T^-phi,  quantity q = T^(-eps (1-phi))
    consumer loss           (1+t0) V0 [T^((1-phi)(1-eps)) - 1] / (1-eps)     (logarithm at eps = 1)
    revenue change          V0 (t' p q - t0)
    exporter surplus change V0 [p^(1+eta) - 1] / (1+eta),  eta = eps (1-phi)/phi  (0 at phi = 0)
    lost exports            V0 (1 - p q)

Lost exports are not a part of welfare: at ``phi = 0`` an exporter sells less at an unchanged
price and loses nothing but the jobs that go with the sales.

With linear demand and supply the same market is :class:`~negotiation.trade.markets.linear_tariffs.
LinearTariffModel` with the elasticity and the incidence of the baseline; trade then stops at a
finite tariff.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.errors import NonFiniteError
from negotiation.presentation import Presented
from negotiation.trade.markets.linear_tariffs import LinearTariffModel
from negotiation.values import FloatArray, decoding, float_array, one_of, quantity, read_only

__all__ = ["DEMANDS", "MarketEffects", "market_effects"]

DEMANDS = ("constant_elasticity", "linear")


@dataclass(frozen=True, eq=False)
class MarketEffects(Presented):
    """Changes against the baseline in the markets of one importer and one exporter.

    Attributes
    ----------
    consumer_loss
        Loss of the importer's buyers, positive when prices rise ``[scenario, sector]``.
    revenue_change
        Change of the importer's tariff revenue ``[scenario, sector]``.
    exporter_surplus_change
        Change of the exporter's producer surplus ``[scenario, sector]``.
    lost_exports
        Fall of the value of exports net of tariff ``[scenario, sector]``; negative if they grow.
    """

    consumer_loss: FloatArray = quantity("CL", "billion USD/year", "loss of buyers")
    revenue_change: FloatArray = quantity("dR", "billion USD/year", "change of tariff revenue")
    exporter_surplus_change: FloatArray = quantity(
        "dPS", "billion USD/year", "change of exporters' surplus"
    )
    lost_exports: FloatArray = quantity("X", "billion USD/year", "fall of exports")

    def __post_init__(self) -> None:
        """Refuse numbers that are not finite and make the arrays read-only."""
        for item in fields(self):
            with decoding(item.name):
                value = np.asarray(getattr(self, item.name))
                finite = bool(np.all(np.isfinite(value)))
            if not finite:
                raise NonFiniteError(
                    f"{item.name} overflows",
                    where="market_effects",
                    hint="A subsidy near 100 % with a high elasticity knows no bounds.",
                )
            object.__setattr__(self, item.name, read_only(value))


@takes
def market_effects(
    baseline_flow: ArrayLike,
    *,
    baseline_rate: ArrayLike,
    rate: ArrayLike,
    trade_elasticity: ArrayLike,
    exporter_incidence: ArrayLike = 0.0,
    exempt_share: ArrayLike = 0.0,
    demand: str = "constant_elasticity",
) -> MarketEffects:
    """Return what new tariffs do, sector by sector, in each scenario.

    Parameters
    ----------
    baseline_flow
        Flow net of tariff, billion USD a year ``[sector]``.
    baseline_rate
        Tariffs behind that flow, fractions ``[sector]`` or one number.
    rate
        New tariffs, fractions ``[scenario, sector]``; both rates above -1.
    trade_elasticity
        Positive ``[sector]`` or one number.
    exporter_incidence
        Share of a tariff that the exporter's price absorbs, in [0, 1), ``[sector]`` or one number.
    exempt_share
        Share of each sector's baseline trade that keeps its baseline tariff, in [0, 1],
        ``[sector]``, ``[scenario, sector]`` or one number. The goods within a sector are taken as
        separate markets, so that exempted ones do not replace taxed ones.
    demand
        ``"constant_elasticity"`` or ``"linear"``.

    Returns
    -------
    MarketEffects
        Arrays ``[scenario, sector]``, billion USD a year.

    Raises
    ------
    InvalidInputError
        If an argument has a wrong shape or is out of bounds.
    NonFiniteError
        If an effect overflows.

    Examples
    --------
    >>> effects = market_effects(
    ...     [100.0], baseline_rate=0.0, rate=[[1.0]], trade_elasticity=1.0
    ... )
    >>> effects.consumer_loss.round(4), effects.lost_exports
    (array([[69.3147]]), array([[50.]]))
    """
    one_of(demand, DEMANDS, name="demand")
    flow = float_array(baseline_flow, name="baseline_flow", ndim=1, low=0.0)
    count = flow.shape[0]

    def by_sector(value: ArrayLike, name: str, low: float, high: float | None) -> FloatArray:
        array = float_array(value, name=name, low=low, high=high)
        if array.ndim == 0:
            return np.full(count, float(array))
        return float_array(array, name=name, shape=(count,))

    above_minus_one = float(np.nextafter(-1.0, 0.0))
    t0 = by_sector(baseline_rate, "baseline_rate", above_minus_one, None)
    eps = by_sector(trade_elasticity, "trade_elasticity", float(np.nextafter(0.0, 1.0)), None)
    phi = by_sector(exporter_incidence, "exporter_incidence", 0.0, float(np.nextafter(1.0, 0.0)))
    t1 = float_array(rate, name="rate", shape=(None, count), low=above_minus_one)
    exempt = float_array(exempt_share, name="exempt_share", low=0.0, high=1.0)
    if exempt.ndim == 1:
        exempt = float_array(exempt, name="exempt_share", shape=(count,))
    elif exempt.ndim > 1:
        exempt = float_array(exempt, name="exempt_share", shape=t1.shape)

    compute = _constant_elasticity if demand == "constant_elasticity" else _linear
    with np.errstate(over="ignore", invalid="ignore"):
        parts = compute(flow, t0, t1, eps, phi)
        return MarketEffects(*((1.0 - exempt) * part for part in parts))


_Parts = tuple[FloatArray, FloatArray, FloatArray, FloatArray]


def _relative_exponential(z: FloatArray) -> FloatArray:
    """Return ``(e^z - 1)/z``, 1 at z = 0."""
    safe = np.where(z == 0.0, 1.0, z)
    return np.where(z == 0.0, 1.0, np.expm1(safe) / safe)


def _constant_elasticity(
    V0: FloatArray, t0: FloatArray, t1: FloatArray, eps: FloatArray, phi: FloatArray
) -> _Parts:
    """Return loss, revenue, surplus and lost exports of the module's equations.

    The loss is ``(1+t0) V0 y (e^z - 1)/z`` with ``y = (1-phi) ln T`` and ``z = (1-eps) y``; the
    surplus is ``V0 phi (e^(-a ln T) - 1)/a`` with ``a = phi + eps (1-phi)``: both limits,
    ``eps = 1`` and ``phi = 0``, are then no special cases.
    """
    log_T = np.log1p(t1) - np.log1p(t0)
    y = (1.0 - phi) * log_T
    a = phi + eps * (1.0 - phi)
    change = np.expm1(-a * log_T)
    loss = (1.0 + t0) * V0 * y * _relative_exponential((1.0 - eps) * y)
    revenue = V0 * ((t1 - t0) + t1 * change)
    return loss, revenue, V0 * phi * change / a, -V0 * change


def _linear(
    V0: FloatArray, t0: FloatArray, t1: FloatArray, eps: FloatArray, phi: FloatArray
) -> _Parts:
    """Return the same four for linear demand and supply.

    In units of the good worth 1 net of tariff at the baseline, import demand has slope
    ``m = eps V0/(1+t0)`` and the free-trade price is ``p* = 1 + phi t0``. An ad valorem tariff t
    is the specific tariff ``tau = t p = t p*/(1 + phi t)``.
    """
    loss, revenue, surplus, lost = (np.zeros_like(t1) for _ in range(4))
    for s in np.flatnonzero(V0 > 0.0):
        slope = eps[s] * V0[s] / (1.0 + t0[s])
        market = LinearTariffModel(
            free_trade_imports=float(V0[s] + slope * (1.0 - phi[s]) * t0[s]),
            import_slope=float(slope),
            exporter_incidence=float(phi[s]),
        )
        free_price = 1.0 + phi[s] * t0[s]
        before = market.effects(t0[s])
        after = market.effects(t1[:, s] * free_price / (1.0 + phi[s] * t1[:, s]))
        price = free_price - phi[s] * after.tariff
        loss[:, s] = after.consumer_loss - before.consumer_loss
        revenue[:, s] = after.revenue - before.revenue
        surplus[:, s] = after.exporter - before.exporter
        lost[:, s] = V0[s] - price * after.imports
    return loss, revenue, surplus, lost
