"""Columns, types, labels and keys of the embedded tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

__all__ = ["REGIONS", "SCHEMAS", "SECTORS", "SERIES", "Column", "Schema"]

Kind = Literal["text", "label", "date", "number", "integer"]

REGIONS = (
    "USA", "CHN", "EU27", "JPN", "KOR", "MEX", "CAN", "ASEAN10", "IND", "GBR", "TWN", "ROW",
)  # fmt: skip
SECTORS = (
    "A01", "A02", "A03", "B05", "B06", "B07", "B08", "B09", "C10T12", "C13T15", "C16", "C17_18",
    "C19", "C20", "C21", "C22", "C23", "C24A", "C24B", "C25", "C26", "C27", "C28", "C29", "C301",
    "C302T309", "C31T33", "SERV",
)  # fmt: skip
SERIES = ("added_2025", "listed_goods", "exempted_goods")
_SIDES = ("USA", "CHN", "ALL", "BOTH")
_AVERAGES = (
    "piie_trade_weighted",
    "tracker_added_over_2024",
    "fitch_effective",
    "collected_2024",
    "collected_monthly",
    "us_officials_total",
)
_EVENTS = ("threatened", "imposed", "eased", "changed", "suspended", "lifted", "withdrawn")
_ELASTICITY_SETS = (
    "caliendo_parro_2015",
    "bagwell_staiger_yurukoglu_2021",
    "fontagne_2022",
    "giri_yi_yilmazkuday_2021",
    "lashkaripour_lugovskyy_2023",
    "shapiro_2016",
)


@dataclass(frozen=True)
class Column:
    """One column: its name, type, bounds, allowed labels, and what it holds in which unit."""

    name: str
    kind: Kind
    optional: bool = False
    low: float | None = None
    high: float | None = None
    labels: tuple[str, ...] = ()
    meaning: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Schema:
    """Columns of a table in order, and the columns whose values together are unique."""

    columns: tuple[Column, ...]
    key: tuple[str, ...]


def _text(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, "text") for name in names)


def _note(name: str) -> Column:
    return Column(name, "text", optional=True)


def _label(name: str, labels: tuple[str, ...]) -> Column:
    return Column(name, "label", labels=labels)


def _number(
    name: str, *, low: float | None = None, high: float | None = None, optional: bool = False
) -> Column:
    return Column(name, "number", optional=optional, low=low, high=high)


def _date(name: str, *, optional: bool = False) -> Column:
    return Column(name, "date", optional=optional)


def _schema(key: str, *columns: Column) -> Schema:
    return Schema((*columns, _date("known_on"), *_text("source")), tuple(key.split()))


def _about(column: Column, meaning: str, unit: str = "") -> Column:
    return replace(column, meaning=meaning, unit=unit)


def _dated(name: str, meaning: str) -> tuple[Column, Column]:
    """Return a date that may be missing, and how exactly its source states it."""
    stated = ("day", "month", "year")
    precision = Column(f"{name}_precision", "label", optional=True, labels=stated)
    return (
        _about(_date(f"{name}_date", optional=True), meaning, "date"),
        _about(precision, f"the {name} is on that day, or on some day of its month or year"),
    )


_PERCENT = "percentage points"
_DISPUTES = (
    _about(Column("dispute_id", "text"), "name of the confrontation"),
    _about(Column("sender", "text"), "who threatens or imposes, ISO 3166-1 alpha-3 or EU27"),
    _about(Column("target", "text"), "whom it is aimed at, ISO 3166-1 alpha-3 or EU27"),
    _about(Column("issue", "text"), "what it is about"),
    *_dated("threat", "first public threat"),
    *_dated("imposition", "measure in force; empty: never imposed"),
    _about(_date("deadline", optional=True), "deadline as last set before the end", "date"),
    _about(_note("deadline_note"), "what the deadline is"),
    _about(
        _number("sender_added_pct", low=0.0, optional=True),
        "peak added rate threatened or applied by the sender",
        _PERCENT,
    ),
    _about(
        _number("target_retaliation_pct", low=0.0, optional=True),
        "peak added rate of the target in return",
        _PERCENT,
    ),
    _about(_number("coverage_usd_bn", low=0.0, optional=True), "trade covered", "billion USD"),
    _about(_note("coverage_note"), "what the coverage is of"),
    *_dated("settlement", "end of the confrontation"),
    _about(_date("censored_on", optional=True), "last day it was seen open, if no end", "date"),
    _about(
        _label(
            "outcome",
            ("settled", "withdrawn", "expired", "court", "extended", "ongoing", "escalated"),
        ),
        "how it ended, or stood when last seen",
    ),
    _about(
        _number("sender_after_pct", optional=True), "sender's added rate after the end", _PERCENT
    ),
    _about(
        _number("target_after_pct", optional=True), "target's added rate after the end", _PERCENT
    ),
    _about(
        _label("conceded_more", ("sender", "target", "equal", "unknown")),
        "who conceded more: a reading of the terms, not a source's",
    ),
    _about(_note("note"), "doubts and definitions"),
    _about(_note("second_source"), "keys of further sources"),
    _about(_label("confidence", ("high", "medium", "low")), "confidence in the dates"),
)

_TRADED = ("chn_to_usa", "usa_to_chn", "chn_exports", "usa_exports", "chn_imports", "usa_imports",
           "chn_home", "usa_home")  # fmt: skip

SCHEMAS: dict[str, Schema] = {
    "trade_icio_2022": _schema(
        "sector exporter importer",
        _label("sector", SECTORS),
        _label("exporter", REGIONS),
        _label("importer", REGIONS),
        _number("value_usd_mn", low=0.0),
    ),
    "sectors_icio_2022": _schema(
        "sector",
        _label("sector", SECTORS),
        *_text("label"),
        _label("kind", ("goods", "services")),
        *(_number(f"{name}_usd_bn", low=0.0) for name in _TRADED),
    ),
    "value_added_2022": _schema(
        "region",
        _label("region", REGIONS),
        *_text("label"),
        _number("gdp_usd_bn", low=0.0),
        _number("gross_output_usd_bn", low=0.0),
        _number("value_added_share", low=0.0, high=1.0),
    ),
    "sector_elasticities": _schema(
        "set sector",
        _label("set", _ELASTICITY_SETS),
        _label("sector", SECTORS),
        _number("value", low=0.0),
        _note("published"),
    ),
    "elasticities": _schema(
        "study parameter scope",
        *_text("study", "parameter", "scope"),
        _number("value"),
        _number("std_error", low=0.0, optional=True),
        _note("note"),
    ),
    "tariff_rates": _schema(
        "date imposer target series status measure",
        _date("date"),
        _label("imposer", _SIDES),
        _label("target", _SIDES),
        _label("series", SERIES),
        _label("status", ("in_force", "announced", "threatened", "cancelled")),
        _number("rate_pct", low=-100.0),
        *_text("measure"),
        _note("change"),
    ),
    "tariff_averages": _schema(
        "date imposer target series",
        _date("date"),
        _label("imposer", _SIDES),
        _label("target", _SIDES),
        _label("series", _AVERAGES),
        _number("rate_pct", low=-100.0),
        *_text("note"),
    ),
    "exemptions": _schema(
        "date importer exporter sector",
        _date("date"),
        _label("importer", REGIONS),
        _label("exporter", REGIONS),
        _label("sector", SECTORS),
        _number("residual_added_pct", low=0.0),
        *_text("scope"),
    ),
    "instruments": _schema(
        "date side instrument goods event",
        _date("date"),
        _label("side", _SIDES),
        *_text("instrument", "goods"),
        _label("sector", SECTORS),
        _label("event", _EVENTS),
        _number("value_usd_bn", low=0.0, optional=True),
        _note("note"),
    ),
    "events": _schema(
        "date actor number",
        _date("date"),
        _label("actor", _SIDES),
        Column("number", "integer", low=1),
        *_text("type", "event"),
        _number("usa_added_pct", low=-100.0, optional=True),
        _number("chn_added_pct", low=-100.0, optional=True),
        _note("pledged"),
    ),
    "episodes": _schema(
        "episode",
        *_text("episode"),
        _date("began", optional=True),
        _date("deadline", optional=True),
        _date("settled", optional=True),
        _label("outcome", ("settled", "extended", "no agreement")),
        *_text("note"),
    ),
    "disputes": _schema("dispute_id", *_DISPUTES),
    "dispute_events": _schema(
        "dispute_id date number",
        *_text("dispute_id"),
        _date("date"),
        Column("number", "integer", low=1),
        *_text("event"),
        _number("sender_added_pct", low=0.0, optional=True),
        _number("target_added_pct", low=0.0, optional=True),
        _label("confidence", ("high", "medium", "low")),
        _note("note"),
    ),
    "jobs": _schema(
        "country estimator scenario definition",
        _label("country", _SIDES),
        *_text("estimator", "scenario"),
        _number("low", optional=True),
        _number("high"),
        *_text("unit"),
        _label("kind", ("exposed", "supported", "at risk", "lost", "other")),
        *_text("definition"),
    ),
    "phase_one": _schema(
        "group period definition",
        *_text("group", "period"),
        _number("base_2017_usd_bn", low=0.0, optional=True),
        _number("additional_usd_bn", low=0.0, optional=True),
        _number("commitment_usd_bn", low=0.0, optional=True),
        _number("actual_usd_bn", low=0.0, optional=True),
        _number("actual_pct", low=0.0, optional=True),
        *_text("definition"),
    ),
    "published_welfare": _schema(
        "study country scenario metric horizon unit",
        *_text("study", "country", "scenario", "metric"),
        _number("value"),
        *_text("unit"),
        _note("horizon"),
    ),
    "forecasts": _schema(
        "date forecaster question",
        _date("date"),
        *_text("kind", "forecaster", "question"),
        _date("resolve_by", optional=True),
        _number("value", optional=True),
        *_text("unit"),
        _number("volume_usd", low=0.0, optional=True),
    ),
    "forecast_outcomes": _schema(
        "date forecaster question",
        _date("date"),
        *_text("forecaster", "question", "outcome"),
    ),
    "macro": _schema(
        "economy year indicator definition",
        *_text("economy"),
        Column("year", "integer", low=1900, high=2100),
        *_text("indicator"),
        _number("value"),
        *_text("unit", "definition"),
    ),
}
