"""Which conclusions survive the ranges of the parameters, which flip, which are not identified."""

from __future__ import annotations

from typing import Any

import numpy as np

from negotiation.process.break_even import BreakEvens, break_even
from negotiation.process.conclusions import CONCLUSIONS
from negotiation.process.forecast import outlook
from negotiation.process.identified import IdentifiedSet, dated_moments, identified_set
from negotiation.process.load import load_process
from negotiation.process.sensitivity import SweptOutcome, Tornado
from negotiation.study.design import ParameterRange, SobolIndices, sobol_indices_of
from negotiation.study.results import Number, StudyResult, StudyTable
from negotiation.study.run import StudyInputs
from negotiation.study.spec import Settings, Study
from negotiation.study.sweep import Sweep, run_sweep

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
        Outputs of `negotiation.process.outcomes_over.evaluate` whose variance is split.
    base
        Base size of the design for Sobol indices.
    draws
        Points of the identified set.
    steps
        Grid steps of the break-even search.
    split
        A conclusion that holds in a share of the identified set between this and its complement is
        not identified.
    bins
        Points a side of the phase diagram over stubbornness.
    """

    process: str = "multi-step-2025"
    conclusions: tuple[str, ...] = CONCLUSIONS
    parameters: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ("cut_2025-05-31", "usa_first", "deal")
    base: int = 32
    draws: int = 64
    steps: int = 4
    split: float = 0.05
    bins: int = 11


def _over_the_set(value: float, style: str, scale: float = 1.0) -> str | Number:
    """A number over the identified set, or the word that no point of the sweep is in it."""
    return "empty set" if np.isnan(value) else Number(float(value), style, scale)


def _verdict(found: BreakEvens, allowed: IdentifiedSet, split: float) -> str:
    """Survives; flips at a value; or not identified, where the facts allow both."""
    share = allowed.holds(found.conclusion)
    if np.isfinite(share) and split < share < 1.0 - split:
        return "not identified"
    if found.nearest is not None:
        name = found.nearest.parameters[0].replace("_", " ")
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
                else f"{near.parameters[0].replace('_', ' ')}: {near.start[0]:.3g} to "
                f"{near.values[0]:.3g}",
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
        "% of identified set",
    )
    return StudyTable(columns, tuple(rows), "p{48mm}lp{30mm}p{38mm}rr")


def _indices_table(indices: dict[str, SobolIndices]) -> StudyTable:
    names = next(iter(indices.values())).parameters
    rows: list[tuple[str | Number, ...]] = []
    for k, name in enumerate(names):
        cells: list[str | Number] = [name.replace("_", " ")]
        for item in indices.values():
            cells.append(Number(float(item.first_order[k]), ".2f"))
            cells.append(Number(float(item.total_order[k]), ".2f"))
        rows.append(tuple(cells))
    columns = ["parameter"]
    for output in indices:
        columns += [f"{output.replace('_', ' ')}, first", "total"]
    return StudyTable(tuple(columns), tuple(rows))


def _phase(study: Study, settings: AnalysisSettings) -> dict[str, Any]:
    """Who concedes first over both priors of toughness, from the opening of the stage."""
    ranges = {
        name: ParameterRange(0.005, 0.5, "log", settings.bins)
        for name in ("toughness_usa", "toughness_chn")
    }
    sweep = Sweep(
        name="phase",
        evaluate="negotiation.process.outcomes_over:evaluate",
        ranges=ranges,
        fixed={"process": settings.process, "as_of": "2025-05-02", "at_opening": True},
        design="grid",
    )
    found = run_sweep(sweep)
    shape = (settings.bins, settings.bins)
    return {
        "toughness_usa": found.parameters["toughness_usa"].reshape(shape),
        "toughness_chn": found.parameters["toughness_chn"].reshape(shape),
        "usa_first": found.outputs["usa_first"].reshape(shape),
        "cut_ever": found.outputs["cut_ever"].reshape(shape),
    }


def analyse(
    study: Study,
    settings: AnalysisSettings,
    inputs: StudyInputs,
    rng: np.random.Generator,
) -> StudyResult:
    """Return verdicts on conclusions, Sobol indices and the identified set."""
    process = load_process(settings.process, as_of=study.as_of)
    recorded = {entry.name: entry for entry in process.parameters}
    ranges = {}
    for name in settings.parameters:
        entry = recorded[name]
        wide = entry.low > 0.0 and entry.high >= 10.0 * entry.low
        ranges[name] = ParameterRange(entry.low, entry.high, "log" if wide else "linear")
    swept = Sweep(
        name="sensitivity",
        evaluate="negotiation.process.outcomes_over:evaluate",
        ranges=ranges,
        fixed={
            "process": settings.process,
            "as_of": study.as_of.isoformat(),
            "dates": ["2025-05-31", "2025-06-30", "2025-12-31"],
            "deal_date": "2025-12-31",
            "economy": study.economy,
        },
        design="sobol_indices",
        size=settings.base,
        seed=study.seed,
    )
    outputs = run_sweep(swept).outputs
    indices = {
        name: sobol_indices_of(
            np.nan_to_num(outputs[name], nan=float(np.nanmean(outputs[name]))),
            parameters=settings.parameters,
            size=settings.base,
        )
        for name in settings.outcomes
    }
    found = [
        break_even(process, name, settings.parameters, steps=settings.steps, rounds=2, tol=1e-3)
        for name in settings.conclusions
    ]
    moments = dated_moments(as_of=study.as_of, start=process.start)
    allowed = identified_set(
        process,
        moments,
        settings.parameters,
        conclusions=settings.conclusions,
        draws=settings.draws,
        seed=study.seed,
    )
    base = outlook(process)
    tornado = _tornado(process, settings, study, base.cut_by("2025-05-31"))
    verdicts = [_verdict(item, allowed, settings.split) for item in found]
    numbers = {
        "survives": Number(sum(item == "survives" for item in verdicts), "d"),
        "flips": Number(sum(item.startswith("flips") for item in verdicts), "d"),
        "not_identified": Number(sum(item == "not identified" for item in verdicts), "d"),
        "identified_share": Number(allowed.share, ".0f", 100),
        "moments": Number(len(moments), "d"),
        "conclusions": Number(len(found), "d"),
    }
    failed = float(np.mean(outputs["converged"] != 1.0))
    return StudyResult(
        numbers=numbers,
        tables={
            "verdicts": _headline(found, allowed, settings.split),
            "indices": _indices_table(indices),
            "identified": StudyTable(
                ("parameter", "lowest in the set", "highest in the set"),
                tuple(
                    (name.replace("_", " "), _over_the_set(low, ".3g"), _over_the_set(high, ".3g"))
                    for name, (low, high) in allowed.intervals.items()
                ),
            ),
        },
        objects={
            "outcomes": tuple(
                SweptOutcome(
                    name,
                    settings.parameters,
                    indices[name].first_order,
                    indices[name].total_order,
                    outputs[name],
                )
                for name in settings.outcomes
            ),
            "tornado": tornado,
            "phase": _phase(study, settings),
        },
        health={"share of rows without equilibrium": (failed, 0.5)},
    )


def _tornado(process: Any, settings: AnalysisSettings, study: Study, base: float) -> Tornado:
    """One outcome at both ends of the range of each parameter, the others as they are."""
    ends = []
    for name in settings.parameters:
        entry = next(item for item in process.parameters if item.name == name)
        pair = []
        for value in (entry.low, entry.high):
            changed = load_process(settings.process, as_of=study.as_of, values={name: value})
            pair.append(float(outlook(changed, raise_on_failure=False).cut_by("2025-05-31")))
        ends.append(pair)
    return Tornado(
        "probability of a first cut by 31 May 2025", settings.parameters, base, np.array(ends)
    )
