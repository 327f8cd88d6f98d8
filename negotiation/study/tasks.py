"""What a project builds, as tasks for pytask: one a study file, one a script of a figure."""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from pytask import Product, PythonNode, task

from negotiation.errors import InvalidInputError
from negotiation.study.exhibit import STYLE, draw, exhibit_scripts
from negotiation.study.provenance import data_hash, source_hash
from negotiation.study.run import run_study_file, study_sources
from negotiation.study.spec import load_study
from negotiation.study.store.study_results import SUMMARY, drop_damaged

__all__ = ["figure_tasks", "study_tasks"]

_LOG = logging.getLogger("negotiation")


def _hashed(value: str) -> PythonNode:
    """A dependency that is no file: the task runs again where the value differs."""
    return PythonNode(value=value, hash=True)


# pytask keeps what it knows of a task on the function itself, so that each task needs its own;
# it reads dependencies and products from the arguments, used in the body or not.


def _study_function(results: Path) -> Callable[..., None]:
    def task_study(
        spec: Path,
        needs: dict[str, Path],  # noqa: ARG001
        summary: Annotated[Path, Product],  # noqa: ARG001
        code: str,  # noqa: ARG001
        data: str,  # noqa: ARG001
        profile: str,
    ) -> None:
        began = time.monotonic()
        _LOG.info("study %s, profile %s", spec.stem, profile)
        run_study_file(spec, results, profile=profile)
        _LOG.info("study %s done in %.0f s", spec.stem, time.monotonic() - began)

    return task_study


def _figure_function() -> Callable[..., None]:
    def task_figure(
        script: Path,
        needs: dict[str, Path],  # noqa: ARG001
        pictures: Annotated[list[Path], Product],  # noqa: ARG001
        code: str,  # noqa: ARG001
    ) -> None:
        draw(script)

    return task_figure


def study_tasks(folder: Path, results: Path, *, profile: str) -> list[Callable[..., Any]]:
    """Return a task a study: ``<name>.toml`` -> ``results/<name>/summary.json``.

    Stored results that are not whole are said so and computed again.
    """
    data = data_hash()
    tasks = []
    for path in sorted(folder.glob("*.toml")):
        study = load_study(path)
        damage = drop_damaged(results / study.name)
        if damage:
            _LOG.warning("study %s is computed again: %s", study.name, damage)
        arguments = {
            "spec": path,
            "needs": {name: results / name / SUMMARY for name in study.needs} | study.file_paths,
            "summary": results / study.name / SUMMARY,
            "code": _hashed(study_sources(study)),
            "data": _hashed(data),
            "profile": _hashed(profile),
        }
        tasks.append(task(id=study.name, kwargs=arguments)(_study_function(results)))
    return tasks


def figure_tasks(folder: Path, studies: Path, results: Path) -> list[Callable[..., Any]]:
    """Return a task a figure: its script and stored results -> ``out/<name>.pdf`` and ``.png``.

    Raises
    ------
    InvalidInputError
        If a figure loads a result of a study that is not in the folder ``studies``.
    """
    known = {load_study(path).name for path in studies.glob("*.toml")}
    scripts = exhibit_scripts(folder)
    # pytask notes each task as it is made: nothing may fail between the first and the last.
    for script in scripts.values():
        for place in script.folders:
            if place.parent == results and place.name not in known:
                raise InvalidInputError(
                    "a figure loads a result of no study",
                    where=script.path.name,
                    seen=place.name,
                    allowed=", ".join(sorted(known)),
                )
    style = folder / STYLE
    tasks = []
    for name, script in scripts.items():
        needs = {place.name: place / SUMMARY for place in script.folders}
        arguments = {
            "script": script.path,
            "needs": {**needs, **({STYLE: style} if style.is_file() else {})},
            "pictures": [folder / "out" / f"{name}.{suffix}" for suffix in ("pdf", "png")],
            "code": _hashed(source_hash([name, "negotiation.study.exhibit"], folder)),
        }
        tasks.append(task(id=name, kwargs=arguments)(_figure_function()))
    return tasks
