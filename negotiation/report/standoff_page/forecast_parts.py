"""The dated forecast with its timeline, what it rests on, and where its facts come from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from negotiation.data.labels import spelled
from negotiation.data.sources import sources
from negotiation.data.standoffs.records import PublicEvent
from negotiation.plotting.style import COLOURS
from negotiation.process.analysis.forecast import ProcessForecast
from negotiation.report.standoff_page.drawing import svg_of
from negotiation.report.standoff_page.markup import (
    day_text,
    figure,
    items,
    number,
    payoff_name,
    percent,
    points,
    region,
    section,
    table,
)
from negotiation.standoff.standoff import Standoff

__all__ = ["forecast_section", "rests_section", "sources_section", "what_followed"]

_EQUAL = 1e-9
#: Events in a picture: those of the same part of it, one in so many, are not told apart.
_EVENTS = 24
_ACTS = ("threat", "escalation", "agreement", "deadline", "court", "legislation")
#: Parameters whose halves are compared, most telling first.
_SHOWN = 10


def what_followed(standoff: Standoff, as_of: date) -> tuple[tuple[date, str], ...]:
    """Return the first agreement after a day, and the first day on which a side added less."""
    found = []
    agreed = [e for e in standoff.events if e.date > as_of and e.kind.startswith("agreement")]
    if agreed:
        first = min(agreed, key=lambda event: event.date)
        found.append((first.date, f"agreement ({first.event})"))
    before = standoff.points(as_of)
    for day in sorted({row.date for row in standoff.changes if row.date > as_of}):
        now = standoff.points(day)
        lower = [side for side in standoff.sides if now[side] < before[side] - _EQUAL]
        if lower:
            found.append((day, f"fewer points added by {' and '.join(map(region, lower))}"))
            break
    return tuple(sorted(found))


def _timeline(standoff: Standoff, forecast: ProcessForecast, outcome: date | None) -> str:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    as_of = forecast.as_of
    days = [day for day in forecast.dates if day > as_of]
    known = standoff.as_known(as_of)
    begin = min([standoff.start, *(row.date for row in known.changes if row.date <= as_of)])
    begin = min(max(begin, standoff.start - timedelta(days=30)), as_of - timedelta(days=30))
    last = max(days)
    changes = sorted({row.date for row in standoff.changes if begin < row.date <= last})
    # The past has half of the picture at least, whatever is forecast.
    until = min(last, max(as_of + (as_of - begin), outcome or as_of))
    named = _told_apart(
        [e for e in known.events if begin <= e.date <= as_of], (until - begin) / _EVENTS
    )

    def draw(axes: list[Any]) -> None:
        above, below = axes
        for k, side in enumerate(standoff.sides):
            past = [begin, *(day for day in changes if day <= as_of), as_of]
            above.step(
                past, [100.0 * standoff.points(day)[side] for day in past], where="post",
                color=COLOURS[k], label=f"{side}, in force",
            )  # fmt: skip
            later = [as_of, *(day for day in changes if day > as_of), last]
            if len(later) > 2:
                above.step(
                    later, [100.0 * standoff.points(day)[side] for day in later], where="post",
                    color=COLOURS[k], linestyle=":", label=f"{side}, what followed",
                )  # fmt: skip
        top = max(above.get_ylim()[1], 1.0)
        for n, event in enumerate(named, start=1):
            above.axvline(event.date, color="0.8", linewidth=0.6, zorder=0)
            above.text(event.date, 1.05 * top, str(n), ha="center", fontsize=8)
        above.set_ylim(min(above.get_ylim()[0], 0.0), 1.13 * top)
        above.set_ylabel("points added")
        _legend(above)
        ordered = sorted(days)
        for share, alpha in ((0.9, 0.2), (0.5, 0.35)):
            ends = 100.0 * np.array(
                [[0.0, 0.0], *(forecast.interval(day, share) for day in ordered)]
            )
            below.fill_between(
                [as_of, *ordered], ends[:, 0], ends[:, 1], color=COLOURS[2], alpha=alpha,
                linewidth=0, label=f"{100 * share:.0f} % of draws and models",
            )  # fmt: skip
        mean = [0.0, *(100.0 * forecast.cut_by(day) for day in ordered)]
        below.plot([as_of, *ordered], mean, color="black", marker="o", markersize=3, label="mean")
        if outcome is not None and outcome <= last:
            below.axvline(outcome, color=COLOURS[1], linestyle="--", label="what followed")
        below.set(ylim=(0.0, 100.0), ylabel=f"{forecast.stage} over, %")
        _legend(below)
        above.axvline(as_of, color="0.5", linewidth=0.8)
        above.set_xlim(begin, until)
        below.set_xlim(as_of, last)
        for axis in axes:
            # At least three, so that ranges of three years and more are told in years.
            locator = AutoDateLocator(minticks=3, maxticks=6)  # type: ignore[no-untyped-call]  # as below
            axis.xaxis.set_major_locator(locator)
            axis.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]  # untyped there

    drawing = svg_of(draw, name="timeline", size=(4.3, 5.2), rows=(1.0, 1.0))
    caption = (
        "Above: points that each side adds, in force until the information date (grey line) and "
        "what followed. Below: probability that the open stage is over, and the day of the first "
        "thing that followed."
    )
    listed = [
        f"{n}. {day_text(e.date)}, {e.actor}: {e.event}" for n, e in enumerate(named, start=1)
    ]
    return figure(drawing, caption) + items(listed, "note")


def _told_apart(events: Sequence[PublicEvent], gap: timedelta) -> list[PublicEvent]:
    """Events far enough apart to be told apart in a picture: acts first, then the latest."""
    kept: list[PublicEvent] = []
    for event in sorted(
        events, key=lambda e: (e.kind.split(" ")[0] not in _ACTS, -e.date.toordinal())
    ):
        if all(abs(event.date - other.date) >= gap for other in kept):
            kept.append(event)
    return sorted(kept, key=lambda e: e.date)


def _legend(axes: Any) -> None:
    axes.legend(
        frameon=False, fontsize=8, ncols=2, loc="lower left", bbox_to_anchor=(0.0, 1.0),
        borderaxespad=0.2, columnspacing=1.0,
    )  # fmt: skip


def forecast_section(standoff: Standoff, forecast: ProcessForecast) -> str:
    """Return dated probabilities, by payoff model and over all, and what happened where known."""
    one, two = forecast.players
    shares = forecast.weights.sum(axis=0)
    rows = []
    for m, name in enumerate(forecast.models):
        own = forecast.weights[:, m] / shares[m]
        rows.append(
            [
                payoff_name(name),
                percent(shares[m]),
                *(percent(own @ forecast.cut[:, m, k]) for k in range(len(forecast.dates))),
                *(percent(own @ forecast.concedes[:, m, i]) for i in range(2)),
            ]
        )
    first = forecast.concedes_first()
    rows.append(
        ["all", "100 %", *(percent(forecast.cut_by(day)) for day in forecast.dates),
         *(percent(first[i]) for i in range(2))]
    )  # fmt: skip
    for label, place in (("90 % interval: from", 0), ("to", 1)):
        ends = [percent(forecast.interval(day)[place]) for day in forecast.dates]
        rows.append([label, "", *ends, "", ""])
    columns = [
        *("payoffs", "weight", *(f"by {day.day} {day:%b %Y}" for day in forecast.dates)),
        *(f"{one} gives in", f"{two} gives in"),
    ]
    followed = what_followed(standoff, forecast.as_of)
    happened = "".join(f" What followed on {day_text(day)}: {text}." for day, text in followed)
    day = forecast.dates[0]
    finding = (
        f"{forecast.stage[:1].upper()}{forecast.stage[1:]} over by {day_text(day)}: "
        f"{percent(forecast.cut_by(day))}.{happened}"
    )
    body = _timeline(standoff, forecast, followed[0][0] if followed else None)
    body += table(
        columns,
        rows,
        caption=f"Probability that the stage {forecast.stage} is over, given what was known on "
        f"{day_text(forecast.as_of)}",
        anchor="forecast-table",
    )
    return section("forecast", "Dated forecast", finding, body, unfolded=True)


def _halves(forecast: ProcessForecast) -> list[tuple[str, float, float, float, float]]:
    """Name, ends of the range drawn, and P(over by the first date) in each half of it."""
    weights = forecast.weights
    out = []
    for k, name in enumerate(forecast.parameters):
        values = forecast.values[1:, k]
        upper = forecast.values[:, k] > forecast.middle[k]
        chances = []
        for half in (~upper, upper):
            mass = weights[half]
            total = mass.sum()
            over = float((mass * forecast.cut[half][:, :, 0]).sum())
            chances.append(over / total if total > 0.0 else np.nan)
        out.append((name, float(values.min()), float(values.max()), chances[0], chances[1]))
    return sorted(out, key=lambda row: -abs(np.nan_to_num(row[4] - row[3])))


def rests_section(forecast: ProcessForecast) -> str:
    """Return what moves the answer: the payoff model, and what nobody measured."""
    day = forecast.dates[0]
    shares = forecast.weights.sum(axis=0)
    by_model = {
        name: float(forecast.weights[:, m] @ forecast.cut[:, m, 0] / shares[m])
        for m, name in enumerate(forecast.models)
    }
    low, high = min(by_model, key=by_model.__getitem__), max(by_model, key=by_model.__getitem__)
    finding = (
        f"On the payoff model first: from {percent(by_model[low])} ({payoff_name(low)}) to "
        f"{percent(by_model[high])} ({payoff_name(high)}) by {day_text(day)}."
    )
    body = table(
        ["payoffs", f"over by {day_text(day)}", "central values"],
        [
            [payoff_name(name), percent(by_model[name]), percent(float(forecast.cut[0, m, 0]))]
            for m, name in enumerate(forecast.models)
        ],
        caption="By payoff model: over all draws, and at the central value of every parameter",
        anchor="models-table",
    )
    if len(forecast.values) > 1:
        body += table(
            ["assumption", "from", "to", "lower half", "upper half"],
            [
                [payoff_name(name), number(a), number(b), percent(lower), percent(upper)]
                for name, a, b, lower, upper in _halves(forecast)[:_SHOWN]
                if np.isfinite(lower) and np.isfinite(upper)
            ],
            caption=f"By what nobody measured: probability by {day_text(day)} where the parameter "
            "is in the lower and in the upper half of the range drawn, the ten that move it most",
            anchor="halves",
        )
    if forecast.left_out:
        left = ", ".join(payoff_name(name) for name in forecast.left_out)
        body += items([f"Left out, since no weight on revenue explains the demands: {left}."])
    return section("rests", "What the answer rests on", finding, body)


def sources_section(standoff: Standoff, as_of: date, parameters: Any, notes: Any) -> str:
    """Return the facts with their sources, the parameters with their ranges, and the notes."""
    known, cited = standoff.as_known(as_of), sources()

    def source(key: str) -> str:
        item = cited.get(key)
        return key if item is None else f"{item.publisher} ({item.year}). {item.title}"

    facts = [
        *([str(r.date), f"{r.imposer} on {r.target}: {r.measure or 'tariff'}, "
           f"{points([r.added])} points in all"
           + (f" on {', '.join(r.sectors)}" if r.sectors else ""), r.source]
          for r in known.changes),
        *([str(r.deadline), f"{r.imposer} threatens {r.target} with {points([r.added])} points",
           r.source] for r in known.threats),
        *([str(r.date), f"deadline: {r.name} ({r.follows})", r.source] for r in known.deadlines),
        *([str(r.known_on), f"may end it: {r.name}", r.source] for r in known.endings),
        *([str(r.date), f"{r.actor}: {r.event}", r.source] for r in known.events),
    ]  # fmt: skip
    rows = [[day, what, source(key)] for day, what, key in sorted(facts)]
    body = items(notes, "note")
    body += table(["day", "fact", "source"], rows, caption="Facts", anchor="facts")
    body += table(
        ["parameter", "value", "from", "to", "unit", "source"],
        [
            [spelled(p.name), number(p.value), number(p.low), number(p.high), p.unit,
             "assumption" if p.status == "assumption" else source(p.source)]
            for p in parameters
        ],
        caption="Parameters and the ranges over which they are swept",
        anchor="parameters",
    )  # fmt: skip
    assumed = sum(p.status == "assumption" for p in parameters)
    finding = f"{len(rows)} dated facts; {assumed} of {len(parameters)} parameters are assumptions."
    return section("sources", "Sources", finding, body)
