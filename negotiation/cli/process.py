"""``negotiation process``: the multi-step process, solved."""

from __future__ import annotations

import math
from typing import Annotated, Any

import typer

from negotiation.cli.output import emit, percent_cell, print_table
from negotiation.errors import InvalidInputError

__all__ = ["process"]


def _assignments(items: list[str]) -> dict[str, float]:
    out = {}
    for item in items:
        name, equals, value = item.partition("=")
        try:
            out[name.strip()] = float(value)
        except ValueError as error:
            raise InvalidInputError(
                "not an assignment", where="--set", seen=repr(item), allowed="name=number"
            ) from error
        if not equals:
            raise InvalidInputError("not an assignment", where="--set", seen=repr(item))
    return out


def process(
    name: Annotated[str, typer.Argument(help="Name of a process.")] = "multi-step-2025",
    as_of: Annotated[str, typer.Option(help="Information date.")] = "2025-05-02",
    model: Annotated[
        str, typer.Option(help="A payoff model, or 'ensemble' for all of them.")
    ] = "ensemble",
    by: Annotated[
        list[str] | None, typer.Option("--by", help="Date of a probability; may be repeated.")
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", help="A parameter, as terms_duration=0.25; may be repeated."),
    ] = None,
    draws: Annotated[
        int, typer.Option(help="Parameter draws of the ensemble; 0: parameters as they are.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print when the open stage is over, who concedes first, and when there is a deal."""
    values = _assignments(changes or [])
    dates = by or ["2025-05-31", "2025-06-30", "2025-12-31"]
    if model == "ensemble":
        _ensemble(name, as_of, dates, values, draws, as_json)
        return
    if draws:
        raise InvalidInputError(
            "draws go with the ensemble", where="--draws", seen=draws, hint="Leave out --model."
        )
    _one_model(name, as_of, dates, values, model, as_json)


def _ensemble(
    name: str, as_of: str, dates: list[str], values: dict[str, float], draws: int, as_json: bool
) -> None:
    from negotiation.forecasting.dated_forecast import forecast_process

    found = forecast_process(name, as_of=as_of, dates=dates, values=values, draws=draws)
    rows = found.to_frame().to_dict("records")
    content = {
        "process": name,
        "as_of": as_of,
        "stage": found.stage,
        "draws": draws,
        "left_out": found.left_out,
        "rows": [{str(k): _plain(v) for k, v in row.items()} for row in rows],
    }
    keys = ["payoffs", "weight", *(f"cut by {day}" for day in dates), f"deal by {dates[-1]}"]
    keys.append(f"{found.players[1]} concedes first")
    columns = ["payoffs", "weight", *dates, f"deal {dates[-1]}", f"{found.players[1]} first"]
    shown = [[_share(row[key]) for key in keys] for row in rows]
    emit(
        content,
        as_json=as_json,
        columns=columns,
        rows=shown,
        title=f"{name}: {found.stage} over by date, given that it is open on {as_of}",
    )
    if as_json:
        return
    if found.left_out:
        typer.echo(f"Left out, since they do not explain a demand: {', '.join(found.left_out)}")
    if draws:
        for day in dates:
            low, high = found.interval(day)
            within = f"{percent_cell(low)} and {percent_cell(high)}"
            typer.echo(f"Cut by {day}: 90 % of draws and models between {within}")


def _one_model(
    name: str, as_of: str, dates: list[str], values: dict[str, float], model: str, as_json: bool
) -> None:
    from negotiation.process.multi_step.load import load_process
    from negotiation.process.solve import solve_process

    solution = solve_process(load_process(name, as_of=as_of, model=model, values=values))
    cut = {day: float(solution.cut_by(day)) for day in dates}
    deal = {day: float(solution.deal_by(day)) for day in dates}
    rows = solution.stages.to_dict("records")
    content = {
        "process": name,
        "as_of": as_of,
        "model": model,
        "stage": solution.open_stage,
        "stages": [{str(k): _plain(v) for k, v in row.items()} for row in rows],
        "first_cut_by": cut,
        "deal_by": deal,
        "deal_probability": solution.deal_probability,
        "values": solution.values,
        "unique": solution.unique,
        "residual": solution.residual,
    }
    columns = ["date", f"{solution.open_stage} over", "deal"]
    dated = [[day, percent_cell(cut[day]), percent_cell(deal[day])] for day in dates]
    emit(content, as_json=as_json, columns=columns, rows=dated, title=f"{name}, as of {as_of}")
    if as_json:
        return
    players = solution.process.players
    shown = ["stage", "reached", "mean_time", *(f"{player}_concedes_first" for player in players)]
    typer.echo()
    print_table(
        [key.replace("_", " ") for key in shown],
        [[_cell(row[key]) for key in shown] for row in rows],
        title=f"Stages (times in {solution.process.time_unit}s)",
    )
    only = {True: "is", False: "is not", None: "is not shown to be"}[solution.unique]
    typer.echo(f"\nThis equilibrium {only} the only one; it comes from large shocks.")
    typer.echo(f"Largest violation of the equilibrium conditions: {solution.residual:.1e}")


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _share(value: Any) -> str:
    return value if isinstance(value, str) else percent_cell(value, 1)


def _cell(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
