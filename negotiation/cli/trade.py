"""``negotiation counterfactual``: what tariffs and other instruments do to every region."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from negotiation.cli.output import emit
from negotiation.errors import InvalidInputError

__all__ = ["counterfactual"]


def _change(text: str, option: str, example: str) -> tuple[str, str, float, list[str] | None]:
    """Two regions, a number over 100, and the sectors named, if any."""
    try:
        one, other, number, *named = text.split(":")
        value = float(number) / 100.0
        sectors = named[0].split(",") if named else None
        if len(named) > 1:
            raise ValueError
    except ValueError as error:
        raise InvalidInputError(
            "not a change",
            where=option,
            seen=repr(text),
            allowed=f"as {example}, with :SECTOR,SECTOR at the end for some sectors alone",
        ) from error
    if one == other:
        raise InvalidInputError("a region sets nothing on itself", where=option, seen=repr(text))
    return one, other, value, sectors


def counterfactual(
    add: Annotated[
        list[str] | None,
        typer.Option("--add", help="IMPORTER:EXPORTER:points added, as JPN:KOR:10."),
    ] = None,
    export_tax: Annotated[
        list[str] | None,
        typer.Option(help="EXPORTER:IMPORTER:percent[:SECTORS], as KOR:JPN:30:C24B."),
    ] = None,
    export_control: Annotated[
        list[str] | None,
        typer.Option(help="EXPORTER:IMPORTER:percent[:SECTORS]; inf is a ban."),
    ] = None,
    trade_cost: Annotated[
        list[str] | None,
        typer.Option(help="IMPORTER:EXPORTER:percent added to iceberg costs[:SECTORS]."),
    ] = None,
    quota: Annotated[
        list[str] | None,
        typer.Option(help="IMPORTER:EXPORTER:percent of baseline quantities[:SECTORS]."),
    ] = None,
    purchase: Annotated[
        list[str] | None,
        typer.Option(help="IMPORTER:EXPORTER:billion USD a year above the baseline[:SECTORS]."),
    ] = None,
    elasticities: Annotated[
        str | None, typer.Option(help="Name of a set of elasticities; default: long run.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print welfare, prices, trade and revenue by region in general equilibrium, in percent."""
    from negotiation.data import load_economy
    from negotiation.trade.equilibrium import counterfactual as solve
    from negotiation.trade.instruments.policy import Policy
    from negotiation.trade.model import TradeModel

    economy = load_economy()
    goods = [sector for sector in economy.sectors if sector != "SERV"]
    policy = Policy(economy.tariffs)
    given: list[str] = []
    for option, items, example in (
        ("--add", add, "JPN:KOR:10"),
        ("--export-tax", export_tax, "KOR:JPN:30:C24B"),
        ("--export-control", export_control, "KOR:JPN:100:C24B"),
        ("--trade-cost", trade_cost, "JPN:KOR:10"),
        ("--quota", quota, "JPN:KOR:50:C24A"),
        ("--purchase", purchase, "KOR:JPN:50:A01"),
    ):
        for text in items or ():
            one, other, value, named = _change(text, option, example)
            flow: dict[str, Any] = {"sectors": goods if named is None else named}
            sells = option.startswith("--export")
            flow |= {"exporter": one if sells else other, "importer": other if sells else one}
            given.append(text if option == "--add" else f"{option[2:]} {text}")
            if option == "--add":
                policy = policy.with_tariffs(policy.tariffs.add(rate=value, **flow))
            elif option == "--export-tax":
                policy = policy.with_export_tax(rate=value, **flow)
            elif option == "--export-control" and value == float("inf"):
                policy = policy.with_export_ban(**flow)
            elif option == "--export-control":
                policy = policy.with_export_control(rate=value, **flow)
            elif option == "--trade-cost":
                policy = policy.with_trade_cost(factor=1.0 + value, **flow)
            elif option == "--quota":
                policy = policy.with_quota(limit=value, **flow)
            else:
                policy = policy.with_purchase(value=100.0 * value, **flow)
    if not given:
        raise InvalidInputError(
            "no change", where="counterfactual", hint="Give --add JPN:KOR:10, or see --help."
        )
    model = None if elasticities is None else TradeModel(trade_elasticity=elasticities)
    found = solve(economy, policy, model)
    table = found.table()
    rows = [
        [str(region), *(f"{value:+.2f}" for value in row)]
        for region, row in zip(table.index, table.to_numpy(), strict=True)
    ]
    content = {
        "tariffs": list(add or ()),
        "changes": given,
        "percent": table.to_dict("index"),
        "certificate": str(found.converged),
    }
    emit(
        content,
        as_json=as_json,
        columns=["region", *map(str, table.columns)],
        rows=rows,
        title=f"{', '.join(given)}{' points' if add else ''}; percent",
    )
