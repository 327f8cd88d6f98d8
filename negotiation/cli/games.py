"""``negotiation game``: the tariff game, or a game of your own, and its equilibria."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from negotiation.cli.output import emit
from negotiation.errors import InvalidInputError
from negotiation.former_names import FORMER_GRIDS

__all__ = ["game"]

_EXAMPLE = "JPN:0,10,free"
_FIRST, _SECOND = FORMER_GRIDS.values()


def _action(item: str, option: str) -> Any:
    """Points, ``free`` for free trade, or ``INSTRUMENT:NUMBER:SECTOR+SECTOR``."""
    from negotiation.trade.instruments.measures import Measure

    if item in ("free", "free_trade"):
        return "free_trade"
    kind, *rest = item.split(":")
    try:
        if not rest and kind != "export_ban":
            return float(kind) / 100.0
        size = 0.0 if kind == "export_ban" else float(rest.pop(0))
        if len(rest) > 1:
            raise ValueError
    except ValueError as error:
        raise InvalidInputError(
            "not a rate",
            where=option,
            seen=repr(item),
            allowed="percent, free, or as export_tax:30:C20+C21, quota:50 or export_ban:C24B",
        ) from error
    if kind == "trade_cost":
        size += 100.0
    if kind != "purchase":
        size /= 100.0
    return Measure(kind, size, sectors=rest[0].split("+") if rest else None)


def _grid(text: str, option: str) -> list[Any]:
    """Actions of a player, comma separated."""
    return [_action(part.strip(), option) for part in text.split(",")]


def _grids(rates: Sequence[str], former: Mapping[str, str | None]) -> dict[str, Any]:
    """Return the grid of each player that an option names."""
    out: dict[str, Any] = {}
    for player, text in former.items():
        if text is not None:
            option = FORMER_GRIDS[player]
            typer.echo(f"{option} goes in the next version: --rates {player}:{text}", err=True)
            out[player] = _grid(text, option)
    for item in rates:
        player, colon, text = item.partition(":")
        if not colon or not player.strip():
            raise InvalidInputError(
                "not the grid of a player", where="--rates", seen=repr(item), allowed=_EXAMPLE
            )
        out[player.strip()] = _grid(text, "--rates")
    return out


def _game_of(file: Path | None, grids: dict[str, Any], economy: str, options: Any) -> Any:
    if file is not None:
        if grids:
            raise InvalidInputError(
                "a game is read from a file or made from tariffs", where="--file and --rates"
            )
        from negotiation.games.formats import read_nfg

        return read_nfg(file)
    from negotiation.data import load_economy
    from negotiation.payoffs import tariff_game

    if len(grids) == 1:
        raise InvalidInputError("give the grid of each player, or none", where="--rates")
    return tariff_game(load_economy(economy), grids or None, **options)


def game(
    rates: Annotated[
        list[str] | None,
        typer.Option(
            help=f"Points that a player adds on the others, percent: {_EXAMPLE}. In general "
            "equilibrium also measures: export_tax:30, quota:50:C20+C21, purchase:5 (bn USD)."
        ),
    ] = None,
    economy: Annotated[str, typer.Option(help="Name of an embedded economy.")] = "us-china-2022",
    first_grid: Annotated[str | None, typer.Option(_FIRST, hidden=True)] = None,
    second_grid: Annotated[str | None, typer.Option(_SECOND, hidden=True)] = None,
    model: Annotated[
        str, typer.Option(help="export_dependence or general_equilibrium.")
    ] = "export_dependence",
    horizon: Annotated[str, typer.Option(help="short_run or long_run.")] = "long_run",
    file: Annotated[
        Path | None, typer.Option(help="A game in Gambit's .nfg format instead.")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="Information date, 2025-05-02.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the payoff matrix, its equilibria and what kind of game it is."""
    from negotiation.equilibrium.normal_form.nash import nash_equilibria
    from negotiation.equilibrium.refinements.classification import read_game

    options = {"model": model, "horizon": horizon, "as_of": as_of}
    former = dict(zip(FORMER_GRIDS, (first_grid, second_grid), strict=True))
    chosen = _game_of(file, _grids(rates or [], former), economy, options)
    found, reading = nash_equilibria(chosen), read_game(chosen)
    equilibria = [
        {
            "probabilities": [p.tolist() for p in item.probabilities],
            "payoffs": item.payoffs.tolist(),
            "regret": item.regret,
        }
        for item in found.equilibria
    ]
    content = {
        "players": chosen.players,
        "actions": chosen.actions,
        "payoffs": chosen.payoffs,
        "equilibria": equilibria,
        "complete": found.complete,
        "reading": reading.name,
        "notes": list(getattr(chosen, "notes", ())),
    }
    first, second = chosen.bimatrix
    rows = [
        [label, *(f"{a:+.2f} {b:+.2f}" for a, b in zip(row, column, strict=True))]
        for label, row, column in zip(chosen.actions[0], first, second, strict=True)
    ]
    title = f"{chosen.title or 'Game'}: payoffs of {chosen.players[0]} and {chosen.players[1]}"
    corner = " \\ ".join(chosen.players)
    emit(content, as_json=as_json, columns=[corner, *chosen.actions[1]], rows=rows, title=title)
    if as_json:
        return
    typer.echo(f"\nKind of game: {reading.name} ({reading.because})")
    for k, item in enumerate(found.equilibria, start=1):
        sides = [
            ", ".join(f"{labels[a]} {p[a]:.3g}" for a in range(len(p)) if p[a] > 0)
            for labels, p in zip(chosen.actions, item.probabilities, strict=True)
        ]
        typer.echo(f"Equilibrium {k}: {' | '.join(sides)}  (regret {item.regret:.1e})")
    if not found.complete:
        typer.echo("The list may not be complete.")
