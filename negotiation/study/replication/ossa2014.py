"""Tables of Ossa (2014), from the author's file of 7 regions and 33 industries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np

from negotiation.data.published import read_ossa2014
from negotiation.policy.cooperative import cooperative_tariffs
from negotiation.policy.noncooperative import nash_tariffs, optimal_tariffs
from negotiation.policy.results import PolicyResult
from negotiation.study.spec import Settings
from negotiation.trade.economy import Economy
from negotiation.trade.equilibrium import counterfactual
from negotiation.trade.model import TradeModel
from negotiation.values import FloatArray

__all__ = ["FILES", "OSSA_MEASURES", "OSSA_ROWS", "Problem", "problem_cells"]

FILES = ("DATA.mat",)

OSSA_ROWS = {
    "Brazil": "BRA",
    "China": "CHN",
    "EU": "EU",
    "India": "IND",
    "Japan": "JPN",
    "RestOfWorld": "ROW",
    "US": "USA",
}
_MEASURES = {"gov": "objective", "welfare": "welfare", "wage": "wage", "profit": "profit"}
_TOLERANCE = 1e-11
_COOPERATIVE_TOLERANCE = 1e-10
_COOPERATIVE_ROUNDS = 20_000
_NASH = (*_MEASURES, "median_tariff")
_OPTIMAL = (*(f"{m}_{side}" for m in _MEASURES for side in ("own", "other")), "median_tariff")
OSSA_MEASURES = {"optimal": _OPTIMAL, "nash": _NASH, "cooperative": _NASH}


class Problem(Settings):
    """Whose tariffs are chosen and how.

    Attributes
    ----------
    name
        Title of the panel.
    problem
        ``optimal``: each region in turn, the others at factual tariffs; ``nash``: all at once;
        ``cooperative``: the largest gain that all governments share.
    lobbying
        Whether governments weigh industries by the political weights.
    scope
        ``discriminatory``, ``most_favored_nation`` or ``uniform``.
    start
        Where cooperation starts and gains are measured from.
    """

    name: str
    problem: Literal["optimal", "nash", "cooperative"] = "optimal"
    lobbying: bool = False
    scope: Literal["discriminatory", "most_favored_nation", "uniform"] = "discriminatory"
    start: Literal["factual", "nash", "free_trade"] = "factual"


def _optimal(economy: Economy, problem: Problem) -> tuple[FloatArray, float]:
    """``[region, measure]`` in the order of the table, one problem a region."""
    model = TradeModel.ossa2014()
    rows, worst = [], 0.0
    for region in economy.regions:
        result = optimal_tariffs(economy, region, problem.scope, model=model, tol=_TOLERANCE)
        worst = max(worst, result.certificate.equilibrium_residual)
        table = result.table()
        own, others = table.loc[region], table.drop(index=region).mean()
        cells = [side[c] for c in _MEASURES.values() for side in (own, others)]
        rows.append([*cells, own["median_tariff"]])
    return np.array(rows, dtype=np.float64), worst


def _over_start(result: PolicyResult, start: PolicyResult) -> FloatArray:
    """Cells ``[region, measure]`` of a policy over the world from which it started."""
    table, before = result.table(), start.table()
    gain = np.atleast_1d(result.objective.gain_pct)
    new = 1.0 + table[["welfare", "profit"]].to_numpy() / 100.0
    old = 1.0 + before[["welfare", "profit"]].to_numpy() / 100.0
    welfare, profit = (100.0 * (new / old - 1.0)).T
    wage = result.equilibrium.wage_index / start.equilibrium.wage_index
    wage = wage / np.average(wage, weights=start.equilibrium.wage_bill)
    wage = 100.0 * (wage - wage.mean())
    return np.stack([gain, welfare, wage, profit, table["median_tariff"].to_numpy()], axis=1)


def _cooperative(economy: Economy, problem: Problem) -> tuple[FloatArray, float]:
    model = TradeModel.ossa2014()
    schedule = economy.tariffs
    if problem.start == "nash":
        schedule = nash_tariffs(economy, None, problem.scope, model=model, tol=_TOLERANCE).tariffs
    elif problem.start == "free_trade":
        schedule = economy.tariffs.set(rate=0.0)
    result = cooperative_tariffs(
        economy,
        problem.start,
        None,
        problem.scope,
        model=model,
        tariffs=schedule,
        tol=_COOPERATIVE_TOLERANCE,
        max_iter=_COOPERATIVE_ROUNDS,
    )
    before = counterfactual(economy, schedule, model)
    return _over_start(
        result, replace(result, equilibrium=before)
    ), result.certificate.equilibrium_residual


def problem_cells(path: Path, problem: Problem) -> tuple[Iterator[tuple[str, str, float]], float]:
    """Return (row, measure, value) of a panel, ``Mean`` included, and the largest violation."""
    economy = read_ossa2014(path, lobbying=problem.lobbying)
    if problem.problem == "optimal":
        values, worst = _optimal(economy, problem)
    elif problem.problem == "cooperative":
        values, worst = _cooperative(economy, problem)
    else:
        model = TradeModel.ossa2014()
        result = nash_tariffs(economy, None, problem.scope, model=model, tol=_TOLERANCE)
        worst = result.certificate.equilibrium_residual
        columns = [*_MEASURES.values(), "median_tariff"]
        values = result.table()[columns].to_numpy()
    names = [{code: row for row, code in OSSA_ROWS.items()}[r] for r in economy.regions]
    values = np.vstack([values, values.mean(axis=0)])
    measures = OSSA_MEASURES[problem.problem]
    cells = (
        (row, measure, float(values[k, m]))
        for k, row in enumerate([*names, "Mean"])
        for m, measure in enumerate(measures)
    )
    return cells, worst
