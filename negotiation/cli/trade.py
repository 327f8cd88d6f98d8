"""``negotiation counterfactual``: what tariffs do to every region."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from negotiation.cli.output import emit
from negotiation.errors import InvalidInputError

__all__ = ["counterfactual"]


def _change(text: str) -> tuple[str, str, float]:
    try:
        importer, exporter, rate = text.split(":")
        return importer, exporter, float(rate) / 100.0
    except ValueError as error:
        raise InvalidInputError(
            "not a tariff change",
            where="--add",
            seen=repr(text),
            allowed="IMPORTER:EXPORTER:points, as USA:CHN:145",
        ) from error


def counterfactual(
    add: Annotated[
        list[str], typer.Option("--add", help="IMPORTER:EXPORTER:points added, as USA:CHN:145.")
    ],
    elasticities: Annotated[
        str | None, typer.Option(help="Name of a set of elasticities; default: long run.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print welfare, prices, trade and revenue by region in general equilibrium, in percent."""
    from negotiation.data import load_economy
    from negotiation.trade.equilibrium import counterfactual as solve
    from negotiation.trade.model import TradeModel

    economy = load_economy()
    goods = [sector for sector in economy.sectors if sector != "SERV"]
    tariffs = economy.tariffs
    for item in add:
        importer, exporter, rate = _change(item)
        tariffs = tariffs.add(importer=importer, exporter=exporter, rate=rate, sectors=goods)
    options: dict[str, Any] = {} if elasticities is None else {"elasticities": elasticities}
    found = solve(economy, tariffs, TradeModel(**options) if options else None)
    table = found.table()
    rows = [
        [str(region), *(f"{value:+.2f}" for value in row)]
        for region, row in zip(table.index, table.to_numpy(), strict=True)
    ]
    content = {
        "tariffs": add,
        "percent": table.to_dict("index"),
        "certificate": str(found.converged),
    }
    emit(
        content,
        as_json=as_json,
        columns=["region", *map(str, table.columns)],
        rows=rows,
        title=f"{', '.join(add)} points; percent",
    )
