"""Trade in goods by customs records."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from negotiation.arguments import takes
from negotiation.data.tables import DateLike, load_table
from negotiation.trade.analysis.dependence import CustomsTrade

__all__ = ["customs_trade"]


@takes
def customs_trade(
    exporter: str,
    importer: str,
    *,
    as_of: DateLike = None,
    folder: str | Path | None = None,
) -> tuple[CustomsTrade, ...]:
    """Return the embedded customs records of one region's sales to another, by year and basis.

    Parameters
    ----------
    exporter, importer
        Region codes; a flow that no embedded record covers gives nothing.
    as_of
        Information date; records that were published later are left out.

    Examples
    --------
    >>> first = customs_trade("USA", "CHN", as_of="2025-05-02")[0]
    >>> first.year, round(first.share_of_exports, 3)
    (2022, 0.074)
    """
    table = load_table("customs_trade", as_of=as_of, folder=folder)
    rows = table.select(exporter=exporter, importer=importer)
    found = [
        CustomsTrade(
            exporter=exporter,
            importer=importer,
            year=cast(int, row["year"]),
            exports=cast(float, row["exports_usd_bn"]),
            exporter_total=cast("float | None", row["exporter_total_usd_bn"]),
            importer_total=cast("float | None", row["importer_total_usd_bn"]),
            basis=str(row["basis"]),
            source=str(row["source"]),
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda item: (item.year, item.basis)))
