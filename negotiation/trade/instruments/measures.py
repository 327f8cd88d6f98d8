"""Measures: what a player of a trade game does beyond adding points to its tariffs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from negotiation.errors import InvalidInputError
from negotiation.trade.aggregation import unique_labels
from negotiation.trade.instruments.policy import EXPORT_INSTRUMENTS, INSTRUMENTS, Policy
from negotiation.values import number, one_of

__all__ = ["NO_CHANGE", "Action", "Measure", "action_measures", "apply_measures"]

_KINDS = (*INSTRUMENTS, "export_ban", "quota", "purchase")
_SECTORS_NAMED = 3

NO_CHANGE = {"trade_cost": 1.0, "quota": 1.0}
"""Sizes that leave the baseline as it is; 0 for the other instruments."""


@dataclass(frozen=True)
class Measure:
    """One instrument put on the trade with the other players.

    Attributes
    ----------
    instrument
        ``"import_tariff"``, ``"trade_cost"``, ``"quota"`` or ``"purchase"`` on goods bought;
        ``"export_tax"``, ``"export_control"`` or ``"export_ban"`` on goods sold.
    size
        Rate as a fraction (points added, for tariffs); factor of a trade cost; largest quantity
        over the baseline's of a quota; billion USD a year of a purchase; ignored for a ban.
    sectors
        Labels; None is every sector but services.
    partners
        Labels; None is all other players.
    rents
        Of a quota: ``"importer"`` or ``"exporter"``.

    Raises
    ------
    InvalidInputError
        If the instrument is unknown, the size is not a number or labels are repeated.

    Examples
    --------
    >>> Measure("export_control", 1.0, sectors=["C24B"]).label
    'export control +100 % (C24B)'
    """

    instrument: str
    size: float = 0.0
    sectors: Sequence[str] | None = None
    partners: Sequence[str] | None = None
    rents: str = "importer"

    def __post_init__(self) -> None:
        """Check the instrument and freeze labels."""
        one_of(self.instrument, _KINDS, name="instrument")
        object.__setattr__(self, "size", number(self.size, name="size"))
        one_of(self.rents, ("importer", "exporter"), name="rents")
        for name in ("sectors", "partners"):
            labels = getattr(self, name)
            if labels is not None:
                object.__setattr__(self, name, unique_labels(labels, name))

    @property
    def label(self) -> str:
        """How tables print the measure."""
        name = self.instrument.replace("_", " ")
        sizes = {
            "trade_cost": f" x {self.size:g}",
            "export_ban": "",
            "quota": f" at {100.0 * self.size:.4g} %",
            "purchase": f" of {self.size:g} bn",
        }
        text = name + sizes.get(self.instrument, f" {100.0 * self.size:+.4g} %")
        if self.sectors is None:
            return text
        named = ", ".join(self.sectors[:_SECTORS_NAMED])
        more = len(self.sectors) - _SECTORS_NAMED
        return f"{text} ({named}{f' and {more} more' if more > 0 else ''})"

    def put(
        self, policy: Policy, player: str, others: Sequence[str], sectors: Sequence[str]
    ) -> Policy:
        """Return the policy with the measure in force.

        Parameters
        ----------
        policy
            What is in force already.
        player, others
            Who acts, and on whom where the measure names no partners.
        sectors
            Which ones where the measure names none.
        """
        goods = tuple(sectors) if self.sectors is None else self.sectors
        partners = tuple(others) if self.partners is None else self.partners
        sells = self.instrument in EXPORT_INSTRUMENTS or self.instrument == "export_ban"
        for partner in partners:
            exporter, importer = (player, partner) if sells else (partner, player)
            policy = self._put_on(policy, exporter, importer, goods)
        return policy

    def _put_on(
        self, policy: Policy, exporter: str, importer: str, sectors: Sequence[str]
    ) -> Policy:
        flow: dict[str, Any] = {"exporter": exporter, "importer": importer, "sectors": sectors}
        if self.instrument == "import_tariff":
            tariffs = policy.tariffs.add(rate=self.size, **flow)
            return policy.with_tariffs(tariffs)
        if self.instrument == "export_ban":
            return policy.with_export_ban(**flow)
        if self.instrument == "trade_cost":
            return policy.with_trade_cost(factor=self.size, **flow)
        if self.instrument == "quota":
            return policy.with_quota(limit=self.size, rents=self.rents, **flow)
        if self.instrument == "purchase":
            return policy.with_purchase(value=self.size, **flow)
        if self.instrument == "export_tax":
            return policy.with_export_tax(rate=self.size, **flow)
        return policy.with_export_control(rate=self.size, **flow)


Action: TypeAlias = "float | str | Measure | Sequence[Measure]"


def action_measures(action: Any, name: str) -> tuple[Measure, ...]:
    """Return the measures of an action; none for points added or free trade.

    Raises
    ------
    InvalidInputError
        If a package holds something else.
    """
    if isinstance(action, Measure):
        return (action,)
    if isinstance(action, tuple | list):
        wrong = [item for item in action if not isinstance(item, Measure)]
        if wrong or not action:
            raise InvalidInputError(
                "a package of measures holds measures alone",
                where=name,
                seen=repr(wrong[0]) if wrong else "nothing",
                allowed="Measure(...), ...",
                hint='Points added to tariffs are Measure("import_tariff", points).',
            )
        return tuple(action)
    return ()


def apply_measures(
    policy: Policy,
    actions: Sequence[tuple[str, tuple[Measure, ...]]],
    sectors: Sequence[str],
) -> Policy:
    """Return the policy with every player's measures in force.

    Parameters
    ----------
    policy
        What is in force already.
    actions
        Players in their order, each with its measures.
    sectors
        Which sectors are meant where a measure names none.
    """
    players = [player for player, _ in actions]
    for player, measures in actions:
        others = [other for other in players if other != player]
        for measure in measures:
            policy = measure.put(policy, player, others, sectors)
    return policy
