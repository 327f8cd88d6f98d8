"""``negotiation economy``: what the embedded economy holds and who depends on whom."""

from __future__ import annotations

from typing import Annotated

import typer

from negotiation.cli.output import emit

__all__ = ["economy_app"]

economy_app = typer.Typer(
    name="economy",
    help="The trade economy: regions, dependence, comparison of models.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@economy_app.command("show")
def show(name: str = "us-china-2022", as_json: Json = False) -> None:
    """Print regions with GDP, exports and imports in billion USD."""
    from negotiation.data import load_economy

    economy = load_economy(name)
    total = economy.flows.sum(axis=0)
    rows = []
    for k, region in enumerate(economy.regions):
        gdp = None if economy.gdp is None else float(economy.gdp[k])
        exports = float(total[k].sum() - total[k, k])
        imports = float(total[:, k].sum() - total[k, k])
        rows.append([region, gdp, round(exports, 1), round(imports, 1)])
    content = {
        "name": economy.name,
        "sectors": economy.sectors,
        "elasticities": sorted(economy.elasticities),
        "regions": {
            row[0]: dict(zip(("gdp", "exports", "imports"), row[1:], strict=True)) for row in rows
        },
    }
    columns = ["region", "GDP, bn USD", "exports, bn USD", "imports, bn USD"]
    emit(
        content,
        as_json=as_json,
        columns=columns,
        rows=rows,
        title=f"{economy.name}, {economy.year}",
    )


@economy_app.command("dependence")
def dependence(
    exporter: str = "CHN",
    importer: str = "USA",
    elasticities: Annotated[
        str, typer.Option(help="Name of a set of elasticities.")
    ] = "caliendo_parro_2015",
    as_json: Json = False,
) -> None:
    """Print how much one region depends on selling to another, by goods sector."""
    from negotiation.data import load_economy
    from negotiation.trade.dependence import export_dependence

    economy = load_economy()
    goods = [sector for sector in economy.sectors if sector != "SERV"]
    found = export_dependence(
        economy, exporter=exporter, importer=importer, elasticities=elasticities, sectors=goods
    )
    every = [*found.table, found.total]
    rows = [
        [
            row.sector,
            f"{row.exports:.1f}",
            f"{100 * row.share_of_exports:.1f}",
            f"{100 * row.share_of_output:.2f}",
            f"{100 * row.share_of_importer_imports:.1f}",
            f"{row.substitutability:.2f}",
        ]
        for row in every
    ]
    columns = [
        "sector",
        "exports, bn USD",
        "% of exports",
        "% of output",
        "% of partner's imports",
        "substitutability",
    ]
    content = {row.sector: {k: v for k, v in vars(row).items() if k != "sector"} for row in every}
    emit(
        content,
        as_json=as_json,
        columns=columns,
        rows=rows,
        title=f"{exporter} selling to {importer}",
    )
