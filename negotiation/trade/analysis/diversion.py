"""Where trade goes when policies change: what a pair loses, and who sells and buys instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.presentation import Presented
from negotiation.trade.players import first_two
from negotiation.trade.results import TradeEquilibrium
from negotiation.values import FloatArray, instance, quantity, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TradeDiversion", "trade_diversion"]


@dataclass(frozen=True, eq=False)
class TradeDiversion(Presented):
    """Change of trade between an exporter and an importer, and of each with third regions.

    Values are billion USD a year, net of all taxes, in units of the model's numeraire.

    Attributes
    ----------
    exporter, importer, sectors, third_regions
        Labels.
    direct
        Change of the exporter's sales to the importer, ``[sector]``.
    to_importer
        Change of third regions' sales to the importer, ``[sector, third region]``.
    from_exporter
        Change of the exporter's sales to third regions, ``[sector, third region]``.
    home_sales
        Change of the importer's own sales at home, ``[sector]``.
    """

    exporter: str
    importer: str
    sectors: tuple[str, ...]
    third_regions: tuple[str, ...]
    direct: FloatArray = quantity("", "billion USD/year", "change of the pair's trade")
    to_importer: FloatArray = quantity("", "billion USD/year", "third regions to the importer")
    from_exporter: FloatArray = quantity("", "billion USD/year", "the exporter to third regions")
    home_sales: FloatArray = quantity("", "billion USD/year", "importer's sales at home")

    @property
    def replaced_share(self) -> float:
        """Change of third regions' sales to the importer over what the exporter lost there.

        NaN where the pair's trade did not change.
        """
        lost = -float(self.direct.sum())
        return float(self.to_importer.sum()) / lost if lost != 0.0 else float("nan")

    @property
    def redirected_share(self) -> float:
        """Change of the exporter's sales to third regions over what it lost at the importer."""
        lost = -float(self.direct.sum())
        return float(self.from_exporter.sum()) / lost if lost != 0.0 else float("nan")

    def to_frame(self) -> pd.DataFrame:
        """Return one row a sector and third region."""
        import pandas as pd

        index = pd.MultiIndex.from_product(
            [self.sectors, self.third_regions], names=["sector", "third_region"]
        )
        return pd.DataFrame(
            {
                "to_importer": self.to_importer.reshape(-1),
                "from_exporter": self.from_exporter.reshape(-1),
            },
            index=index,
        ).reset_index()

    def by_sector(self) -> pd.DataFrame:
        """Return one row a sector: the pair, third regions together, the importer's own sales."""
        import pandas as pd

        return pd.DataFrame(
            {
                "direct": self.direct,
                "to_importer": self.to_importer.sum(axis=1),
                "from_exporter": self.from_exporter.sum(axis=1),
                "home_sales": self.home_sales,
            },
            index=pd.Index(self.sectors, name="sector"),
        )


@takes
def trade_diversion(
    result: TradeEquilibrium, *, exporter: str | None = None, importer: str | None = None
) -> TradeDiversion:
    """Return how the trade of a pair and of third regions changed against the baseline.

    Parameters
    ----------
    result
        A result of :func:`~negotiation.trade.equilibrium.counterfactual`.
    exporter, importer
        Two regions; None: the second and the first of the economy.

    Raises
    ------
    InvalidInputError
        If a region is unknown or both are the same.

    Examples
    --------
    >>> import numpy as np
    >>> from negotiation.trade.economy import Economy, TariffSchedule
    >>> from negotiation.trade.equilibrium import counterfactual
    >>> from negotiation.trade.model import TradeModel
    >>> names = ("A", "B", "C")
    >>> free = TariffSchedule(names, ("goods",), np.zeros((1, 3, 3)))
    >>> flows = np.full((1, 3, 3), 1.0) + 7.0 * np.eye(3)
    >>> world = Economy("three", names, ("goods",), flows, free)
    >>> war = free.set(importer="A", exporter="B", rate=0.5)
    >>> moved = trade_diversion(
    ...     counterfactual(world, war, TradeModel(trade_elasticity=4.0)), exporter="B", importer="A"
    ... )
    >>> bool(moved.direct[0] < 0 < moved.to_importer[0, 0])
    True
    """
    economy = instance(result, TradeEquilibrium, name="result").economy
    if exporter is None or importer is None:
        first, second = first_two(economy)
        exporter, importer = exporter or second, importer or first
    i, j = economy.region_index(exporter), economy.region_index(importer)
    if i == j:
        raise InvalidInputError(
            "exporter and importer must differ", where="importer", seen=importer
        )
    third = [k for k in range(len(economy.regions)) if k not in (i, j)]
    change = result.flows - result.calibration.flows
    return TradeDiversion(
        exporter=exporter,
        importer=importer,
        sectors=economy.sectors,
        third_regions=tuple(economy.regions[k] for k in third),
        direct=read_only(change[:, i, j].copy()),
        to_importer=read_only(change[:, third, j].copy()),
        from_exporter=read_only(change[:, i, :][:, third].copy()),
        home_sales=read_only(np.ascontiguousarray(change[:, j, j])),
    )
