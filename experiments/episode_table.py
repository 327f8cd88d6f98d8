"""Where dated trade confrontations fall in the durations of the others."""

from __future__ import annotations

import datetime as dt

import negotiation as ng
from negotiation.data.labels import spelled
from negotiation.process.analysis.scores import constant_hazard


def episode_table() -> tuple[ng.StudyTable, dict[str, ng.Number]]:
    """Return where each other case falls under the hazard of the rest, and deadlines met."""
    rows: list[tuple[str | ng.Number, ...]] = []
    close = dated = 0
    positions = []
    for row in ng.load_table("episodes"):
        began, settled, deadline = row["began"], row["settled"], row["deadline"]
        position, left = "", ""
        if isinstance(began, dt.date) and isinstance(settled, dt.date):
            others = constant_hazard(as_of=None, without=(str(row["episode"]),))
            positions.append(others.by((settled - began).days))
            position = f"{positions[-1]:.2f}"
        if isinstance(deadline, dt.date) and isinstance(settled, dt.date):
            days = (deadline - settled).days
            left = str(days)
            dated += 1
            close += days <= 5
        rows.append(
            (
                spelled(str(row["episode"])),
                "" if began is None else str(began),
                "" if settled is None else str(settled),
                left,
                position,
            )
        )
    columns = ("episode", "began", "settled", "days before the deadline", "position")
    numbers = {
        "settled_near_deadline": ng.Number(f"{close} of {dated}"),
        "episodes_timed": ng.Number(len(positions), "d"),
        "episodes_below_half": ng.Number(sum(p < 0.5 for p in positions), "d"),
    }
    return ng.StudyTable(columns, tuple(rows), "lllrr"), numbers
