"""Run a study and write its results."""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import NegotiationError
from negotiation.study.functions import modules_of
from negotiation.study.provenance import data_hash, file_hash, run_record, source_hash, versions
from negotiation.study.results import StudyResult
from negotiation.study.spec import Study, load_study
from negotiation.study.store.files import write_json
from negotiation.study.store.objects import save_object
from negotiation.study.store.study_results import load_result, read_summary, write_summary

__all__ = ["StudyInputs", "run_study", "run_study_file", "study_rng", "study_sources"]


@dataclass(frozen=True)
class StudyInputs:
    """Results of the studies that a study needs, read when asked for.

    Attributes
    ----------
    folder
        Folder that holds one folder of results a study.
    """

    folder: Path

    def load(self, study: str, name: str) -> Any:
        """Return a stored object of another study."""
        return load_result(self.folder / study / name)

    def summary(self, study: str) -> Mapping[str, Any]:
        """Return the summary of another study: its numbers, tables and certificates."""
        return read_summary(self.folder / study)


def study_rng(study: Study) -> np.random.Generator:
    """Return the study's generator; it depends on the seed and the name alone."""
    return np.random.default_rng(
        np.random.SeedSequence([study.seed, zlib.crc32(study.name.encode())])
    )


def study_sources(study: Study) -> str:
    """Return the hash of the code that a study's numbers depend on."""
    named = modules_of(study.function, study.analysis)
    return source_hash([*named, "negotiation.study.run"], study.folder)


@takes
def run_study(study: Study, *, inputs: StudyInputs, profile: str = "fast") -> StudyResult:
    """Run a study in memory.

    Returns
    -------
    StudyResult
        What the study's function returns; anything else it returns is the object ``result``.

    Raises
    ------
    NegotiationError
        If a certificate of the study exceeds its bound.
    """
    function, settings = study.function, study.settings_for(profile)
    given = {"study": study, "inputs": inputs, "rng": study_rng(study), "as_of": study.as_of}
    asked = inspect.signature(function).parameters
    arguments = {name: value for name, value in given.items() if name in asked}
    named = settings if isinstance(settings, dict) else {"settings": settings}
    found = function(**arguments, **named)
    result = found if isinstance(found, StudyResult) else StudyResult(objects={"result": found})
    broken = {name: pair for name, pair in result.health.items() if not pair[0] <= pair[1]}
    if broken:
        listed = "; ".join(f"{name} = {a:.3g}, allowed {b:.3g}" for name, (a, b) in broken.items())
        raise NegotiationError(f"study {study.name}: a certificate exceeds its bound: {listed}")
    return result


def _summary(
    study: Study,
    spec: Path,
    profile: str,
    result: StudyResult,
    objects: Mapping[str, str],
    sources: str,
) -> Mapping[str, Any]:
    return {
        "study": study.name,
        "title": study.title,
        "as_of": study.as_of.isoformat(),
        "profile": profile,
        "seed": study.seed,
        "numbers": {
            key: {"value": item.value, "text": item.text} for key, item in result.numbers.items()
        },
        "tables": {
            key: {
                "columns": list(table.columns),
                "rows": [list(row) for row in table.text_rows],
                "align": table.align,
            }
            for key, table in result.tables.items()
        },
        "objects_sha256": dict(objects),
        "health": {key: {"value": a, "bound": b} for key, (a, b) in result.health.items()},
        "provenance": {
            "source_sha256": sources,
            "data_sha256": data_hash(),
            "spec_sha256": file_hash(spec),
            "files_sha256": {name: file_hash(file) for name, file in study.file_paths.items()},
            "versions": versions(),
        },
    }


@takes
def run_study_file(spec: Path, results: Path, *, profile: str = "fast") -> StudyResult:
    """Run a study file and write ``results/<name>/``: objects, ``summary.json``, ``run.json``.

    ``summary.json`` is written last: where it stands and its checksums hold, the rest is whole.
    """
    study = load_study(spec)
    folder = results / study.name
    sources = study_sources(study)
    result = run_study(study, inputs=StudyInputs(results), profile=profile)
    objects = {name: save_object(folder / name, item) for name, item in result.objects.items()}
    write_json(folder / "run.json", run_record(spec.parent))
    write_summary(folder, _summary(study, spec, profile, result, objects, sources))
    return result
