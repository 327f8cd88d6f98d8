"""The command ``negotiation``.

One file a command; `commands` registers them, and `output` prints tables or JSON.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer

from negotiation import __version__
from negotiation.errors import InvalidInputError, MissingDependencyError, NegotiationError
from negotiation.study.sweeps.workers import THREAD_VARIABLES

__all__ = ["app", "main"]

app: typer.Typer = typer.Typer(
    name="negotiation",
    help="How does a tariff standoff between two large economies end? "
    "Data, trade equilibrium, games, bargaining and the multi-step process. "
    "Rates are percent on the command line; --json prints results for scripts. "
    "Exit codes: 0 done, 1 a computation failed, 2 bad input, 130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"negotiation {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Options that stand before a command."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; errors become one line on standard error and an exit code."""
    if arguments is None:
        # A process of our own: linear algebra is not loaded yet, and reads this when it is.
        os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    from negotiation.cli import commands
    from negotiation.cli.interruption import Interrupted

    commands.register(app)
    try:
        app(args=None if arguments is None else list(arguments))
    except Interrupted as error:
        typer.echo(f"\nnegotiation: interrupted; {error}", err=True)
        sys.exit(130)
    except (InvalidInputError, MissingDependencyError) as error:
        typer.echo(f"negotiation: {error}", err=True)
        sys.exit(2)
    except OSError as error:
        place = f"{error.filename2 or error.filename}: " if error.filename else ""
        typer.echo(f"negotiation: {place}{error.strerror or error}", err=True)
        sys.exit(2)
    except NegotiationError as error:
        typer.echo(f"negotiation: {error}", err=True)
        sys.exit(1)
