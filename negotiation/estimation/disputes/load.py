"""Reading disputes from the embedded table, or from a user's file with its columns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import cast

import numpy as np

from negotiation.arguments import takes
from negotiation.data.tables import Cell, DateLike, load_table, read_table
from negotiation.errors import InvalidInputError
from negotiation.estimation.disputes.durations import ENDINGS, Disputes, dyad_of
from negotiation.values import one_of, read_only

__all__ = ["load_disputes"]

_NO_CONCESSION = frozenset({"court", "expired", "extended"})
#: Covariates from columns of the table, with the factor to their unit.
_TERMS = (
    ("sender_added_rate", "sender_added_pct", 0.01),
    ("target_retaliation_rate", "target_retaliation_pct", 0.01),
    ("coverage_usd_bn", "coverage_usd_bn", 1.0),
)


def _span(day: date, precision: Cell) -> tuple[date, date]:
    """Return first and last day that a date of this precision may mean."""
    if precision == "month":
        first = day.replace(day=1)
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    if precision == "year":
        return day.replace(month=1, day=1), day.replace(month=12, day=31)
    return day, day


def _number(row: Mapping[str, Cell], column: str, scale: float = 1.0) -> float:
    cell = row[column]
    return float("nan") if cell is None else scale * float(cast(float, cell))


def _duration(row: Mapping[str, Cell], start: str, where: str) -> tuple[float, float]:
    """Return the bounds of a row's duration in days, from its ``start`` date."""
    begun, settled, seen = (
        cast("date | None", row[column])
        for column in (f"{start}_date", "settlement_date", "censored_on")
    )
    place = f"{where}, dispute {row['dispute_id']}"
    if begun is None or (settled is None) == (seen is None):
        raise InvalidInputError(
            "a dispute has ended or was last seen open, one of the two",
            where=f"{place}, columns settlement_date, censored_on",
            seen=f"{settled}, {seen}",
            allowed="exactly one date",
        )
    earliest, latest = _span(begun, row[f"{start}_precision"])
    if settled is not None:
        first, last = _span(settled, row["settlement_precision"])
        low, high = max((first - latest).days - 0.5, 0.0), (last - earliest).days + 0.5
    else:
        low, high = float((cast(date, seen) - begun).days), float("inf")
    if high < 0.0 or low < 0.0:
        raise InvalidInputError(
            "ends before it begins", where=place, seen=f"{begun} to {settled or seen}"
        )
    return low, high


def _ending(row: Mapping[str, Cell]) -> str:
    """Return who conceded, "other" if neither, empty if the dispute is open."""
    if row["settlement_date"] is None:
        return ""
    who = str(row["conceded_more"])
    return who if who in ENDINGS and str(row["outcome"]) not in _NO_CONCESSION else "other"


def _days(row: Mapping[str, Cell], column: str, start: str) -> float:
    """Return days from the middle of what the ``start`` date may mean; NaN without a date."""
    day = cast("date | None", row[column])
    if day is None:
        return float("nan")
    earliest, latest = _span(cast(date, row[f"{start}_date"]), row[f"{start}_precision"])
    return 0.5 * float((day - earliest).days + (day - latest).days)


@takes
def load_disputes(
    path: str | Path | None = None, as_of: DateLike = None, *, clock: str = "threat"
) -> Disputes:
    """Return disputes as they were known at a date.

    Parameters
    ----------
    path
        A user's csv with the columns of the embedded table ``disputes`` (their meanings and units:
        ``show_codebook("disputes")``); None: the embedded 75 confrontations from 1930 to 2026.
    as_of
        Information date: `Disputes.known_at`. None: everything.
    clock
        "threat": from the first threat, or from the imposition where no threat is dated;
        "imposition": from the imposition, without disputes that never came to it.

    Returns
    -------
    Disputes
        With the covariates ``imposed_at_start`` (0 or 1), ``sender_added_rate`` and
        ``target_retaliation_rate`` (fractions) and ``coverage_usd_bn``: the last three are peaks
        over the dispute, not what was known at its start. Dates known by month or year alone make
        intervals.

    Raises
    ------
    DataError
        If the file is not what its columns allow: names file, row and column.
    InvalidInputError
        If a dispute has both an end and a last day seen open, or neither.
    InformationDateError
        If no dispute had begun at the information date.

    Notes
    -----
    Where terms are withheld the dispute is open: columns that mark missing covariates then carry
    that too, and a law fitted with them at an information date should not be trusted.

    A deadline is the one last set before the end: where it was moved, the first was another.

    Examples
    --------
    >>> load_disputes()
    <72 disputes: 57 ended, 15 open, 28 dyads>
    >>> dict(load_disputes().left_out)["us_eu_cars_2018"]
    'no first day is known'
    """
    one_of(clock, ("threat", "imposition"), name="clock")
    table = load_table("disputes") if path is None else read_table("disputes", path)
    where = "disputes" if path is None else str(path)
    left_out: dict[str, str] = {}
    rows, kinds = [], []
    for row in table:
        kind = clock if clock == "imposition" or row["threat_date"] is not None else "imposition"
        if row[f"{kind}_date"] is None:
            why = "never imposed" if clock == "imposition" else "no first day is known"
            left_out[str(row["dispute_id"])] = why
        else:
            rows.append(row)
            kinds.append(kind)
    if not rows:
        raise InvalidInputError("no dispute has a first day", where=where, seen=len(table))
    starts = [cast(date, row[f"{kind}_date"]) for row, kind in zip(rows, kinds, strict=True)]
    bounds = [_duration(row, kind, where) for row, kind in zip(rows, kinds, strict=True)]
    imposed = [
        float(row["imposition_date"] is not None and cast(date, row["imposition_date"]) <= begun)
        for row, begun in zip(rows, starts, strict=True)
    ]
    everything = Disputes(
        ids=tuple(str(row["dispute_id"]) for row in rows),
        dyads=tuple(dyad_of(str(row["sender"]), str(row["target"])) for row in rows),
        low=read_only(np.array([low for low, _ in bounds])),
        high=read_only(np.array([high for _, high in bounds])),
        deadline=read_only(
            np.array([_days(row, "deadline", kind) for row, kind in zip(rows, kinds, strict=True)])
        ),
        ending=tuple(_ending(row) for row in rows),
        outcome=tuple(str(row["outcome"]) for row in rows),
        covariates=MappingProxyType(
            {
                "imposed_at_start": read_only(np.array(imposed)),
                **{
                    name: read_only(np.array([_number(row, column, unit) for row in rows]))
                    for name, column, unit in _TERMS
                },
            }
        ),
        senders=tuple(str(row["sender"]) for row in rows),
        start=tuple(starts),
        public=tuple(cast(date, row["known_on"]) for row in rows),
        left_out=MappingProxyType(left_out),
    )
    return everything.known_at(as_of)
