"""What governments do to trade: one policy of tariffs, export taxes, controls, barriers, quotas.

Every table is indexed ``[sector, exporter, importer]``. With the producer price ``c_is``, buyers in
j pay for the goods of i::

    c_is (1 + control_ijs) d_ijs (1 + e_ijs) (1 + t_ijs)

The tariff ``t`` pays the importer, the export tax ``e`` the exporter. A control and a trade cost
``d`` pay nobody: what they cost is used up, as goods of the exporter that do not arrive (Samuelson
1954). A control is decided by the exporter, a trade cost by the importer or by nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.trade.aggregation import flow_cells, unique_labels
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.instruments.rate_tables import checked_table
from negotiation.values import (
    FloatArray,
    compact_repr,
    instance,
    number,
    one_of,
    quantity,
)

__all__ = ["EXPORT_INSTRUMENTS", "INSTRUMENTS", "Policy", "Purchase", "Quota"]

INSTRUMENTS = ("import_tariff", "export_tax", "export_control", "trade_cost")
"""Instruments with a rate on every flow, in the order of :meth:`Policy.tables`."""

EXPORT_INSTRUMENTS = frozenset({"export_tax", "export_control"})
"""Those that the exporter decides."""

Labels: TypeAlias = str | Iterable[str] | None


@dataclass(frozen=True)
class Quota:
    """A limit on the quantity of each of some flows.

    Attributes
    ----------
    exporter, importer
        Labels.
    sectors
        Labels; each sector is limited by itself.
    limit
        Largest quantity over the baseline's; 0 is a ban.
    rents
        Who earns the difference between the price paid and the price received: ``"importer"``
        (licences are auctioned there) or ``"exporter"`` (a voluntary export restraint).
    """

    exporter: str
    importer: str
    sectors: tuple[str, ...]
    limit: float = quantity("q", "1", "largest quantity over the baseline's")
    rents: str = "importer"

    def __post_init__(self) -> None:
        """Check labels, bounds and the option."""
        object.__setattr__(self, "sectors", unique_labels(self.sectors, "sectors"))
        object.__setattr__(self, "limit", number(self.limit, name="limit", low=0.0))
        one_of(self.rents, ("importer", "exporter"), name="rents")


@dataclass(frozen=True)
class Purchase:
    """A commitment to buy so much more of a partner's goods than in the baseline.

    Attributes
    ----------
    importer, exporter
        Who buys from whom.
    sectors
        Labels of the listed sectors, counted together.
    value
        Billion USD a year, at the producer prices of the baseline, above baseline purchases. An
        import subsidy, one rate on the listed goods, brings it about where markets do not.
    """

    importer: str
    exporter: str
    sectors: tuple[str, ...]
    value: float = quantity("V", "billion USD/year", "purchases above the baseline's")

    def __post_init__(self) -> None:
        """Check labels and the value."""
        object.__setattr__(self, "sectors", unique_labels(self.sectors, "sectors"))
        object.__setattr__(self, "value", number(self.value, name="value", low=0.0))


@dataclass(frozen=True, eq=False)
class Policy:
    """All instruments in force, by flow.

    Attributes
    ----------
    tariffs
        Import tariffs; their labels are those of every table.
    export_taxes
        ``e``, rates on the producer price that pay the exporter; negative is a subsidy.
    export_controls
        Rates at which licences and delays raise the price; they pay nobody. Infinite is a ban.
    trade_costs
        ``d``, iceberg factors over the baseline: 1 is no change, infinite a ban.
    quotas, purchases
        Limits on quantities and commitments to buy.

    Raises
    ------
    InvalidInputError
        If a table has another shape, a rate is out of bounds, or a region taxes its own sales.

    Examples
    --------
    >>> free = TariffSchedule(("USA", "CHN"), ("goods",), np.zeros((1, 2, 2)))
    >>> policy = Policy(free).with_export_tax(exporter="CHN", importer="USA", rate=0.3)
    >>> policy.export_taxes[0].tolist()
    [[0.0, 0.0], [0.3, 0.0]]
    >>> policy.tariffs_alone
    False
    """

    tariffs: TariffSchedule
    export_taxes: FloatArray = quantity("e", "fraction", "export tax", default=None)
    export_controls: FloatArray = quantity("", "fraction", "cost of controls", default=None)
    trade_costs: FloatArray = quantity("d", "1", "iceberg factor", default=None)
    quotas: tuple[Quota, ...] = ()
    purchases: tuple[Purchase, ...] = ()

    __repr__ = compact_repr

    def __post_init__(self) -> None:
        """Check every table and freeze it."""
        if not isinstance(self.tariffs, TariffSchedule):
            raise InvalidInputError(
                "not a tariff schedule",
                where="tariffs",
                seen=type(self.tariffs).__name__,
                allowed="TariffSchedule",
            )
        put = object.__setattr__
        shape = self.tariffs.rates.shape
        put(self, "export_taxes", checked_table(self.export_taxes, "export_taxes", shape))
        put(self, "export_controls", checked_table(self.export_controls, "export_controls", shape))
        put(self, "trade_costs", checked_table(self.trade_costs, "trade_costs", shape))
        for name, kind in (("quotas", Quota), ("purchases", Purchase)):
            given = getattr(self, name)
            items = tuple(given) if isinstance(given, list | tuple) else (given,)
            put(self, name, tuple(instance(item, kind, name=name) for item in items))

    @property
    def regions(self) -> tuple[str, ...]:
        """Labels of the exporter and importer axes."""
        return self.tariffs.regions

    @property
    def sectors(self) -> tuple[str, ...]:
        """Labels of the sector axis."""
        return self.tariffs.sectors

    @property
    def tariffs_alone(self) -> bool:
        """Whether nothing but import tariffs is in force."""
        return not (
            self.quotas
            or self.purchases
            or np.any(self.export_taxes)
            or np.any(self.export_controls)
            or np.any(self.trade_costs != 1.0)
        )

    def tables(self) -> FloatArray:
        """Return the rates of all instruments ``[instrument, sector, exporter, importer]``.

        In the order of :data:`INSTRUMENTS`; a trade cost is its factor less 1. Quotas and
        purchases have no rate before an equilibrium is known.
        """
        return np.stack(
            [self.tariffs.rates, self.export_taxes, self.export_controls, self.trade_costs - 1.0]
        )

    def with_tables(self, tables: FloatArray) -> Policy:
        """Return the policy with other rates, in the order of :meth:`tables`."""
        return replace(
            self,
            tariffs=replace(self.tariffs, rates=tables[0]),
            export_taxes=tables[1],
            export_controls=tables[2],
            trade_costs=1.0 + tables[3],
        )

    def _places(self, exporter: Labels, importer: Labels, sectors: Labels) -> tuple[Any, ...]:
        return flow_cells(
            self.regions, self.sectors, of_sectors=sectors, exporter=exporter, importer=importer
        )

    def _put(
        self, name: str, value: float, exporter: Labels, importer: Labels, sectors: Labels
    ) -> Policy:
        table = getattr(self, name).copy()
        table[self._places(exporter, importer, sectors)] = value
        index = np.arange(len(self.regions))
        table[:, index, index] = 1.0 if name == "trade_costs" else 0.0
        return replace(self, **{name: table})

    def with_tariffs(self, tariffs: TariffSchedule) -> Policy:
        """Return the policy with another schedule of import tariffs."""
        return replace(self, tariffs=tariffs)

    def with_import_tariff(
        self,
        *,
        importer: Labels = None,
        exporter: Labels = None,
        rate: float,
        sectors: Labels = None,
    ) -> Policy:
        """Return the policy with a tariff put in place; None means every label of an axis."""
        tariffs = self.tariffs.set(importer=importer, exporter=exporter, rate=rate, sectors=sectors)
        return self.with_tariffs(tariffs)

    def with_export_tax(
        self,
        *,
        exporter: Labels = None,
        importer: Labels = None,
        rate: float,
        sectors: Labels = None,
    ) -> Policy:
        """Return the policy with an export tax put in place, a fraction of the producer price."""
        value = number(rate, name="rate", low=-1.0, open_low=True)
        return self._put("export_taxes", value, exporter, importer, sectors)

    def with_export_control(
        self,
        *,
        exporter: Labels = None,
        importer: Labels = None,
        rate: float,
        sectors: Labels = None,
    ) -> Policy:
        """Return the policy with a control that costs buyers a fraction of the producer price."""
        value = number(rate, name="rate", low=0.0)
        return self._put("export_controls", value, exporter, importer, sectors)

    def with_export_ban(
        self, *, exporter: Labels = None, importer: Labels = None, sectors: Labels = None
    ) -> Policy:
        """Return the policy with flows forbidden: the limit of controls, or of tariffs."""
        return self._put("export_controls", np.inf, exporter, importer, sectors)

    def with_trade_cost(
        self,
        *,
        exporter: Labels = None,
        importer: Labels = None,
        factor: float,
        sectors: Labels = None,
    ) -> Policy:
        """Return the policy with an iceberg factor over the baseline put in place."""
        value = number(factor, name="factor", low=0.0, open_low=True)
        return self._put("trade_costs", value, exporter, importer, sectors)

    def with_quota(
        self,
        *,
        exporter: str,
        importer: str,
        limit: float,
        sectors: Labels = None,
        rents: str = "importer",
    ) -> Policy:
        """Return the policy with one more limit, see :class:`Quota`; None means every sector."""
        chosen = self._places(exporter, importer, sectors)[0].reshape(-1)
        names = tuple(self.sectors[int(s)] for s in chosen)
        quota = Quota(exporter, importer, names, limit, rents)
        return replace(self, quotas=(*self.quotas, quota))

    def with_purchase(
        self, *, importer: str, exporter: str, value: float, sectors: Labels = None
    ) -> Policy:
        """Return the policy with one more commitment, see :class:`Purchase`."""
        chosen = self._places(exporter, importer, sectors)[0].reshape(-1)
        names = tuple(self.sectors[int(s)] for s in chosen)
        return replace(
            self, purchases=(*self.purchases, Purchase(importer, exporter, names, value))
        )


def checked_rates(economy: Economy, tariffs: TariffSchedule | Policy) -> FloatArray:
    """Return the rates of a schedule that fits the economy, or say why it does not."""
    if not isinstance(tariffs, TariffSchedule):
        raise InvalidInputError(
            "not a tariff schedule",
            where="tariffs",
            seen=type(tariffs).__name__,
            allowed="TariffSchedule or Policy",
            hint="Start from economy.tariffs.set(...) or .add(...).",
        )
    if tariffs.regions != economy.regions or tariffs.sectors != economy.sectors:
        raise InvalidInputError(
            "labels differ from the economy's", where="tariffs", seen=tariffs.regions[:8]
        )
    return tariffs.rates


def policy_of(
    economy: Economy,
    tariffs: TariffSchedule | Policy,
    trade_costs: FloatArray | None,
    export_taxes: FloatArray | None,
) -> Policy:
    """Return one policy from the arguments of a counterfactual.

    Raises
    ------
    InvalidInputError
        If labels differ from the economy's, or an instrument is given twice.
    """
    if isinstance(tariffs, Policy):
        policy = tariffs
        for name, value in (("trade_costs", trade_costs), ("export_taxes", export_taxes)):
            if value is not None:
                raise InvalidInputError(
                    "given beside a policy, which has its own",
                    where=name,
                    hint=f"Put it into the policy: Policy(tariffs, {name}=...).",
                )
    else:
        shape = economy.flows.shape
        policy = Policy(
            tariffs,
            export_taxes=checked_table(export_taxes, "export_taxes", shape),
            trade_costs=checked_table(trade_costs, "trade_costs", shape),
        )
    if policy.regions != economy.regions or policy.sectors != economy.sectors:
        raise InvalidInputError(
            "labels differ from the economy's", where="tariffs", seen=policy.regions[:8]
        )
    return policy
