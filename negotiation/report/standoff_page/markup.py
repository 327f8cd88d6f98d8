"""Pieces of a page: every word that comes from a file is escaped here and nowhere else."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from datetime import date

from negotiation.data.labels import region_names, spelled
from negotiation.payoffs.ensemble import PAYOFF_MODELS
from negotiation.payoffs.scenarios import MODELS
from negotiation.values import points_of

__all__ = [
    "day_text",
    "figure",
    "folded",
    "items",
    "number",
    "paragraph",
    "payoff_name",
    "percent",
    "points",
    "region",
    "section",
    "signed",
    "table",
]

_NUMBER = re.compile(r"^((below|above) )?[+\u2212-]?[\d,]*\.?\d+( %)?$")
#: A share as close to 0 or 1 as this is 0 or 1: the rounding of sums of weights.
_ROUNDING = 1e-9


def percent(value: float, digits: int = 0) -> str:
    """Return a share in percent; one that is neither 0 nor 1 is not written as if it were.

    Examples
    --------
    >>> percent(0.2345), percent(0.003), percent(0.9986), percent(1.0)
    ('23 %', 'below 1 %', 'above 99 %', '100 %')
    """
    text, step = f"{100.0 * value:.{digits}f}", 10.0**-digits
    if float(text) == 0.0 and value > _ROUNDING:
        return f"below {step:.{digits}f} %"
    if float(text) == 100.0 and value < 1.0 - _ROUNDING:
        return f"above {100.0 - step:.{digits}f} %"
    return f"{text} %"


def signed(value: float, digits: int = 2) -> str:
    """Return a number with its sign; a rounded zero has none.

    Examples
    --------
    >>> signed(0.125), signed(-0.0001)
    ('+0.12', '0.00')
    """
    text = f"{abs(value):.{digits}f}"
    mark = "" if float(text) == 0.0 else "+" if value > 0.0 else "\u2212"
    return mark + text


def number(value: float, floor: float = 0.0) -> str:
    """Return a number in three digits, written out; a positive one below ``floor`` is not.

    Examples
    --------
    >>> number(999.7), number(0.25), number(4e-16, 0.001)
    ('1,000', '0.25', 'below 0.001')
    """
    if 0.0 < value < floor:
        return f"below {floor:g}"
    return f"{value:,.0f}" if abs(value) >= 999.5 else f"{value:.3g}"


def points(rates: Iterable[float]) -> str:
    """Return points added by each side, from fractions.

    Examples
    --------
    >>> points([0.575, -0.1, 2e-17])
    '+57.5 / −10 / 0'
    """
    added = (points_of(rate) for rate in rates)
    return " / ".join(f"{p:+.4g}".replace("-", "\u2212") if p else "0" for p in added)


def region(code: str) -> str:
    """Return the name of a region of the embedded economies; any other code as it is.

    Examples
    --------
    >>> region("CHE"), region("NORTH")
    ('Switzerland', 'NORTH')
    """
    return region_names().get(code, code)


def payoff_name(name: str) -> str:
    """Return a payoff model in words.

    Examples
    --------
    >>> payoff_name("partial_25")
    'partial equilibrium, incidence 0.25'
    """
    for model in PAYOFF_MODELS:
        if model.name == name:
            if model.model == MODELS[0]:
                return f"partial equilibrium, incidence {model.exporter_incidence:g}"
            horizons = {"short_run": "one year", "long_run": "ten years"}
            spans = " to ".join(horizons.get(str(h), f"{h} years") for h in model.horizons)
            return f"world in equilibrium, {spans}"
    return spelled(name)


def day_text(day: date | None) -> str:
    """Return a date in words.

    Examples
    --------
    >>> day_text(date(2025, 5, 2))
    '2 May 2025'
    """
    return "all that its file says" if day is None else f"{day.day} {day:%B %Y}"


def paragraph(text: str, kind: str = "") -> str:
    """Return a paragraph of plain text."""
    named = f' class="{kind}"' if kind else ""
    return f"<p{named}>{html.escape(text)}</p>"


def items(texts: Iterable[str], kind: str = "") -> str:
    """Return a list of plain texts."""
    named = f' class="{kind}"' if kind else ""
    return f"<ul{named}>{''.join(f'<li>{html.escape(text)}</li>' for text in texts)}</ul>"


def table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    caption: str = "",
    anchor: str = "",
) -> str:
    """Return a table that scrolls by itself where it is wider than the page."""
    numeric = [
        bool(rows) and all(_NUMBER.match(row[k]) or not row[k] for row in rows)
        for k in range(len(columns))
    ]

    def cells(tag: str, texts: Sequence[str]) -> str:
        return "".join(
            f"<{tag}{' class=number' if numeric[k] else ''}>{html.escape(text)}</{tag}>"
            for k, text in enumerate(texts)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    titled = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    named = f' id="{anchor}"' if anchor else ""
    label = html.escape(caption or "Table")
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">'
        f"<table{named}>{titled}<thead><tr>{cells('th', columns)}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def figure(drawing: str, caption: str) -> str:
    """Return a drawing, which is svg, with its caption."""
    text = html.escape(caption)
    return (
        f'<figure role="img" aria-label="{text}">{drawing}<figcaption>{text}</figcaption></figure>'
    )


def folded(summary: str, body: str) -> str:
    """Return a part of a part that folds."""
    return f"<details><summary>{html.escape(summary)}</summary>{body}</details>"


def section(anchor: str, heading: str, finding: str, body: str, *, unfolded: bool = False) -> str:
    """Return a part that folds; what it finds stands in its head, folded or not."""
    shown = " open" if unfolded else ""
    return (
        f'<details id="{anchor}"{shown}><summary><h2>{html.escape(heading)}</h2>'
        f'<span class="finding">{html.escape(finding)}</span></summary>'
        f'<div class="body">{body}</div></details>'
    )
