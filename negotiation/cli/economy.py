"""``negotiation economy``: what the embedded economy holds and who depends on whom."""

from __future__ import annotations

from typing import Annotated

import typer

from negotiation.cli.output import emit

__all__ = ["economy_app"]

economy_app: typer.Typer = typer.Typer(
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


@economy_app.command("dependence", short_help="Print who depends on selling to whom.")
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
    from negotiation.trade.analysis.dependence import export_dependence

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


@economy_app.command("compare", short_help="Print who loses more, model by model.")
def compare(
    name: str = "us-china-2022",
    elasticities: Annotated[
        list[str] | None, typer.Option(help="Elasticity sets to go through; all by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print who loses more from the same tariffs under every model: the map of models.

    Percent changes of real income (USA / CHN) at 145/125 and 30/10 points added on the other's
    goods, and at the Nash point of each model, where both rates are best replies; the column
    after it says what they add to the baseline. A setting "no inputs" counts percent of gross
    sales, every other percent of GDP. The first call of a fresh installation compiles.
    """
    from negotiation.data import load_economy
    from negotiation.study.comparisons.model_map import PLAYERS, model_map
    from negotiation.study.comparisons.model_settings import model_settings

    economy = load_economy(name)
    found = model_map(model_settings(economy, elasticities=elasticities or None))
    at = [*range(len(found.points)), None]
    rows = []
    content = []
    for row in found.rows:
        cells: list[object] = [row.name]
        record: dict[str, object] = {
            "setting": row.name,
            "family": row.family,
            "horizon": row.horizon,
            "percent_of": row.denominator,
            "nash_added": dict(zip(PLAYERS, row.nash_added, strict=True)),
            "nash_regret": row.nash_regret,
            "converged": row.converged,
        }
        for label, point, (usa, china) in zip(
            found.labels, at, (*row.losses, row.nash), strict=True
        ):
            worse_off = row.worse_off(point)
            marks = ("*", " ") if worse_off == PLAYERS[0] else (" ", "*")
            cells.append(f"{usa:+.2f}{marks[0]}/{china:+.2f}{marks[1]}")
            record[label] = {"USA": usa, "CHN": china, "worse_off": worse_off}
        usa_rate, china_rate = (100.0 * rate for rate in row.nash_added)
        cells.append(f"{usa_rate:+.0f}/{china_rate:+.0f}")
        rows.append(cells)
        content.append(record)
    columns = ["setting", *found.labels, "Nash adds"]
    counts = {
        label: {player: found.counts(player)[k] for player in PLAYERS}
        for k, label in enumerate(found.labels)
    }
    emit(
        {"settings": content, "worse_off_counts": counts},
        as_json=as_json,
        columns=columns,
        rows=rows,
        title="Change of real income (USA/CHN) in percent of GDP, of gross sales where a setting "
        "has no inputs; * marks who is worse off",
    )
    if not as_json:
        for label, by_player in counts.items():
            typer.echo(
                f"{label}: the United States is worse off in {by_player['USA']} of "
                f"{len(found.rows)} settings, China in {by_player['CHN']}"
            )
