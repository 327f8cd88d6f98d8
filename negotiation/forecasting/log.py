"""A log of forecasts made before their outcomes: entries are added, never changed.

Each entry holds the hash of its content and of the entry before it, so that an edit of an entry
shows in it or in the next one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from negotiation.arguments import takes
from negotiation.errors import DataError, InvalidInputError
from negotiation.process.analysis.forecast import ProcessForecast
from negotiation.standoff.standoff import Standoff

__all__ = ["log_forecast", "read_forecast_log"]

_HASH = "sha256"


def _hash(content: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in content.items() if key != _HASH}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


@takes
def read_forecast_log(folder: str | Path) -> list[dict[str, Any]]:
    """Return the entries of a log in order, or say which one was changed.

    Parameters
    ----------
    folder
        Where the entries stand; with none the log is empty.

    Raises
    ------
    DataError
        If an entry is not what its hash says, or does not follow the one before it.

    Examples
    --------
    >>> read_forecast_log("no such folder")
    []
    """
    entries: list[dict[str, Any]] = []
    for number, path in enumerate(sorted(Path(folder).glob("*.json")), start=1):
        try:
            entry = json.loads(path.read_text(encoding="utf-8"))
            seen = _hash(entry)
        except (OSError, ValueError, AttributeError, TypeError) as error:
            raise DataError("not an entry of a log", where=str(path), seen=str(error)) from error
        before = entries[-1][_HASH] if entries else ""
        for name, found, due in (
            (_HASH, seen, entry.get(_HASH)),
            ("previous", entry.get("previous"), before),
            ("number", entry.get("number"), number),
        ):
            if found != due:
                raise DataError(
                    "an entry was changed or taken out after it was written",
                    where=f"{path}, {name}",
                    seen=found,
                    allowed=str(due),
                    hint="Entries are never edited: put the file back as it was.",
                )
        entries.append(entry)
    return entries


@takes
def log_forecast(
    folder: str | Path, standoff: Standoff, forecast: ProcessForecast, *, level: float = 0.9
) -> Path:
    """Add a forecast to a log and return the file of its entry.

    Parameters
    ----------
    folder
        Of the log; made where it is not there.
    standoff
        What the forecast is of.
    forecast
        From `negotiation.forecast`.
    level
        Of the intervals over draws and payoff models.

    Raises
    ------
    InvalidInputError
        If the log has an entry of this standoff at this information date.
    DataError
        If an entry of the log was changed.
    """
    entries = read_forecast_log(folder)
    day = str(forecast.as_of)
    if any((e["standoff"], e["as_of"]) == (standoff.name, day) for e in entries):
        raise InvalidInputError(
            "the log has this forecast; entries are never replaced",
            where=f"{standoff.name}, as of {day}",
            seen="a second one",
            allowed="a later information date",
        )
    weights = forecast.weights.sum(axis=0)
    content: dict[str, Any] = {
        "number": len(entries) + 1,
        "previous": entries[-1][_HASH] if entries else "",
        "standoff": standoff.name,
        "title": standoff.title,
        "as_of": day,
        "stage": forecast.stage,
        "says": "chance that a side has conceded the open stage, and that all is agreed, by date",
        "probabilities": {
            str(date): {
                "conceded": round(forecast.cut_by(date), 6),
                "interval": [round(float(end), 6) for end in forecast.interval(date, level)],
                "agreed": round(forecast.deal_by(date), 6),
            }
            for date in forecast.dates
        },
        "concedes_first": {
            side: round(float(share), 6)
            for side, share in zip(forecast.players, forecast.concedes_first(), strict=True)
        },
        "rests_on": {
            "level": level,
            "draws": len(forecast.values),
            "disputes_fitted": forecast.disputes,
            "parameters_drawn": list(forecast.parameters),
            "payoff_models": {
                name: round(float(weight), 6)
                for name, weight in zip(forecast.models, weights, strict=True)
            },
            "left_out": list(forecast.left_out),
        },
    }
    content[_HASH] = _hash(content)
    path = Path(folder) / f"{content['number']:04d}_{standoff.name}_{day}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, indent=2, ensure_ascii=False)
    with path.open("x", encoding="utf-8") as file:
        file.write(text + "\n")
    return path
