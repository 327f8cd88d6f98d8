"""Dated public events as data, and how far their claims are to be believed."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import cast

import numpy as np

from negotiation.arguments import takes
from negotiation.bargaining.signals.sources import source_posterior, source_reliability
from negotiation.data.tables import DateLike, as_date, load_table
from negotiation.errors import InvalidInputError
from negotiation.values import number

__all__ = [
    "CLAIMS",
    "ContactClaim",
    "DatedEvent",
    "believed_events",
    "contact_posterior",
    "event_ratios",
    "learned_reliability",
    "read_events",
]

#: Types of events that only claim something, and the types that confirm a claim.
CLAIMS: Mapping[str, tuple[str, ...]] = {
    "threat": ("escalation", "escalation (non-tariff)", "escalation (replacement)"),
    "public statement": ("contact", "talks", "agreement"),
    "signal (leak)": ("contact", "talks", "agreement"),
    "denial": (),
    "demand": (),
}


@dataclass(frozen=True)
class DatedEvent:
    """A public event.

    Attributes
    ----------
    day
        When it happened.
    actor
        Side, or "BOTH".
    type
        Kind of event, for instance "threat"; events of a type share a likelihood ratio.
    source
        Where it is known from; an event without source is refused.
    number
        Counts the events of one actor on one day.
    rates
        Added tariffs in force after it, as fractions, by side; NaN where not stated.
    """

    day: date
    actor: str
    type: str
    source: str
    number: int = 1
    rates: tuple[float, float] = (float("nan"), float("nan"))

    def __post_init__(self) -> None:
        """Refuse an event without source."""
        if not isinstance(self.source, str) or not self.source.strip():  # type: ignore[redundant-expr]  # callers may be untyped
            raise InvalidInputError(
                "an event without source",
                where=f"event of {self.day}, {self.actor}",
                seen=repr(self.source),
                allowed="where it is known from",
            )


@dataclass(frozen=True)
class ContactClaim:
    """A claim about whether the leaders have talked.

    Attributes
    ----------
    day, actor
        Who says so, and when.
    says
        Whether they have.
    """

    day: date
    actor: str
    says: bool


@takes
def read_events(
    *, as_of: DateLike = None, folder: str | Path | None = None
) -> tuple[DatedEvent, ...]:
    """Return the embedded events that had happened and were known at a date, in order.

    Parameters
    ----------
    as_of
        Information date; None returns all.
    folder
        A data folder laid out as the embedded one.

    Examples
    --------
    >>> events = read_events(as_of="2025-05-02")
    >>> max(event.day for event in events).isoformat()
    '2025-05-02'
    """
    limit = as_date(as_of)
    out = []
    for row in load_table("events", as_of=limit, folder=folder):
        day = cast(date, row["date"])
        if limit is not None and day > limit:
            continue
        rates = tuple(
            float("nan") if points is None else float(cast(float, points)) / 100.0
            for key, points in row.items()
            if key.endswith("_added_pct")
        )
        out.append(
            DatedEvent(
                day=day,
                actor=str(row["actor"]),
                type=str(row["type"]),
                source=str(row["source"] or ""),
                number=int(cast(int, row["number"])),
                rates=(rates[0], rates[1]),
            )
        )
    return tuple(sorted(out, key=lambda event: (event.day, event.actor, event.number)))


@takes
def learned_reliability(
    events: Sequence[DatedEvent],
    actor: str,
    *,
    day: date,
    window: int = 30,
    prior_shape: tuple[float, float] = (1.0, 1.0),
    claims: Mapping[str, tuple[str, ...]] = CLAIMS,
) -> float:
    """Return the mean rate at which an actor's claims had proved true before a day.

    A claim is confirmed by an event of a confirming type, by the same actor or by both, within
    ``window`` days; it is refuted once the window has passed without one; until then it says
    nothing. Beta-Bernoulli updating by `negotiation.bargaining.signals.sources.source_reliability`.
    """
    confirmed = refuted = 0
    for claim in events:
        confirming = claims.get(claim.type, ())
        if claim.actor != actor or claim.day >= day or not confirming:
            continue
        end = claim.day + timedelta(days=window)
        if any(
            event.type in confirming
            and event.actor in {actor, "BOTH"}
            and claim.day < event.day <= min(end, day - timedelta(days=1))
            for event in events
        ):
            confirmed += 1
        elif end < day:
            refuted += 1
    return source_reliability(confirmed, refuted, prior_shape=prior_shape).mean


def believed_events(
    events: Sequence[DatedEvent],
    player: str,
    types: Container[str],
    *,
    window: int = 30,
    prior_shape: tuple[float, float] = (1.0, 1.0),
) -> list[tuple[DatedEvent, float]]:
    """Return a side's events of some types, each with how far it is believed: 1 for an act.

    Events of both sides count for each. Several reports of one type by one side on one day are one
    piece of news. For the rest see `learned_reliability`.
    """
    out, told = [], set()
    for event in events:
        key = (event.day, event.actor, event.type)
        if event.type not in types or event.actor not in {player, "BOTH"} or key in told:
            continue
        told.add(key)
        theta = 1.0
        if event.type in CLAIMS:
            theta = learned_reliability(
                events, event.actor, day=event.day, window=window, prior_shape=prior_shape
            )
        out.append((event, theta))
    return out


@takes
def event_ratios(
    events: Sequence[DatedEvent], player: str, ratios: Mapping[str, float]
) -> list[tuple[DatedEvent, float]]:
    """Return what each of a side's events says, as a likelihood ratio, tough against not.

    An act says what its type does; a claim says something only where it is true,
    ``theta ratio + 1 - theta``, with ``theta`` from `learned_reliability` on that day. Several
    reports of one type by one side on one day are one piece of news.

    Parameters
    ----------
    events
        All that had happened and were known, in order.
    player
        The side; events of both sides count for each.
    ratios
        By type of event; types that are not named say nothing and are left out.
    """
    out = []
    for event, theta in believed_events(events, player, ratios):
        ratio = number(ratios[event.type], name=f"ratios[{event.type}]", low=0.0, open_low=True)
        if event.type in CLAIMS:
            ratio = theta * ratio + 1.0 - theta
        out.append((event, ratio))
    return out


@takes
def contact_posterior(
    claims: Sequence[ContactClaim],
    reliability: Mapping[str, float],
    *,
    prior: float = 0.5,
) -> float:
    """Return the probability that the sides are in contact, from claims that may contradict.

    The last claim of each actor counts, as one report of the two-source rule of
    `source_posterior`: an actor of reliability theta says what is
    true with probability theta.

    Examples
    --------
    >>> said = [ContactClaim(date(2025, 4, 24), "CHN", False),
    ...         ContactClaim(date(2025, 4, 25), "USA", True)]
    >>> round(contact_posterior(said, {"USA": 0.6, "CHN": 0.6}), 6)
    0.5
    """
    last: dict[str, ContactClaim] = {}
    for claim in sorted(claims, key=lambda item: item.day):
        last[claim.actor] = claim
    if not last:
        return number(prior, name="prior", low=0.0, high=1.0)
    missing = [actor for actor in last if actor not in reliability]
    if missing:
        raise InvalidInputError(
            "no reliability for a source", where="reliability", seen=", ".join(missing)
        )
    theta = np.array([reliability[actor] for actor in last])
    return source_posterior(
        prior,
        sensitivities=theta,
        false_positive_rates=1.0 - theta,
        reports=[claim.says for claim in last.values()],
    ).posterior
