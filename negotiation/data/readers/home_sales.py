"""Sales at home, which trade data lack, from GDP and trade.

Ignatenko, Macedoni, Lashkaripour and Simonovska (2025): a share of each sale pays labour at its
destination, so that GDP, spending and trade differ by more than the trade balance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.values import FloatArray, float_array, one_of, quantity, read_only

__all__ = [
    "HomeSales",
    "calibrate_destination_shares",
    "close_home_sales",
    "close_sector_home_sales",
]


@dataclass(frozen=True, eq=False)
class HomeSales:
    """Trade completed with sales at home.

    Attributes
    ----------
    flows
        ``[exporter, importer]``, diagonal filled.
    income, expenditure, transfers
        By region, in the unit of the flows: ``Y``, ``E`` and ``T = E - Y``, which add up to 0.
    """

    flows: FloatArray = quantity("X_ji", "as given", "sales [exporter, importer], home included")
    income: FloatArray = quantity("Y_i", "as given", "income of labour")
    expenditure: FloatArray = quantity("E_i", "as given", "expenditure")
    transfers: FloatArray = quantity("T_i", "as given", "transfers received")


def close_home_sales(
    trade: ArrayLike, gdp: ArrayLike, destination_shares: ArrayLike = 0.0
) -> HomeSales:
    """Fill in what each region sells at home, given its GDP and trade.

    With ``nu_i`` the share of a sale that accrues to its destination::

        T_i  = (1 - nu_i) (sum_j X_ji - sum_k (1 - nu_k) X_ik)
        X_ii = max(0, GDP_i + T_i - sum_j X_ji)

    and then, diagonal included, ``E_i = sum_j X_ji``,
    ``Y_i = sum_k (1 - nu_k) X_ik + nu_i E_i``, ``T_i = E_i - Y_i``.

    Parameters
    ----------
    trade
        ``[exporter, importer]``; the diagonal is ignored.
    gdp
        By region, in the same unit.
    destination_shares
        ``nu``, a number or one a region; 0 is the case of Eaton and Kortum.

    Examples
    --------
    >>> closed = close_home_sales([[0.0, 2.0], [1.0, 0.0]], [10.0, 10.0])
    >>> closed.flows
    array([[8., 2.],
           [1., 9.]])
    >>> closed.transfers
    array([-1.,  1.])
    """
    flows = float_array(trade, name="trade", ndim=2, low=0.0).copy()
    count = flows.shape[0]
    float_array(flows, name="trade", shape=(count, count))
    income = float_array(gdp, name="gdp", shape=(count,), low=0.0)
    nu = np.broadcast_to(
        float_array(destination_shares, name="destination_shares", low=0.0, high=1.0), (count,)
    )
    np.fill_diagonal(flows, 0.0)
    imports = flows.sum(axis=0)
    transfers = (1.0 - nu) * (imports - flows @ (1.0 - nu))
    np.fill_diagonal(flows, np.maximum(0.0, income + transfers - imports))
    expenditure = flows.sum(axis=0)
    earned = flows @ (1.0 - nu) + nu * expenditure
    return HomeSales(
        flows=read_only(flows),
        income=read_only(earned),
        expenditure=read_only(expenditure),
        transfers=read_only(expenditure - earned),
    )


def close_sector_home_sales(
    trade: ArrayLike,
    output: ArrayLike,
    *,
    regions: tuple[str, ...],
    sectors: tuple[str, ...],
    negative: str = "refuse",
) -> FloatArray:
    """Return trade with sales at home put to output less exports, ``[sector, exporter, importer]``.

    Parameters
    ----------
    trade
        ``[sector, exporter, importer]``; the diagonal is ignored.
    output
        Gross output ``[sector, region]``, in the same unit.
    regions, sectors
        Labels, for messages.
    negative
        ``"refuse"`` exports above output, which re-exports bring about; ``"zero"`` sells nothing
        at home there.
    """
    count = len(regions)
    flows = float_array(trade, name="trade", shape=(len(sectors), count, count), low=0.0).copy()
    made = float_array(output, name="output", shape=(len(sectors), count), low=0.0)
    one_of(negative, ("refuse", "zero"), name="negative")
    index = np.arange(count)
    flows[:, index, index] = 0.0
    home = made - flows.sum(axis=2)
    if negative == "refuse" and np.any(home < 0.0):
        s, i = (int(k) for k in np.argwhere(home < 0.0)[0])
        raise InvalidInputError(
            "exports above output",
            where=f"output, sector {sectors[s]}, region {regions[i]}",
            seen=f"exports {flows[s, i].sum():.6g}, output {made[s, i]:.6g}",
            hint='Check the units; negative="zero" sells nothing at home there.',
        )
    flows[:, index, index] = np.maximum(home, 0.0)
    return read_only(flows)


def calibrate_destination_shares(
    trade: ArrayLike,
    gdp: ArrayLike,
    region: int,
    *,
    rest_target: float = 0.12,
    region_target: float = 0.26,
    tol: float = 1e-13,
    max_iter: int = 200,
) -> tuple[float, float]:
    """Return ``nu`` of the rest of the world and of one region from a two-region aggregate.

    With 1 the rest of the world and 2 the region, and ``X_11`` the trade among the countries of
    the rest (sales at home left out, so ``X_22 = 0``)::

        E_a = Y_a + (1 - nu_a) (sum_b X_ba - sum_b X_ab (1 - nu_b))
        r11 = (E_1 - X_21) / (E_1 - X_21 + X_12),  r22 = (E_2 - X_12) / (E_2 - X_12 + X_21)
        (1 - r11) nu_2 + r11 nu_1 = rest_target,  r22 nu_2 + (1 - r22) nu_1 = region_target

    The targets .12 and .26 are those of Ignatenko et al. (2025).

    Raises
    ------
    ConvergenceError
        If the iteration does not settle.
    """
    flows = float_array(trade, name="trade", ndim=2, low=0.0)
    income = float_array(gdp, name="gdp", shape=(flows.shape[0],), low=0.0)
    inside = np.arange(len(income)) == region
    out = float(flows[inside][:, ~inside].sum())
    back = float(flows[~inside][:, inside].sum())
    among = float(flows[~inside][:, ~inside].sum() - np.trace(flows) + flows[region, region])
    income_rest, income_region = float(income[~inside].sum()), float(income[inside].sum())
    targets = np.array([rest_target, region_target])
    nu = targets.copy()
    for _ in range(max_iter):
        spent_rest = income_rest + (1.0 - nu[0]) * (among * nu[0] + out - back * (1.0 - nu[1]))
        spent_region = income_region + (1.0 - nu[1]) * (back - out * (1.0 - nu[0]))
        home_rest, home_region = spent_rest - out, spent_region - back
        stay_rest = home_rest / (home_rest + back)
        stay_region = home_region / (home_region + out)
        weights = np.array([[stay_rest, 1.0 - stay_rest], [1.0 - stay_region, stay_region]])
        updated = np.linalg.solve(weights, targets)
        if np.abs(updated - nu).max() <= tol:
            return float(updated[0]), float(updated[1])
        nu = updated
    raise ConvergenceError(
        "the destination shares do not settle",
        where="calibrate_destination_shares",
        partial=(float(nu[0]), float(nu[1])),
        hint="Check that GDP and trade are in the same unit.",
    )
