"""Welfare to first order, as terms of trade and volume of trade, beside exact real income.

Caliendo and Parro (2015), "Estimates of the Trade and Welfare Effects of NAFTA".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.presentation import Presented
from negotiation.trade.results import TradeEquilibrium
from negotiation.values import FloatArray, one_of, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FirstOrderWelfare", "first_order_welfare"]


@dataclass(frozen=True, eq=False)
class FirstOrderWelfare(Presented):
    """Change of real income by region in percent: to first order, and exactly.

    Attributes
    ----------
    regions
        Labels.
    terms_of_trade, volume_of_trade
        The two parts of the formula.
    exact
        Real income of the equilibrium.
    changes
        How changes were measured: ``"proportional"`` or ``"logarithmic"``.
    """

    regions: tuple[str, ...]
    terms_of_trade: FloatArray
    volume_of_trade: FloatArray
    exact: FloatArray
    changes: str

    @property
    def total(self) -> FloatArray:
        """Both parts together."""
        return self.terms_of_trade + self.volume_of_trade

    def to_frame(self) -> pd.DataFrame:
        """Return one row a region: the parts, their sum, and exact real income, percent."""
        import pandas as pd

        return pd.DataFrame(
            {
                "terms_of_trade": self.terms_of_trade,
                "volume_of_trade": self.volume_of_trade,
                "first_order": self.total,
                "exact": self.exact,
            },
            index=pd.Index(self.regions, name="region"),
        )


@takes
def first_order_welfare(
    equilibrium: TradeEquilibrium, *, changes: str = "proportional"
) -> FirstOrderWelfare:
    r"""Return the welfare formula of Caliendo and Parro (2015) beside exact real income.

    With baseline flows net of tariffs ``F_ijs``, tariffs ``t_ijs``, unit costs ``c_is`` and
    income ``I_j``::

        d ln W_j = 1/I_j sum_si (F_jis d ln c_js - F_ijs d ln c_is)         terms of trade
                 + 1/I_j sum_si t_ijs F_ijs (d ln F_ijs - d ln c_is)        volume of trade

    It is exact for small changes of tariffs where trade is balanced. For large ones it weighs new
    trade by old tariffs: trade that triples counts twice its old tariff revenue though the tariff
    is gone, so the volume effect of a large cut is far above the gain in real income, and the two
    may differ in sign.

    Parameters
    ----------
    equilibrium
        A counterfactual without scale economies, profits, destination shares, elastic labour or
        tariff exponents other than 1: the model for which the formula holds.
    changes
        How ``d ln`` is measured between the two worlds: ``"proportional"``, ``x'/x - 1``, which
        gives the figures printed in the paper, or ``"logarithmic"``, ``ln x'/x``.

    Raises
    ------
    InvalidInputError
        If the equilibrium is of another model, or of more than tariffs.

    Examples
    --------
    >>> from negotiation.data import load_economy
    >>> from negotiation.trade.equilibrium import counterfactual
    >>> from negotiation.trade.model import TradeModel
    >>> from negotiation.trade.purging import purge_imbalances
    >>> model = TradeModel.caliendo_parro2015(trade_elasticity="fontagne_2022")
    >>> economy = purge_imbalances(load_economy(), model)
    >>> cut = economy.tariffs.set(importer="CHN", exporter="USA", rate=0.0)
    >>> parts = first_order_welfare(counterfactual(economy, cut, model))
    >>> parts.to_frame().loc["CHN"].round(3).tolist()
    [-0.171, 0.464, 0.293, -0.012]
    """
    one_of(changes, ("proportional", "logarithmic"), name="changes")
    if not isinstance(equilibrium, TradeEquilibrium):
        raise InvalidInputError(
            "not the result of counterfactual",
            where="equilibrium",
            seen=type(equilibrium).__name__,
        )
    cal = equilibrium.calibration
    plain = (
        not cal.psi.any() and not cal.profit.any() and not cal.nu.any() and cal.kappa == 0.0
    ) and bool(np.all(cal.phi == 1.0))
    if not plain:
        raise InvalidInputError(
            "the formula does not hold for this model",
            where="equilibrium.model",
            allowed="no scale economies, profits, destination shares or elastic labour; exponent 1",
        )
    if equilibrium.beyond_tariffs is not None:
        raise InvalidInputError(
            "the formula has no part for trade costs, export taxes and other instruments",
            where="equilibrium.beyond_tariffs",
            allowed="tariffs alone",
        )
    wages = np.log(equilibrium.wage_index)
    cost = cal.labor_share * wages
    if cal.input_shares is not None:
        cost = cost + np.einsum("iks,ki->si", cal.input_shares, np.log(equilibrium.sector_prices))
    count = len(cal.regions)
    old = np.where(np.eye(count, dtype=bool), 0.0, cal.flows)
    ratio = np.divide(equilibrium.flows, cal.flows, out=np.ones_like(old), where=old > 0.0)
    if changes == "proportional":
        cost, trade = np.expm1(cost), ratio - 1.0
    else:
        trade = np.log(np.maximum(ratio, np.finfo(float).tiny))
    income = cal.expenditure
    terms = np.einsum("sij,si->i", old, cost) - np.einsum("sij,si->j", old, cost)
    volume = np.einsum("sij,sij->j", cal.tariffs * old, trade - cost[:, :, None])
    return FirstOrderWelfare(
        regions=cal.regions,
        terms_of_trade=read_only(100.0 * terms / income),
        volume_of_trade=read_only(100.0 * volume / income),
        exact=equilibrium.welfare,
        changes=changes,
    )
