"""Which conclusions survive the ranges of the parameters, which flip, which stay open."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from pydantic import Field

import negotiation as ng
from negotiation.data.labels import spelled
from negotiation.process.analysis.break_even import BreakEvens
from negotiation.process.analysis.identified_set import IdentifiedSet, dated_moments
from negotiation.process.analysis.sensitivity import SweptOutcome
from negotiation.process.multi_step.load import process_standoff
from negotiation.study.comparisons.sensitivity import (
    exemption_regions,
    first_concession_map,
    swept_outcomes,
    tornado,
)
from negotiation.study.sweeps.workers import study_pool
from negotiation.values import FloatArray

#: The conclusions of the paper; the complement of each is another conclusion.
CONCLUSIONS = (
    "China concedes first",
    "first cut by 2025-05-31 more likely than not",
    "first cut by 2025-12-31 more likely than not",
    "deal by 2025-12-31 more likely than not",
    "China loses more",
    "China loses more a year in the standoff",
)


class AnalysisSettings(ng.Settings):
    """Settings of the exhibit."""

    #: Name of the process.
    process: str = "multi-step-2025"
    #: Statements whose reversal is looked for.
    conclusions: tuple[str, ...] = CONCLUSIONS
    #: What is varied, each over the range that its table states.
    parameters: tuple[str, ...] = ()
    #: Outputs of `parameter_draws.evaluate` whose variance is split, and what
    #: they are in words.
    outcomes: dict[str, str] = Field(default_factory=dict)
    #: Base size of the design for Sobol indices, and bootstrap resamples of their intervals.
    base: int = 32
    resamples: int = 200
    #: Points of the identified set.
    draws: int = 512
    #: Grid steps of the break-even search.
    steps: int = 4
    #: A conclusion that holds in a share of the points that pass the dated facts between this and
    #: its complement is left open by the ranges.
    split: float = 0.05
    #: Tolerances of the dated facts, see `dated_moments`.
    level: float = 0.05
    within: float = 0.25
    #: Points a side of the map over the audience costs of both sides.
    bins: int = 11
    #: Grids of the exemption regions.
    visibility: tuple[float, ...] = tuple(k / 10 for k in range(11))
    curvature: tuple[float, ...] = tuple(k / 5 for k in range(11))


def _verdict(found: BreakEvens, allowed: IdentifiedSet, split: float) -> str:
    """Survives; flips at a value; or left open, where points that pass the facts allow both."""
    share = allowed.holds(found.conclusion)
    if np.isfinite(share) and split < share < 1.0 - split:
        return "left open"
    if found.nearest is not None:
        name = spelled(found.nearest.parameters[0])
        return f"flips at {name} = {found.nearest.values[0]:.3g}"
    if found.joint is not None and found.joint.reverses:
        return "flips jointly"
    return "survives"


def _headline(found: list[BreakEvens], allowed: IdentifiedSet, split: float) -> ng.StudyTable:
    rows: list[tuple[str | ng.Number, ...]] = []
    for item in found:
        near = item.nearest
        rows.append(
            (
                item.conclusion,
                "yes" if item.holds else "no",
                _verdict(item, allowed, split),
                ""
                if near is None
                else f"{spelled(near.parameters[0])}: {near.start[0]:.3g} to {near.values[0]:.3g}",
                ""
                if item.joint is None or not item.joint.reverses
                else ng.Number(item.joint.distance, ".2f"),
            )
        )
    columns = (
        "conclusion",
        "holds",
        "verdict",
        "smallest single change",
        "joint distance",
    )
    return ng.StudyTable(columns, tuple(rows), "p{60mm}lp{38mm}p{52mm}r")


def _count(found: Iterable[bool]) -> ng.Number:
    """How many there are."""
    total = sum(found)
    return ng.Number(total, "d")


def _with_interval(value: float, ends: FloatArray) -> str:
    return f"{value:.2f} [{ends[0]:.2f}, {ends[1]:.2f}]"


def _indices_table(outcomes: tuple[SweptOutcome, ...]) -> ng.StudyTable:
    rows: list[tuple[str | ng.Number, ...]] = []
    for k, name in enumerate(outcomes[0].parameters):
        cells: list[str | ng.Number] = [spelled(name)]
        for item in outcomes:
            cells.append(_with_interval(item.first_order[k], item.first_interval[k]))
            cells.append(_with_interval(item.total_order[k], item.total_interval[k]))
        rows.append(tuple(cells))
    columns = ["parameter"]
    for item in outcomes:
        columns += [f"{item.label or item.outcome}, first", "total"]
    return ng.StudyTable(tuple(columns), tuple(rows), "l" + "r" * (len(columns) - 1))


def _leaders(outcomes: tuple[SweptOutcome, ...]) -> dict[str, ng.Number]:
    """The two parameters with the largest total index of each outcome, and the indices."""
    numbers = {}
    for key, item in zip(("cut", "first", "deal"), outcomes, strict=False):
        order = np.argsort(-item.total_order, kind="stable")
        for place, k in zip(("leader", "second"), order[:2], strict=True):
            numbers[f"{key}_{place}"] = ng.Number(spelled(item.parameters[k]))
            numbers[f"{key}_{place}_total"] = ng.Number(item.total_order[k], ".2f")
        width = float(np.max(item.total_interval[:, 1] - item.total_interval[:, 0]))
        numbers[f"{key}_widest"] = ng.Number(width, ".2f")
    return numbers


def analyse(study: ng.Study, settings: AnalysisSettings) -> ng.StudyResult:
    """Return verdicts on conclusions, Sobol indices and the identified set."""
    process = ng.load_process(settings.process, as_of=study.as_of)
    given: dict[str, Any] = {"as_of": study.as_of.isoformat()}
    start = process_standoff(settings.process).start
    fixed = {
        "dates": ["2025-05-31", "2025-06-30", "2025-12-31"],
        "deal_dates": ["2025-12-31"],
    }
    rows = settings.base * (len(settings.parameters) + 2)
    with study_pool(rows) as pool:
        outcomes = swept_outcomes(
            settings.process,
            outcomes=settings.outcomes,
            size=settings.base,
            fixed=fixed,
            resamples=settings.resamples,
            executor=pool,
            parameters=settings.parameters,
            rng=study.seed,
            **given,
        )
        phase, incidence_0 = (
            first_concession_map(
                settings.process,
                points=settings.bins,
                executor=pool,
                fixed={"model": model},
                **given,
            )
            for model in ("equilibrium", "partial_0")
        )
    found = [
        ng.break_even(process, name, settings.parameters, steps=settings.steps, rounds=2, tol=1e-3)
        for name in settings.conclusions
    ]
    moments = dated_moments(
        as_of=study.as_of, start=start, level=settings.level, within=settings.within
    )
    allowed = ng.identified_set(
        process,
        moments,
        settings.parameters,
        conclusions=settings.conclusions,
        draws=settings.draws,
        rng=study.seed,
    )
    ends = tornado(
        settings.process,
        parameters=settings.parameters,
        outcome="cut_2025-05-31",
        label="probability of a first cut by 31 May 2025",
        fixed=fixed,
        **given,
    )
    verdicts = [_verdict(item, allowed, settings.split) for item in found]
    numbers = {
        "survives": _count(item == "survives" for item in verdicts),
        "flips": _count(item.startswith("flips") for item in verdicts),
        "left_open": _count(item == "left open" for item in verdicts),
        "split": ng.Number(settings.split, ".0f", 100),
        "level": ng.Number(settings.level, ".0f", 100),
        "within": ng.Number(settings.within, ".0f", 100),
        "identified_share": ng.Number(allowed.share, ".0f", 100),
        "identified_points": ng.Number(round(allowed.share * settings.draws), "d"),
        "draws": ng.Number(settings.draws, "d"),
        "base": ng.Number(settings.base, "d"),
        "rows": ng.Number(rows, "d"),
        "parameters": ng.Number(len(settings.parameters), "d"),
        "phase_us": ng.Number(float(np.nanmean(phase.share > 0.5)), ".0f", 100),
        "phase_us_incidence_0": ng.Number(float(np.nanmean(incidence_0.share > 0.5)), ".0f", 100),
        "phase_diagonal_us": ng.Number(float(np.nanmean(np.diag(phase.share))), ".0f", 100),
        **_leaders(outcomes),
        "moments": ng.Number(len(moments), "d"),
        "conclusions": ng.Number(len(found), "d"),
    }
    failed = float(np.mean(~np.isfinite(outcomes[0].values)))
    return ng.StudyResult(
        numbers=numbers,
        tables={
            "verdicts": _headline(found, allowed, settings.split),
            "indices": _indices_table(outcomes),
        },
        objects={
            "outcomes": outcomes,
            "tornado": ends,
            "phase": phase,
            "phase_incidence_0": incidence_0,
            "exemptions": exemption_regions(
                settings.process,
                visibility=settings.visibility,
                curvature=settings.curvature,
                **given,
            ),
        },
        health={"share of rows without equilibrium": (failed, 0.5)},
    )
