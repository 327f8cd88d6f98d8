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
    exporter: Annotated[
        str | None, typer.Option(help="Who sells; the second region by default.")
    ] = None,
    importer: Annotated[
        str | None, typer.Option(help="Who buys; the first region by default.")
    ] = None,
    name: Annotated[str, typer.Option(help="Name of an embedded economy.")] = "us-china-2022",
    elasticities: Annotated[
        str, typer.Option(help="Name of a set of elasticities.")
    ] = "caliendo_parro_2015",
    as_json: Json = False,
) -> None:
    """Print how much one region depends on selling to another, by goods sector."""
    from negotiation.data import load_economy
    from negotiation.data.customs import customs_trade
    from negotiation.trade.analysis.dependence import export_dependence

    economy = load_economy(name)
    seller, buyer = exporter or economy.regions[1], importer or economy.regions[0]
    goods = [sector for sector in economy.sectors if sector != "SERV"]
    found = export_dependence(
        economy,
        exporter=seller,
        importer=buyer,
        elasticities=elasticities,
        sectors=goods,
        customs=customs_trade(seller, buyer),
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
        title=f"{seller} selling to {buyer}",
    )
    if as_json:
        return
    for item in found.customs:
        shares = [
            f"{100 * share:.1f} % of {whose}"
            for share, whose in (
                (item.share_of_exports, "exports"),
                (item.share_of_importer_imports, "the buyer's imports"),
            )
            if share is not None
        ]
        typer.echo(f"By customs records of {item.year}: {', '.join(shares)} ({item.basis})")


@economy_app.command("compare", short_help="Print who loses more, model by model.")
def compare(
    name: str = "us-china-2022",
    elasticities: Annotated[
        list[str] | None, typer.Option(help="Elasticity sets to go through; all by default.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print who loses more from the same tariffs under every model: the map of models.

    Percent changes of real income of both sides at 145/125 and 30/10 points added on the other's
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
        for label, point, pair in zip(found.labels, at, (*row.losses, row.nash), strict=True):
            worse_off = row.worse_off(point)
            marks = ("*" if worse_off == player else " " for player in PLAYERS)
            cells.append("/".join(f"{x:+.2f}{mark}" for x, mark in zip(pair, marks, strict=True)))
            record[label] = {**dict(zip(PLAYERS, pair, strict=True)), "worse_off": worse_off}
        cells.append("/".join(f"{100.0 * rate:+.0f}" for rate in row.nash_added))
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
        title=f"Change of real income ({'/'.join(PLAYERS)}) in percent of GDP, of gross sales "
        "where a setting has no inputs; * marks who is worse off",
    )
    if not as_json:
        for label, by_player in counts.items():
            first, second = by_player
            typer.echo(
                f"{label}: {first} is worse off in {by_player[first]} of "
                f"{len(found.rows)} settings, {second} in {by_player[second]}"
            )
