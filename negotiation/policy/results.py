"""Results of tariff problems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from negotiation.presentation import Pictured, Presented, in_order
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.instruments.policy import EXPORT_INSTRUMENTS, INSTRUMENTS, Policy
from negotiation.trade.model import TradeModel
from negotiation.trade.results import TradeEquilibrium
from negotiation.values import FloatArray, quantity

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PolicyCertificate", "PolicyObjective", "PolicyResult", "SectorTariffs", "WarGains"]


@dataclass(frozen=True)
class PolicyCertificate(Presented):
    """How far tariffs are from solving their problem, computed apart from the solver.

    Attributes
    ----------
    interior_gradient
        Largest derivative of a player's objective (percent of GDP) by ``log(1 + t)`` of one of
        its rates strictly within bounds.
    relative_gradient
        The same over the size of its parts, so that rates on small flows count alike.
    bound_violation
        Largest relative derivative with the wrong sign at a bound; 0 where all signs are right.
    unilateral_gain
        Largest gain (percent of GDP) that any player found by another reply, from several
        starts or along the whole interval of a single rate, negative where every other reply is
        worse; in bargains, the largest gain of a pair's Nash product in percent, the other
        pairs' tariffs given; NaN where none was looked for.
    equilibrium_residual
        Largest violation of the equilibrium conditions, rebuilt from prices and flows.
    condition
        Largest violation of the problem's own condition: how far gains with a positive weight
        are above the least gain (cooperative), or weights from surplus shares (bargained); 0
        otherwise.
    """

    interior_gradient: float
    relative_gradient: float
    bound_violation: float
    unilateral_gain: float
    equilibrium_residual: float
    condition: float = 0.0


@dataclass(frozen=True, eq=False)
class PolicyObjective:
    """What the players get: a number for one importer, one a player otherwise.

    Attributes
    ----------
    players
        Who chose.
    value
        Payoff over the economy's baseline, percent of GDP.
    gain_pct
        Percent gain over the payoff level at the tariffs that the problem started from.
    """

    players: tuple[str, ...]
    value: float | FloatArray
    gain_pct: float | FloatArray


@dataclass(frozen=True, eq=False)
class PolicyResult(Presented):
    """Tariffs chosen by governments.

    Attributes
    ----------
    economy, model, players, scope, method
        The problem.
    tariffs
        All tariffs, those of others included.
    objective
        Payoffs of the players.
    payoffs
        Payoffs of all regions over the baseline, percent of GDP.
    equilibrium
        The world under these tariffs.
    certificate
        See :class:`PolicyCertificate`.
    chosen
        On which flows a rate was chosen, ``[sector, exporter, importer]``.
    instruments
        What each player chose, by name: see `INSTRUMENTS`.
    side_payments
        Bargains with transfers: what the second of each pair pays the first, billion USD a year
        at baseline values; None elsewhere.
    notes
        What the reader must know: players most of whose rates stand at the upper bound.
    converged, iterations
        Whether the problem is solved within tolerance, and rounds of the map.
    elapsed_seconds
        Wall time.
    """

    economy: Economy
    model: TradeModel
    players: tuple[str, ...]
    scope: str
    method: str
    tariffs: TariffSchedule
    objective: PolicyObjective
    payoffs: FloatArray
    equilibrium: TradeEquilibrium
    certificate: PolicyCertificate
    chosen: FloatArray
    converged: bool
    iterations: int
    instruments: Mapping[str, str] = field(default_factory=dict)
    side_payments: FloatArray | None = None
    notes: tuple[str, ...] = ()
    elapsed_seconds: float = field(default=0.0, compare=False)

    @property
    def policy(self) -> Policy:
        """All instruments in force, those of others included."""
        return self.equilibrium.policy

    def rates_of(self, player: str) -> tuple[FloatArray, FloatArray]:
        """Return a player's table of rates, and where it chose them, ``[S, exporter, importer]``.

        Parameters
        ----------
        player
            A region; one that did not choose has no place.
        """
        kind = self.instruments.get(player, "import_tariff")
        j = self.economy.region_index(player)
        table: FloatArray = self.policy.tables()[INSTRUMENTS.index(kind)]
        own = np.zeros_like(self.chosen)
        at = (slice(None), j) if kind in EXPORT_INSTRUMENTS else (slice(None), slice(None), j)
        if player in self.players:
            own[at] = self.chosen[at]
        return table, own

    def table(self) -> pd.DataFrame:
        """Return one row a region, in percent.

        ``objective``: payoff; ``welfare``: real income; ``wage``: wage less the mean wage over
        regions, both over the weighted mean; ``profit``: profits over wages (NaN without
        profits); ``median_rate``: of the rates that the region chose (NaN if it did not), called
        ``median_tariff`` where all players chose import tariffs.
        """
        import pandas as pd

        world = self.equilibrium
        before = world.calibration.profits
        wage = world.wage_index / float(
            np.average(world.wage_index, weights=world.calibration.wage_bill)
        )
        paid = before > 0.0
        profit = np.where(paid, world.profits, np.nan) / np.where(paid, before, 1.0)
        medians = []
        for region in self.economy.regions:
            rates, own = self.rates_of(region)
            mine = rates[own > 0.0]
            medians.append(float(np.median(mine)) if mine.size else np.nan)
        tariffs = set(self.instruments.values()) <= {"import_tariff"}
        return pd.DataFrame(
            {
                "objective": self.payoffs,
                "welfare": world.welfare,
                "wage": 100.0 * (wage - wage.mean()),
                "profit": 100.0 * (profit / world.wage_index - 1.0),
                "median_tariff" if tariffs else "median_rate": 100.0 * np.array(medians),
            },
            index=pd.Index(self.economy.regions, name="region"),
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row a rate: importer, exporter, sector, instrument, rate as a fraction."""
        import pandas as pd

        rows = []
        for player in self.players:
            rates, own = self.rates_of(player)
            kind = self.instruments.get(player, "import_tariff")
            rows += [
                (
                    self.economy.regions[j],
                    self.economy.regions[i],
                    self.economy.sectors[s],
                    kind,
                    float(rates[s, i, j]),
                )
                for s, i, j in np.argwhere(own > 0.0)
            ]
        columns = ["importer", "exporter", "sector", "instrument", "rate"]
        frame = pd.DataFrame(rows, columns=columns)
        for name in ("importer", "exporter"):
            frame[name] = in_order(frame[name], self.economy.regions)
        frame["sector"] = in_order(frame["sector"], self.economy.sectors)
        return frame

    def _displayed(self) -> pd.DataFrame:
        return self.table()

    def _heading(self) -> str:
        done = "" if self.converged else " (not converged)"
        return f"tariffs of {', '.join(self.players)} by {self.method}{done}, percent"


