"""Which commands there are."""

from __future__ import annotations

import typer

from negotiation.cli import reproduce

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add every command to the application, once."""
    if app.registered_commands:
        return
    app.command("reproduce")(reproduce.reproduce)
