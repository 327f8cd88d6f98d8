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

__all__ = ["Checker", "fixed_array", "process_mistakes", "raise_mistakes"]


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


def fixed_array(value: Any) -> bool:
    """Whether a value is a read-only array already."""
    return (
        isinstance(value, np.ndarray)
        and value.dtype == np.float64
        and not value.flags.writeable
        and value.flags.c_contiguous
    )


class Checker:
    """Turns values into numbers, arrays and dates, and notes what is wrong with them.

    Parameters
    ----------
    fields
        Of a process or a game; what both have is checked at once, and kept as ``common``.
    """

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.mistakes: list[str] = []
        clock, players = fields["time_unit"], fields["players"]
        known = isinstance(clock, str) and clock in DAYS_IN
        self.unit: float = DAYS_IN[clock] if known else 1.0
        if not known:
            self.note(f"time_unit: seen {clock!r}; allowed: {', '.join(DAYS_IN)}")
        players = tuple(map(str, players)) if isinstance(players, list | tuple) else (str(players),)
        if len(players) != 2 or len(set(players)) != 2:
            self.note(f"players: seen {players}; allowed: two different names")
        self.start: date | None = self.day(fields["start"], "start")
        self.as_of: date | None = self.day(fields["as_of"], "as_of")
        self.today: date | None = self.start if self.as_of is None else self.as_of
        parameters = fields["parameters"]
        if not isinstance(parameters, list | tuple) or not all(
            isinstance(parameter, Parameter) for parameter in parameters
        ):
            self.note(f"parameters: seen {parameters!r}; allowed: a list of Parameter")
            parameters = ()
        for parameter in parameters:
            if self.as_of is not None and parameter.known_on > self.as_of:
                self.note(
                    f"parameter {parameter.name}: known on {parameter.known_on}, "
                    f"later than the information date {self.as_of}"
                )
        self.common: dict[str, Any] = {
            "players": players,
            "start": self.start,
            "as_of": self.as_of,
            "parameters": tuple(parameters),
        }

    def note(self, text: str) -> None:
        """Add a mistake."""
        self.mistakes.append(text)

    def day(self, value: Any, name: str) -> date | None:
        """Return a date, None where there is none."""
        try:
            return as_date(value, name=name)
        except InvalidInputError as error:
            self.note(str(error))
            return None

    def number(self, value: Any, name: str, *, low: float | None = None) -> float:
        """Return a finite number."""
        try:
            out = float(value)
        except (TypeError, ValueError):
            self.note(f"{name}: seen {value!r}; allowed: a number")
            return 0.0
        if not isfinite(out) or (low is not None and out < low):
            bound = "" if low is None else f" and >= {low:g}"
            self.note(f"{name}: seen {out:g}; allowed: finite{bound}")
            return 0.0
        return out

    def array(
        self,
        value: Any,
        name: str,
        *,
        rows: int | None = None,
        low: float | None = None,
        high: float | None = None,
    ) -> FloatArray:
        """Return ``[side]`` (rows None) or ``[history, side]`` with 1 or ``rows`` histories."""
        fallback = np.zeros(2) if rows is None else np.zeros((1, 2))
        wanted = "one number a side"
        wanted += "" if rows is None else f", for 1 or {rows} histories"
        try:
            out = value if fixed_array(value) else np.array(value, dtype=np.float64)
        except (TypeError, ValueError):
            self.note(f"{name}: seen {value!r}; allowed: {wanted}")
            return fallback
        if rows is not None and out.ndim == 1:
            out = out[None, :]
        if out.shape not in ({(2,)} if rows is None else {(1, 2), (rows, 2)}):
            self.note(f"{name}: seen shape {out.shape}; allowed: {wanted}")
            return fallback
        if not _within(out, low, high):
            bad = ~np.isfinite(out)
            bad |= (out < low) if low is not None else False
            bad |= (out > high) if high is not None else False
            bounds = ["finite"]
            bounds += [f">= {low:g}"] if low is not None else []
            bounds += [f"<= {high:g}"] if high is not None else []
            self.note(f"{name}: seen {out[bad][0]:g}; allowed: {' and '.join(bounds)}")
            return fallback
        out.setflags(write=False)
        return out


