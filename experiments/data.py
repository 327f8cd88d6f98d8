"""The case in numbers: tariffs, their steps, parameters with ranges and sources."""

from __future__ import annotations

from typing import Any

import negotiation as ng
from negotiation.data.labels import spelled
from negotiation.process.multi_step.load import process_standoff


class AnalysisSettings(ng.Settings):
    """Settings of the exhibit."""

    #: Name of the process whose own parameters are listed beside the embedded ones.
    process: str = "multi-step-2025"


def _timeline(study: ng.Study) -> ng.StudyTable:
    rows: list[tuple[str | ng.Number, ...]] = []
    for imposer, target, name in (("USA", "CHN", "United States"), ("CHN", "USA", "China")):
        for step in ng.tariff_history(imposer, target, as_of=study.as_of):
            rows.append(
                (step.date.isoformat(), name, ng.Number(step.added_rate, ".0f", 100), step.measure)
            )
    rows.sort(key=lambda row: str(row[0]))
    return ng.StudyTable(("date", "imposed by", "added duty, %", "measure"), tuple(rows), "llrl")


def _parameters(study: ng.Study, settings: AnalysisSettings) -> ng.StudyTable:
    rows: list[tuple[str | ng.Number, ...]] = []
    own = process_standoff(settings.process).own_parameters
    for name, item in {**ng.parameters(as_of=study.as_of), **own}.items():
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
    return ng.StudyTable(
        ("parameter", "value", "range", "unit", "status", "source"), tuple(rows), "lrlllp{34mm}"
    )


def analyse(study: ng.Study, settings: AnalysisSettings) -> ng.StudyResult:
    """Return tariffs of the standoff, the timeline and the table of parameters."""
    history: dict[str, Any] = {
        "us": ng.tariff_history("USA", "CHN", as_of=study.as_of),
        "china": ng.tariff_history("CHN", "USA", as_of=study.as_of),
    }
    purchases = ng.parameters(as_of=study.as_of)["purchase_compliance"]
    events = ng.load_table("events", as_of=study.as_of)
    listed = _parameters(study, settings)
    numbers = {
        "us_added": ng.Number(history["us"][-1].added_rate, ".0f", 100),
        "china_added": ng.Number(history["china"][-1].added_rate, ".0f", 100),
        "us_march": ng.Number(
            next(
                s.added_rate for s in reversed(history["us"]) if s.date.isoformat() < "2025-04-02"
            ),
            ".0f",
            100,
        ),
        "us_base": ng.Number(ng.average_tariff("USA", "CHN", as_of=study.as_of), ".1f", 100),
        "china_base": ng.Number(ng.average_tariff("CHN", "USA", as_of=study.as_of), ".1f", 100),
        "phase_one_compliance": ng.Number(purchases.value, ".1f", 100),
        "events": ng.Number(len(events), "d"),
        "parameters": ng.Number(len(listed.rows), "d"),
        "assumptions": ng.Number(sum(row[4] == "assumption" for row in listed.rows), "d"),
        "sectors": ng.Number(len(ng.load_economy(study.economy).sectors), "d"),
    }
    tables = {"timeline": _timeline(study), "parameters": listed}
    return ng.StudyResult(numbers=numbers, tables=tables)
