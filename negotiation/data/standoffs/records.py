"""Rows of a standoff's file: each a fact with its source and the day it became known."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from negotiation.values import quantity

__all__ = [
    "ACTION_KINDS",
    "DEADLINE_KINDS",
    "ENDING_KINDS",
    "EVENT_KINDS",
    "STAGE_KINDS",
    "Deadline",
    "Demand",
    "DisputeStage",
    "Ending",
    "ExemptibleGoods",
    "MeasureInForce",
    "Moment",
    "PublicEvent",
    "SectorExemption",
    "TariffChange",
    "TariffThreat",
    "known_at",
]

EVENT_KINDS = (
    *("threat", "escalation", "escalation (non-tariff)", "escalation (replacement)"),
    *("contact", "talks", "summit", "agreement", "agreement (in effect)", "no agreement"),
    *("public statement", "denial", "demand", "signal (leak)", "unilateral exemption"),
    *("deadline moved", "court ruling", "legislation"),
)
STAGE_KINDS = (
    *("contact", "cut", "cut_below_threshold", "purchases", "barriers", "comprehensive"),
    *("extension", "own"),
)
ACTION_KINDS = ("call", "concede")
DEADLINE_KINDS = ("rates imposed", "truce lapses", "talks end")
ENDING_KINDS = ("court", "election", "legal limit", "own")


@dataclass(frozen=True)
class TariffChange:
    """Added points of one side on another from a day on.

    Attributes
    ----------
    date
        First day in force.
    imposer, target
        Who taxes whose goods; either may be a third region.
    added
        Points over the baseline tariffs from then on, in place of earlier ones.
    sectors
        On which sectors; None: all goods.
    measure
        The act.
    name
        Parameter that the points are, where the file names one.
    known_on, source
        Day on which it became public, and where it is known from.
    """

    date: datetime.date
    imposer: str
    target: str
    added: float = quantity("a_h", "fraction", "headline additional tariff rate")
    sectors: tuple[str, ...] | None = None
    measure: str = ""
    name: str = ""
    known_on: datetime.date = datetime.date.min
    source: str = ""


@dataclass(frozen=True)
class TariffThreat:
    """Added points announced for a day and not in force.

    Attributes
    ----------
    imposer, target
        Who threatens whose goods.
    added
        Points over the baseline tariffs in all, if carried out.
    deadline
        Day for which they are threatened.
    ended_on
        Day on which the threat was carried out, moved or withdrawn; None while it stands.
    known_on, source
        Day on which it became public, and where it is known from.
    """

    imposer: str
    target: str
    added: float = quantity("a_T", "fraction", "threatened added tariff")
    deadline: datetime.date = datetime.date.max
    ended_on: datetime.date | None = None
    known_on: datetime.date = datetime.date.min
    source: str = ""


@dataclass(frozen=True)
class SectorExemption:
    """Goods that a side takes out of its added tariffs.

    Attributes
    ----------
    date
        First day in force.
    importer, exporter
        Who exempts whose goods.
    sectors
        Which sectors.
    share
        Share of their trade that is exempt.
    residual
        Points that stay on the exempt goods, or fewer where fewer are in force.
    of_imports
        Share of all goods bought from the exporter, a number or the name of a parameter, from which
        ``share`` was computed; None where the share itself is given.
    in_process
        Whether the process counts it, as goods without any added points.
    known_on, source
        Day on which it became public, and where it is known from.
    """

    date: datetime.date
    importer: str
    exporter: str
    sectors: tuple[str, ...]
    share: float = quantity("x", "fraction", "exempt share of a sector's trade")
    residual: float = 0.0
    of_imports: float | str | None = None
    in_process: bool = True
    known_on: datetime.date = datetime.date.min
    source: str = ""


@dataclass(frozen=True)
class ExemptibleGoods:
    """Sectors that a side is said to be ready to take out of its added tariffs.

    Attributes
    ----------
    side, sectors
        Who, and which.
    known_on, source
        Day on which it became public, and where it is known from.
    """

    side: str
    sectors: tuple[str, ...]
    known_on: datetime.date
    source: str


@dataclass(frozen=True)
class MeasureInForce:
    """An instrument other than a tariff: an export control, a port fee, a ban.

    Attributes
    ----------
    name
        What it is.
    side
        Who uses it, on the other side.
    instrument
        As in `negotiation.Measure`: ``export_control``, ``export_tax``, ``export_ban``,
        ``trade_cost`` or ``quota``.
    size
        Rate or factor, as there; ignored for a ban.
    sectors
        On which sectors.
    start, end
        First day in force, and first day no longer; None while it lasts.
    known_on, source
        Day on which it became public, and where it is known from.
    in_process
        Whether the process counts it.
    lifted_in
        Stage in which the other side asks for its end; empty: the talks are not about it.
    """

    name: str
    side: str
    instrument: str
    size: float
    sectors: tuple[str, ...]
    start: datetime.date
    end: datetime.date | None
    known_on: datetime.date
    source: str
    in_process: bool = True
    lifted_in: str = ""

    def in_force(self, day: datetime.date | None) -> bool:
        """Whether it is in force on a day; None asks for no day."""
        return day is None or (self.start <= day and (self.end is None or day < self.end))


@dataclass(frozen=True)
class Demand:
    """Added points that a side asks for, of itself and of the other.

    Attributes
    ----------
    rates
        By side, fractions; None: what is best for the side by the economy (``"ideal"``).
    names
        By side: the parameter that a rate is, where the file names one.
    known_on, source
        Day on which it became public, and where it is known from.
    """

    rates: Mapping[str, float] | None
    known_on: datetime.date
    source: str
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DisputeStage:
    """A step of the talks.

    Attributes
    ----------
    name, kind
        What it is called, and one of `STAGE_KINDS`.
    remembered
        Whether the side that gave in there is remembered.
    demands
        By side.
    asked_by
        Side that asks for purchases; empty: the one that buys more from the other than it sells.
    """

    name: str
    kind: str
    remembered: bool
    demands: Mapping[str, Demand]
    asked_by: str = ""


@dataclass(frozen=True)
class Deadline:
    """A day on which something follows unless the sides agree.

    Attributes
    ----------
    name, date
        What it is, and when.
    follows
        One of `DEADLINE_KINDS`.
    rates
        Added points by side that then hold, fractions.
    ended_on
        Day on which it was moved or fell away; None while it stands.
    known_on, source
        Day on which it became public, and where it is known from.
    """

    name: str
    date: datetime.date
    follows: str
    rates: Mapping[str, float]
    ended_on: datetime.date | None
    known_on: datetime.date
    source: str


@dataclass(frozen=True)
class Ending:
    """An end that neither side decides: a court, an election, a term set by law.

    Attributes
    ----------
    name, kind
        What it is, and one of `ENDING_KINDS`.
    hazard, low, high
        Rate at which it comes, and the range over which it is swept.
    rates
        Added points by side that it leaves in force, fractions.
    names
        Parameters that the hazard (``hazard``) and the rates by side are, where the file names
        them.
    stages, goes_to
        Stages in which it may come, and the one that is open then; empty: until the cut, and the
        stage after it.
    known_on, source
        Day on which it became public, and where it is known from.
    """

    name: str
    kind: str
    hazard: float = quantity("h_E", "1/year", "hazard of an ending from outside")
    low: float = 0.0
    high: float = 0.0
    rates: Mapping[str, float] | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    stages: tuple[str, ...] = ()
    goes_to: str = ""
    known_on: datetime.date = datetime.date.min
    source: str = ""


@dataclass(frozen=True)
class PublicEvent:
    """A dated public event.

    Attributes
    ----------
    date, actor
        When, and which side acted, or ``BOTH``.
    kind, event
        One of `EVENT_KINDS`, and what happened.
    likelihood_ratio
        Lowest and highest ratio of its likelihood, tough side against normal side; None: the
        range of the embedded parameter ``likelihood_ratio``.
    known_on, source
        Day on which it became public, and where it is known from.
    """

    date: datetime.date
    actor: str
    kind: str
    event: str
    likelihood_ratio: tuple[float, float] | None
    known_on: datetime.date
    source: str


@dataclass(frozen=True)
class Moment:
    """Whether something had happened by a day.

    Attributes
    ----------
    name, date, happened
        What, by when, and whether it had.
    opens
        Stage that is open from the day on which this became known, if it opens one.
    rates
        Points by side that were agreed on then, in place of those in force until a later step.
    known_on, source
        Day on which that became public, and where it is known from.
    """

    name: str
    date: datetime.date
    happened: bool
    known_on: datetime.date
    source: str
    opens: str = ""
    rates: Mapping[str, float] | None = None


class _Dated(Protocol):
    @property
    def known_on(self) -> datetime.date: ...


Row = TypeVar("Row", bound=_Dated)


def known_at(rows: Iterable[Row], as_of: datetime.date | None) -> tuple[Row, ...]:
    """Return the rows that were known at a day; all of them for None."""
    return tuple(row for row in rows if as_of is None or row.known_on <= as_of)
