"""Which commands there are."""

from __future__ import annotations

import typer

from negotiation.cli import (
    data,
    economy,
    games,
    process,
    project,
    reproduce,
    standoff,
    sweep,
    trade,
)

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add every command to the application, once."""
    if app.registered_commands:
        return
    app.command("new")(project.new)
    app.command("reproduce")(reproduce.reproduce)
    app.add_typer(data.data_app)
    app.add_typer(economy.economy_app)
    app.add_typer(standoff.standoff_app)
    app.command("counterfactual")(trade.counterfactual)
    app.command("game")(games.game)
    app.command("process")(process.process)
    app.command("sweep", epilog=sweep.EXAMPLE)(sweep.sweep)
    app.command("report", deprecated=True)(standoff.run)
    app.command("archive")(project.archive)
