"""Reading users' files of the Threat and Imposition of Economic Sanctions data (version 4).

Morgan, Bapat and Kobayashi (2014), Threat and imposition of economic sanctions 1945-2005: updating
the TIES dataset. Two layouts are read: the authors' release saved as csv, with dates in parts and
``finaloutcome`` from 1 to 10, and a tidy one with a row a case and bounds of its length in days.
"""

from __future__ import annotations

import calendar
import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import DataError, InvalidInputError
from negotiation.estimation.disputes.durations import Disputes, dyad_of
from negotiation.values import number, one_of, user_path

__all__ = ["read_ties"]

_TIDY = (
    "id", "sender", "target", "days_low", "days_high", "event", "imposed", "days_to_imposition",
    "issue_trade", "conceded", "censored_how", "threat",
)  # fmt: skip
_PARTS = ("year", "month", "day")
_RELEASE = (
    "caseid", "startyear", "startmonth", "startday", "endyear", "endmonth", "endday",
    "primarysender", "targetstate", "issue1", "threat", "imposition", "finaloutcome",
)  # fmt: skip
#: Codes of ``finaloutcome``: who conceded; 4 and 9 are stalemates.
_CONCEDED = {1: "target", 2: "target", 3: "sender", 4: "", 5: "other", 6: "target", 7: "target",
             8: "sender", 9: "", 10: "other"}  # fmt: skip
_TRADE_PRACTICES = 13
#: Columns that are labels or that say how the case went on.
_NOT_COVARIATES = frozenset({
    *_TIDY, *_RELEASE, "source", "start", "start_precision", "end", "end_precision", "issue",
    "deadline", "outcome_code", "outcome", "threat_only", "sender_ccode", "target_ccode",
})  # fmt: skip


@dataclass(frozen=True)
class _Case:
    """One case: bounds of the length in days, and what became of it."""

    name: str
    sender: str
    target: str
    low: float
    high: float
    conceded: str
    why_open: str
    imposed: bool
    days_to_imposition: float
    trade: bool
    threat: bool

    @property
    def ended(self) -> bool:
        return self.why_open == ""

    @property
    def lost(self) -> bool:
        return self.why_open.startswith("lost")


def _cell(row: Mapping[str, str], column: str, place: str, *, optional: bool = False) -> float:
    """Return a number of a row; the first where several are listed; NaN where there is none."""
    text = (row.get(column) or "").split(",")[0].strip()
    if text in ("", ".", "NA"):
        if optional:
            return math.nan
        raise DataError("empty cell", where=f"{place}, column {column}", allowed="a number")
    try:
        return float(text)
    except ValueError as error:
        raise DataError(
            "not a number", where=f"{place}, column {column}", seen=repr(text)
        ) from error


def _tidy(row: Mapping[str, str], place: str) -> _Case:
    event = _cell(row, "event", place) == 1.0
    low, high = _cell(row, "days_low", place), _cell(row, "days_high", place)
    if high < low:
        raise DataError(
            "bounds out of order", where=f"{place}, columns days_low, days_high", seen=(low, high)
        )
    who = row["conceded"]
    return _Case(
        name=row["id"],
        sender=row["sender"],
        target=row["target"],
        low=low,
        high=high,
        conceded=who if who in ("sender", "target") else "other",
        why_open="" if event else (row["censored_how"] or "open"),
        imposed=_cell(row, "imposed", place) == 1.0,
        days_to_imposition=_cell(row, "days_to_imposition", place, optional=True),
        trade=_cell(row, "issue_trade", place) == 1.0,
        threat=_cell(row, "threat", place) == 1.0,
    )


def _span(row: Mapping[str, str], stem: str, place: str) -> tuple[date, date] | None:
    """Return the first and last day a date in parts may mean; None where no year is given."""
    year, month, day = (_cell(row, f"{stem}{part}", place, optional=True) for part in _PARTS)
    if math.isnan(year):
        return None
    try:
        if math.isnan(month) or month == 0:
            return date(int(year), 1, 1), date(int(year), 12, 31)
        last = calendar.monthrange(int(year), int(month))[1]
        if math.isnan(day) or day == 0:
            return date(int(year), int(month), 1), date(int(year), int(month), last)
        exact = date(int(year), int(month), int(day))
    except (ValueError, OverflowError) as error:
        raise DataError(
            "not a date",
            where=f"{place}, columns {stem}year, {stem}month, {stem}day",
            seen=f"{year:g}, {month:g}, {day:g}",
        ) from error
    return exact, exact


def _release(row: Mapping[str, str], place: str) -> _Case:
    start = _span(row, "start", place)
    if start is None:
        raise DataError("empty cell", where=f"{place}, column startyear", allowed="a year")
    end, seen = _span(row, "end", place), _span(row, "ongoingasof", place)
    imposed = _span(row, "sancimpositionstart", place)
    code = _cell(row, "finaloutcome", place, optional=True)
    if not math.isnan(code) and code not in _CONCEDED:
        raise DataError(
            "unknown outcome", where=f"{place}, column finaloutcome", seen=code, allowed="1 to 10"
        )
    who = "" if math.isnan(code) else _CONCEDED[int(code)]
    if who and (end or seen):
        # Settled by the end; or after it was last seen open, and then with no upper bound.
        low = ((end or seen or start)[0] - start[1]).days
        high = float((end[1] - start[0]).days) if end else math.inf
        why = ""
    elif who:
        low, high, why = 0, math.inf, ""
    else:
        last = end or seen
        low, high = (0 if last is None else (last[0] - start[1]).days), math.inf
        why = (
            "stalemate" if code in (4, 9)
            else "end without outcome" if end
            else "ongoing at last report" if seen
            else "lost: neither end nor last report"
        )  # fmt: skip
    issues = {_cell(row, f"issue{k}", place, optional=True) for k in (1, 2, 3)}
    return _Case(
        name=row["caseid"],
        sender=row["primarysender"],
        target=row["targetstate"],
        low=float(max(low, 0)),
        high=high,
        conceded=who or "other",
        why_open=why,
        imposed=_cell(row, "imposition", place) == 1.0,
        days_to_imposition=math.nan if imposed is None else (imposed[0] - start[0]).days,
        trade=_TRADE_PRACTICES in issues,
        threat=_cell(row, "threat", place) == 1.0,
    )


