"""Results of counterfactuals: one world, or a batch of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from negotiation.errors import InvalidInputError
from negotiation.presentation import Presented, in_order
from negotiation.trade.calibration import Calibration, calibrate
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.instruments.policy import Policy
from negotiation.trade.model import TradeModel
from negotiation.trade.verification import EquilibriumCertificate, flows_at, verify_equilibrium
from negotiation.values import FloatArray, IntArray, one_of, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TradeEquilibria", "TradeEquilibrium"]


@dataclass(frozen=True, eq=False)
class TradeEquilibrium(Presented):
    """One counterfactual world, compared with the baseline.

    Attributes
    ----------
    economy, model, tariffs
        What was solved; tariffs hold the tariff equivalents of quotas and purchases.
    welfare, employment, prices, wages
        Percent changes by region. Prices and wages are in units of the model's numeraire.
    wage_index, price_index, employment_index
        The same as factors.
    sector_prices
        Price factor of each sector's goods to its buyers, ``[sector, region]``.
    expenditure, spending
        Final expenditure by region, and spending by sector with tariffs and inputs
        ``[sector, region]``, billion USD a year.
    wage_bill, profits, tariff_revenue, transfers
        By region, billion USD a year; the revenue is of all taxes on trade.
    sector_scale
        Factor of labour in each sector's scale economies, ``[sector, region]``; None without.
    converged, residual, iterations
        Largest relative residual and steps of the solver.
    beyond_tariffs
        The policy in force where it holds more than tariffs, which are the same; else None.
    elapsed_seconds
        Wall time of the solution.
    """

    economy: Economy
    model: TradeModel
    tariffs: TariffSchedule
    welfare: FloatArray
    wage_index: FloatArray
    price_index: FloatArray
    employment_index: FloatArray
    sector_prices: FloatArray
    expenditure: FloatArray
    spending: FloatArray
    wage_bill: FloatArray
    profits: FloatArray
    tariff_revenue: FloatArray
    transfers: FloatArray
    sector_scale: FloatArray | None
    converged: bool
    residual: float
    iterations: int
    beyond_tariffs: Policy | None = None
    elapsed_seconds: float = field(default=0.0, compare=False)

    @property
    def regions(self) -> tuple[str, ...]:
        """Labels of the region axis."""
        return self.economy.regions

    @cached_property
    def policy(self) -> Policy:
        """All instruments in force."""
        return Policy(self.tariffs) if self.beyond_tariffs is None else self.beyond_tariffs

    @property
    def calibration(self) -> Calibration:
        """Baseline of the model."""
        return calibrate(self.economy, self.model)

    @property
    def employment(self) -> FloatArray:
        """Percent change of employment."""
        return 100.0 * (self.employment_index - 1.0)

    @property
    def prices(self) -> FloatArray:
        """Percent change of the price index."""
        return 100.0 * (self.price_index - 1.0)

    @property
    def wages(self) -> FloatArray:
        """Percent change of wages."""
        return 100.0 * (self.wage_index - 1.0)

    @property
    def income(self) -> FloatArray:
        """GDP at factor cost: wage bill and profits, billion USD a year."""
        return self.wage_bill + self.profits

    @cached_property
    def flows(self) -> FloatArray:
        """Trade net of all taxes ``[sector, exporter, importer]``, billion USD a year."""
        flows: FloatArray = read_only(flows_at(self))
        return flows

    @property
    def border_flows(self) -> FloatArray:
        """Trade with export taxes, before tariffs: what crosses the border is worth."""
        worth: FloatArray = self.flows * (1.0 + self.policy.export_taxes)
        return worth

    @property
    def export_tax_revenue(self) -> FloatArray:
        """The part of ``tariff_revenue`` that export taxes earn, by exporter."""
        earned: FloatArray = (self.flows * self.policy.export_taxes).sum(axis=(0, 2))
        return earned

    @cached_property
    def certificate(self) -> EquilibriumCertificate:
        """Excess demand and the other conditions, computed apart from the solver."""
        return verify_equilibrium(self)

    def table(
        self, groups: Mapping[str, Iterable[str]] | None = None, *, weights: str = "expenditure"
    ) -> pd.DataFrame:
        """Return the main results in percent, one row a region and then one a group.

        Parameters
        ----------
        groups
            Label to member regions; a group's row is the weighted mean of its members' changes.
        weights
            ``"expenditure"`` (baseline), ``"gdp"`` (the economy's own table) or ``"equal"``.

        Returns
        -------
        pandas.DataFrame
            ``welfare``, ``employment``, ``prices``: percent changes. ``exports_to_gdp``,
            ``imports_to_gdp``: percent changes of the ratios of trade with other regions to GDP.
            ``deficit``: change of imports minus exports over the baseline's absolute value
            (NaN where trade was balanced). ``tariff_revenue``: over baseline spending.
        """
        import pandas as pd

        frame = pd.DataFrame(self._columns(), index=pd.Index(self.regions, name="region"))
        for label, members in (groups or {}).items():
            chosen = [self.economy.region_index(region) for region in members]
            weight = self._weights(weights)[chosen]
            frame.loc[label] = weight @ frame.to_numpy()[chosen] / weight.sum()
        return frame

    def _weights(self, weights: str) -> FloatArray:
        one_of(weights, ("expenditure", "gdp", "equal"), name="weights")
        if weights == "expenditure":
            spent: FloatArray = self.calibration.spending.sum(axis=0)
            return spent
        if weights == "equal":
            return np.ones(len(self.regions))
        if self.economy.gdp is None:
            raise InvalidInputError("the economy has no GDP table", where="weights", seen="gdp")
        return self.economy.gdp

    def _columns(self) -> dict[str, FloatArray]:
        cal = self.calibration
        old, new = _trade(cal.flows), _trade(self.border_flows)
        change_of_deficit = (new[1] - new[0]) - (old[1] - old[0])
        deficit = np.abs(old[1] - old[0])
        balanced = deficit <= 1e-9 * cal.gdp
        with np.errstate(divide="ignore", invalid="ignore"):
            exports = (new[0] / self.income) / (old[0] / cal.gdp) - 1.0
            imports = (new[1] / self.income) / (old[1] / cal.gdp) - 1.0
        return {
            "welfare": self.welfare,
            "employment": self.employment,
            "prices": self.prices,
            "exports_to_gdp": 100.0 * exports,
            "imports_to_gdp": 100.0 * imports,
            "deficit": np.where(
                balanced, np.nan, 100.0 * change_of_deficit / np.where(balanced, 1.0, deficit)
            ),
            "tariff_revenue": 100.0 * self.tariff_revenue / cal.spending.sum(axis=0),
        }

    def to_frame(self) -> pd.DataFrame:
        """Return one row a flow: labels, rates of all instruments, value before and after.

        A trade cost is its factor over the baseline.
        """
        import pandas as pd

        labels = (self.economy.sectors, self.regions, self.regions)
        axes = [in_order(names, names) for names in labels]
        index = pd.MultiIndex.from_product(axes, names=["sector", "exporter", "importer"])
        return pd.DataFrame(
            {
                "tariff_before": self.economy.tariffs.rates.reshape(-1),
                "tariff": self.tariffs.rates.reshape(-1),
                "export_tax": self.policy.export_taxes.reshape(-1),
                "export_control": self.policy.export_controls.reshape(-1),
                "trade_cost": self.policy.trade_costs.reshape(-1),
                "flow_before": self.calibration.flows.reshape(-1),
                "flow": self.flows.reshape(-1),
            },
            index=index,
        ).reset_index()

    def _displayed(self) -> pd.DataFrame:
        return self.table()

    def _heading(self) -> str:
        done = "" if self.converged else " (not converged)"
        return f"trade equilibrium of {self.economy.name}{done}, percent changes"


@dataclass(frozen=True, eq=False)
class TradeEquilibria(Presented):
    """A batch of counterfactual worlds; arrays are ``[scenario, region]``.

    Attributes
    ----------
    economy, model
        What was solved.
    welfare, employment, prices, wages
        Percent changes.
    income, expenditure, tariff_revenue, export_tax_revenue, exports, imports
        Billion USD a year in units of the model's numeraire; trade is with other regions, export
        taxes included. ``tariff_revenue`` is of all taxes on trade, export taxes among them.
    converged, residual, iterations
        By scenario.
    elapsed_seconds
        Wall time of the whole batch.
    """

    economy: Economy
    model: TradeModel
    welfare: FloatArray
    employment: FloatArray
    prices: FloatArray
    wages: FloatArray
    income: FloatArray
    expenditure: FloatArray
    tariff_revenue: FloatArray
    export_tax_revenue: FloatArray
    exports: FloatArray
    imports: FloatArray
    converged: NDArray[np.bool_]
    residual: FloatArray
    iterations: IntArray
    elapsed_seconds: float = field(default=0.0, compare=False)

    def __len__(self) -> int:
        """Return the number of scenarios."""
        return len(self.welfare)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a scenario and region."""
        import pandas as pd

        regions = in_order(self.economy.regions, self.economy.regions)
        index = pd.MultiIndex.from_product(
            [range(len(self)), regions], names=["scenario", "region"]
        )
        names = (
            *("welfare", "employment", "prices", "wages", "income"),
            *("expenditure", "tariff_revenue", "export_tax_revenue", "exports", "imports"),
        )
        return pd.DataFrame({name: getattr(self, name).reshape(-1) for name in names}, index=index)

    def _heading(self) -> str:
        failed = int((~self.converged).sum())
        done = f", {failed} not converged" if failed else ""
        return f"{len(self)} trade equilibria of {self.economy.name}{done}"


def _trade(flows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Exports to and imports from other regions."""
    total = flows.sum(axis=0)
    home = np.diagonal(total)
    return total.sum(axis=1) - home, total.sum(axis=0) - home
