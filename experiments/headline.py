"""The numbers to remember, read from the other studies."""

from __future__ import annotations

import numpy as np

from negotiation.study.results import StudyResult, StudyTable
from negotiation.study.run import StudyInputs
from negotiation.study.spec import Settings, Study

__all__ = ["AnalysisSettings", "analyse"]


class AnalysisSettings(Settings):
    """Lines of the table.

    Attributes
    ----------
    lines
        What, the result it shows as ``study.key``, the unit after it, and the claim that it
        states.
    """

    lines: tuple[tuple[str, str, str, str], ...] = ()


def analyse(
    study: Study,
    settings: AnalysisSettings,
    inputs: StudyInputs,
    rng: np.random.Generator,
) -> StudyResult:
    """Return the table of headline numbers."""
    rows = []
    for what, key, unit, _ in settings.lines:
        name, _, number = key.partition(".")
        text = inputs.summary(name)["numbers"][number]["text"]
        rows.append((what, f"{text} {unit}".strip()))
    return StudyResult(tables={"headline": StudyTable(("question", "answer"), tuple(rows), "lr")})
