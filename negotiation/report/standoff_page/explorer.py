"""The explorer: payoffs and dates on a grid of what nobody measured.

A page interpolates between its points. Payoffs are those of the tariff game in the first year or
after ten; dates those of the process. Incidence moves flows of the export-dependence model only, so
that the world in equilibrium is a choice of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from negotiation.data.parameters import Parameter
from negotiation.payoffs.ensemble import PayoffModel
from negotiation.process.multi_step.built_process import BuiltProcess
from negotiation.process.solve import solve_process
from negotiation.standoff.standoff import Standoff

__all__ = ["HORIZONS", "INCIDENCE", "ExplorerGrid", "explorer_grid"]

#: Shares of a tariff that exporters' prices absorb.
INCIDENCE = (0.0, 0.25, 0.5)
#: How long trade has had to move: in the game, and in the process.
HORIZONS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "one year": ("short_run", ("short_run",)),
    "from one year to ten as time passes": ("short_run", ("short_run", "long_run")),
    "ten years": ("long_run", ("long_run",)),
}
#: Days from the information date at which the curve stands.
_DAYS = (0, 7, 14, 29, 45, 59, 90, 120, 150, 180, 243, 304, 365)
_AUDIENCE_STEPS, _PATIENCE_STEPS = 5, 3

Build = Callable[[PayoffModel, Mapping[str, float]], BuiltProcess]


@dataclass(frozen=True)
class ExplorerGrid:
    """What the page's explorer reads.

    Attributes
    ----------
    content
        Plain numbers and words: axes by name, payoffs and probabilities.
    """

    content: Mapping[str, Any]


def explorer_grid(
    standoff: Standoff, as_of: date, build: Build, dates: Sequence[date]
) -> ExplorerGrid:
    """Return payoffs and dates on the grid.

    Parameters
    ----------
    standoff, as_of
        The dispute and its information date.
    build
        The process under a payoff model, at values of parameters by name.
    dates
        Dates of the forecast, which the curve passes through.
    """
    first = build(_model("export_dependence", 1, INCIDENCE[1]), {})
    known = {item.name: item for item in first.game.parameters}
    audience = _steps(known, "audience_cost", standoff.sides, _AUDIENCE_STEPS)
    patience = _steps(known, "discount_rate", standoff.sides, _PATIENCE_STEPS)
    known_ahead = [row for row in standoff.as_known(as_of).deadlines if row.ended_on is None]
    deadlines = [(row.date - as_of).days for row in known_ahead if row.date > as_of]
    # A probability jumps at a deadline.
    jumps = [day for last in deadlines for day in (last - 1, last) if day <= _DAYS[-1]]
    days = np.unique([*_DAYS, *jumps, *((day - as_of).days for day in dates)]).astype(np.float64)
    cut: dict[str, list[Any]] = {}
    payoffs: dict[str, list[Any]] = {}
    rates = standoff.rates(as_of)
    for model in ("export_dependence", "general_equilibrium"):
        shares = INCIDENCE if model == "export_dependence" else (None,)
        games: dict[str, list[Any]] = {}
        cut[model], payoffs[model] = [], []
        for place, (horizon, _) in enumerate(HORIZONS.values()):
            if horizon not in games:
                games[horizon] = [
                    _payoffs(standoff, as_of, rates, model, horizon, share) for share in shares
                ]
            payoffs[model].append(games[horizon])
            cut[model].append(
                [
                    _curves(build, _model(model, place, share), audience, patience, days)
                    for share in shares
                ]
            )
    labels = standoff.game(as_of, rates=rates).actions
    points = standoff.points(as_of)
    return ExplorerGrid(
        {
            "sides": list(standoff.sides),
            "actions": [list(row) for row in labels],
            "in_force": [_nearest(rates[side], points[side]) for side in standoff.sides],
            "as_of": as_of.isoformat(),
            "stage": first.game.nodes[int(first.game.start_node)].stage,
            "days": days.tolist(),
            "shown": [(day - as_of).days for day in dates],
            "horizons": list(HORIZONS),
            "incidence": list(INCIDENCE),
            "audience": {side: [round(v, 6) for v in values] for side, values in audience.items()},
            "patience": {side: [round(v, 6) for v in values] for side, values in patience.items()},
            "audience_start": _AUDIENCE_STEPS // 2,
            "patience_start": _PATIENCE_STEPS // 2,
            "cut": cut,
            "payoffs": payoffs,
        }
    )


def _model(model: str, place: int, share: float | None) -> PayoffModel:
    horizons = tuple(HORIZONS.values())[place][1]
    return PayoffModel("explorer", model, horizons, exporter_incidence=share)


def _steps(
    known: Mapping[str, Parameter], name: str, sides: Sequence[str], count: int
) -> dict[str, list[float]]:
    """Values of each side, from the low end of its range to the high end."""
    out = {}
    for side in sides:
        item = known[f"{name}_{side.lower()}"]
        half = count // 2
        out[side] = [
            *np.geomspace(item.low, item.value, half, endpoint=False).tolist(),
            *np.geomspace(item.value, item.high, half + 1).tolist(),
        ]
    return out


def _nearest(rates: Sequence[float | str], wanted: float) -> int:
    gaps = [abs(rate - wanted) if not isinstance(rate, str) else np.inf for rate in rates]
    return int(np.argmin(gaps))


def _payoffs(
    standoff: Standoff,
    as_of: date,
    rates: Mapping[str, Sequence[float | str]],
    model: str,
    horizon: str,
    share: float | None,
) -> list[Any]:
    options = {} if share is None else {"exporter_incidence": share}
    game = standoff.game(as_of, rates=rates, model=model, horizon=horizon, **options)
    rounded: list[Any] = np.round(game.payoffs, 4).tolist()
    return rounded


def _curves(
    build: Build,
    model: PayoffModel,
    audience: Mapping[str, Sequence[float]],
    patience: Mapping[str, Sequence[float]],
    days: Any,
) -> list[Any]:
    """Probability that the open stage is over ``[audience cost][discount rate][day]``."""
    out = []
    for a in range(_AUDIENCE_STEPS):
        row = []
        for r in range(_PATIENCE_STEPS):
            values = {f"audience_cost_{s.lower()}": v[a] for s, v in audience.items()}
            values |= {f"discount_rate_{s.lower()}": v[r] for s, v in patience.items()}
            solved = solve_process(build(model, values).game)
            row.append(np.round(solved.cut_by(days), 4).tolist())
        out.append(row)
    return out