def _rows(path: Path) -> tuple[list[dict[str, str]], tuple[str, ...]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError("cannot be read", where=str(path), seen=str(error.strerror)) from error
    except UnicodeDecodeError as error:
        raise DataError("not UTF-8 text", where=str(path), seen=f"byte {error.start}") from error
    reader = csv.DictReader(text.splitlines())
    header = tuple(reader.fieldnames or ())
    rows = list(reader)
    if not rows:
        raise DataError("no rows", where=str(path))
    return rows, header


def _numeric(rows: Sequence[Mapping[str, str]], header: Sequence[str]) -> dict[str, list[float]]:
    """Return the columns whose cells are all numbers or empty, NaN where empty."""
    found: dict[str, list[float]] = {}
    for name in header:
        if name in _NOT_COVARIATES or name.startswith(("ongoingasof", "sancimposition")):
            continue
        try:
            found[name] = [float(row[name]) if row[name] else math.nan for row in rows]
        except (TypeError, ValueError):
            continue
    return found


@takes
def read_ties(
    path: str | Path,
    *,
    sample: str = "trade_threats",
    lost: str | float = "drop",
    widest: float | None = None,
) -> Disputes:
    """Return disputes from a TIES file.

    Parameters
    ----------
    path
        A csv in the authors' layout (``caseid``, ``startyear``, ..., ``finaloutcome``) or tidy
        (``id``, ``days_low``, ``days_high``, ``event``, ...).
    sample
        "trade_threats": threats over trade, which leave when sanctions are imposed (at the opening
        where the day of imposition is missing); "trade_episodes" and "episodes": whole episodes,
        threatened or imposed, over trade or over anything.
    lost
        Cases without an end and without a last report: "drop", or the number of days at which they
        count as open. Results can depend on it: fit both.
    widest
        Drop ends known only within more days than this. None: keep all.

    Returns
    -------
    Disputes
        An end dated to the day lies within half a day of it. Endings: "target" and "sender" gave
        in, "other" is a negotiated settlement; stalemates are open. Other columns of numbers are
        covariates.

    Raises
    ------
    DataError
        If the file is of neither layout or a cell is not what its column allows: names file, row
        and column.

    Notes
    -----
    In the authors' layout trade is code 13 among ``issue1`` to ``issue3``.
    """
    one_of(sample, ("trade_threats", "trade_episodes", "episodes"), name="sample")
    stay = None if lost == "drop" else number(lost, name="lost", low=0.0, open_low=True)
    limit = math.inf if widest is None else number(widest, name="widest", low=0.0)
    file = user_path(path)
    rows, header = _rows(file)
    missing = [[c for c in columns if c not in header] for columns in (_TIDY, _RELEASE)]
    if missing[0] and missing[1]:
        nearer = missing[0] if len(missing[0]) < len(missing[1]) else missing[1]
        raise DataError(
            "neither the authors' layout nor the tidy one",
            where=f"{file}, row 1",
            seen=", ".join(header[:6]),
            allowed=f"with {', '.join(nearer)}",
        )
    read = _release if missing[0] else _tidy
    cases = [read(row, f"{file}, row {k}") for k, row in enumerate(rows, start=2)]
    columns = _numeric(rows, header)
    chosen: list[int] = []
    low: list[float] = []
    high: list[float] = []
    for k, case in enumerate(cases):
        fits = case.trade or sample == "episodes"
        fits &= case.threat or sample != "trade_threats"
        fits &= not (case.lost and stay is None)
        fits &= not (case.ended and case.high - case.low > limit)
        if not fits:
            continue
        chosen.append(k)
        if case.lost and stay is not None:
            bounds = stay, math.inf
        elif case.imposed and sample == "trade_threats":
            days = case.days_to_imposition
            bounds = 0.0 if math.isnan(days) else max(days, 0.0), math.inf
        elif case.ended:
            bounds = max(case.low - 0.5, 0.0), case.high + 0.5
        else:
            bounds = case.low, math.inf
        low.append(bounds[0])
        high.append(bounds[1])
    if not chosen:
        raise InvalidInputError("no case of this sample", where=str(file), seen=sample)
    kept = [cases[k] for k in chosen]
    ended = np.isfinite(high)
    return Disputes.from_intervals(
        low,
        high,
        ids=[case.name for case in kept],
        dyads=[dyad_of(case.sender or case.name, case.target) for case in kept],
        senders=[case.sender for case in kept],
        ending=[case.conceded if end else "" for case, end in zip(kept, ended, strict=True)],
        covariates={name: [column[k] for k in chosen] for name, column in columns.items()},
        title=f"cases of {file.name}, {sample.replace('_', ' ')}",
    )
