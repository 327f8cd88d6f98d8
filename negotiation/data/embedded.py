"""The embedded economy of 2022."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

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
    return (f"us-china-{_DATA_YEAR}",)


def _flows(table: Table) -> FloatArray:
    flows = np.full((len(SECTORS), len(REGIONS), len(REGIONS)), np.nan)
    sector = {code: k for k, code in enumerate(SECTORS)}
    region = {code: k for k, code in enumerate(REGIONS)}
    for row in table:
        place = (
            sector[str(row["sector"])],
            region[str(row["exporter"])],
            region[str(row["importer"])],
        )
        value = row["value_usd_mn"]
        flows[place] = value if isinstance(value, float) else np.nan
    if np.isnan(flows).any():
        s, x, m = (int(i) for i in np.argwhere(np.isnan(flows))[0])
        raise DataError(
            "missing row",
            where=f"tables/{table.name}.csv, column value_usd_mn",
            seen=f"no row for {SECTORS[s]}, {REGIONS[x]}, {REGIONS[m]}",
            allowed=f"{flows.size} rows",
        )
    return flows / 1000.0


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
    """Return the embedded economy: 12 regions, 28 sectors, flows of 2022 in billion USD.

    Flows are gross sales at basic prices from the OECD inter-country input-output tables, the
    diagonal sales at home. Levels are below customs data (margins are in services, re-exports
    left out): use shares.

    Parameters
    ----------
    name
        ``us-china-2022``.
    tariffs
        Day of the baseline tariffs: the trade-weighted averages between the United States and
        China at that day on the 27 goods sectors (20.8 % and 21.2 % on 20 January 2025, duties
        of most-favoured nations included), 0 on services. Tariffs between other pairs are set to
        0: no sourced series of one definition covers them. None gives no tariff at all.
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
    kinds = dict(zip(sectors.column("sector"), sectors.column("kind"), strict=True))
    goods = [code for code in SECTORS if kinds.get(code) == "goods"]
    schedule = TariffSchedule(
        REGIONS, SECTORS, np.zeros((len(SECTORS), len(REGIONS), len(REGIONS)))
    )
    if tariffs is not None:
        for importer, exporter in (("USA", "CHN"), ("CHN", "USA")):
            rate = average_tariff(importer, exporter, date=tariffs, as_of=as_of, folder=folder)
            schedule = schedule.set(importer=importer, exporter=exporter, rate=rate, sectors=goods)
    return Economy(
        name=name,
        regions=REGIONS,
        sectors=SECTORS,
        flows=_flows(trade),
        tariffs=schedule,
        gdp=_by(REGIONS, regions, "gdp_usd_bn", "region"),
        value_added_share=_by(REGIONS, regions, "value_added_share", "region"),
        elasticities=_at_horizon(_elasticities(as_of, folder), years_in_force),
        year=_DATA_YEAR,
    )
