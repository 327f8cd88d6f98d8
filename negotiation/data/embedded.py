"""The embedded economies of 2022."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal, cast

import numpy as np

from negotiation.arguments import takes
from negotiation.data.schema import REGIONS, SECTORS
from negotiation.data.tables import DateLike, Table, as_date, load_table
from negotiation.data.tariffs import average_tariff
from negotiation.errors import DataError, InformationDateError
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.elasticities.horizons import elasticities_at
from negotiation.values import FloatArray, one_of

__all__ = ["economy_names", "load_economy"]

_DATA_YEAR = 2022
_GOODS = tuple(code for code in SECTORS if code != "SERV")
_BASE, _WORLD = "us-china-2022", "world-2022"
_FLAT_SETS = {
    "boehm_short_run": ("Boehm et al", "trade elasticity (tariff-exclusive)", "short run (1 year)"),
    "boehm_long_run": (
        "Boehm et al",
        "trade elasticity (tariff-exclusive)",
        "long run (7-10 years)",
    ),
    "flat_4": ("Simonovska-Waugh", "trade elasticity", "aggregate"),
}


def economy_names() -> tuple[str, ...]:
    """Return the names that `load_economy` knows."""
    return (_BASE, _WORLD)


def _placed(table: Table, regions: tuple[str, ...]) -> FloatArray:
    """Return the flows of a table in million USD ``[sector, exporter, importer]``, NaN in gaps."""
    flows = np.full((len(SECTORS), len(regions), len(regions)), np.nan)
    sector = {code: k for k, code in enumerate(SECTORS)}
    region = {code: k for k, code in enumerate(regions)}
    for row in table:
        place = (
            sector[str(row["sector"])],
            region[str(row["exporter"])],
            region[str(row["importer"])],
        )
        value = row["value_usd_mn"]
        flows[place] = value if isinstance(value, float) else np.nan
    return flows


def _refuse_gaps(
    flows: FloatArray, table: Table, exporters: tuple[str, ...], importers: tuple[str, ...]
) -> None:
    if np.isnan(flows).any():
        s, x, m = (int(i) for i in np.argwhere(np.isnan(flows))[0])
        raise DataError(
            "missing row",
            where=f"tables/{table.name}.csv, column value_usd_mn",
            seen=f"no row for {SECTORS[s]}, {exporters[x]}, {importers[m]}",
        )


def _flows(table: Table) -> FloatArray:
    flows = _placed(table, REGIONS)
    _refuse_gaps(flows, table, REGIONS, REGIONS)
    return flows / 1000.0


def _split(base: FloatArray, table: Table, regions: tuple[str, ...]) -> FloatArray:
    """Take countries out of the last region of the base flows, in billion USD.

    What remains is the base less all that the countries sell to, and buy from, one another and
    the remainder.
    """
    split = _placed(table, regions) / 1000.0
    kept, last = len(REGIONS) - 1, len(regions) - 1
    _refuse_gaps(split[:, kept:last, :], table, regions[kept:last], regions)
    _refuse_gaps(split[:, :, kept:last], table, regions, regions[kept:last])
    split = np.nan_to_num(split)
    out = split.copy()
    out[:, :kept, :kept] = base[:, :kept, :kept]
    out[:, :kept, last] = base[:, :kept, kept] - split[:, :kept, kept:].sum(axis=2)
    out[:, last, :kept] = base[:, kept, :kept] - split[:, kept:, :kept].sum(axis=1)
    out[:, last, last] = base[:, kept, kept] - split[:, kept:, kept:].sum(axis=(1, 2))
    # Each figure is rounded to a thousand USD: a remainder of nothing may come out below zero.
    return np.where((out < 0.0) & (out > -1e-5), 0.0, out)


def _by(labels: tuple[str, ...], table: Table, column: str, key: str) -> FloatArray:
    values = dict(zip(table.column(key), table.numbers(column), strict=True))
    missing = [label for label in labels if label not in values]
    if missing:
        raise DataError(
            "missing row", where=f"tables/{table.name}.csv, column {key}", seen=missing[0]
        )
    return np.array([values[label] for label in labels])


def _elasticities(as_of: DateLike, folder: str | Path | None) -> dict[str, FloatArray]:
    sets: dict[str, FloatArray] = {}
    limit = as_date(as_of)
    by_sector = load_table("sector_elasticities", folder=folder)
    for name in dict.fromkeys(str(cell) for cell in by_sector.column("set")):
        rows = by_sector.select(set=name)
        days = [day for day in rows.column("known_on") if isinstance(day, date)]
        if limit is None or max(days) <= limit:
            sets[name] = _by(SECTORS, rows, "value", "sector")
    aggregate = load_table("elasticities", folder=folder)
    for name, (study, parameter, scope) in _FLAT_SETS.items():
        row = aggregate.row(study=study, parameter=parameter, scope=scope)
        value, known_on = row["value"], row["known_on"]
        if (
            isinstance(value, float)
            and isinstance(known_on, date)
            and (limit is None or known_on <= limit)
        ):
            sets[name] = np.full(len(SECTORS), abs(value))
    return sets


def _at_horizon(sets: dict[str, FloatArray], years: float | None) -> dict[str, FloatArray]:
    """Long-run sets after so many years in force; those of one horizon stay."""
    if years is None:
        return sets
    return {
        name: values if name.startswith("boehm_") else elasticities_at(values, years)
        for name, values in sets.items()
    }


def _refuse_early(table: Table, as_of: DateLike, vintage: str) -> None:
    limit = as_date(as_of)
    if limit is None:
        return
    if vintage == "edition":
        load_days = [day for day in table.column("known_on") if isinstance(day, date)]
        first, what = max(load_days), "this edition was not known at the information date"
    else:
        first, what = date(_DATA_YEAR, 12, 31), "the year of the data had not ended"
    if first > limit:
        raise InformationDateError(
            what, where=table.name, seen=f"known on {first}", allowed=f"on or before {limit}"
        )


def _dated_averages(
    schedule: TariffSchedule, tariffs: DateLike, as_of: DateLike, folder: str | Path | None
) -> TariffSchedule:
    """Put the averages at a day between the two regions that have such series."""
    first, second = REGIONS[:2]
    for importer, exporter in ((first, second), (second, first)):
        rate = average_tariff(importer, exporter, date=tariffs, as_of=as_of, folder=folder)
        schedule = schedule.set(importer=importer, exporter=exporter, rate=rate, sectors=_GOODS)
    return schedule


def _sourced_pairs(
    schedule: TariffSchedule, as_of: DateLike, folder: str | Path | None
) -> TariffSchedule:
    """Put the mean applied tariff of every pair on its goods."""
    table = load_table("baseline_tariffs_2021", as_of=as_of, folder=folder)
    for row in table:
        schedule = schedule.set(
            importer=str(row["importer"]),
            exporter=str(row["exporter"]),
            rate=round(cast(float, row["rate_pct"]) / 100.0, 12),
            sectors=_GOODS,
        )
    return schedule


@takes
def load_economy(
    name: str = "us-china-2022",
    *,
    tariffs: DateLike = "2025-01-20",
    as_of: DateLike = None,
    vintage: Literal["data_year", "edition"] = "data_year",
    years_in_force: float | None = None,
    folder: str | Path | None = None,
) -> Economy:
    """Return an embedded economy: 28 sectors, flows of 2022 in billion USD.

    Flows are gross sales at basic prices from the OECD inter-country input-output tables, the
    diagonal sales at home. Levels are below customs data (margins are in services, re-exports
    left out): use shares.

    Parameters
    ----------
    name
        ``us-china-2022``: 12 regions, with tariffs between two of them only. ``world-2022``: 14
        regions (Brazil and Switzerland taken out of the rest of the world), with tariffs between
        all pairs.
    tariffs
        Day of the baseline tariffs between the United States and China: the trade-weighted
        averages at that day on the 27 goods sectors (20.8 % and 21.2 % on 20 January 2025, duties
        of most-favoured nations included), 0 on services. Between other pairs ``world-2022``
        has the mean applied tariffs of 2021 on goods (Teti 2024), where 0 is a sourced zero;
        ``us-china-2022`` has 0 for want of a sourced series of the same definition: there 0
        stands for missing. None gives no tariff at all.
    as_of
        Information date of tariffs and elasticities: sets of elasticities published later are
        left out, and a later tariff average is refused.
    vintage
        What dates the flows, output and GDP of 2022 when ``as_of`` is given. ``data_year``: they
        describe 2022 and are admitted once that year has ended, whatever the edition they are
        read from. ``edition``: refused before the edition at hand was published (2025 or later).
    years_in_force
        Horizon of the elasticities: the sets by sector, and the flat 4, are scaled down to what
        `negotiation.elasticities_at` gives after so many years. Those of
        Boehm et al. stay, which are of one horizon each. None leaves all as published.

    Raises
    ------
    InformationDateError
        If the flows or the tariffs were not known at ``as_of``.
    DataError
        If an embedded file was altered; names file, row and column.

    Examples
    --------
    >>> economy = load_economy()
    >>> economy.flows.shape, economy.regions[:2]
    ((28, 12, 12), ('USA', 'CHN'))
    >>> economy.tariffs.rate("C26", exporter="CHN", importer="USA")
    0.208
    """
    one_of(name, economy_names(), name="economy")
    one_of(vintage, ("data_year", "edition"), name="vintage")
    trade = load_table("trade_icio_2022", folder=folder)
    regions = load_table("value_added_2022", folder=folder)
    sectors = load_table("sectors_icio_2022", folder=folder)
    for table in (trade, regions, sectors):
        _refuse_early(table, as_of, vintage)
    flows, labels = _flows(trade), REGIONS
    gdp, share = (_by(REGIONS, regions, c, "region") for c in ("gdp_usd_bn", "value_added_share"))
    if name == _WORLD:
        members = load_table("value_added_2022_split", folder=folder)
        split = load_table("trade_icio_2022_split", folder=folder)
        for table in (members, split):
            _refuse_early(table, as_of, vintage)
        taken = tuple(str(cell) for cell in members.column("region"))
        labels = (*REGIONS[:-1], *taken, REGIONS[-1])
        flows = _split(flows, split, labels)
        own, output = members.numbers("gdp_usd_bn"), members.numbers("gross_output_usd_bn")
        whole = regions.row(region=REGIONS[-1])
        rest = float(gdp[-1] - own.sum())
        left = cast(float, whole["gross_output_usd_bn"]) - float(output.sum())
        gdp = np.array([*gdp[:-1], *own, rest])
        share = np.array([*share[:-1], *members.numbers("value_added_share"), rest / left])
    shape = (len(SECTORS), len(labels), len(labels))
    schedule = TariffSchedule(labels, SECTORS, np.zeros(shape))
    if tariffs is not None:
        if name == _WORLD:
            schedule = _sourced_pairs(schedule, as_of, folder)
        schedule = _dated_averages(schedule, tariffs, as_of, folder)
    return Economy(
        name=name,
        regions=labels,
        sectors=SECTORS,
        flows=flows,
        tariffs=schedule,
        gdp=gdp,
        value_added_share=share,
        elasticities=_at_horizon(_elasticities(as_of, folder), years_in_force),
        year=_DATA_YEAR,
    )
