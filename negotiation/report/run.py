"""A run of one standoff into a folder: numbers, tables, pictures and a page, resumable.

The forecast, which takes nearly all of the time, is stored with the checksum of what it rests on,
part by part while it is computed, and read back where that has not changed; everything else is
written from it anew, as whole files.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from negotiation.arguments import takes
from negotiation.data.tables import DateLike, as_date
from negotiation.errors import DataError
from negotiation.forecasting.dated_forecast import forecast
from negotiation.forecasting.resolve_prior import known_disputes
from negotiation.presentation import frame_latex
from negotiation.process.analysis.forecast import ProcessForecast
from negotiation.report.run_tables import dependence_name, run_tables
from negotiation.report.standoff_page.page import standoff_page
from negotiation.report.standoff_run import StandoffRun, computed_run
from negotiation.standoff.standoff import Standoff
from negotiation.study.store.files import read_sealed, write_sealed, write_text
from negotiation.study.store.objects import load_object, save_object
from negotiation.values import FloatArray, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["run_standoff"]

_RESULTS, _PAGE, _FORECAST = "results.json", "report.html", Path("parts") / "forecast"
_DRAWS = Path("parts") / "draws"
_KEY = "rests_on"


@takes
def run_standoff(
    standoff: Standoff,
    folder: str | Path,
    as_of: DateLike = None,
    *,
    draws: int = 64,
    seed: int = 20250502,
    progress: Callable[[str], None] = lambda _: None,
) -> StandoffRun:
    """Compute everything about a standoff and write it into a folder.

    Written are ``results.json``; a ``csv`` and a ``tex`` file for each table; a ``pdf`` and a
    ``png`` file for each picture; and ``report.html``, a page that needs no network. Equal input
    gives equal bytes. A run that was broken off goes on where it stood, and one whose input has
    not changed computes no forecast again.

    Parameters
    ----------
    standoff
        See `negotiation.load_standoff`.
    folder
        Made where it is not there.
    as_of
        Information date; None: the start of the standoff.
    draws, seed
        As in `negotiation.forecast`.
    progress
        Told what is done next, one line at a time.

    Returns
    -------
    StandoffRun
        What was computed.

    Examples
    --------
    >>> from negotiation.standoff.load import load_standoff
    >>> dispute = load_standoff("us-japan-2025")
    >>> run = run_standoff(dispute, "out", "2025-07-10")  # doctest: +SKIP
    """
    day = as_date(as_of) or standoff.start
    count = int(number(draws, name="draws", low=0.0))
    target = Path(folder)
    key = _rests_on(standoff, day, count, seed)
    found = _stored_forecast(target, key)
    if found is None:
        progress(f"forecast as of {day}: {count} draws under every payoff model")
        keep = partial(_kept, target / _DRAWS, key)
        found = forecast(standoff, as_of=day, draws=count, rng=seed, workers=None, keep=keep)
        checksum = save_object(target / _FORECAST, found)
        write_sealed(target / "parts" / "key.json", {_KEY: key, "forecast": checksum})
        shutil.rmtree(target / _DRAWS)
    run = computed_run(standoff, day, found, progress)
    progress("tables")
    tables = run_tables(run)
    for name, frame in tables.items():
        write_text(target / "tables" / f"{name}.csv", frame.to_csv(float_format="%.10g"))
        write_text(target / "tables" / f"{name}.tex", frame_latex(frame.reset_index()))
    progress("pictures")
    for name, draw in _pictures(run).items():
        _save(draw, target / "figures" / name)
    progress("page")
    write_text(target / _PAGE, standoff_page(run))
    write_sealed(target / _RESULTS, _results(run, count, seed, key, tables))
    return run


def _kept(folder: Path, key: str, number: int, compute: Callable[[], FloatArray]) -> FloatArray:
    """A part of the draws, read back where a run that was broken off had finished it."""
    path = folder / f"{number:06d}.json"
    try:
        stored = read_sealed(path, hint="Run it again.")
        if stored.get(_KEY) == key:
            return np.array(stored["rows"], dtype=np.float64)
    except (DataError, OSError):
        pass
    rows = compute()
    # Not-a-number, where a side has nothing to concede, is null in the file.
    held = [[None if np.isnan(value) else value for value in row] for row in rows.tolist()]
    write_sealed(path, {_KEY: key, "rows": held})
    return rows


def _rests_on(standoff: Standoff, day: date, draws: int, seed: int) -> str:
    """Checksum of everything that a forecast rests on but the code."""
    from negotiation import __version__

    digest = hashlib.sha256()
    _add(digest, (standoff, known_disputes(day), str(day), draws, seed, __version__))
    return digest.hexdigest()


def _add(digest: Any, value: Any) -> None:
    """Add what a value holds to a checksum."""
    if isinstance(value, np.ndarray):
        digest.update(f"{value.dtype.str}{value.shape}".encode() + value.tobytes())
    elif is_dataclass(value) and not isinstance(value, type):
        digest.update(type(value).__name__.encode())
        for item in fields(value):
            _add(digest, (item.name, getattr(value, item.name)))
    elif isinstance(value, Mapping):
        for key, held in value.items():
            _add(digest, (str(key), held))
    elif isinstance(value, tuple | list):
        digest.update(f"{len(value)}(".encode())
        for held in value:
            _add(digest, held)
    else:
        digest.update(repr(value).encode() + b";")


def _stored_forecast(folder: Path, key: str) -> ProcessForecast | None:
    """Return the forecast of an earlier run, None where it is not there or rests on other input."""
    try:
        stored = read_sealed(folder / "parts" / "key.json", hint="Run it again.")
        if stored.get(_KEY) != key:
            return None
        found = load_object(folder / _FORECAST)
    except (DataError, OSError):
        return None
    return found if isinstance(found, ProcessForecast) else None


def _results(
    run: StandoffRun, draws: int, seed: int, key: str, tables: Mapping[str, Any]
) -> dict[str, Any]:
    """What the run found, in plain words and numbers."""
    found = run.forecast
    return {
        "standoff": run.standoff.name,
        "title": run.standoff.title,
        "sides": list(run.standoff.sides),
        "as_of": str(run.as_of),
        "draws": draws,
        "seed": seed,
        _KEY: key,
        "stage": found.stage,
        "payoff_models": dict(zip(found.models, found.model_weights.tolist(), strict=True)),
        "left_out": list(found.left_out),
        "effective_draws": found.effective_draws,
        "disputes_fitted": found.disputes,
        "over_by": {str(day): found.cut_by(day) for day in found.dates},
        "over_by_interval": {str(day): found.interval(day).tolist() for day in found.dates},
        "deal_by": {str(day): found.deal_by(day) for day in found.dates},
        "concedes_first": dict(zip(found.players, found.concedes_first().tolist(), strict=True)),
        "tables": sorted(tables),
        "notes": list(run.notes),
    }


def _pictures(run: StandoffRun) -> dict[str, Callable[[], Axes]]:
    """What draws each picture, by name."""
    from negotiation.plotting.bargaining import plot_bargaining_set

    pictures: dict[str, Callable[[], Axes]] = {
        "forecast": run.forecast.plot,
        "payoffs": run.equilibria.plot,
        "bargains": lambda: plot_bargaining_set(run.bargaining_problem, run.bargains),
    }
    for side, found in run.dependence.items():
        pictures[dependence_name(side)] = found.plot
    return pictures


def _save(draw: Callable[[], Axes], stem: Path) -> None:
    """Write a picture as pdf and png; equal pictures, equal bytes."""
    import matplotlib.pyplot as plt

    stem.parent.mkdir(parents=True, exist_ok=True)
    with plt.style.context("default"):
        draw()
        figure = plt.gcf()
        for suffix, metadata in ((".pdf", {"CreationDate": None}), (".png", {"Software": None})):
            figure.savefig(stem.with_suffix(suffix), metadata=metadata, bbox_inches="tight")
        plt.close(figure)
