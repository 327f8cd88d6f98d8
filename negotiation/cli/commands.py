"""Which commands there are."""

from __future__ import annotations

import typer

from negotiation.cli import data, economy, games, reproduce

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add every command to the application, once."""
    if app.registered_commands:
        return
    app.command("reproduce")(reproduce.reproduce)
    app.add_typer(data.data_app)
    app.add_typer(economy.economy_app)
    app.command("game")(games.game)
