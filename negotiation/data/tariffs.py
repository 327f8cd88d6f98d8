"""Dated tariffs and exemptions of the two sides."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from negotiation.arguments import takes
from negotiation.data.schema import SERIES, SIDES
from negotiation.data.sources import EMBEDDED, read_toml
from negotiation.data.tables import Cell, DateLike, Table, as_date, load_table
from negotiation.errors import InformationDateError, InvalidInputError
from negotiation.values import one_of, quantity

__all__ = [
    "Exemption",
    "TariffStep",
    "average_tariff",
    "default_rates",
    "exempt_sectors",
    "tariff_history",
]

#: Sides of the dated tables, apart from the labels for every country and for both.
_SIDES = tuple(side for side in SIDES if side not in ("ALL", "BOTH"))
AVERAGES = "piie_trade_weighted"


@dataclass(frozen=True)
class TariffStep:
    """One dated headline rate.

    Attributes
    ----------
    date, known_on
        Day on which the rate applies, and on which it became public.
    added_rate
        Headline additional rate as a fraction, in the definition of ``series``.
    series
        What the rate adds up: ``added_2025``, ``listed_goods`` or ``exempted_goods``.
    status
        ``in_force``, ``announced``, ``threatened`` or ``cancelled``.
    measure, source
        The act, and the key of its source.
    """

    date: datetime.date
    known_on: datetime.date
    added_rate: float = quantity("a_h", "fraction", "headline additional tariff rate")
    series: str = "added_2025"
    status: str = "in_force"
    measure: str = ""
    source: str = ""


@dataclass(frozen=True)
class Exemption:
    """A sector of which goods are taken out of a side's added tariffs.

    Attributes
    ----------
    sector
        Sector code of the embedded economy.
    date, known_on
        Day from which it applies, and on which it became public.
    residual_added_rate
        Added rate that stays on the exempt goods, a fraction.
    scope
        Which goods; a sector is rarely exempt as a whole.
    source
        Key of its source.
    """

    sector: str
    date: datetime.date
    known_on: datetime.date
    residual_added_rate: float = quantity(
        "a_x", "fraction", "added tariff rate that stays on exempt goods"
    )
    scope: str = ""
    source: str = ""


def _day(cell: Cell) -> datetime.date:
    """Return a cell of a date column, which the schema has checked."""
    return cast(datetime.date, cell)


def _pair(imposer: str, target: str) -> None:
    one_of(imposer, _SIDES, name="imposer")
    one_of(target, _SIDES, name="target")
    if imposer == target:
        raise InvalidInputError("a side does not tax itself", where="target", seen=target)


@takes
def tariff_history(
    imposer: str,
    target: str,
    *,
    as_of: DateLike = None,
    series: str = "added_2025",
    status: str = "in_force",
    folder: str | Path | None = None,
) -> tuple[TariffStep, ...]:
    """Return the dated headline rates of one side on the other, of one series only.

    Parameters
    ----------
    imposer, target
        ``USA`` or ``CHN``. Measures against every country count for each target.
    as_of
        Information date; steps that became public later are left out.
    series
        ``added_2025``: sum of the duties added in 2025; ``listed_goods`` and ``exempted_goods``:
        rates on part of the goods. Series are never mixed.
    status
        ``in_force`` (default), ``announced``, ``threatened`` or ``cancelled``.

    Examples
    --------
    >>> steps = tariff_history("USA", "CHN", as_of="2025-05-01")
    >>> [step.added_rate for step in steps]
    [0.0, 0.1, 0.2, 0.3, 1.04, 1.45]
    """
    _pair(imposer, target)
    one_of(series, SERIES, name="series")
    one_of(status, ("in_force", "announced", "threatened", "cancelled"), name="status")
    table = load_table("tariff_rates", as_of=as_of, folder=folder)
    rows = [
        row
        for row in table.select(imposer=imposer, series=series, status=status)
        if row["target"] in (target, "ALL")
    ]
    steps = [
        TariffStep(
            date=_day(row["date"]),
            known_on=_day(row["known_on"]),
            added_rate=_fraction(row["rate_pct"]),
            series=series,
            status=status,
            measure=str(row["measure"]),
            source=str(row["source"]),
        )
        for row in rows
    ]
    return tuple(sorted(steps, key=lambda step: step.date))


def _fraction(percent: Cell) -> float:
    """Return a cell of a percent column as a fraction; rounding keeps 20.8 % at 0.208."""
    return round(cast(float, percent) / 100.0, 12)


@takes
def average_tariff(
    imposer: str,
    target: str,
    *,
    date: DateLike = "2025-01-20",
    as_of: DateLike = None,
    series: str = AVERAGES,
    folder: str | Path | None = None,
) -> float:
    """Return the average applied rate of one side on the other, as a fraction.

    The latest figure of the series dated on or before ``date``; series have different bases and
    are never mixed.

    Raises
    ------
    InformationDateError
        If that figure became known after ``as_of``.

    Examples
    --------
    >>> average_tariff("USA", "CHN", date="2025-01-20"), average_tariff("CHN", "USA")
    (0.208, 0.212)
    """
    _pair(imposer, target)
    wanted, limit = as_date(date, name="date"), as_date(as_of)
    table = load_table("tariff_averages", folder=folder)
    one_of(series, sorted({str(name) for name in table.column("series")}), name="series")
    rows = [
        row
        for row in table.select(imposer=imposer, target=target, series=series)
        if wanted is None or _day(row["date"]) <= wanted
    ]
    if not rows:
        raise InvalidInputError(
            "no average of this series on or before the date",
            where=f"tariffs of {imposer} on {target}",
            seen=date,
            allowed=_dates(table.select(imposer=imposer, target=target, series=series)),
        )
    latest = max(rows, key=lambda row: _day(row["date"]))
    if limit is not None and _day(latest["known_on"]) > limit:
        raise InformationDateError(
            "this average was not known at the information date",
            where=f"tariff_averages[{imposer} on {target}, {latest['date']}, {series}]",
            seen=f"known on {latest['known_on']}",
            allowed=f"on or before {limit}",
        )
    return _fraction(latest["rate_pct"])


def _dates(table: Table) -> str:
    return ", ".join(str(day) for day in table.column("date"))


@takes
def exempt_sectors(
    importer: str,
    exporter: str,
    *,
    date: DateLike = None,
    as_of: DateLike = None,
    folder: str | Path | None = None,
) -> tuple[Exemption, ...]:
    """Return the sectors whose goods a side exempts from its added tariffs.

    Parameters
    ----------
    importer, exporter
        ``USA`` or ``CHN``.
    date
        Day on which the exemption must be in force; None takes all of them.
    as_of
        Information date; exemptions that became public later are left out.

    Examples
    --------
    >>> [e.sector for e in exempt_sectors("CHN", "USA", as_of="2025-05-02")]
    ['C21', 'C26', 'C302T309', 'C28', 'B06']
    >>> exempt_sectors("CHN", "USA", as_of="2025-04-20")
    ()
    """
    _pair(importer, exporter)
    day, limit = as_date(date, name="date"), as_date(as_of)
    table = load_table("exemptions", folder=folder)
    return tuple(
        Exemption(
            sector=str(row["sector"]),
            date=_day(row["date"]),
            known_on=_day(row["known_on"]),
            residual_added_rate=_fraction(row["residual_added_pct"]),
            scope=str(row["scope"]),
            source=str(row["source"]),
        )
        for row in table.select(importer=importer, exporter=exporter)
        if (day is None or _day(row["date"]) <= day)
        and (limit is None or _day(row["known_on"]) <= limit)
    )


@takes
def default_rates(players: Sequence[str] | None = None) -> dict[str, tuple[float | str, ...]]:
    """Return the embedded grid of each player's actions: points added, or ``"free_trade"``.

    They are in ``grids.toml``, by region, with what they stand for.

    Parameters
    ----------
    players
        Who plays; None: all that have a grid.

    Raises
    ------
    InvalidInputError
        If a player has none.

    Examples
    --------
    >>> default_rates()["USA"][:4]
    ('free_trade', 0.0, 0.3, 0.54)
    """
    grids = cast(dict[str, list[float | str]], read_toml(EMBEDDED / "grids.toml")["rates"])
    names = tuple(grids) if players is None else tuple(players)
    unknown = [name for name in names if name not in grids]
    if unknown:
        raise InvalidInputError(
            "no default grid for this player",
            where="rates",
            seen=", ".join(unknown),
            allowed=", ".join(grids),
            hint="Pass rates={player: [points added, ...], ...}.",
        )
    return {name: tuple(grids[name]) for name in names}
