"""Assemble the page: figures as embedded pictures, tables, numbers and the explorer."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from negotiation.errors import InvalidInputError
from negotiation.study.store import load_object, write_text

__all__ = ["report_html", "write_report"]

_NUMBER = re.compile(r"^[+-]?[\d,]*\.?\d+(e[+-]?\d+)?( %)?$")

_CONTROLS = """
<div class="controls">
<label>United States: added tariff on China <output id="usa-out"></output>
<input id="usa" type="range" min="0" step="1"></label>
<label>China: added tariff on the United States <output id="chn-out"></output>
<input id="chn" type="range" min="0" step="1"></label>
<label>Exporter incidence (share of a tariff borne by the exporter) <output id="phi-out"></output>
<input id="phi" type="range" min="0" value="0"></label>
<label>Weight on the cost of lost jobs <output id="weight-out"></output>
<input id="weight" type="range" min="0" max="3" step="0.1" value="1"></label>
<label>Trade elasticities <select id="elasticity"></select></label>
</div>
<p><strong>Payoffs at the chosen tariffs:</strong> <span id="payoff"></span></p>
<p><strong>Equilibria of the matrix (pure):</strong> <span id="equilibria"></span></p>
<p><strong>Bargaining points from the standoff:</strong> <span id="bargains"></span></p>
<div class="scroll"><table id="matrix"></table></div>
<p class="note">Each cell: the United States above, China below, percent of GDP a year against the
tariffs of January 2025. Underlined: best reply. Shaded: equilibrium. Click a cell to choose it.</p>
"""


def _table(columns: list[str], rows: list[list[str]]) -> str:
    numeric = [
        bool(rows) and all(_NUMBER.match(row[k]) for row in rows) for k in range(len(columns))
    ]

    def cells(tag: str, items: list[str]) -> str:
        return "".join(
            f"<{tag}{' class=number' if numeric[k] else ''}>{html.escape(item)}</{tag}>"
            for k, item in enumerate(items)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f'<div class="scroll"><table><tr>{cells("th", columns)}</tr>{body}</table></div>'


def _picture(path: Path, caption: str) -> str:
    data = base64.b64encode(path.read_bytes()).decode()
    text = html.escape(caption)
    return (
        f'<figure><img alt="{text}" src="data:image/png;base64,{data}">'
        f"<figcaption>{text}</figcaption></figure>"
    )


def _section(
    study: str, summary: Mapping[str, Any], figures: Mapping[str, tuple[Path, str]]
) -> str:
    parts = [f'<h2 id="{study}">{html.escape(summary["title"])}</h2>']
    parts += [_picture(path, caption) for path, caption in figures.values()]
    parts += [_table(table["columns"], table["rows"]) for table in summary["tables"].values()]
    numbers = [[key, item["text"]] for key, item in sorted(summary["numbers"].items())]
    if numbers:
        listed = _table(["number", "value"], numbers)
        parts.append(f"<details><summary>Numbers of this exhibit</summary>{listed}</details>")
    return "\n".join(parts)


def report_html(
    summaries: Mapping[str, Mapping[str, Any]],
    figures: Mapping[str, Mapping[str, tuple[Path, str]]],
    explorer: Mapping[str, Any],
) -> str:
    """Return the page as text.

    Parameters
    ----------
    summaries
        The ``summary.json`` of each study.
    figures
        For each study, its figures: name to png file and caption.
    explorer
        Precomputed payoffs: ``rates``, ``standoff``, ``incidence``, ``elasticities``, ``income``
        and ``jobs``, the last two indexed ``[elasticities][incidence][side][USA][CHN]``.
    """
    here = files("negotiation.report")
    style = here.joinpath("page.css").read_text(encoding="utf-8")
    script = here.joinpath("explorer.js").read_text(encoding="utf-8")
    data = json.dumps(explorer, sort_keys=True, allow_nan=False).replace("</", "<\\/")
    links = "".join(
        f'<a href="#{name}">{html.escape(name.replace("_", " "))}</a>' for name in summaries
    )
    sections = "\n".join(
        _section(name, summary, figures.get(name, {})) for name, summary in summaries.items()
    )
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>How does a tariff standoff between two large economies end?</title>
<style>{style}</style></head>
<body>
<h1>How does a tariff standoff between two large economies end?</h1>
<p class="note">United States and China, information date 2 May 2025. Every number is computed from
the sourced tables of the project; this page needs no network.</p>
<nav>{links}</nav>
<h2 id="explorer">Payoff explorer</h2>
{_CONTROLS}
{sections}
<script type="application/json" id="explorer-data">{data}</script>
<script>{script}</script>
</body></html>
"""


def write_report(project: Path, output: Path, captions: Mapping[str, tuple[str, str]]) -> Path:
    """Write the page from the results and figures of a checkout.

    Parameters
    ----------
    project
        Folder of the checkout, after ``negotiation reproduce``.
    output
        File to write.
    captions
        Figure name to the study it belongs to and its caption.

    Raises
    ------
    InvalidInputError
        If the results are not there.
    """
    results, pictures = project / "experiments" / "results", project / "figures" / "out"
    found = sorted(results.glob("*/summary.json"))
    if not (results / "explorer" / "summary.json").exists():
        raise InvalidInputError(
            "no results to report",
            where=str(results),
            hint="Run `negotiation reproduce` first.",
        )
    summaries = {
        path.parent.name: json.loads(path.read_text(encoding="utf-8"))
        for path in found
        if path.parent.name != "explorer"
    }
    figures: dict[str, dict[str, tuple[Path, str]]] = {}
    for name, (study, caption) in captions.items():
        if (pictures / f"{name}.png").exists():
            figures.setdefault(study, {})[name] = (pictures / f"{name}.png", caption)
    grid = load_object(results / "explorer" / "grid")
    explorer = {
        key: value.tolist() if hasattr(value, "tolist") else _plain(value)
        for key, value in grid.items()
    }
    write_text(output, report_html(summaries, figures, explorer))
    return output


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value
