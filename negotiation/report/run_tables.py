"""Tables of a standoff's run, by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from negotiation.report.standoff_run import StandoffRun

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["dependence_name", "run_tables"]


def run_tables(run: StandoffRun) -> dict[str, pd.DataFrame]:
    """Return the tables of a run: what stands in its files, and in which order."""
    import pandas as pd

    out = {
        "forecast": run.forecast.table(),
        "forecast_by_model": _by_model(run),
        "equilibria": run.equilibria.to_frame(),
        "bargains": pd.DataFrame(
            {
                item.name: {
                    **dict(zip(item.players, item.payoffs, strict=True)),
                    **{
                        f"points added by {side}": value
                        for side, value in zip(item.players, item.parameters, strict=False)
                    },
                }
                for item in run.bargains
            }
        ).T.rename_axis("solution"),
        "stakes": _stakes(run),
        "parameters": _parameters(run),
    }
    for side, found in run.dependence.items():
        out[dependence_name(side)] = found.to_frame()
    return out


def dependence_name(side: str) -> str:
    """Return the name of a side's table and picture, which is that of a file.

    Examples
    --------
    >>> dependence_name("EU27"), dependence_name("Sao Tome/Principe")
    ('dependence_eu27', 'dependence_sao_tome_principe')
    """
    return "dependence_" + re.sub(r"[^\w-]+", "_", side.lower())


def _by_model(run: StandoffRun) -> pd.DataFrame:
    """One row a payoff model, then the ensemble: when the open stage is over, and who gives in."""
    frame = run.forecast.to_frame().set_index("payoffs")
    kept = [f"cut by {day}" for day in run.forecast.dates]
    return frame[["weight", *kept, *(f"{side} concedes first" for side in run.forecast.players)]]


def _stakes(run: StandoffRun) -> pd.DataFrame:
    """One row a payoff model, stage and side: what the fight is about, percent of GDP a year."""
    import pandas as pd

    rows = [
        {
            "payoffs": name,
            "stage": stage,
            "in force": history,
            "side": side,
            "prize": float(prize[i]),
            "weight on revenue": built.revenue_weights[i].weight,
            "explained": built.revenue_weights[i].explained,
        }
        for name, built in run.built.items()
        for stage, history, prize in built.prizes
        for i, side in enumerate(run.standoff.sides)
    ]
    columns = ["payoffs", "stage", "in force", "side", "prize", "weight on revenue", "explained"]
    return pd.DataFrame(rows, columns=columns).set_index("payoffs")


def _parameters(run: StandoffRun) -> pd.DataFrame:
    """One row a parameter of the process: value, range, and where it is from."""
    import pandas as pd

    game = next(iter(run.built.values())).game
    rows = [
        [p.name, p.value, p.low, p.high, p.unit, p.status, p.source, str(p.known_on)]
        for p in game.parameters
    ]
    columns = ["parameter", "value", "low", "high", "unit", "status", "source", "known on"]
    return pd.DataFrame(rows, columns=columns).set_index("parameter")
