"""The economy that a standoff's file names: embedded, or a user's csv."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from negotiation.data.embedded import economy_names, load_economy
from negotiation.data.readers.tariff_tables import read_tariffs
from negotiation.data.readers.trade_tables import read_trade
from negotiation.data.readers.units import TO_BILLION
from negotiation.data.standoffs.checks import Section
from negotiation.errors import NegotiationError
from negotiation.trade.economy import Economy

__all__ = ["read_economy"]

_BASELINE = date(2025, 1, 20)


def read_economy(file: Section, baseline: date | None, folder: Path) -> Economy | None:
    """Return the economy of a file; None where it cannot be read, which is noted.

    Parameters
    ----------
    file
        Its key ``economy`` is the name of an embedded economy, or a table with ``flows`` (a csv
        file as `read_trade` takes it), ``unit``, ``gdp`` by region in billion USD, and, if the
        baseline has tariffs, ``tariffs`` (a csv file) with ``tariffs_unit``.
    baseline
        Day of the baseline tariffs of an embedded economy.
    folder
        Where paths begin.
    """
    value = file.raw("economy", allowed=f"{', '.join(economy_names())}, or a table with flows")
    if value is None:
        return None
    if isinstance(value, dict):
        return _own(Section(value, file.at("economy"), file.mistakes), folder)
    name = file.choice("economy", economy_names())
    if name != value:
        return None
    try:
        return load_economy(name, tariffs=baseline or _BASELINE)
    except NegotiationError as error:
        file.note("tariffs.baseline", str(error), seen=baseline)
        return None


def _own(section: Section, folder: Path) -> Economy | None:
    flows = section.text("flows")
    unit = section.choice("unit", TO_BILLION, default="billion USD")
    gdp = section.table("gdp")
    incomes = {region: gdp.number(region, low=0.0) for region in gdp.keys()}  # noqa: SIM118  # no mapping
    tariffs = section.text("tariffs", required=False)
    tariffs_unit = section.choice("tariffs_unit", ("percent", "fraction"), default="fraction")
    section.finish()
    if not flows:
        return None
    try:
        economy = read_trade(folder / flows, unit=unit or "billion USD")
    except NegotiationError as error:
        section.note("flows", str(error))
        return None
    missing = [region for region in economy.regions if region not in incomes]
    unknown = [region for region in incomes if region not in economy.regions]
    if missing or unknown:
        section.note(
            "gdp",
            "one figure for each region",
            seen=f"missing {missing}, unknown {unknown}",
            allowed=", ".join(economy.regions),
        )
        return economy
    economy = replace(economy, gdp=np.array([incomes[region] for region in economy.regions]))
    if not tariffs:
        return economy
    try:
        schedule = read_tariffs(
            folder / tariffs, economy.regions, economy.sectors, unit=tariffs_unit or "fraction"
        )
    except NegotiationError as error:
        section.note("tariffs", str(error))
        return economy
    return replace(economy, tariffs=schedule)
