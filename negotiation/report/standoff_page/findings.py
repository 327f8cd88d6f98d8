"""Dependence, payoffs and the game, bargains, and the process: what each part finds and shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from negotiation.bargaining.solutions.problem import BargainingProblem
from negotiation.bargaining.solutions.result import BargainingSolution
from negotiation.data.labels import sector_names
from negotiation.equilibrium.normal_form.results import Equilibrium, NashResult
from negotiation.equilibrium.refinements.classification import read_game
from negotiation.payoffs.game import TariffGame
from negotiation.plotting.bargaining import plot_bargaining_set
from negotiation.process.game.solution import GameSolution
from negotiation.process.multi_step.built_process import BuiltProcess
from negotiation.report.standoff_page.drawing import svg_of
from negotiation.report.standoff_page.markup import (
    figure,
    folded,
    items,
    number,
    paragraph,
    payoff_name,
    percent,
    points,
    region,
    section,
    signed,
    table,
)
from negotiation.report.standoff_run import PAYOFFS
from negotiation.standoff.standoff import Standoff
from negotiation.trade.analysis.dependence import ExportDependence
from negotiation.trade.tariff_actions import FREE_TRADE

__all__ = [
    "agreed_points",
    "bargain_section",
    "dependence_section",
    "game_section",
    "process_section",
]

#: Rates of each side in the finer grid.
_FINE = 31
#: The highest of them at least, points added as a fraction.
_LEAST_TOP = 0.1
#: Probability below which an action is not played, and gain, percent of GDP, that is none.
_PLAYED, _SMALL = 1e-9, 1e-4
#: Probability below which an action or an outcome is not named.
_NAMED = 1e-6
#: Sectors in the picture of dependence.
_SECTORS = 8


def dependence_section(found: Mapping[str, ExportDependence]) -> str:
    """Return how much each side depends on selling to the other."""
    names = sector_names()
    rows = []
    for side, result in found.items():
        total = result.total
        customs = [
            f"{percent(share, 1)} ({item.year})"
            for item in result.customs
            if (share := item.share_of_exports) is not None
        ]
        rows.append(
            [
                side,
                percent(total.share_of_exports, 1),
                ", ".join(customs) or "not at hand",
                percent(total.share_of_importer_imports, 1),
                f"{total.substitutability:.1f}",
            ]
        )
    columns = [
        *("seller", "share of its goods exports", "by customs records"),
        *("share of the buyer's imports", "fall of sales, % for 1 % dearer"),
    ]
    shares = [
        f"{region(row[0])} sells {row[1]} of its goods exports to the other side" for row in rows
    ]
    results = list(found.values())
    exports = np.max([result.column("exports") for result in results], axis=0)
    largest = np.argsort(-exports, kind="stable")[:_SECTORS]
    parts = [
        [
            names.get(results[0].sectors[k], results[0].sectors[k]),
            *(percent(result.column("share_of_exports")[k], 1) for result in results),
        ]
        for k in largest
    ]
    body = table(columns, rows, caption="Dependence on selling to the other side", anchor="depends")
    body += table(
        ["largest sectors", *(f"{r.exporter}: share of its exports" for r in results)],
        parts,
        caption="Share of a sector's exports that go to the other side",
    )
    return section("dependence", "Dependence", "; ".join(shares) + ".", body)


def _played(game: TariffGame, found: NashResult) -> str:
    """Equilibria in words."""
    shown = []
    for equilibrium in found.equilibria[:3]:
        sides = []
        for side, labels, chances in zip(
            game.players, game.actions, equilibrium.probabilities, strict=True
        ):
            mixed = [
                f"{label}{'' if p > 1.0 - _NAMED else f' ({percent(p)})'}"
                for label, p in zip(labels, chances, strict=True)
                if p > _NAMED
            ]
            sides.append(f"{side} {' or '.join(mixed)}")
        shown.append(", ".join(sides))
    more = len(found.equilibria) - len(shown)
    return "; or ".join(shown) + (f"; and {more} more" if more > 0 else "")


def _on_a_finer_grid(
    standoff: Standoff, as_of: date, game: TariffGame, found: Equilibrium
) -> tuple[str, bool]:
    """What each side would rather do on many rates, the other playing as in an equilibrium."""
    rates = standoff.rates(as_of)
    texts, stable = [], True
    for k, side in enumerate(game.players):
        other = game.players[1 - k]
        played = np.flatnonzero(found.probabilities[1 - k] > _PLAYED)
        top = max(*game.added_rates[k], _LEAST_TOP)
        grid = [FREE_TRADE, *np.linspace(0.0, top, _FINE).round(4).tolist()]
        finer = standoff.game(
            as_of, rates={side: grid, other: [rates[other][i] for i in played]}, **PAYOFFS
        )
        table = finer.payoffs[k] if k == 0 else finer.payoffs[k].T
        expected = table @ (found.probabilities[1 - k][played])
        gain = float(expected.max() - found.payoffs[k])
        label = finer.actions[k][int(expected.argmax())]
        better = gain > _SMALL
        stable = stable and not better
        texts.append(
            f"{region(side)} would rather choose {label} and gain {gain:.3f} % of GDP a year"
            if better
            else f"{region(side)} has no better rate"
        )
    return "; ".join(texts), stable


def game_section(
    standoff: Standoff, as_of: date, game: TariffGame, found: NashResult, explorer: str
) -> str:
    """Return payoffs, which game it is, and whether a finer grid says the same."""
    reading = read_game(game)
    finer, stable = _on_a_finer_grid(standoff, as_of, game, found.equilibria[0])
    all_found = "all of its equilibria" if found.complete else "not proven to be all equilibria"
    kind = f"{reading.name[:1].upper()}{reading.name[1:]}"
    same = "the same" if stable else "not the same"
    finding = f"{kind}: {_played(game, found)}; {same} on a finer grid."
    texts = [
        f"{kind} on the rates in force, threatened or asked for: {reading.because}. Equilibrium, "
        f"points added and the tariff in all: {_played(game, found)} ({all_found}; largest gain "
        f"from deviating {found.max_regret:.1g}).",
        f"On free trade and {_FINE} rates up to the highest, the other side playing as there: "
        f"{finer}.",
    ]
    rows = []
    for i, label in enumerate(game.actions[0]):
        cells = [f"{signed(u)} / {signed(v)}" for u, v in zip(*game.payoffs[:, i], strict=True)]
        rows.append([label, *cells])
    body = items(texts) + explorer
    body += table(
        [f"{game.players[0]} \\ {game.players[1]}", *game.actions[1]],
        rows,
        caption=f"Payoffs in percent of GDP a year, {game.players[0]} / {game.players[1]} "
        f"({game.title.replace('_', ' ')})",
        anchor="payoffs-table",
    )
    body += items(game.notes, "note")
    return section("payoffs", "Payoffs and the game", finding, body)


def agreed_points(problem: BargainingProblem, solution: BargainingSolution) -> str:
    """Return the points that both sides would add, with the odds where outcomes are mixed."""
    pairs: list[Any] = [*np.asarray(problem.parameters, dtype=np.float64), None]
    texts = []
    for place, chance in zip(solution.support, solution.probabilities, strict=True):
        if chance < _NAMED:
            continue
        pair = pairs[place]
        rates = "no deal" if pair is None else points(pair)
        texts.append(rates + ("" if chance > 1.0 - _NAMED else f" ({percent(chance)})"))
    return ", ".join(texts)


def bargain_section(
    standoff: Standoff,
    as_of: date,
    problem: BargainingProblem,
    solutions: Sequence[BargainingSolution],
) -> str:
    """Return what the sides would agree on, against what holds without a deal."""
    one, two = standoff.sides
    without = standoff.without_deal(as_of)
    ahead = standoff.next_deadline(as_of)
    basis = "the points in force" if ahead is None else f"what follows on {ahead.date}"
    fallback = points(without[side] for side in standoff.sides)
    rows = [
        ["without a deal", fallback, *(signed(x, 3) for x in problem.point.tolist())],
        *(
            [s.name, agreed_points(problem, s), *(signed(float(x), 3) for x in s.payoffs)]
            for s in solutions
        ),
    ]
    gains = solutions[0].gains
    finding = (
        f"{solutions[0].name}: {agreed_points(problem, solutions[0])}, worth "
        f"{signed(float(gains[0]))} % of GDP a year to {region(one)} and "
        f"{signed(float(gains[1]))} % to {region(two)} over {basis}."
    )

    def draw(axes: list[Any]) -> None:
        plot_bargaining_set(problem, solutions, axes[0], unit="% of GDP a year")

    drawing = svg_of(draw, name="bargains", size=(4.3, 3.6))
    body = paragraph(
        f"Without a deal holds {basis}: {fallback} points added by {one} / {two}. Lotteries over "
        "pairs of rates are allowed. Below zero the baseline tariff goes as well."
    )
    body += table(
        ["solution", f"points added, {one} / {two}", one, two],
        rows,
        caption="Bargains: payoffs in percent of GDP a year",
        anchor="bargain-table",
    )
    body += figure(drawing, "Payoffs of all pairs of rates, the frontier, and the bargains")
    return section("bargains", "Bargains", finding, body)


def process_section(built: Mapping[str, BuiltProcess], solved: Mapping[str, GameSolution]) -> str:
    """Return the stages of the talks: who waits, who gives in, and what is at stake."""
    name, first = next(iter(built.items()))
    one, two = first.game.players
    stages = solved[name].stages
    rows = [
        [
            str(row["stage"]),
            f"{row['reached']:.2f}",
            number(row["mean_time"]) if np.isfinite(row["mean_time"]) else "",
            *(number(row[f"hazard_{side}"], 0.001) if row["reached"] > 0 else ""
              for side in (one, two)),
            *(percent(row[f"{side}_concedes_first"]) if row["reached"] > 0 else ""
              for side in (one, two)),
        ]
        for _, row in stages.iterrows()
    ]  # fmt: skip
    unit = first.game.time_unit
    columns = [
        *("stage", "visits", f"{unit}s a visit", f"acts of {one} a {unit}"),
        *(f"of {two}", f"ended by {one} giving in", f"by {two}"),
    ]
    at_stake: dict[tuple[str, str], list[Any]] = {}
    for model, process in built.items():
        for stage, _, prize in process.prizes:
            at_stake.setdefault((payoff_name(model), stage), []).append(prize)
    prizes = [[*key, *map(_range, np.transpose(values))] for key, values in at_stake.items()]
    weights = [
        [
            payoff_name(model),
            *(f"{w.weight:.2f}" if w.explained else "none" for w in p.revenue_weights),
        ]
        for model, p in built.items()
    ]
    body = table(columns, rows, caption=f"Stages under {payoff_name(name)}", anchor="stages")
    at_hand = table(
        ["payoffs", "stage", one, two],
        prizes,
        caption="What a side gains a year where the other gives in rather than itself, percent of "
        "GDP, over the histories that lead there",
        anchor="prizes",
    )
    body += folded("What each stage is about, by payoff model", at_hand)
    body += table(
        ["payoffs", one, two],
        weights,
        caption="Weight on revenue that a side's demand reveals; none: no weight explains it",
        anchor="weights",
    )
    left = [payoff_name(model) for model, p in built.items() if not p.explained]
    finding = f"{len(stages)} stages; {len(built)} payoff models" + (
        f", of which {', '.join(left)} explain no demand and stand outside the forecast."
        if left
        else ", all of which explain what the sides ask for."
    )
    return section("process", "The process", finding, body)


def _range(values: Any) -> str:
    """Smallest and largest value."""
    low, high = signed(float(np.min(values)), 3), signed(float(np.max(values)), 3)
    return low if low == high else f"{low} to {high}"
