"""What commitments to buy are worth: cost to the buyer and gain to the seller, in equilibrium.

A commitment is brought about by an import subsidy on the listed goods. The world with it is
compared with the world under the same policy without it, not with the baseline.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.policy.objectives.partial_equilibrium_payoffs import economy_gdp
from negotiation.presentation import Presented
from negotiation.trade.economy import Economy
from negotiation.trade.equilibrium import counterfactual
from negotiation.trade.instruments.policy import Policy, Purchase
from negotiation.trade.model import TradeModel
from negotiation.trade.results import TradeEquilibrium
from negotiation.values import FloatArray, quantity, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PurchaseEffects", "purchase_effects"]


@dataclass(frozen=True, eq=False)
class PurchaseEffects(Presented):
    """Effects of the purchase commitments of a policy.

    Attributes
    ----------
    purchases
        The commitments, in the order of the first axis below.
    regions
        Labels.
    without, world
        The worlds without and with the commitments.
    subsidies
        Import subsidy on the listed goods, a fraction of their value; 0 where none is needed.
    outlays
        What the buyer's government spends on it, billion USD a year.
    real_income
        Change of each region's real income, percent.
    value
        The same in billion USD a year, at the economy's GDP.
    """

    purchases: tuple[Purchase, ...]
    regions: tuple[str, ...]
    without: TradeEquilibrium
    world: TradeEquilibrium
    subsidies: FloatArray = quantity("", "fraction", "import subsidy")
    outlays: FloatArray = quantity("", "billion USD/year", "spent on subsidies")
    real_income: FloatArray = quantity("", "percent", "change of real income")
    value: FloatArray = quantity("", "billion USD/year", "change of real income")

    def cost_to(self, region: str) -> float:
        """Return what a region loses, billion USD a year; negative where it gains."""
        return -float(self.value[self.world.economy.region_index(region)])

    def to_frame(self) -> pd.DataFrame:
        """Return one row a region: change of real income in percent and in billion USD a year."""
        import pandas as pd

        return pd.DataFrame(
            {"real_income": self.real_income, "value": self.value},
            index=pd.Index(self.regions, name="region"),
        )


def purchase_effects(
    economy: Economy, policy: Policy, model: TradeModel | None = None
) -> PurchaseEffects:
    """Return what the purchase commitments of a policy cost the buyers and give the sellers.

    Parameters
    ----------
    economy
        The baseline, which purchases are counted from.
    policy
        All that is in force, with one commitment or more.
    model
        As in :func:`~negotiation.trade.equilibrium.counterfactual`.

    Raises
    ------
    InvalidInputError
        If the policy holds no commitment.
    ConvergenceError
        If no subsidy brings the purchases about.

    Examples
    --------
    >>> from negotiation.trade.economy import TariffSchedule
    >>> free = TariffSchedule(("A", "B"), ("goods",), np.zeros((1, 2, 2)))
    >>> world = Economy("two", ("A", "B"), ("goods",), np.array([[[8.0, 2.0], [2.0, 8.0]]]), free)
    >>> policy = Policy(free).with_purchase(importer="A", exporter="B", value=0.5)
    >>> effects = purchase_effects(world, policy, TradeModel(trade_elasticity=4.0))
    >>> bool(effects.cost_to("A") > 0.0 > effects.cost_to("B"))
    True
    """
    if not isinstance(policy, Policy) or not policy.purchases:  # type: ignore[redundant-expr]  # callers may be untyped
        raise InvalidInputError(
            "no commitment to buy", where="policy", hint="Policy(...).with_purchase(...) adds one."
        )
    without = counterfactual(economy, replace(policy, purchases=()), model)
    world = counterfactual(economy, policy, model)
    before, after = 1.0 + without.tariffs.rates, 1.0 + world.tariffs.rates
    subsidies, outlays = [], []
    for item in policy.purchases:
        i, j = economy.region_index(item.exporter), economy.region_index(item.importer)
        goods = [economy.sector_index(s) for s in item.sectors]
        factor = after[goods, i, j] / before[goods, i, j]
        subsidies.append(1.0 - float(factor.min()))
        lost = before[goods, i, j] - after[goods, i, j]
        outlays.append(float(lost @ world.border_flows[goods, i, j]))
    real = 100.0 * ((1.0 + world.welfare / 100.0) / (1.0 + without.welfare / 100.0) - 1.0)
    return PurchaseEffects(
        purchases=policy.purchases,
        regions=economy.regions,
        subsidies=read_only(np.array(subsidies)),
        outlays=read_only(np.array(outlays)),
        real_income=read_only(real),
        value=read_only(real / 100.0 * economy_gdp(economy)),
        without=without,
        world=world,
    )
