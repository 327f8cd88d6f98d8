"""``negotiation standoff``: disputes as files, listed, shown, checked, begun and run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from negotiation.cli.output import emit, percent_cell, print_table
from negotiation.errors import InvalidInputError
from negotiation.values import points_of

__all__ = ["standoff_app"]

standoff_app: typer.Typer = typer.Typer(
    name="standoff",
    help="Disputes of two sides as files: list, show, check, new, run, log.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(help="Name of a standoff, or path of a file.")]
Date = Annotated[str | None, typer.Option("--as-of", help="Information date.")]


@standoff_app.command("list")
def list_standoffs(as_json: Json = False) -> None:
    """Print the standoffs that come with the library."""
    from negotiation.data.standoffs.read import standoff_names
    from negotiation.standoff.load import load_standoff

    found = [load_standoff(name) for name in standoff_names()]
    rows = [[s.name, " - ".join(s.sides), str(s.start), s.title] for s in found]
    content = {
        s.name: {"title": s.title, "sides": s.sides, "start": s.start, "economy": s.economy.name}
        for s in found
    }
    columns = ["name", "sides", "start", "title"]
    emit(content, as_json=as_json, columns=columns, rows=rows, title="Standoffs")


@standoff_app.command("show")
def show(name: Name, as_of: Date = None, as_json: Json = False) -> None:
    """Print tariffs, deadlines, events, dependence and notes of a standoff."""
    from negotiation.data.tables import as_date
    from negotiation.process.multi_step.standoff_case import standoff_case
    from negotiation.standoff.load import load_standoff

    day = as_date(as_of)
    standoff = load_standoff(name).as_known(day)
    points, ahead = standoff.points(day), standoff.next_deadline(day)
    dependence = standoff.dependence(day)
    sells = [
        [
            side,
            found.importer,
            f"{100 * found.total.share_of_exports:.1f}",
            "; ".join(
                f"{item.year}: {100 * share:.1f}"
                for item in found.customs
                if (share := item.share_of_exports) is not None
            ),
            f"{found.total.substitutability:.2f}",
        ]
        for side, found in dependence.items()
    ]
    events = [[str(e.date), e.actor, e.kind, e.event] for e in standoff.events]
    notes = standoff_case(standoff, day).notes
    content: dict[str, Any] = {
        "name": standoff.name,
        "title": standoff.title,
        "as_of": day,
        "points_in_force": points,
        "next_deadline": None if ahead is None else {"name": ahead.name, "date": ahead.date},
        "without_deal": dict(standoff.without_deal(day)),
        "share_of_exports": {s: f.total.share_of_exports for s, f in dependence.items()},
        "events": events,
        "notes": notes,
    }
    columns = [
        "seller",
        "buyer",
        "% of goods exports",
        "by customs records",
        "substitutability",
    ]
    emit(content, as_json=as_json, columns=columns, rows=sells, title=standoff.title)
    if as_json:
        return
    force = ", ".join(f"{side} {points_of(rate):+.4g}" for side, rate in points.items())
    typer.echo(f"\nPoints in force{'' if day is None else f' on {day}'}: {force}")
    if ahead is not None:
        follow = ", ".join(f"{side} {points_of(rate):+.4g}" for side, rate in ahead.rates.items())
        typer.echo(f"Next deadline: {ahead.date}, {ahead.name} ({ahead.follows}: {follow})")
    typer.echo()
    print_table(["date", "actor", "kind", "event"], events, title="Events")
    typer.echo("".join(f"\nNote: {note}" for note in notes))


@standoff_app.command("check")
def check(file: Name) -> None:
    """Check a file and print every mistake, or that there is none."""
    from negotiation.standoff.load import load_standoff

    standoff = load_standoff(file)
    typer.echo(f"{file}: no mistake. {standoff!r}")


@standoff_app.command("new")
def new(
    name: Annotated[str, typer.Argument(help="Path of the new file, ending in .toml.")],
    sides: Annotated[str, typer.Option(help="Two regions, separated by a comma.")],
    economy: Annotated[str, typer.Option(help="Name of an embedded economy.")] = "world-2022",
) -> None:
    """Write a commented file that runs as it is."""
    from negotiation.standoff.template import standoff_template

    path = Path(name if name.endswith(".toml") else f"{name}.toml")
    if path.exists():
        raise InvalidInputError("the file is there already", where="name", seen=str(path))
    first, comma, second = (part.strip() for part in sides.partition(","))
    if not comma:
        raise InvalidInputError(
            "not two sides", where="--sides", seen=repr(sides), allowed="two codes, as KOR,JPN"
        )
    text = standoff_template(first, second, file=path.name, economy=economy)
    path.write_text(text, encoding="utf-8")
    typer.echo(f"Written: {path}")


@standoff_app.command("run")
def run(
    name: Name,
    out: Annotated[Path, typer.Option("--out", help="Folder to write into.")],
    as_of: Date = None,
    draws: Annotated[int, typer.Option(help="Draws of what nobody measured.")] = 64,
    seed: Annotated[int, typer.Option(help="Of the draws.")] = 20250502,
    as_json: Json = False,
) -> None:
    """Compute everything about a standoff: results, tables, pictures and one page.

    Without --as-of everything is as of the start of the standoff. A run that was broken off goes
    on where it stood.
    """
    from negotiation.data.tables import as_date
    from negotiation.report.run import run_standoff
    from negotiation.standoff.load import load_standoff

    standoff = load_standoff(name)
    found = run_standoff(
        standoff,
        out,
        as_date(as_of),
        draws=draws,
        seed=seed,
        progress=lambda line: typer.echo(f"{line} ...", err=True),
    )
    table = found.forecast.table()
    rows = [
        [str(day), *(percent_cell(row[key], 1) for key in ("cut", "low", "high", "deal"))]
        for day, row in table.iterrows()
    ]
    content = {
        "as_of": found.as_of,
        "stage": found.forecast.stage,
        "over_by": {str(day): float(row["cut"]) for day, row in table.iterrows()},
        "folder": str(out),
    }
    title = f"{standoff.title}, as of {found.as_of}: {found.forecast.stage} over by"
    columns = ["date", "over", "low", "high", "deal"]
    emit(content, as_json=as_json, columns=columns, rows=rows, title=title)
    if not as_json:
        typer.echo(f"Written: {out / 'report.html'}")


@standoff_app.command("log")
def log(
    name: Name,
    as_of: Annotated[str, typer.Option("--as-of", help="Information date.")],
    date: Annotated[list[str] | None, typer.Option("--date", help="Date asked about.")] = None,
    folder: Annotated[Path, typer.Option(help="Of the log.")] = Path("forecasts"),
    draws: Annotated[int, typer.Option(help="Draws of what nobody measured.")] = 64,
    seed: Annotated[int, typer.Option(help="Of the draws.")] = 20250502,
    as_json: Json = False,
) -> None:
    """Forecast a standoff and add the forecast to a log whose entries are never changed.

    Without --date: the deadlines that stand, and 30, 90, 180 and 365 days on.
    """
    from negotiation.forecasting.dated_forecast import forecast
    from negotiation.forecasting.log import log_forecast, read_forecast_log
    from negotiation.standoff.load import load_standoff

    read_forecast_log(folder)
    standoff = load_standoff(name)
    found = forecast(standoff, as_of=as_of, dates=date or None, draws=draws, rng=seed)
    path = log_forecast(folder, standoff, found)
    entry = read_forecast_log(folder)[-1]
    rows = [
        [day, *(percent_cell(value, 1) for value in (p["conceded"], *p["interval"], p["agreed"]))]
        for day, p in entry["probabilities"].items()
    ]
    columns = ["date", "conceded", "low", "high", "agreed"]
    title = f"{standoff.title}, as of {entry['as_of']}: {entry['stage']}"
    emit(entry, as_json=as_json, columns=columns, rows=rows, title=title)
    if not as_json:
        typer.echo(f"Written: {path}")
