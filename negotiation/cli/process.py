"""``negotiation process``: the multi-step process, solved."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from negotiation.cli.output import emit, print_table
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
        str, typer.Option(help="export_dependence or general_equilibrium.")
    ] = "export_dependence",
    by: Annotated[
        list[str] | None, typer.Option("--by", help="Date of a probability; may be repeated.")
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", help="A parameter, as terms_duration=0.25; may be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print stages, who concedes first, and the probability of a deal by date."""
    import math

    from negotiation.process.multi_step.load import load_process
    from negotiation.process.solve import solve_process

    values = _assignments(changes or [])
    solution = solve_process(load_process(name, as_of=as_of, model=model, values=values))
    dates = by or ["2025-05-31", "2025-06-30", "2025-12-31"]
    cut = {day: float(solution.stage_by(1, solution.days_until(day))) for day in dates}
    deal = {day: float(solution.deal_by(solution.days_until(day))) for day in dates}
    table = solution.stages
    rows: list[dict[str, Any]] = [
        {str(k): None if isinstance(v, float) and math.isnan(v) else v for k, v in row.items()}
        for row in table.to_dict("records")
    ]
    bound = solution.audience_cost_bound[1].tolist()
    content = {
        "process": name,
        "as_of": as_of,
        "stages": rows,
        "first_cut_by": cut,
        "deal_by": deal,
        "deal_probability": solution.deal_probability,
        "values": solution.values,
        "audience_cost_bound": dict(zip(solution.process.players, bound, strict=True)),
        "residual": solution.residual,
    }
    columns = ["date", f"{rows[1]['stage']} over", "deal"]
    dated = [[day, f"{100 * cut[day]:.0f} %", f"{100 * deal[day]:.0f} %"] for day in dates]
    emit(content, as_json=as_json, columns=columns, rows=dated, title=f"{name}, as of {as_of}")
    if as_json:
        return
    first = solution.process.players[0]
    shown = ["stage", "reached", "kind", "success", f"{first}_concedes_first", "mean_time"]
    typer.echo()
    print_table(
        [key.replace("_", " ") for key in shown],
        [[_cell(row[key]) for key in shown] for row in rows],
        title=f"Stages (times in {solution.process.time_unit}s)",
    )
    typer.echo(
        "\nSmallest audience cost for which holding out at the first cut is rational, % of GDP: "
        + ", ".join(f"{p} {b:.2f}" for p, b in zip(solution.process.players, bound, strict=True))
    )
    typer.echo(f"Largest violation of the equilibrium conditions: {solution.residual:.1e}")


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
