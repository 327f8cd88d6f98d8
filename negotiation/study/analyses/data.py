"""The case in numbers: tariffs, their steps, parameters with ranges and sources."""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiation.data import (
    average_tariff,
    load_economy,
    load_table,
    parameters,
    tariff_history,
)
from negotiation.data.labels import sector_names, spelled
from negotiation.process.multi_step.definition import read_definition
from negotiation.study.results import Number, StudyResult, StudyTable
from negotiation.study.run import StudyInputs
from negotiation.study.spec import Settings, Study

__all__ = ["AnalysisSettings", "analyse"]


class AnalysisSettings(Settings):
    """Settings of the exhibit.

    Attributes
    ----------
    process
        Name of the process whose own parameters are listed beside the embedded ones.
    """

    process: str = "multi-step-2025"


def _timeline(study: Study) -> StudyTable:
    rows: list[tuple[str | Number, ...]] = []
    for imposer, target, name in (("USA", "CHN", "United States"), ("CHN", "USA", "China")):
        for step in tariff_history(imposer, target, as_of=study.as_of):
            rows.append(
                (step.date.isoformat(), name, Number(step.added_rate, ".0f", 100), step.measure)
            )
    rows.sort(key=lambda row: str(row[0]))
    return StudyTable(("date", "imposed by", "added duty, %", "measure"), tuple(rows), "llrl")


def _sectors(study: Study) -> StudyTable:
    """Codes of sectors, their names, and their trade elasticities by set."""
    economy = load_economy(study.economy)
    labels = sector_names()
    sets = {name: values for name, values in economy.elasticities.items() if len(set(values)) > 1}
    rows: list[tuple[str | Number, ...]] = []
    for k, code in enumerate(economy.sectors):
        values = (Number(float(item[k]), ".2f") for item in sets.values())
        rows.append((code, labels.get(code, code), *values))
    columns = ("code", "sector", *map(spelled, sets))
    return StudyTable(columns, tuple(rows), "lp{54mm}" + "r" * len(sets))


def _parameters(study: Study, settings: AnalysisSettings) -> StudyTable:
    rows: list[tuple[str | Number, ...]] = []
    own = read_definition(settings.process).parameters
    for name, item in {**parameters(as_of=study.as_of), **own}.items():
        rows.append(
            (
                spelled(name),
                f"{item.value:g}",
                f"{item.low:g} to {item.high:g}",
                item.unit,
                item.status,
                item.source.replace("_", " ") if item.status != "assumption" else "",
            )
        )
    return StudyTable(
        ("parameter", "value", "range", "unit", "status", "source"), tuple(rows), "lrlllp{34mm}"
    )


def analyse(
    study: Study,
    settings: AnalysisSettings,
    inputs: StudyInputs,
    rng: np.random.Generator,
) -> StudyResult:
    """Return tariffs of the standoff, the timeline and the table of parameters."""
    history: dict[str, Any] = {
        "us": tariff_history("USA", "CHN", as_of=study.as_of),
        "china": tariff_history("CHN", "USA", as_of=study.as_of),
    }
    purchases = parameters(as_of=study.as_of)["purchase_compliance"]
    events = load_table("events", as_of=study.as_of)
    listed = _parameters(study, settings)
    numbers = {
        "us_added": Number(history["us"][-1].added_rate, ".0f", 100),
        "china_added": Number(history["china"][-1].added_rate, ".0f", 100),
        "us_march": Number(
            next(
                s.added_rate for s in reversed(history["us"]) if s.date.isoformat() < "2025-04-02"
            ),
            ".0f",
            100,
        ),
        "us_base": Number(average_tariff("USA", "CHN", as_of=study.as_of), ".1f", 100),
        "china_base": Number(average_tariff("CHN", "USA", as_of=study.as_of), ".1f", 100),
        "phase_one_compliance": Number(purchases.value, ".1f", 100),
        "events": Number(len(events), "d"),
        "parameters": Number(len(listed.rows), "d"),
        "assumptions": Number(sum(row[4] == "assumption" for row in listed.rows), "d"),
        "sectors": Number(len(load_economy(study.economy).sectors), "d"),
    }
    tables = {
        "timeline": _timeline(study),
        "parameters": listed,
        "sectors": _sectors(study),
    }
    return StudyResult(numbers=numbers, tables=tables)