def process_mistakes(process: Mapping[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """Return what is wrong with the fields of a process, and the fields as checked arrays."""
    check = Checker(process)
    given, rates_after = process["stages"], process["rates_after"]
    if not given:
        check.note("stages: seen none; allowed: one or more")
    names = [stage.name for stage in given]
    for name in sorted({name for name in names if names.count(name) > 1}):
        check.note(f"stages: the name {name!r} stands twice; allowed: distinct names")
    levels = [0]
    for stage in given:
        levels.append(levels[-1] + bool(stage.remembered))
    stages = tuple(
        _checked_stage(check, stage, k, 2 ** levels[k], len(given)) for k, stage in enumerate(given)
    )
    if rates_after is not None:
        rates_after = check.array(rates_after, "rates_after", rows=2 ** levels[-1], low=-1.0)
    if process["type_persistence"] != 0.0:
        check.note(
            f"type_persistence (psi): seen {process['type_persistence']!r}; allowed: 0, tough "
            "types are drawn anew in every stage; types that last are an option of the Markov "
            "game: TypedGame(game, costs, priors, persistence=psi)"
        )
    return check.mistakes, {
        **check.common,
        "stages": stages,
        "rates_after": rates_after,
        "discount_rates": check.array(process["discount_rates"], "discount_rates", low=0.0),
        "type_persistence": 0.0,
    }


def _checked_stage(check: Checker, stage: Stage, k: int, rows: int, count: int) -> Stage:
    dates = None if stage.deadline is None else (check.start, check.today, check.unit)
    place = (rows, dates, None if stage.relapse_to is None else (k, count))
    if stage.__dict__.get("_checked_at") == place:
        return stage
    before = len(check.mistakes)
    where = f"stage {stage.name!r}"
    relapse_to: Any = stage.relapse_to
    if relapse_to is not None and not isinstance(relapse_to, int | np.integer):
        check.note(f"{where} relapse_to: seen {relapse_to!r}; allowed: a stage number")
        relapse_to = None
    elif relapse_to is not None and not 0 <= relapse_to <= k:
        reason = "a stage after the end" if relapse_to >= count else "not this stage or before it"
        check.note(f"{where} relapse_to: seen {relapse_to}, {reason}; allowed: 0 to {k}")
        relapse_to = None
    opens = stage.opens
    if opens is not None:
        flags = np.asarray(opens, dtype=object)
        if flags.shape not in {(1,), (rows,)} or not np.isin(flags, (0, 1)).all():
            check.note(f"{where} opens: seen {opens!r}; allowed: 1 or {rows} flags")
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
            stage.stubbornness, f"{where} stubbornness (z)", low=0.0, high=1.0
        ),
        breakdown_hazard=check.number(
            stage.breakdown_hazard, f"{where} breakdown_hazard (beta)", low=0.0
        ),
        breakdown=check.array(stage.breakdown, f"{where} breakdown (B)", rows=rows),
        relapse_to=relapse_to,
        relapse_lump=check.array(stage.relapse_lump, f"{where} relapse_lump"),
        audience_cost=check.array(stage.audience_cost, f"{where} audience_cost (A)"),
        audience_growth=check.array(stage.audience_growth, f"{where} audience_growth (a)", low=0.0),
        deadline=_checked_deadline(check, stage.deadline, where),
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
    check: Checker, deadline: float | str | date | None, where: str
) -> float | None:
    """Return the deadline in units of time after the opening of the stage."""
    if deadline is None:
        return None
    if isinstance(deadline, str | date):
        day = check.day(deadline, f"{where} deadline")
        if day is None:
            return None
        if check.today is None or check.start is None:
            check.note(f"{where} deadline: a date needs the process's start")
            return None
        if day <= check.today:
            check.note(
                f"{where} deadline: seen {day}, in the past; allowed: later than {check.today}"
            )
            return None
        return (day - check.start).days / check.unit
    span = check.number(deadline, f"{where} deadline", low=0.0)
    if span <= 0.0:
        check.note(f"{where} deadline: seen {span:g}, in the past; allowed: > 0")
        return None
    return span
