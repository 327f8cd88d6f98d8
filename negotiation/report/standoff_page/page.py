"""The page of a run: question, answer, and everything that it rests on, in one file."""

from __future__ import annotations

import html
import json
from importlib.resources import files
from typing import Any

from negotiation.process.analysis.forecast import ProcessForecast
from negotiation.process.game.dates import CONCESSIONS
from negotiation.process.game.nodes import Action
from negotiation.report.standoff_page.explorer import explorer_grid
from negotiation.report.standoff_page.findings import (
    agreed_points,
    bargain_section,
    dependence_section,
    game_section,
    process_section,
)
from negotiation.report.standoff_page.forecast_parts import (
    forecast_section,
    rests_section,
    sources_section,
)
from negotiation.report.standoff_page.markup import (
    day_text,
    items,
    paragraph,
    percent,
    region,
    signed,
)
from negotiation.report.standoff_run import StandoffRun

__all__ = ["standoff_page"]

_CONTENTS = {
    "answer": "Answer",
    "dependence": "Dependence",
    "payoffs": "Payoffs",
    "bargains": "Bargains",
    "process": "Process",
    "forecast": "Forecast",
    "rests": "What it rests on",
    "sources": "Sources",
}
#: With fewer draws the page says that the run is partial.
_ENOUGH_DRAWS = 16


def _warnings(run: StandoffRun) -> list[str]:
    """What makes a run a toy or a part, one sentence each."""
    s = run.standoff.as_known(run.as_of)
    rows: tuple[Any, ...] = (*s.changes, *s.threats, *s.deadlines, *s.endings, *s.events)
    made_up = sum(row.source == "placeholder" for row in rows)
    out = []
    if made_up:
        out.append(f"A toy: {made_up} of the {len(rows)} dated facts in its file are placeholders.")
    draws = len(run.forecast.values) - 1
    if draws < _ENOUGH_DRAWS:
        out.append(f"A partial run: {draws} draws of what nobody measured.")
    return out


def _who(run: StandoffRun, one: str, two: str) -> str:
    """Who ends the open stage by giving in."""
    if not any(action.kind in CONCESSIONS for action in _open_actions(run)):
        return "Who gives in? Nobody: this stage ends by what both sides do, not by a concession."
    first = run.forecast.concedes_first()
    return (
        f"Who gives in, if somebody does? {one} with probability {percent(first[0])}, {two} with "
        f"{percent(first[1])}."
    )


def _open_actions(run: StandoffRun) -> list[Action]:
    """What the sides can do in the stage that is open."""
    game = next(iter(run.built.values())).game
    stage = run.forecast.stage
    return [action for node in game.nodes if node.stage == stage for action in node.actions]


def _resolve(forecast: ProcessForecast) -> str:
    """Where audience costs and scales of shocks come from."""
    if forecast.disputes:
        return f"fitted to {forecast.disputes} disputes known then"
    return "assumed, over recorded ranges"


def _agreed(run: StandoffRun, one: str, two: str) -> str:
    """What the first bargain awards: points, with their odds, or that there is none."""
    agreed = run.bargains[0]
    text = f"{agreed.name} bargain: {agreed_points(run.bargaining_problem, agreed)}"
    if not agreed.parameters:
        return f"{text}."
    return f"{text}, points added by {one} / {two}; below zero the baseline tariff goes as well."


def _answer(run: StandoffRun) -> list[str]:
    """Question and answer in five lines, all conditional on one date."""
    forecast, game = run.forecast, run.game
    day = forecast.dates[0]
    shares = forecast.weights.sum(axis=0)
    chances = [
        float(forecast.weights[:, m] @ forecast.cut[:, m, 0] / shares[m])
        for m in range(len(shares))
    ]
    low, high = forecast.interval(day)
    problem = run.bargaining_problem
    one, two = map(region, run.standoff.sides)
    return [
        f"When is the stage {forecast.stage} over? By {day_text(day)} with probability "
        f"{percent(forecast.cut_by(day))} (90 % of draws and models: {percent(low)} to "
        f"{percent(high)}), by {day_text(forecast.dates[-1])} with "
        f"{percent(forecast.cut_by(forecast.dates[-1]))}.",
        _who(run, one, two),
        f"What does no deal cost? {one} {signed(float(problem.point[0]))} %, {two} "
        f"{signed(float(problem.point[1]))} % of GDP a year "
        f"({game.title.replace('_', ' ')}).",
        f"What would they agree on? {_agreed(run, one, two)}",
        f"What does it rest on? The payoff model first: {percent(min(chances))} to "
        f"{percent(max(chances))} by {day_text(day)}. "
        f"What conceding costs is {_resolve(forecast)}."
        + "".join(f" {note}." for note in run.stakes_notes),
    ]


def standoff_page(run: StandoffRun) -> str:
    """Return one self-contained html page of a run.

    Parameters
    ----------
    run
        Everything that a run computed.
    """
    standoff, as_of = run.standoff, run.as_of
    grid = explorer_grid(standoff, as_of, run.build, run.forecast.dates)
    room = files("negotiation.report.standoff_page")
    style, script, controls = (
        room.joinpath(name).read_text(encoding="utf-8")
        for name in ("page.css", "explorer.js", "explorer.html")
    )
    # A closing tag inside the data would end it.
    data = json.dumps(grid.content, sort_keys=True, allow_nan=False).replace("<", "\\u003c")
    parameters = next(iter(run.built.values())).game.parameters
    parts = [
        dependence_section(run.dependence),
        game_section(standoff, as_of, run.game, run.equilibria, controls),
        bargain_section(standoff, as_of, run.bargaining_problem, run.bargains),
        process_section(run.built, run.solved),
        forecast_section(standoff, run.forecast),
        rests_section(run.forecast),
        sources_section(standoff, as_of, parameters, run.notes),
    ]
    links = "".join(f'<a href="#{key}">{word}</a>' for key, word in _CONTENTS.items())
    title, warnings = html.escape(standoff.title), _warnings(run)
    first = paragraph(" ".join(warnings), "first") if warnings else ""
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style></head>
<body>
<nav aria-label="Contents"><div>{links}</div></nav>
<main>
{first}<h1 id="answer">{title}</h1>
<p class="as-of">Everything on this page is conditional on {day_text(as_of)}: nothing that became
known later is used, except where it says what happened.</p>
{items(_answer(run), "answer")}
{"".join(parts)}
</main>
<script type="application/json" id="explorer-data">{data}</script>
<script>{script}</script>
</body></html>
"""
