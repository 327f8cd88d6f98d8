"""Outcomes of a named process over many parameter values, for sweeps.

`evaluate` has the signature that sweeps call: one array a parameter in, one array an output out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from negotiation.data.embedded import load_economy
from negotiation.data.parameters import Parameter, parameters
from negotiation.data.tables import as_date
from negotiation.errors import (
    ConvergenceError,
    InvalidInputError,
    NegotiationError,
    NonFiniteError,
)
from negotiation.process.analysis.forecast import Outlook, outlook
from negotiation.process.beliefs.events import DatedEvent, read_events
from negotiation.process.continuation import process_from, stage_number
from negotiation.process.multi_step.definition import read_definition
from negotiation.process.multi_step.load import load_process
from negotiation.process.solve import solve_process
from negotiation.process.stages import MultiStepProcess
from negotiation.trade.economy import Economy
from negotiation.values import FloatArray, closest

__all__ = ["RATIO", "evaluate", "outlook_at", "sweep_mistakes"]

#: Columns with this prefix are likelihood ratios of a type of event: ``ratio:threat``.
RATIO = "ratio:"

_FIXED = {
    "process", "as_of", "dates", "deal_date", "deal_dates", "stage", "economy", "model",
    "standoff_horizon", "terms_horizon", "within", "values", "at_opening", "relapse",
}  # fmt: skip
#: Those of `negotiation.load_process`.
_OPTIONS = ("model", "standoff_horizon", "terms_horizon", "relapse")


@lru_cache(maxsize=2)
def _economy(name: str) -> Economy:
    return load_economy(name)


@lru_cache(maxsize=8)
def _events(as_of: str) -> tuple[DatedEvent, ...]:
    return read_events(as_of=as_of)


def sweep_mistakes(names: Sequence[str], fixed: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with names of columns and with ``fixed``, one line a mistake."""
    lines = [
        f"fixed.{key}: no such key; allowed: {', '.join(sorted(_FIXED))}. {closest(key, _FIXED)}"
        for key in sorted(set(fixed) - _FIXED)
    ]
    for key in ("as_of", "deal_date", "dates", "deal_dates"):
        given = fixed.get(key, ())
        for day in given if isinstance(given, list | tuple) else [given]:
            try:
                as_date(str(day), name=f"fixed.{key}")
            except InvalidInputError as error:
                lines.append(str(error))
    try:
        definition = read_definition(str(fixed.get("process", "multi-step-2025")))
    except InvalidInputError as error:
        return [*lines, f"fixed.process: {error}"]
    known = {**parameters(), **definition.parameters}
    kept = fixed.get("values", {})
    for where, group in (("ranges", tuple(names)), ("fixed.values", tuple(kept))):
        lines += [
            f"{where}.{key}: no such parameter. {closest(key, known)}"
            for key in group
            if not key.startswith(RATIO) and key not in known
        ]
    lines += [f"{key}: swept, and kept in fixed.values" for key in names if key in kept]
    if not lines:
        lines += _unused(tuple(name for name in names if not name.startswith(RATIO)), fixed, known)
    return [*(line.rstrip() for line in lines), *_ratio_mistakes(names, fixed)]


def _unused(
    names: tuple[str, ...], fixed: Mapping[str, Any], known: Mapping[str, Parameter]
) -> list[str]:
    """Parameters that change nothing under the options chosen, or are not known yet."""
    try:
        process = _loaded({name: known[name].value for name in names}, fixed)
    except NegotiationError as error:
        return [str(error)]
    used = {entry.name for entry in process.parameters}
    hints = {
        "likelihood_ratio": f"Sweep {RATIO}<type of event> instead.",
        "relapse_hazard": "Set fixed.relapse = true.",
        "relapse_lump": "Set fixed.relapse = true.",
    }
    return [
        f"ranges.{name}: the process does not use it under these options. {hints.get(name, '')}"
        for name in names
        if name not in used
    ]


def _ratio_mistakes(names: Sequence[str], fixed: Mapping[str, Any]) -> list[str]:
    asked = [name.removeprefix(RATIO) for name in names if name.startswith(RATIO)]
    if not asked:
        return []
    try:
        types = sorted({event.type for event in _events(str(fixed["as_of"]))})
    except (KeyError, InvalidInputError):
        return ["fixed.as_of: likelihood ratios of events need an information date"]
    return [
        f"ranges.{RATIO}{name}: no event of this type is known at {fixed['as_of']}; "
        f"allowed: {', '.join(types)}. {closest(name, types)}".rstrip()
        for name in asked
        if name not in types
    ]


def outlook_at(values: Mapping[str, float], fixed: Mapping[str, Any]) -> Outlook:
    """Return the outlook of a named process at parameter values.

    Parameters
    ----------
    values
        Parameters of `negotiation.load_process`, and likelihood ratios under
        `RATIO`.
    fixed
        ``process``, ``as_of``, and optionally ``stage``, ``economy``, ``model``,
        ``standoff_horizon``, ``terms_horizon``, ``relapse``, ``values`` (parameters that stay as
        given), ``at_opening`` (look ahead from the day the stage opens, at its priors, not from the
        information date).
    """
    unknown = sorted(set(fixed) - _FIXED)
    if unknown:
        raise InvalidInputError(
            "unknown key", where="fixed", seen=", ".join(unknown), allowed=", ".join(sorted(_FIXED))
        )
    ratios = {
        name.removeprefix(RATIO): value for name, value in values.items() if name.startswith(RATIO)
    }
    plain = {name: value for name, value in values.items() if not name.startswith(RATIO)}
    process = _loaded(plain, fixed)
    if fixed.get("at_opening", False):
        if ratios:
            raise InvalidInputError("no event precedes the opening", where="columns", seen=ratios)
        return _at_opening(process, fixed.get("stage", "de-escalation"))
    return outlook(
        process,
        stage=fixed.get("stage", "de-escalation"),
        events=_events(str(fixed["as_of"])) if ratios else (),
        ratios=ratios,
        raise_on_failure=False,
    )


