"""Out-of-sample scores: the process's law beside descriptive laws and public forecasts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

import negotiation as ng
import ties_scores
from forecast_tables import public_scores
from negotiation.data.labels import spelled

SCORES = ("log", "binned_log", "crps")
_HEADINGS = ("log score", "s.e.", "by bins", "s.e.", "CRPS, days", "s.e.")
#: Its mass lies on single days only, so that its log score is minus infinity elsewhere.
_CURVE = "kaplan_meier"

Pairs = Mapping[str, tuple[float, float]]


def _cells(pairs: Pairs) -> list[str | ng.Number]:
    cells: list[str | ng.Number] = []
    for score in SCORES:
        if score not in pairs:
            # No log score: the curve ruled out a bin of days in which a dispute ended.
            cells += ["", ""]
            continue
        digits = 1 if score == "crps" else 2
        gap, error = pairs[score]
        cells += [ng.Number(gap, f"+.{digits}f"), ng.Number(error, f".{digits}f")]
    return cells


def _numbers(ending: str, pairs: Pairs) -> dict[str, ng.Number]:
    if "log" not in pairs:
        return {}
    gap, error = pairs["log"]
    return {
        f"gap_{ending}": ng.Number(gap, "+.2f"),
        f"error_{ending}": ng.Number(error, ".2f"),
    }


def _counts(name: str, pairs: Sequence[Pairs]) -> dict[str, ng.Number]:
    """Count comparisons that the process's law wins or loses by more than two standard errors.

    By log score, by that of bins where there is none, or by days.
    """
    ratios = []
    for found in pairs:
        score = next(name for name in SCORES if name in found)
        gap, error = found[score]
        ratios.append((-gap if score == "crps" else gap) / error)
    ahead, behind = (sum(sign * ratio > 2.0 for ratio in ratios) for sign in (1.0, -1.0))
    return {
        f"{name}_compared": ng.Number(len(ratios), "d"),
        f"{name}_ahead": ng.Number(ahead, "d"),
        f"{name}_behind": ng.Number(behind, "d"),
    }


def _paired(test: ng.DisputeBacktest, law: str) -> Pairs:
    found = {score: test.paired("process", law, score=score) for score in SCORES}
    return {score: pair for score, pair in found.items() if np.isfinite(pair).all()}


def _tests(
    disputes: ng.Disputes,
    laws: Sequence[str],
    windows: Sequence[float],
    folds: int | None,
    dates: Sequence[dt.date],
) -> Iterator[tuple[str, str, ng.DisputeBacktest]]:
    """Backtests by split and by what each side of the comparison knows of deadlines."""
    undated = replace(disputes, deadline=np.full(len(disputes), np.nan))
    for split in ("dyad", "time"):
        options = {"split": split} | ({"folds": folds} if split == "dyad" else {"dates": dates})
        for known, data, near in (
            ("process", disputes, ()),
            ("both", disputes, windows),
            ("neither", undated, ()),
        ):
            # The curve knows of no deadlines.
            chosen = [law for law in laws if law != _CURVE or known != "both"]
            yield split, known, ng.backtest_disputes(
                data,
                ("process", *chosen),
                deadline_windows=near,
                process={"raise_on_failure": False},
                **options,
            )  # fmt: skip


def embedded_scores(
    disputes: ng.Disputes,
    *,
    laws: Sequence[str],
    windows: Sequence[float],
    folds: int | None,
    dates: Sequence[dt.date],
) -> tuple[ng.StudyTable, dict[str, ng.Number]]:
    """Score the process's law beside the others on the embedded disputes.

    ``windows``: days before a deadline at which descriptive laws may change their rate; ``folds``:
    groups into which dyads are dealt, None for each alone; ``dates``: of the split in time.
    """
    rows: list[tuple[str | ng.Number, ...]] = []
    numbers: dict[str, ng.Number] = {}
    by_split: dict[str, list[Pairs]] = {"dyad": [], "time": []}
    splits = {"dyad": "other dyads", "time": "earlier disputes"}
    knowing = {"process": "the process's law", "both": "both", "neither": "neither"}
    for split, known, test in _tests(disputes, laws, windows, folds, dates):
        own = test.scores["process"]
        numbers[f"scored_{split}"] = ng.Number(len(own.disputes), "d")
        numbers[f"fits_{split}"] = ng.Number(test.n_fits, "d")
        for law in [name for name in test.scores if name != "process"]:
            pairs = _paired(test, law)
            by_split[split].append(pairs)
            rows.append((splits[split], knowing[known], spelled(law), *_cells(pairs)))
            numbers |= _numbers(f"{law}_{known}_{split}", pairs)
    for split, given in by_split.items():
        numbers |= _counts(split, given)
    columns = ("fitted to", "knows of deadlines", "against", *_HEADINGS)
    return ng.StudyTable(columns, tuple(rows), "lllrrrrrr"), numbers


def ties_table() -> tuple[ng.StudyTable, dict[str, ng.Number]]:
    """Return stored scores on threats of the TIES data, both treatments of lost cases."""
    rows: list[tuple[str | ng.Number, ...]] = []
    numbers: dict[str, ng.Number] = {}
    compared: list[Pairs] = []
    for (treatment, found), short in zip(
        ties_scores.read()["whole"].items(), ("dropped", "five_years"), strict=True
    ):
        numbers[f"ties_{short}"] = ng.Number(found["disputes"], "d")
        numbers["ties_fits"] = ng.Number(found["fits"], "d")
        for law, scores in found["process_less"].items():
            pairs = {score: (float(gap), float(error)) for score, (gap, error) in scores.items()}
            compared.append(pairs)
            rows.append((treatment, spelled(law), *_cells(pairs)))
            numbers |= _numbers(f"{law}_ties_{short}", pairs)
    numbers |= _counts("ties", compared)
    return ng.StudyTable(("lost cases", "against", *_HEADINGS), tuple(rows), "llrrrrrr"), numbers


@cache
def _fit_of(day: dt.date) -> ng.ConcessionFit:
    known = ng.load_disputes(as_of=day)
    return ng.fit_concessions(known, "process", draws=0, raise_on_failure=False)


def ends_by(dispute: str, made: dt.date, by: dt.date) -> float:
    """Return the law's chance that an open dispute ends by a date, from what was known before."""
    fit = _fit_of(made)
    own = fit.disputes.take([fit.disputes.ids.index(dispute)])
    begun = own.start[0]
    if begun is None:
        raise ng.DataError("no first day", where=f"disputes, {dispute}", seen=None)
    days = [(day - begun).days + 0.5 for day in (made, by)]
    now, then = fit.survival_of(own, days)[0]
    return float(1.0 - then / now)


def public_table(dispute: str, as_of: dt.date) -> tuple[ng.StudyTable, dict[str, ng.Number]]:
    """Score the law's chance that the dispute ends beside public probabilities of a fall."""
    rows: list[tuple[str | ng.Number, ...]] = []
    scores = []
    for item in public_scores(as_of)[1]:
        own = ends_by(dispute, item.made_on, item.resolves)
        miss = (own - float(bool(item.outcome))) ** 2
        scores.append((item.brier, miss))
        rows.append(
            (
                f"{item.forecaster}, {item.made_on}",
                item.question,
                ng.Number(item.probability, ".0f", 100),
                ng.Number(own, ".0f", 100),
                "yes" if item.outcome else "no",
                ng.Number(item.brier, ".3f"),
                ng.Number(miss, ".3f"),
            )
        )
    means = np.mean(scores, axis=0)
    numbers = {
        "public": ng.Number(len(rows), "d"),
        "public_brier": ng.Number(float(means[0]), ".2f"),
        "public_brier_process": ng.Number(float(means[1]), ".2f"),
    }
    columns = ("forecaster", "question", "%", "law, %", "outcome", "Brier", "law")
    return ng.StudyTable(columns, tuple(rows), "p{32mm}p{46mm}rrlrr"), numbers
