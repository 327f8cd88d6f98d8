"""Outcomes of a named process over many parameter values, for sweeps.

`evaluate` has the signature that sweeps call: one array a parameter in, one array an output out.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from negotiation.data.embedded import load_economy
from negotiation.data.tables import as_date
from negotiation.errors import ConvergenceError, InvalidInputError, NonFiniteError
from negotiation.process.events import DatedEvent, read_events
from negotiation.process.forecast import Outlook, outlook
from negotiation.process.load import load_process
from negotiation.trade.economy import Economy
from negotiation.values import FloatArray

__all__ = ["RATIO", "evaluate", "outlook_at"]

#: Columns with this prefix are likelihood ratios of a type of event: ``ratio:threat``.
RATIO = "ratio:"

_FIXED = {
    "process", "as_of", "dates", "deal_date", "stage", "economy", "model", "standoff_horizon",
    "terms_horizon", "within", "values", "at_opening",
}  # fmt: skip


@lru_cache(maxsize=2)
def _economy(name: str) -> Economy:
    return load_economy(name)


@lru_cache(maxsize=8)
def _events(as_of: str) -> tuple[DatedEvent, ...]:
    return read_events(as_of=as_of)


def outlook_at(values: Mapping[str, float], fixed: Mapping[str, Any]) -> Outlook:
    """Return the outlook of a named process at parameter values.

    Parameters
    ----------
    values
        Parameters of `negotiation.process.load.load_process`, and likelihood ratios under
        `RATIO`.
    fixed
        ``process``, ``as_of``, and optionally ``stage``, ``economy``, ``model``,
        ``standoff_horizon``, ``terms_horizon``, ``values`` (parameters that stay as given),
        ``at_opening`` (look ahead from the day the stage opens, not from the information date).
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
    options = {
        key: fixed[key] for key in ("model", "standoff_horizon", "terms_horizon") if key in fixed
    }
    process = load_process(
        fixed.get("process", "multi-step-2025"),
        as_of=fixed.get("as_of"),
        economy=_economy(fixed.get("economy", "us-china-2022")),
        values={**fixed.get("values", {}), **plain},
        **options,
    )
    return outlook(
        process,
        as_of=process.start if fixed.get("at_opening", False) else None,
        stage=fixed.get("stage", "de-escalation"),
        events=_events(str(fixed["as_of"])) if ratios else (),
        ratios=ratios,
        raise_on_failure=False,
    )


def evaluate(
    columns: Mapping[str, FloatArray],
    fixed: Mapping[str, Any],
    rng: np.random.Generator | None = None,  # noqa: ARG001  # the signature that sweeps call
) -> dict[str, FloatArray]:
    """Return outcomes of a named process, one row a row of parameters.

    Parameters
    ----------
    columns
        One array a parameter of the process, or likelihood ratio of a type of event.
    fixed
        See `outlook_at`; ``dates``: ISO dates of the probabilities of a first cut; ``deal_date``;
        ``within``: fraction within which cuts are equal (.05).
    rng
        Not used: outcomes are exact.

    Returns
    -------
    dict
        ``cut_<date>``, ``deal``, ``usa_first`` (share of the first side among concessions),
        ``usa_more``, ``chn_more``, ``equal``, ``level`` (mean added tariff of the first side after
        the cut), ``level_usa``, ``level_chn`` (by who concedes), ``cut_ever``, ``at_once``,
        ``hazard_usa``, ``hazard_chn`` (a year), ``horizon`` (years until concessions end),
        ``belief_usa``, ``belief_chn``, ``survival``, ``bound_usa``, ``bound_chn``, ``value_usa``,
        ``value_chn``, and ``converged`` (1 or 0). Rows without an equilibrium are NaN.
    """
    names = list(columns)
    count = len(columns[names[0]]) if names else 0
    dates = [str(day) for day in fixed.get("dates", ())]
    for day in [*dates, *([fixed["deal_date"]] if "deal_date" in fixed else [])]:
        as_date(str(day), name="dates")
    rows: list[dict[str, float]] = []
    for n in range(count):
        values = {name: float(columns[name][n]) for name in names}
        try:
            found = outlook_at(values, fixed)
        except (ConvergenceError, NonFiniteError):
            rows.append({"converged": 0.0})
            continue
        rows.append(_row(found, dates, fixed))
    keys = list(dict.fromkeys(key for row in rows for key in row))
    return {key: np.array([row.get(key, np.nan) for row in rows]) for key in keys}


def _row(found: Outlook, dates: list[str], fixed: Mapping[str, Any]) -> dict[str, float]:
    if not (found.whole.converged and found.solution.converged):
        return {"converged": 0.0}
    solution, process = found.solution, found.whole.process
    k = len(process.stages) - len(solution.process.stages)
    out = {f"cut_{day}": float(found.cut_by(day)) for day in dates}
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
