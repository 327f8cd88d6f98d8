"""How much each side depends on selling to the other, by sector and in total."""

from __future__ import annotations

import negotiation as ng
from negotiation.data.labels import sector_names


class AnalysisSettings(ng.Settings):
    """Settings of the exhibit."""

    #: Set of trade elasticities behind substitutability.
    elasticities: str = "caliendo_parro_2015"
    #: How many sectors a side the table shows.
    shown: int = 8


def _rows(
    dependence: ng.ExportDependence, labels: dict[str, str], shown: int
) -> list[tuple[str | ng.Number, ...]]:
    top = sorted(dependence.table, key=lambda row: -row.exports)[:shown]
    return [
        (
            dependence.exporter,
            labels.get(row.sector, row.sector),
            ng.Number(row.exports, ".1f"),
            ng.Number(row.share_of_exports, ".1f", 100),
            ng.Number(row.share_of_output, ".1f", 100),
            ng.Number(row.share_of_importer_imports, ".1f", 100),
            ng.Number(row.substitutability, ".1f"),
        )
        for row in (*top, dependence.total)
    ]


def analyse(study: ng.Study, settings: AnalysisSettings) -> ng.StudyResult:
    """Return both directions of dependence over the goods sectors."""
    economy = ng.load_economy(study.economy)
    goods = tuple(sector for sector in economy.sectors if sector != "SERV")
    labels = sector_names() | {"total": "All goods"}
    both = {
        exporter: ng.export_dependence(
            economy,
            exporter=exporter,
            importer=importer,
            elasticities=settings.elasticities,
            sectors=goods,
        )
        for exporter, importer in (("CHN", "USA"), ("USA", "CHN"))
    }
    numbers: dict[str, ng.Number] = {}
    for exporter, name in (("CHN", "china"), ("USA", "us")):
        total = both[exporter].total
        numbers |= {
            f"{name}_share_of_exports": ng.Number(total.share_of_exports, ".1f", 100),
            f"{name}_share_of_output": ng.Number(total.share_of_output, ".2f", 100),
            f"{name}_share_of_partner_imports": ng.Number(
                total.share_of_importer_imports, ".1f", 100
            ),
            f"{name}_exports": ng.Number(total.exports, ".0f"),
        }
    share_us = both["USA"].total.share_of_exports
    customs = ng.load_table("macro", as_of=study.as_of)
    sold = {
        what: customs.row(economy="United States", year=2022, indicator=f"goods_exports_{what}")
        for what in ("to_china", "world")
    }
    to_china, world = (float(str(item["value"])) for item in sold.values())
    numbers |= {
        "us_share_customs": ng.Number(to_china / world, ".1f", 100),
        "us_exports_customs": ng.Number(to_china, ".0f"),
        "us_exports_world": ng.Number(both["USA"].total.exports / share_us, ",.0f"),
        "us_exports_world_customs": ng.Number(world, ",.0f"),
    }
    numbers["ratio"] = ng.Number(both["CHN"].total.share_of_exports / share_us, ".2f")
    rows = [
        row for exporter in ("CHN", "USA") for row in _rows(both[exporter], labels, settings.shown)
    ]
    columns = (
        "exporter",
        "sector",
        "exports, bn USD",
        "% of exports",
        "% of output",
        "% of partner's imports",
        "substitutability",
    )
    return ng.StudyResult(
        numbers=numbers,
        tables={"sectors": ng.StudyTable(columns, tuple(rows), "llrrrrr")},
        objects={"china": both["CHN"], "usa": both["USA"]},
    )
