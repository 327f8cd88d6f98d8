"""``negotiation counterfactual``: what tariffs do to every region."""

from __future__ import annotations

from typing import Annotated

import typer

from negotiation.cli.output import emit
from negotiation.errors import InvalidInputError

__all__ = ["counterfactual"]


def _change(text: str) -> tuple[str, str, float]:
    try:
        importer, exporter, points = text.split(":")
        rate = float(points) / 100.0
    except ValueError as error:
        raise InvalidInputError(
            "not a tariff change",
            where="--add",
            seen=repr(text),
            allowed="IMPORTER:EXPORTER:points, as USA:CHN:145",
        ) from error
    if importer == exporter:
        raise InvalidInputError("a region sets no tariff on itself", where="--add", seen=repr(text))
    return importer, exporter, rate


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
    model = None if elasticities is None else TradeModel(trade_elasticity=elasticities)
    found = solve(economy, tariffs, model)
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
