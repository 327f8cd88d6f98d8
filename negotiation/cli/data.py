"""``negotiation data``: what the embedded tables hold and where they come from."""

from __future__ import annotations

from typing import Annotated

import typer

from negotiation.cli.output import emit
from negotiation.data.catalog import Listing, list_data, list_sources, show_data

__all__ = ["data_app"]

data_app: typer.Typer = typer.Typer(
    name="data",
    help="Embedded tables and parameters: list them, show one, print sources.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsOf = Annotated[str | None, typer.Option(help="Information date: rows known later are left out.")]


def _print(listing: Listing, *, as_json: bool) -> None:
    emit(
        listing.as_dict(),
        as_json=as_json,
        columns=listing.columns,
        rows=listing.as_text(),
        title=listing.title,
    )


@data_app.command("list")
def list_command(as_of: AsOf = None, as_json: Json = False) -> None:
    """Print the names of tables with their rows, years and use."""
    _print(list_data(as_of), as_json=as_json)


@data_app.command("show")
def show_command(
    name: Annotated[str, typer.Argument(help="A table, parameters, or one parameter.")],
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Print the rows of one table, all parameters, or one parameter."""
    _print(show_data(name, as_of), as_json=as_json)


@data_app.command("sources")
def sources_command(
    name: Annotated[
        str | None, typer.Argument(help="A table or parameter; all sources without it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print publisher, title, year and terms of use of every source, or of one table's."""
    _print(list_sources(name), as_json=as_json)
