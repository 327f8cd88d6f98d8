"""Which conclusions survive the ranges of the parameters, which flip, which stay open."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from pydantic import Field

from negotiation.data.labels import spelled
from negotiation.process.break_even import BreakEvens, break_even
from negotiation.process.conclusions import CONCLUSIONS
from negotiation.process.identified import IdentifiedSet, dated_moments, identified_set
from negotiation.process.load import load_process
from negotiation.process.parameter_changes import parameter_spans
from negotiation.process.sensitivity import SweptOutcome
from negotiation.process.stages import MultiStepProcess
from negotiation.study.results import Number, StudyResult, StudyTable
from negotiation.study.run import StudyInputs
from negotiation.study.sensitivity import (
    exemption_regions,
    first_concession_map,
    swept_dates,
    swept_outcomes,
    tornado,
)
from negotiation.study.spec import Settings, Study
from negotiation.study.workers import study_pool
from negotiation.values import FloatArray

__all__ = ["AnalysisSettings", "analyse"]


class AnalysisSettings(Settings):
    """Settings of the exhibit.

    Attributes
    ----------
    process
        Name of the process.
    conclusions
        Statements whose reversal is looked for.
    parameters
        What is varied, each over the range that its table states.
    outcomes
        Outputs of `negotiation.process.outcomes_over.evaluate` whose variance is split, and what
        they are in words.
    base, resamples
        Base size of the design for Sobol indices, and bootstrap resamples of their intervals.
    draws, band_draws
        Points of the identified set, and of the bands over dates.
    steps
        Grid steps of the break-even search.
    split
        A conclusion that holds in a share of the points that pass the dated facts between this and
        its complement is left open by the ranges.
    level, within
        Tolerances of the dated facts, see `negotiation.process.identified.dated_moments`.
    bins
        Points a side of the phase diagram over stubbornness.
    days
        Days from the information date at which bands are drawn.
    visibility, curvature, exempt_shares
        Grids of the exemption regions.
    """

    process: str = "multi-step-2025"
    conclusions: tuple[str, ...] = CONCLUSIONS
    parameters: tuple[str, ...] = ()
    outcomes: dict[str, str] = Field(default_factory=dict)
    base: int = 32
    resamples: int = 200
    draws: int = 512
    band_draws: int = 128
    steps: int = 4
    split: float = 0.05
    level: float = 0.05
    within: float = 0.25
    bins: int = 11
    days: tuple[float, ...] = tuple(float(day) for day in range(0, 731, 10))
    visibility: tuple[float, ...] = tuple(k / 20 for k in range(1, 21))
    curvature: tuple[float, ...] = tuple(10.0 ** (k / 8 - 3) for k in range(25))
    exempt_shares: tuple[float, ...] = tuple(k / 10 for k in range(11))


def _over_the_set(value: float, style: str, scale: float = 1.0) -> str | Number:
    """A number over the points that pass, or the word that no point of the sweep is in it."""
    return "empty set" if np.isnan(value) else Number(float(value), style, scale)


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


def _headline(found: list[BreakEvens], allowed: IdentifiedSet, split: float) -> StudyTable:
    rows: list[tuple[str | Number, ...]] = []
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
                else Number(item.joint.distance, ".2f"),
                _over_the_set(allowed.holds(item.conclusion), ".0f", 100),
            )
        )
    columns = (
        "conclusion",
        "holds",
        "verdict",
        "smallest single change",
        "joint distance",
        "% of points left",
    )
    return StudyTable(columns, tuple(rows), "p{60mm}lp{38mm}p{52mm}rr")


def _count(found: Iterable[bool]) -> Number:
    """How many there are, in a word where there is none."""
    total = sum(found)
    return Number(total, "d") if total else Number("none")


def _with_interval(value: float, ends: FloatArray) -> str:
    return f"{value:.2f} [{ends[0]:.2f}, {ends[1]:.2f}]"


def _indices_table(outcomes: tuple[SweptOutcome, ...]) -> StudyTable:
    rows: list[tuple[str | Number, ...]] = []
    for k, name in enumerate(outcomes[0].parameters):
        cells: list[str | Number] = [spelled(name)]
        for item in outcomes:
            cells.append(_with_interval(item.first_order[k], item.first_interval[k]))
            cells.append(_with_interval(item.total_order[k], item.total_interval[k]))
        rows.append(tuple(cells))
    columns = ["parameter"]
    for item in outcomes:
        columns += [f"{item.label or item.outcome}, first", "total"]
    return StudyTable(tuple(columns), tuple(rows), "l" + "r" * (len(columns) - 1))


def _leaders(outcomes: tuple[SweptOutcome, ...]) -> dict[str, Number]:
    """The two parameters with the largest total index of each outcome, and the indices."""
    numbers = {}
    for key, item in zip(("cut", "first", "deal"), outcomes, strict=False):
        order = np.argsort(-item.total_order, kind="stable")
        for place, k in zip(("leader", "second"), order[:2], strict=True):
            numbers[f"{key}_{place}"] = Number(spelled(item.parameters[k]))
            numbers[f"{key}_{place}_total"] = Number(float(item.total_order[k]), ".2f")
        width = float(np.max(item.total_interval[:, 1] - item.total_interval[:, 0]))
        numbers[f"{key}_widest"] = Number(width, ".2f")
    return numbers


def _set_table(process: MultiStepProcess, allowed: IdentifiedSet) -> StudyTable:
    """Range of each parameter and what of it the dated facts leave."""
    spans = {span.name: span for span in parameter_spans(process, tuple(allowed.intervals))}
    rows = tuple(
        (
            spelled(name),
            f"{spans[name].low:.3g} to {spans[name].high:.3g}",
            _over_the_set(low, ".3g"),
            _over_the_set(high, ".3g"),
        )
        for name, (low, high) in allowed.intervals.items()
    )
    return StudyTable(
        ("parameter", "range swept", "lowest of the points left", "highest"), rows, "lrrr"
    )


def analyse(
    study: Study,
    settings: AnalysisSettings,
    inputs: StudyInputs,
    rng: np.random.Generator,
) -> StudyResult:
    """Return verdicts on conclusions, Sobol indices and the identified set."""
    process = load_process(settings.process, as_of=study.as_of)
    given: dict[str, Any] = {"as_of": study.as_of.isoformat()}
    swept: dict[str, Any] = {**given, "parameters": settings.parameters, "seed": study.seed}
    fixed = {
        "dates": ["2025-05-31", "2025-06-30", "2025-12-31"],
        "deal_date": "2025-12-31",
        "economy": study.economy,
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
            **swept,
        )
        bands = swept_dates(
            settings.process, days=settings.days, size=settings.band_draws, executor=pool, **swept
        )
        phase = first_concession_map(settings.process, points=settings.bins, executor=pool, **given)
    found = [
        break_even(process, name, settings.parameters, steps=settings.steps, rounds=2, tol=1e-3)
        for name in settings.conclusions
    ]
    moments = dated_moments(
        as_of=study.as_of, start=process.start, level=settings.level, within=settings.within
    )
    allowed = identified_set(
        process,
        moments,
        settings.parameters,
        conclusions=settings.conclusions,
        draws=settings.draws,
        seed=study.seed,
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
        "split": Number(settings.split, ".0f", 100),
        "level": Number(settings.level, ".0f", 100),
        "within": Number(settings.within, ".0f", 100),
        "identified_share": Number(allowed.share, ".0f", 100),
        "identified_points": Number(round(allowed.share * settings.draws), "d"),
        "draws": Number(settings.draws, "d"),
        "base": Number(settings.base, "d"),
        "rows": Number(rows, "d"),
        "parameters": Number(len(settings.parameters), "d"),
        "phase_us": Number(float(np.nanmean(phase.share > 0.5)), ".0f", 100),
        "phase_diagonal_us": Number(float(np.nanmean(np.diag(phase.share))), ".0f", 100),
        **_leaders(outcomes),
        "moments": Number(len(moments), "d"),
        "conclusions": Number(len(found), "d"),
    }
    failed = float(np.mean(~np.isfinite(outcomes[0].values)))
    return StudyResult(
        numbers=numbers,
        tables={
            "verdicts": _headline(found, allowed, settings.split),
            "indices": _indices_table(outcomes),
            "identified": _set_table(process, allowed),
        },
        objects={
            "outcomes": outcomes,
            "tornado": ends,
            "bands_cut": bands["cut"],
            "bands_deal": bands["deal"],
            "phase": phase,
            "exemptions": exemption_regions(
                settings.process,
                visibility=settings.visibility,
                curvature=settings.curvature,
                shares=settings.exempt_shares,
                **given,
            ),
        },
        health={"share of rows without equilibrium": (failed, 0.5)},
    )
