"""``negotiation report``: one HTML page with the exhibits and a payoff explorer."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated

import typer

from negotiation.cli.reproduce import find_project
from negotiation.errors import InvalidInputError

__all__ = ["report"]


def report(
    output: Annotated[Path, typer.Option(help="File to write.")] = Path("report.html"),
    project: Annotated[
        Path | None, typer.Option(help="Folder of the project (default: found upwards).")
    ] = None,
) -> None:
    """Write one self-contained HTML page; needs the results of ``negotiation reproduce``.

    Title, note and parts of the page come from ``paper/report.toml`` where the project has it.
    """
    from negotiation.report.page import write_report
    from negotiation.study.exhibit import exhibit_scripts

    root = find_project(project)
    results, figures = root / "experiments" / "results", root / "figures"
    if not any(results.glob("*/summary.json")):
        raise InvalidInputError(
            "no results to report", where=str(results), hint="Run `negotiation reproduce` first."
        )
    layout = root / "paper" / "report.toml"
    claims = root / "paper" / "generated" / "claims.json"
    path = write_report(
        results,
        exhibit_scripts(figures),
        output,
        layout=tomllib.loads(layout.read_text(encoding="utf-8")) if layout.is_file() else {},
        claims=json.loads(claims.read_text(encoding="utf-8")) if claims.is_file() else None,
    )
    typer.echo(f"Wrote {path} ({path.stat().st_size / 1e6:.1f} MB). Open it in a browser.")
