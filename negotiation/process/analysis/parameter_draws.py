"""Outcomes of a named process over many parameter values, for sweeps.

`evaluate` has the signature that sweeps call: one array a parameter in, one array an output out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from negotiation.data.parameters import Parameter, parameters
from negotiation.data.tables import as_date
from negotiation.errors import ConvergenceError, InvalidInputError, NegotiationError, NonFiniteError
from negotiation.process.game.solution import GameSolution
from negotiation.process.game.solve import solve_games
from negotiation.process.multi_step.load import load_process, process_standoff
from negotiation.values import FloatArray, closest

__all__ = ["evaluate", "sweep_mistakes"]

_FIXED = {"process", "as_of", "dates", "deal_dates", "values", "model", "relapse", "linked"}
#: Those of `negotiation.load_process`.
_OPTIONS = ("model", "relapse", "linked")


def sweep_mistakes(names: Sequence[str], fixed: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with names of columns and with ``fixed``, one line a mistake."""
    lines = [
        f"fixed.{key}: no such key; allowed: {', '.join(sorted(_FIXED))}. {closest(key, _FIXED)}"
        for key in sorted(set(fixed) - _FIXED)
    ]
    for key in ("as_of", "dates", "deal_dates"):
        given = fixed.get(key, ())
        for day in given if isinstance(given, list | tuple) else [given]:
            try:
                as_date(str(day), name=f"fixed.{key}")
            except InvalidInputError as error:
                lines.append(str(error))
    try:
        standoff = process_standoff(str(fixed.get("process", "multi-step-2025")))
    except InvalidInputError as error:
        return [*lines, f"fixed.process: {error}"]
    known = {**parameters(), **standoff.own_parameters}
    kept = fixed.get("values", {})
    for where, group in (("ranges", tuple(names)), ("fixed.values", tuple(kept))):
        lines += [
            f"{where}.{key}: no such parameter. {closest(key, known)}"
            for key in group
            if key not in known
        ]
    lines += [f"{key}: swept, and kept in fixed.values" for key in names if key in kept]
    if not lines:
        lines += _unused(names, fixed, known)
    return [line.rstrip() for line in lines]


def _unused(
    names: Sequence[str], fixed: Mapping[str, Any], known: Mapping[str, Parameter]
) -> list[str]:
    """Parameters that change nothing under the options chosen, or are not known yet."""
    try:
        used = {entry.name for entry in _solved({}, fixed).process.parameters}
    except NegotiationError as error:
        return [str(error)]
    return [
        f"ranges.{name}: the process does not use {known[name].meaning} under these options."
        for name in names
        if name not in used
    ]


def _solved(values: Mapping[str, float], fixed: Mapping[str, Any]) -> GameSolution:
    unknown = sorted(set(fixed) - _FIXED)
    if unknown:
        raise InvalidInputError(
            "unknown key", where="fixed", seen=", ".join(unknown), allowed=", ".join(sorted(_FIXED))
        )
    process = load_process(
        fixed.get("process", "multi-step-2025"),
        as_of=fixed.get("as_of"),
        values={**fixed.get("values", {}), **values},
        **{key: fixed[key] for key in _OPTIONS if key in fixed},
    )
    return solve_games([process])[0]


def evaluate(
    columns: Mapping[str, FloatArray],
    fixed: Mapping[str, Any],
    generators: tuple[np.random.Generator, ...] = (),  # noqa: ARG001  # the signature that sweeps call
) -> dict[str, FloatArray]:
    """Return outcomes of a named process, one row a row of parameters.

    Parameters
    ----------
    columns
        One array a parameter of the process.
    fixed
        ``process``, ``as_of``, and optionally ``dates`` (ISO dates of the probabilities that the
        open stage is over), ``deal_dates`` (of the deal), ``values`` (parameters that stay as
        given), and options of `negotiation.load_process`: ``model``, ``relapse``, ``linked``.
    generators
        Not used: outcomes are exact.

    Returns
    -------
    dict
        ``cut_<date>``, ``deal_<date>``, ``cut_ever``, ``deal_ever``, and by side, in lower case:
        ``<side>_first`` (share of the concessions that end the open stage), ``hazard_<side>``
        (of conceding where play starts, a year), ``value_<side>``, ``flow_<side>``; ``converged``
        (1 or 0). Rows without a solution are NaN.
    """
    names = list(columns)
    count = len(columns[names[0]]) if names else 0
    rows: list[dict[str, float]] = []
    for n in range(count):
        values = {name: float(columns[name][n]) for name in names}
        try:
            rows.append(_row(_solved(values, fixed), fixed))
        except (ConvergenceError, NonFiniteError):
            rows.append({"converged": 0.0})
    keys = list(dict.fromkeys(key for row in rows for key in row))
    return {key: np.array([row.get(key, np.nan) for row in rows]) for key in keys}


def _row(found: GameSolution, fixed: Mapping[str, Any]) -> dict[str, float]:
    out: dict[str, float] = {}
    for head, key, by in (("cut", "dates", found.cut_by), ("deal", "deal_dates", found.deal_by)):
        dates = [str(day) for day in fixed.get(key, ())]
        if dates:
            chances = by(np.array([found.days_until(day) for day in dates]))
            out |= {f"{head}_{day}": float(p) for day, p in zip(dates, chances, strict=True)}
    game = found.process
    start = int(game.start_node)
    hazards = found.action_hazards[start]
    kinds = [(action.side, action.kind) for action in game.nodes[start].actions]
    out["cut_ever"] = found.stage_probability(found.open_stage)
    out["deal_ever"] = found.deal_probability
    shares = found.concedes(found.open_stage)
    for n, player in enumerate(game.players):
        side = player.lower()
        own = [h for h, kind in zip(hazards, kinds, strict=True) if kind == (n, "concede")]
        out[f"{side}_first"] = float(shares[n])
        out[f"hazard_{side}"] = float(sum(own))
        out[f"value_{side}"] = float(found.values[n])
        out[f"flow_{side}"] = float(game.nodes[start].flow[n])
    out["converged"] = 1.0
    return out
