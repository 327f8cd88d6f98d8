"""``negotiation report``: one HTML page with the exhibits and a payoff explorer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from negotiation.cli.reproduce import find_project

__all__ = ["report"]


def report(
    output: Annotated[Path, typer.Option(help="File to write.")] = Path("report.html"),
    project: Annotated[
        Path | None, typer.Option(help="Folder of the checkout (default: found upwards).")
    ] = None,
) -> None:
    """Write one self-contained HTML page; needs the results of ``negotiation reproduce``."""
    from negotiation.exhibits import EXHIBITS
    from negotiation.report.page import write_report

    captions = {name: (item.studies[0], item.caption) for name, item in EXHIBITS.items()}
    path = write_report(find_project(project), output, captions)
    typer.echo(f"Wrote {path} ({path.stat().st_size / 1e6:.1f} MB). Open it in a browser.")
