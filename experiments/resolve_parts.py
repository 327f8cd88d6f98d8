"""Parts of the study of resolve that take long: the profile full computes them, others read them.

``python experiments/resolve_parts.py [part ...]`` computes them with the settings of the profile
full and writes them to ``paper/validation``.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import negotiation as ng
from negotiation.study.provenance import file_hash
from negotiation.study.store.files import write_json
from replication import STORED
from resolve_layers import assumed_table, dyad_numbers, economy_table
from resolve_scores import embedded_scores

if TYPE_CHECKING:
    from resolve import AnalysisSettings

FILE = STORED / "resolve_parts.json"
PARTS = ("scores", "economy", "dyads", "assumed")
#: Settings on which a part depends.
_DEPENDS = {
    "scores": ("laws", "windows", "folds", "dates"),
    "economy": ("economy", "since", "all_goods", "payoff_models", "economy_folds"),
    "dyads": ("dates",),
    "assumed": ("standoff", "date", "parameters"),
}
#: Draws of posteriors of which these parts print quantiles.
_DRAWS = 600
Part = tuple[ng.StudyTable | None, dict[str, ng.Number]]


def computed(name: str, study: ng.Study, settings: AnalysisSettings) -> Part:
    """Return the table of a part, if it has one, and its numbers."""
    disputes = ng.load_disputes()
    if name == "scores":
        return embedded_scores(
            disputes,
            laws=settings.laws,
            windows=settings.windows,
            folds=settings.folds or None,
            dates=settings.dates,
        )
    if name == "economy":
        return economy_table(
            disputes,
            ng.load_economy(settings.economy),
            models=settings.payoff_models,
            since=settings.since,
            all_goods=settings.all_goods,
            draws=_DRAWS,
            seed=study.seed,
            folds=settings.economy_folds or None,
        )
    if name == "dyads":
        numbers = dyad_numbers(disputes, draws=_DRAWS, seed=study.seed, dates=settings.dates)
        return None, numbers
    return assumed_table(
        ng.load_standoff(settings.standoff),
        study.as_of,
        settings.date,
        parameters=settings.parameters,
    )


def stamp(name: str, study: ng.Study, settings: AnalysisSettings) -> dict[str, Any]:
    """Return what a stored part was computed from."""
    table = Path(ng.__file__).parent / "data" / "tables" / "disputes.csv"
    given = settings.model_dump(mode="json")
    return {
        "as_of": study.as_of.isoformat(),
        "disputes_sha256": file_hash(table),
        "settings": {key: given[key] for key in _DEPENDS[name]},
    }


def read(name: str) -> Part:
    """Return a stored part."""
    stored = json.loads(FILE.read_text(encoding="utf-8"))[name]
    table = stored["table"]
    if table is not None:
        rows = tuple(
            tuple(cell if isinstance(cell, str) else ng.Number(**cell) for cell in row)
            for row in table["rows"]
        )
        table = ng.StudyTable(tuple(table["columns"]), rows, table["align"])
    return table, {key: ng.Number(**item) for key, item in stored["numbers"].items()}


def main(names: list[str]) -> int:
    """Compute parts, all without names, and store them."""
    import resolve

    study = ng.load_study(Path(resolve.__file__).with_suffix(".toml"))
    settings = study.settings_for("full")
    for name in names or PARTS:
        table, numbers = computed(name, study, settings)
        item = stamp(name, study, settings) | {
            "numbers": {key: asdict(number) for key, number in numbers.items()},
            "table": table and asdict(table),
        }
        content = json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {}
        write_json(FILE, content | {name: item})
        print(f"{name} stored", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