def _loaded(values: Mapping[str, float], fixed: Mapping[str, Any]) -> MultiStepProcess:
    return load_process(
        fixed.get("process", "multi-step-2025"),
        as_of=fixed.get("as_of"),
        economy=_economy(fixed.get("economy", "us-china-2022")),
        values={**fixed.get("values", {}), **values},
        **{key: fixed[key] for key in _OPTIONS if key in fixed},
    )


def _at_opening(process: MultiStepProcess, stage: str | int) -> Outlook:
    """The outlook from the day the stage opens at its priors, who concedes at once included."""
    k = stage_number(process, stage)
    rest = process_from(process, k, start=process.start)
    solution = solve_process(rest, raise_on_failure=False)
    return Outlook(
        whole=solve_process(process, raise_on_failure=False),
        solution=solution,
        day=process.start,
        beliefs=process.stages[k].stubbornness,
        at_once=solution.atoms[0],
        survival=1.0,
    )


def evaluate(
    columns: Mapping[str, FloatArray],
    fixed: Mapping[str, Any],
    generators: tuple[np.random.Generator, ...] = (),  # noqa: ARG001  # the signature that sweeps call
) -> dict[str, FloatArray]:
    """Return outcomes of a named process, one row a row of parameters.

    Parameters
    ----------
    columns
        One array a parameter of the process, or likelihood ratio of a type of event.
    fixed
        See `outlook_at`; ``dates``: ISO dates of the probabilities of a first cut;
        ``deal_dates``: of the deal; ``deal_date``: one date of the deal; ``within``: fraction
        within which cuts are equal (.05).
    generators
        Not used: outcomes are exact.

    Returns
    -------
    dict
        ``cut_<date>``, ``deal_<date>``, ``deal``, ``usa_first`` (share of the first side among
        concessions), ``usa_more``, ``chn_more``, ``equal``, ``level`` (mean added tariff of the
        first side after the cut), ``level_usa``, ``level_chn`` (by who concedes), ``cut_ever``,
        ``at_once``,
        ``hazard_usa``, ``hazard_chn`` (a year), ``horizon`` (years until concessions end),
        ``belief_usa``, ``belief_chn``, ``survival``, ``bound_usa``, ``bound_chn``, ``value_usa``,
        ``value_chn``, and ``converged`` (1 or 0). Rows without an equilibrium are NaN.
    """
    names = list(columns)
    count = len(columns[names[0]]) if names else 0
    dates = [str(day) for day in fixed.get("dates", ())]
    deals = [str(day) for day in fixed.get("deal_dates", ())]
    for day in [*dates, *deals, *([fixed["deal_date"]] if "deal_date" in fixed else [])]:
        as_date(str(day), name="dates")
    rows: list[dict[str, float]] = []
    for n in range(count):
        values = {name: float(columns[name][n]) for name in names}
        try:
            found = outlook_at(values, fixed)
        except (ConvergenceError, NonFiniteError):
            rows.append({"converged": 0.0})
            continue
        rows.append(_row(found, dates, deals, fixed))
    keys = list(dict.fromkeys(key for row in rows for key in row))
    return {key: np.array([row.get(key, np.nan) for row in rows]) for key in keys}


def _by_dates(
    by: Callable[[FloatArray], Any], found: Outlook, dates: list[str], head: str
) -> dict[str, float]:
    """Probabilities by dates, read off the solution in one call."""
    if not dates:
        return {}
    days = np.array([found.days_until(day) for day in dates])
    return {f"{head}_{day}": float(p) for day, p in zip(dates, by(days), strict=True)}


def _row(
    found: Outlook, dates: list[str], deals: list[str], fixed: Mapping[str, Any]
) -> dict[str, float]:
    if not (found.whole.converged and found.solution.converged):
        return {"converged": 0.0}
    solution, process = found.solution, found.whole.process
    k = len(process.stages) - len(solution.process.stages)
    out = _by_dates(found.cut_by, found, dates, "cut")
    out |= _by_dates(found.deal_by, found, deals, "deal")
    if "deal_date" in fixed:
        out["deal"] = float(found.deal_by(str(fixed["deal_date"])))
    # Where concessions are over, who would have conceded is read off the stage at its opening.
    success = solution.success[0] if found.cut_probability > 0.0 else found.whole.success[k]
    share = success / success.sum() if success.sum() > 0.0 else np.full(2, np.nan)
    terms = found.terms
    more = found.concedes_more(float(fixed.get("within", 0.05)), shares=share)
    bound = found.whole.audience_cost_bound[k]
    for n, player in enumerate(process.players):
        side = player.lower()
        out[f"{side}_first"] = float(share[n])
        out[f"{side}_more"] = float(more[n])
        out[f"level_{side}"] = float(terms[n, 0])
        out[f"hazard_{side}"] = float(solution.hazards[0, n])
        out[f"belief_{side}"] = float(found.beliefs[n])
        out[f"bound_{side}"] = float(bound[n])
        out[f"value_{side}"] = float(found.whole.values[n])
        out[f"flow_{side}"] = float(process.stages[k].flows[0, n])
    out["equal"] = float(more[2])
    out["level"] = float(share @ terms[:, 0])
    out["cut_ever"] = found.cut_probability
    out["at_once"] = float(np.sum(found.at_once))
    out["horizon"] = float(solution.exhaustion_times[0])
    out["survival"] = found.survival
    out["converged"] = 1.0
    return out
