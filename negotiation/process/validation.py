"""Everything that can be wrong with a process, collected before anything is raised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from math import isfinite
from typing import Any

import numpy as np

from negotiation.data.parameters import Parameter
from negotiation.data.tables import as_date
from negotiation.errors import InvalidInputError
from negotiation.process.stage import DAYS_IN, Stage
from negotiation.values import FloatArray

__all__ = ["process_mistakes", "raise_mistakes"]


def raise_mistakes(mistakes: Sequence[str]) -> None:
    """Raise one error that lists every mistake; do nothing where there is none."""
    if not mistakes:
        return
    if len(mistakes) == 1:
        raise InvalidInputError(mistakes[0], where="process")
    listing = "".join(f"\n  {n}. {text}" for n, text in enumerate(mistakes, start=1))
    raise InvalidInputError(f"{len(mistakes)} mistakes:{listing}", where="process")


def _within(values: FloatArray, low: float | None, high: float | None) -> bool:
    """Whether all of a few numbers are finite and within bounds; faster than by arrays."""
    flat = values.ravel().tolist()
    return (
        all(map(isfinite, flat))
        and (low is None or min(flat) >= low)
        and (high is None or max(flat) <= high)
    )


class _Checker:
    """Turns values into arrays and notes what is wrong with them."""

    def __init__(self) -> None:
        self.mistakes: list[str] = []

    def array(
        self,
        value: Any,
        name: str,
        *,
        rows: int | None,
        low: float | None = None,
        high: float | None = None,
    ) -> FloatArray:
        """Return ``[side]`` (rows None) or ``[history, side]`` with 1 or ``rows`` histories."""
        fallback = np.zeros(2) if rows is None else np.zeros((1, 2))
        try:
            out = np.array(value, dtype=np.float64)
        except (TypeError, ValueError):
            self.mistakes.append(f"{name}: seen {value!r}; allowed: numbers")
            return fallback
        if rows is None:
            good = out.shape == (2,)
            wanted = "one number a side"
        else:
            out = out[None, :] if out.ndim == 1 else out
            good = out.ndim == 2 and out.shape[1] == 2 and out.shape[0] in {1, rows}
            wanted = f"one number a side, for 1 or {rows} histories"
        if not good:
            self.mistakes.append(f"{name}: seen shape {out.shape}; allowed: {wanted}")
            return fallback
        if not _within(out, low, high):
            bad = ~np.isfinite(out)
            bad |= (out < low) if low is not None else False
            bad |= (out > high) if high is not None else False
            bounds = ["finite"]
            bounds += [f">= {low:g}"] if low is not None else []
            bounds += [f"<= {high:g}"] if high is not None else []
            self.mistakes.append(f"{name}: seen {out[bad][0]:g}; allowed: {' and '.join(bounds)}")
            return fallback
        out.setflags(write=False)
        return out

    def scalar(self, value: Any, name: str, *, low: float, high: float | None = None) -> float:
        try:
            out = float(value)
        except (TypeError, ValueError):
            self.mistakes.append(f"{name}: seen {value!r}; allowed: a number")
            return low
        if not np.isfinite(out) or out < low or (high is not None and out > high):
            bound = f">= {low:g}" + ("" if high is None else f" and <= {high:g}")
            self.mistakes.append(f"{name}: seen {out:g}; allowed: finite and {bound}")
            return low
        return out


def process_mistakes(process: Mapping[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """Return what is wrong with the fields of a process, and the fields as checked arrays."""
    check = _Checker()
    mistakes = check.mistakes
    time_unit = process["time_unit"]
    if not isinstance(time_unit, str) or time_unit not in DAYS_IN:
        mistakes.append(f"time_unit: seen {time_unit!r}; allowed: {', '.join(DAYS_IN)}")
        time_unit = "day"
    players = process["players"]
    players = tuple(map(str, players)) if isinstance(players, list | tuple) else (str(players),)
    if len(players) != 2 or len(set(players)) != 2:
        mistakes.append(f"players: seen {players}; allowed: two different names")
    start = _checked_date(process["start"], "start", mistakes)
    as_of = _checked_date(process["as_of"], "as_of", mistakes)
    if not process["stages"]:
        mistakes.append("stages: seen none; allowed: one or more")
    names = [stage.name for stage in process["stages"]]
    for name in sorted({name for name in names if names.count(name) > 1}):
        mistakes.append(f"stages: the name {name!r} stands twice; allowed: distinct names")
    today = as_of if as_of is not None else start
    unit = DAYS_IN[time_unit]
    levels = [0]
    for stage in process["stages"]:
        levels.append(levels[-1] + bool(stage.remembered))
    stages = tuple(
        _checked_stage(check, stage, k, 2 ** levels[k], len(process["stages"]), start, today, unit)
        for k, stage in enumerate(process["stages"])
    )
    rows = 2 ** levels[-1]
    rates_after = process["rates_after"]
    if rates_after is not None:
        rates_after = check.array(rates_after, "rates_after", rows=rows, low=-1.0)
    if process["type_persistence"] != 0.0:
        mistakes.append(
            f"type_persistence (psi): seen {process['type_persistence']!r}; allowed: 0, tough "
            "types are drawn anew in every stage; types that last are an option of the Markov "
            "game: TypedGame(game, costs, priors, persistence=psi)"
        )
    parameters = process["parameters"]
    if not isinstance(parameters, list | tuple) or not all(
        isinstance(parameter, Parameter) for parameter in parameters
    ):
        mistakes.append(f"parameters: seen {parameters!r}; allowed: a list of Parameter")
        parameters = ()
    for parameter in parameters:
        known = parameter.known_on
        if as_of is not None and known > as_of:
            mistakes.append(
                f"parameter {parameter.name}: known on {known}, "
                f"later than the information date {as_of}"
            )
    fixed = {
        "stages": stages,
        "players": players,
        "start": start,
        "as_of": as_of,
        "rates_after": rates_after,
        "discount_rates": check.array(
            process["discount_rates"], "discount_rates", rows=None, low=0.0
        ),
        "type_persistence": 0.0,
        "parameters": tuple(parameters),
    }
    return mistakes, fixed


def _checked_date(value: date | str | None, name: str, mistakes: list[str]) -> date | None:
    if value is None:
        return None
    try:
        return as_date(value, name=name)
    except InvalidInputError as error:
        mistakes.append(str(error))
        return None


def _checked_stage(
    check: _Checker,
    stage: Stage,
    k: int,
    rows: int,
    count: int,
    start: date | None,
    today: date | None,
    unit: float,
) -> Stage:
    dates = None if stage.deadline is None else (start, today, unit)
    place = (rows, dates, None if stage.relapse_to is None else (k, count))
    if stage.__dict__.get("_checked_at") == place:
        return stage
    before = len(check.mistakes)
    where = f"stage {stage.name!r}"
    relapse_to: Any = stage.relapse_to
    if relapse_to is not None and not isinstance(relapse_to, int | np.integer):
        check.mistakes.append(f"{where} relapse_to: seen {relapse_to!r}; allowed: a stage number")
        relapse_to = None
    elif relapse_to is not None and not 0 <= relapse_to <= k:
        reason = "a stage after the end" if relapse_to >= count else "not this stage or before it"
        check.mistakes.append(f"{where} relapse_to: seen {relapse_to}, {reason}; allowed: 0 to {k}")
        relapse_to = None
    opens = stage.opens
    if opens is not None:
        flags = np.asarray(opens, dtype=object)
        if flags.shape not in {(1,), (rows,)} or not np.isin(flags, (0, 1)).all():
            check.mistakes.append(f"{where} opens: seen {opens!r}; allowed: 1 or {rows} flags")
            opens = None
        else:
            opens = flags.astype(np.float64)
            opens.setflags(write=False)
    checked = replace(
        stage,
        flows=check.array(stage.flows, f"{where} flows (g)", rows=rows),
        concede=check.array(stage.concede, f"{where} concede (l)", rows=rows),
        win=check.array(stage.win, f"{where} win (f)", rows=rows),
        stubbornness=check.array(
            stage.stubbornness, f"{where} stubbornness (z)", rows=None, low=0.0, high=1.0
        ),
        breakdown_hazard=check.scalar(
            stage.breakdown_hazard, f"{where} breakdown_hazard (beta)", low=0.0
        ),
        breakdown=check.array(stage.breakdown, f"{where} breakdown (B)", rows=rows),
        relapse_to=relapse_to,
        relapse_lump=check.array(stage.relapse_lump, f"{where} relapse_lump", rows=None),
        audience_cost=check.array(stage.audience_cost, f"{where} audience_cost (A)", rows=None),
        audience_growth=check.array(
            stage.audience_growth, f"{where} audience_growth (a)", rows=None, low=0.0
        ),
        deadline=_checked_deadline(check, stage.deadline, where, start, today, unit),
        rates=None
        if stage.rates is None
        else check.array(stage.rates, f"{where} rates", rows=rows, low=-1.0),
        opens=opens,
    )
    if len(check.mistakes) == before:
        # A frozen stage need not be checked again in the same place of the same agenda.
        object.__setattr__(checked, "_checked_at", place)
    return checked


def _checked_deadline(
    check: _Checker,
    deadline: float | str | date | None,
    where: str,
    start: date | None,
    today: date | None,
    unit: float,
) -> float | None:
    """Return the deadline in units of time after the opening of the stage."""
    if deadline is None:
        return None
    if isinstance(deadline, str | date):
        day = _checked_date(deadline, f"{where} deadline", check.mistakes)
        if day is None:
            return None
        if today is None or start is None:
            check.mistakes.append(f"{where} deadline: a date needs the process's start")
            return None
        if day <= today:
            check.mistakes.append(
                f"{where} deadline: seen {day}, in the past; allowed: later than {today}"
            )
            return None
        return (day - start).days / unit
    span = check.scalar(deadline, f"{where} deadline", low=0.0)
    if span <= 0.0:
        check.mistakes.append(f"{where} deadline: seen {span:g}, in the past; allowed: > 0")
        return None
    return span
