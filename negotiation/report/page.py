"""Assemble the page: figures as embedded pictures, tables, numbers and the explorer."""

from __future__ import annotations

import base64
import html
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from negotiation.study.exhibit import ExhibitScript
from negotiation.study.store.files import write_text
from negotiation.study.store.study_results import SUMMARY, load_result, read_summary

__all__ = ["report_html", "write_report"]

_NUMBER = re.compile(r"^[+-]?[\d,]*\.?\d+(e[+-]?\d+)?( %)?$")

_ELSEWHERE = "Further exhibits"
_LAYOUT = {"title": "Results", "note": "This page needs no network."}


def _heading(level: int, anchor: str, text: str) -> str:
    return f'<h{level} id="{anchor}"><a href="#{anchor}">{html.escape(text)}</a></h{level}>'


def _table(columns: list[str], rows: list[list[str]], label: str, caption: str = "") -> str:
    numeric = [
        bool(rows) and all(_NUMBER.match(row[k]) or not row[k] for row in rows)
        for k in range(len(columns))
    ]

    def cells(tag: str, items: list[str]) -> str:
        return "".join(
            f"<{tag}{' class=number' if numeric[k] else ''}>{html.escape(item)}</{tag}>"
            for k, item in enumerate(items)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    titled = f"<caption>{caption}</caption>" if caption else ""
    return (
        f'<div class="scroll table" tabindex="0" role="region" aria-label="{html.escape(label)}">'
        f"<table>{titled}<thead><tr>{cells('th', columns)}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _picture(path: Path, caption: str, number: int) -> str:
    data = base64.b64encode(path.read_bytes()).decode()
    text = html.escape(caption)
    return (
        f'<figure id="figure-{number}"><img alt="{text}" src="data:image/png;base64,{data}">'
        f"<figcaption><b>Figure {number}.</b> {text}</figcaption></figure>"
    )


def _words(name: str) -> str:
    return name.replace("_", " ")


def _section(
    study: str,
    summary: Mapping[str, Any],
    figures: Mapping[str, tuple[Path, str]],
    count: Callable[[str], int],
) -> str:
    parts = [_heading(3, study, summary["title"])]
    parts += [_picture(path, caption, count("figure")) for path, caption in figures.values()]
    for name, table in summary["tables"].items():
        number = count("table")
        about = "" if name == study else f": {_words(name)}"
        text = html.escape(f"{summary['title']}{about}.")
        caption = f"<b>Table {number}.</b> {text}"
        parts.append(_table(table["columns"], table["rows"], f"Table {number}", caption))
    numbers = [[_words(key), item["text"]] for key, item in sorted(summary["numbers"].items())]
    if numbers:
        listed = _table(["number", "value"], numbers, f"Numbers of {study}")
        parts.append(f"<details><summary>Numbers of this exhibit</summary>{listed}</details>")
    return "\n".join(parts)


def _ordered(studies: Iterable[str], parts: Mapping[str, list[str]]) -> list[tuple[str, list[str]]]:
    """Studies under the headings of parts; a prefix takes all that begin so."""
    left = sorted(studies)
    groups: list[tuple[str, list[str]]] = []
    for heading, names in parts.items():
        found = [
            study
            for name in names
            for study in left
            if study == name or (name.endswith("_") and study.startswith(name))
        ]
        left = [study for study in left if study not in found]
        groups.append((heading, found))
    return [(heading, found) for heading, found in [*groups, (_ELSEWHERE, left)] if found]


def _links(studies: list[str], parts: Mapping[str, list[str]]) -> str:
    """Links to studies; of a family with a common prefix, to its first."""
    shown: dict[str, str] = {}
    for study in studies:
        family = next((p for names in parts.values() for p in names if study.startswith(p)), study)
        shown.setdefault(_words(family).strip() + ("s" if family.endswith("_") else ""), study)
    return "".join(f'<a href="#{study}">{html.escape(text)}</a>' for text, study in shown.items())


def _claims(claims: Mapping[str, Mapping[str, Any]]) -> str:
    columns = ["claim", "as of", "conditional on", "holds under", "flips under", "evaluation"]
    keys = ("as_of", "conditional", "holds", "flips", "origin")
    rows = [[_words(name), *(str(row[key]) for key in keys)] for name, row in claims.items()]
    return _table(
        columns,
        rows,
        "Claims",
        "Findings of the text and headline, and under how many "
        "perturbations each was evaluated; where one flips, its sentence says so.",
    )


def report_html(
    summaries: Mapping[str, Mapping[str, Any]],
    figures: Mapping[str, Mapping[str, tuple[Path, str]]],
    explorer: Mapping[str, Any] | None = None,
    layout: Mapping[str, Any] | None = None,
    claims: Mapping[str, Mapping[str, Any]] | None = None,
) -> str:
    """Return the page as text.

    Parameters
    ----------
    summaries
        The ``summary.json`` of each study.
    figures
        For each study, its figures: name to png file and caption.
    explorer
        Precomputed payoffs in percent of GDP: ``rates``, ``standoff``, ``incidence``,
        ``elasticities``, ``income`` and ``jobs``, the last two indexed
        ``[elasticities][incidence][side][USA][CHN]``. None: the page has no explorer.
    layout
        ``title``, ``note`` and ``parts``: headings and the studies below each.
    claims
        Findings of the text: what each is conditional on, the number of perturbations under which
        it holds and flips, and where the evaluation comes from.
    """
    layout = layout or {}
    title, note = (html.escape(str(layout.get(k, v))) for k, v in _LAYOUT.items())
    parts = layout.get("parts", {})
    here = files("negotiation.report")
    style = here.joinpath("page.css").read_text(encoding="utf-8")
    script = here.joinpath("explorer.js").read_text(encoding="utf-8")
    controls = here.joinpath("controls.html").read_text(encoding="utf-8")
    data = json.dumps(explorer, sort_keys=True, allow_nan=False).replace("</", "<\\/")
    counts: Counter[str] = Counter()

    def count(kind: str) -> int:
        counts[kind] += 1
        return counts[kind]

    links, sections, scripts = [], [], ""
    if explorer is not None:
        links.append('<p><a href="#explorer">Payoff explorer</a></p>')
        sections += [_heading(2, "explorer", "Payoff explorer"), controls]
        scripts = (
            f'<script type="application/json" id="explorer-data">{data}</script>\n'
            f"<script>{script}</script>"
        )
    for k, (heading, studies) in enumerate(_ordered(summaries, parts), start=1):
        listed = _links(studies, parts)
        links.append(f"<p><strong>{html.escape(heading)}:</strong> {listed}</p>")
        sections.append(_heading(2, f"part-{k}", heading))
        sections += [
            _section(name, summaries[name], figures.get(name, {}), count) for name in studies
        ]
    if claims:
        links.append('<p><a href="#claims">Claims</a></p>')
        sections += [_heading(2, "claims", "Claims"), _claims(claims)]
    contents, exhibits = "\n".join(links), "\n".join(sections)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style></head>
<body>
<main>
<h1>{title}</h1>
<p class="note">{note}</p>
<nav aria-label="Contents">{contents}</nav>
{exhibits}
</main>
{scripts}
</body></html>
"""


def write_report(
    results: Path,
    scripts: Mapping[str, ExhibitScript],
    output: Path,
    *,
    layout: Mapping[str, Any] | None = None,
    claims: Mapping[str, Mapping[str, Any]] | None = None,
) -> Path:
    """Write the page from stored results and drawn figures.

    Parameters
    ----------
    results
        Folder with one folder a study.
    scripts
        Figures by name; each stands with the first study that it is drawn from.
    output
        File to write.
    layout, claims
        See `report_html`.
    """
    summaries = {
        path.parent.name: read_summary(path.parent) for path in sorted(results.glob(f"*/{SUMMARY}"))
    }
    grid, explorer = results / "explorer" / "grid", None
    if grid.with_suffix(".json").exists():
        explorer = _plain(load_result(grid))
        del summaries["explorer"]
    figures: dict[str, dict[str, tuple[Path, str]]] = {}
    for name, script in scripts.items():
        picture = script.path.parent / "out" / f"{name}.png"
        if picture.exists() and script.folders:
            place = script.folders[0].name
            figures.setdefault(place, {})[name] = (picture, script.caption)
    write_text(output, report_html(summaries, figures, explorer, layout, claims))
    return output


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value