@dataclass(frozen=True, eq=False)
class WarGains(Pictured):
    """Change of every region's real income under tariffs that one or several regions choose.

    Attributes
    ----------
    wars
        Names of the rows.
    regions
        Columns.
    welfare
        Percent ``[war, region]``.
    title
        Model and elasticities.
    """

    wars: tuple[str, ...]
    regions: tuple[str, ...]
    welfare: FloatArray = quantity("W", "percent", "change of real income [war, region]")
    title: str = ""

    _axes: ClassVar = {"welfare": ("wars", "regions")}

    _picture = "plot_war_gains"


@dataclass(frozen=True, eq=False)
class SectorTariffs(Pictured):
    """Optimal tariffs by sector and importer, against the sector's trade elasticity.

    Attributes
    ----------
    importers, sectors
        Labels; an importer's may name the model.
    rates
        Fractions ``[importer, sector]``.
    elasticities
        By sector.
    title
        Model and elasticities.
    """

    importers: tuple[str, ...]
    sectors: tuple[str, ...]
    rates: FloatArray = quantity("", "fraction", "optimal tariff [importer, sector]")
    elasticities: FloatArray = quantity("theta_s", "1", "trade elasticity [sector]")
    title: str = ""

    _axes: ClassVar = {"rates": ("importers", "sectors"), "elasticities": ("sectors",)}

    _picture = "plot_optimal_tariffs"
