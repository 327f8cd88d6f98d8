"""Tariffs in force on a day: the baseline and the dated steps of a standoff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np

from negotiation.data.standoffs.records import SectorExemption, TariffChange
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.tariff_scenarios import taxed_sectors
from negotiation.values import FloatArray

__all__ = [
    "background_in_force",
    "mean_baseline",
    "points_in_force",
    "schedule_in_force",
    "share_of_sectors",
    "steps_beside",
    "whole_pair",
]


def whole_pair(step: TariffChange, sides: tuple[str, str]) -> bool:
    """Return whether a step is of one side on all goods of the other."""
    return step.sectors is None and (step.imposer, step.target) in (sides, sides[::-1])


def points_in_force(
    changes: Iterable[TariffChange], sides: tuple[str, str], day: date | None
) -> dict[str, float]:
    """Return the points that each side adds on all goods of the other on a day, fractions.

    Steps on some sectors only are left out.

    Examples
    --------
    >>> step = TariffChange(date(2025, 4, 5), "A", "B", 0.1)
    >>> points_in_force([step], ("A", "B"), date(2025, 4, 6))
    {'A': 0.1, 'B': 0.0}
    """
    points = dict.fromkeys(sides, 0.0)
    for step in changes:
        if whole_pair(step, sides) and (day is None or step.date <= day):
            points[step.imposer] = step.added
    return points


def mean_baseline(economy: Economy, *, importer: str, exporter: str) -> float:
    """Return the trade-weighted mean of the baseline tariffs of a pair on goods, a fraction."""
    goods = taxed_sectors(economy)
    x, m = economy.region_index(exporter), economy.region_index(importer)
    flows, rates = economy.flows[goods, x, m], economy.tariffs.rates[goods, x, m]
    return float(np.average(rates, weights=flows)) if flows.sum() > 0.0 else float(rates.mean())


def share_of_sectors(
    economy: Economy, importer: str, exporter: str, sectors: Iterable[str], of_goods: float
) -> float:
    """Return a share of all goods of a pair as a share of the trade of some sectors, at most 1."""
    bought = economy.flows[:, economy.region_index(exporter), economy.region_index(importer)]
    traded = float(bought[[economy.sector_index(name) for name in sectors]].sum())
    if traded <= 0.0:
        return 0.0
    return min(1.0, of_goods * float(bought[taxed_sectors(economy)].sum()) / traded)


def _exempt(
    exemptions: Iterable[SectorExemption], importer: str, exporter: str, day: date | None
) -> dict[str, SectorExemption]:
    """Return the exemption of each sector on a day; later rows take the place of earlier."""
    return {
        sector: row
        for row in sorted(exemptions, key=lambda row: row.date)
        if (row.importer, row.exporter) == (importer, exporter) and (day is None or row.date <= day)
        for sector in row.sectors
    }


def schedule_in_force(
    economy: Economy,
    changes: Iterable[TariffChange],
    exemptions: Iterable[SectorExemption],
    day: date | None,
) -> TariffSchedule:
    """Return baseline tariffs and added points of a day by sector, exporter and importer.

    In order of date each step sets the points of its pair on its sectors, all goods unless it
    names some. The exempt share of a sector carries the residual points of its exemption.

    Parameters
    ----------
    economy
        Its tariffs are the baseline.
    changes
        Steps in order of date.
    exemptions
        Exempt goods.
    day
        Steps and exemptions of later days are left out; None takes all.
    """
    goods = [
        label for label, taxed in zip(economy.sectors, taxed_sectors(economy), strict=True) if taxed
    ]
    points: dict[tuple[str, str], dict[str, float]] = {}
    for step in changes:
        if day is None or step.date <= day:
            pair = points.setdefault((step.imposer, step.target), {})
            pair.update(dict.fromkeys(step.sectors or goods, step.added))
    rows = tuple(exemptions)
    schedule = economy.tariffs
    for (importer, exporter), added in points.items():
        exempt = _exempt(rows, importer, exporter, day)
        for rate, sectors in _grouped(added, exempt).items():
            schedule = schedule.add(
                importer=importer, exporter=exporter, rate=rate, sectors=sectors
            )
    return schedule


def _grouped(
    added: Mapping[str, float], exempt: Mapping[str, SectorExemption]
) -> dict[float, list[str]]:
    """Return the sectors that carry each effective number of points."""
    out: dict[float, list[str]] = {}
    for sector, points in added.items():
        row = exempt.get(sector)
        rate = points
        if row is not None:
            rate = (1.0 - row.share) * points + row.share * min(points, row.residual)
        out.setdefault(rate, []).append(sector)
    return out


def steps_beside(
    changes: Iterable[TariffChange], sides: tuple[str, str], day: date | None
) -> tuple[tuple[TariffChange, float], ...]:
    """Return the steps of a day on single sectors or of other pairs.

    A step of one side on all goods of the other takes the place of its earlier ones on sectors.
    Beside each step stand the points on all goods whose place it took itself.

    Examples
    --------
    >>> whole = TariffChange(date(2025, 3, 4), "A", "B", 0.25)
    >>> fuel = TariffChange(date(2025, 3, 4), "A", "B", 0.10, ("fuel",))
    >>> [(step.sectors, points) for step, points in steps_beside([whole, fuel], ("A", "B"), None)]
    [(('fuel',), 0.25)]
    """
    points = dict.fromkeys(sides, 0.0)
    out: list[tuple[TariffChange, float]] = []
    for step in changes:
        if day is not None and step.date > day:
            continue
        pair = (step.imposer, step.target)
        if whole_pair(step, sides):
            points[step.imposer] = max(step.added, 0.0)
            out = [item for item in out if (item[0].imposer, item[0].target) != pair]
        else:
            out.append((step, points[step.imposer] if pair in (sides, sides[::-1]) else 0.0))
    return tuple(out)


def background_in_force(
    economy: Economy, changes: Iterable[TariffChange], sides: tuple[str, str], day: date | None
) -> tuple[TariffSchedule | None, FloatArray]:
    """Return the tariffs of a day over which the sides add points on all goods of each other.

    Returns
    -------
    background
        The baseline with the steps of other pairs and on single sectors; None where there is none.
    counted
        Points of each side on all goods that the background of a sector holds already, since a step
        on the sector took their place, ``[side, sector]``.
    """
    beside = steps_beside(changes, sides, day)
    counted = np.zeros((2, len(economy.sectors)))
    for step, points in beside:
        if step.imposer in sides and step.target in sides:
            places = [economy.sector_index(name) for name in step.sectors or ()]
            counted[sides.index(step.imposer), places] = points
    if not beside:
        return None, counted
    return schedule_in_force(economy, [step for step, _ in beside], (), day), counted
