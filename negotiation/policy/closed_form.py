"""Closed-form approximations of optimal tariffs by Ignatenko et al. (2025).

They are **not** the optimum of the model: trade shares stay at their baseline values, and wages
elsewhere, labour supply and income tax do not respond. `optimal_tariffs` finds the optimum.
"""

from __future__ import annotations

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.trade.calibration import Calibration, calibrate
from negotiation.trade.economy import Economy
from negotiation.trade.model import TradeModel
from negotiation.values import FloatArray, one_of

__all__ = ["approximate_optimal_retaliation", "approximate_optimal_tariff"]


def _one_sector(economy: Economy, model: TradeModel | None) -> Calibration:
    if model is None:
        model = TradeModel.ignatenko2025()
    cal = calibrate(economy, model)
    if len(cal.sectors) != 1 or cal.input_shares is not None:
        raise InvalidInputError(
            "the closed form is for one sector without inputs",
            where=f"economy {economy.name}",
            seen=f"{len(cal.sectors)} sectors",
        )
    return cal


def _rate(
    flows: FloatArray, nu: FloatArray, at: int, spent: FloatArray, theta: float, phi: FloatArray
) -> FloatArray:
    """``t = 1/((1 + delta theta) phi - 1)`` with ``delta`` that of region ``at``."""
    shares = flows[at] / flows.sum(axis=0)
    abroad = np.arange(len(nu)) != at
    kept = (flows[at] * (1.0 - nu) * (1.0 - shares))[abroad].sum()
    delta = kept / ((1.0 - nu[at]) * (spent[at] - flows[at, at]))
    rate: FloatArray = 1.0 / ((1.0 + delta * theta) * phi - 1.0)
    return rate


@takes
def approximate_optimal_tariff(
    economy: Economy,
    importer: str,
    model: TradeModel | None = None,
    *,
    denominator: str = "expenditure",
) -> float:
    """Return the approximate optimal uniform tariff of an importer.

    With ``X`` the flows, ``lambda`` the shares and ``nu`` the destination shares::

        t = 1/((1 + delta theta) phi_j - 1)
        delta = sum_{i != j} X_ji (1-nu_i) (1-lambda_ji) / [(1-nu_j) (E_j - X_jj)]

    Parameters
    ----------
    economy, model
        One sector, no inputs; None is ``TradeModel.ignatenko2025()``.
    importer
        Who taxes.
    denominator
        ``"expenditure"``: ``E_j``, as the authors do for a tariff alone; ``"income"``: the wage
        bill in its place, as they do where both sides retaliate.

    Examples
    --------
    >>> from negotiation.data import load_economy
    >>> world = load_economy("world-2022")
    >>> world = world.aggregate(sectors={"all": world.sectors})
    >>> round(approximate_optimal_tariff(world, "USA"), 2)
    0.19
    """
    cal = _one_sector(economy, model)
    one_of(denominator, ("expenditure", "income"), name="denominator")
    spent = cal.expenditure if denominator == "expenditure" else cal.wage_bill
    j = economy.region_index(importer)
    return float(_rate(cal.flows[0], cal.nu, j, spent, float(cal.theta[0]), cal.phi)[j])


@takes
def approximate_optimal_retaliation(
    economy: Economy, against: str, model: TradeModel | None = None
) -> FloatArray:
    """Return the approximate optimal tariff of every other region on one region's exports.

    The rest of the world acts as one: ``delta`` is that of its aggregate, with its wage bill
    for ``E``; ``phi`` is each importer's own.

    Parameters
    ----------
    economy, model
        As in :func:`approximate_optimal_tariff`.
    against
        Whose exports are taxed; its own entry is 0.

    Examples
    --------
    >>> from negotiation.data import load_economy
    >>> world = load_economy("world-2022")
    >>> world = world.aggregate(sectors={"all": world.sectors})
    >>> approximate_optimal_retaliation(world, "USA")[:2].round(2).tolist()
    [0.0, 0.22]
    """
    cal = _one_sector(economy, model)
    them = economy.region_index(against)
    sides = np.zeros((2, len(cal.regions)))
    sides[0], sides[1, them] = 1.0, 1.0
    sides[0, them] = 0.0
    rest = sides[0] > 0.0
    if np.ptp(cal.nu[rest]) > 1e-12:
        raise InvalidInputError(
            "the rest of the world must share one destination share", where="destination_share"
        )
    nu = np.array([cal.nu[rest][0], cal.nu[them]])
    flows = sides @ cal.flows[0] @ sides.T
    rates = _rate(flows, nu, 0, sides @ cal.wage_bill, float(cal.theta[0]), cal.phi)
    return np.where(rest, rates, 0.0)
