"""Findings of a text as rows, each evaluated under its perturbations.

A row names an evaluator, the options of its base case, and perturbations by kind. The evaluator is
a plain function from options to a `Finding`. A finding has to hold in the base case; where it fails
under a perturbation the row names it and the words of the sentence that say so. Evaluations are
stored beside the text with the hashes of the row, of the evaluator's source and of the data.
"""

from __future__ import annotations

import ast
import datetime as dt
import hashlib
import importlib.util
import json
import math
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from pydantic import Field, ValidationError

from negotiation.errors import DataError, InvalidInputError, NonFiniteError
from negotiation.study.provenance import data_hash, source_hash
from negotiation.study.spec import Settings
from negotiation.study.store.files import write_json

__all__ = [
    "Claim",
    "ClaimStatus",
    "Evaluation",
    "Finding",
    "check_claim",
    "differences",
    "evaluate_claim",
    "hashes_of",
    "load_claims",
    "load_evaluators",
    "read_evaluation",
    "store_evaluation",
]

BASE = "base"
#: Significant digits of stored values, and how far a value computed again may lie from them.
_DIGITS, _RELATIVE, _ABSOLUTE = 6, 1e-3, 1e-9
#: Differences of values below it are none: a sentence shows a hundredth of a percent at most.
_UNSEEN = 1e-6


class Finding(NamedTuple):
    """What an evaluator returns.

    Attributes
    ----------
    holds
        Whether the sentence is true.
    values
        The numbers behind it, by name.
    """

    holds: bool
    values: Mapping[str, float]


class Claim(Settings):
    """One row: a sentence that states a finding.

    Attributes
    ----------
    evaluator
        Name of the function that finds out.
    as_of
        Information date that the sentence is conditional on.
    conditional
        What else it is conditional on, in words.
    keys
        Result keys that the sentence rests on, each with the name of the evaluation's value that it
        has to equal as printed; "" where the number is the evaluation's input.
    options
        Options of the base case.
    perturbations
        By kind and name, the options that differ from the base case.
    inapplicable
        Kinds that are not tried, each with the reason.
    flips
        Perturbations ("kind: name") under which the sentence is false, each with the words of
        the sentence that say so, or several of which each place has one.
    """

    evaluator: str
    as_of: dt.date
    conditional: str = Field(min_length=1)
    keys: dict[str, str] = Field(default_factory=dict)
    options: dict[str, Any] = Field(default_factory=dict)
    perturbations: dict[str, dict[str, dict[str, Any]]] = Field(default_factory=dict)
    inapplicable: dict[str, str] = Field(default_factory=dict)
    flips: dict[str, str | list[str]] = Field(default_factory=dict)

    def cases(self) -> dict[str, dict[str, Any]]:
        """Return the options of the base case and of every perturbation, by name."""
        found = {BASE: dict(self.options)}
        for kind, named in self.perturbations.items():
            for name, changes in named.items():
                found[f"{kind}: {name}"] = {**self.options, **changes}
        return found

    def words(self, case: str) -> list[str]:
        """Return the words of which a sentence has to hold one, where the claim flips."""
        given = self.flips.get(case, [])
        return [given] if isinstance(given, str) else given

    @property
    def sha256(self) -> str:
        """Hash of the row."""
        return _hash(self.model_dump(mode="json"))


class Evaluation(NamedTuple):
    """Findings of a row by case, with what they were computed from.

    Attributes
    ----------
    findings
        By the names of `Claim.cases`.
    hashes
        sha256 of the row, the evaluator's source and the embedded data.
    source_sha256
        Of the library that computed them; not compared.
    """

    findings: Mapping[str, Finding]
    hashes: Mapping[str, str]
    source_sha256: str


class ClaimStatus(NamedTuple):
    """How a row stands.

    Attributes
    ----------
    mistakes
        What is wrong, one line each.
    holds, flips
        Number of perturbations under which it holds, and fails as its sentence says.
    """

    mistakes: tuple[str, ...]
    holds: int
    flips: int


def _hash(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def load_claims(path: Path) -> dict[str, Claim]:
    """Read the rows; every kind is either tried in a row or given a reason.

    Parameters
    ----------
    path
        A TOML file with ``kinds``, a list, and one table ``claims.<id>`` a row.

    Raises
    ------
    InvalidInputError
        Listing every mistake.
    """
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    kinds = content.get("kinds", [])
    claims: dict[str, Claim] = {}
    mistakes: list[str] = []
    for name, row in content.get("claims", {}).items():
        try:
            claim = Claim.model_validate(row)
        except ValidationError as error:
            mistakes += [
                f"{name}.{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()
            ]
            continue
        claims[name] = claim
        tried, excused = set(claim.perturbations), set(claim.inapplicable)
        mistakes += [f"{name}: {kind} is neither tried nor excused" for kind in kinds
                     if kind not in tried | excused]  # fmt: skip
        mistakes += [f"{name}: {kind} is tried and excused" for kind in sorted(tried & excused)]
        mistakes += [
            f"{name}: no such kind as {kind}" for kind in sorted((tried | excused) - {*kinds})
        ]
        mistakes += [f"{name}: no such perturbation as {case!r}" for case in claim.flips
                     if case not in claim.cases() or case == BASE]  # fmt: skip
    if mistakes or not claims:
        raise InvalidInputError(
            "; ".join(mistakes) or "no claims", where=path.name, allowed="rows as Claim describes"
        )
    return claims


def load_evaluators(path: Path) -> ModuleType:
    """Import the file that holds the evaluators."""
    spec = importlib.util.spec_from_file_location(f"evaluators_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise InvalidInputError("not a Python file", where="path", seen=path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _source_of(path: Path, name: str) -> str:
    """Return the hash of a function's source and of everything of its file that it uses."""
    text = path.read_text(encoding="utf-8")
    nodes: dict[str, ast.stmt] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            nodes[node.name] = node
        elif isinstance(node, ast.Assign):
            nodes |= {item.id: node for item in node.targets if isinstance(item, ast.Name)}
    if name not in nodes:
        raise InvalidInputError(
            "no such evaluator", where=path.name, seen=name, allowed=", ".join(nodes)
        )
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current in nodes and current not in seen:
            seen.add(current)
            waiting += [n.id for n in ast.walk(nodes[current]) if isinstance(n, ast.Name)]
    return _hash({item: ast.get_source_segment(text, nodes[item]) for item in sorted(seen)})


def hashes_of(claim: Claim, evaluators: Path) -> dict[str, str]:
    """Return what decides whether a stored evaluation is of this row, evaluator and data."""
    return {
        "row": claim.sha256,
        "evaluator": _source_of(evaluators, claim.evaluator),
        "data": data_hash(),
    }


def _rounded(value: float, where: str) -> float:
    if not math.isfinite(value):
        raise NonFiniteError("a claim's value is not finite", where=where)
    return float(f"{value:.{_DIGITS - 1}e}") if abs(value) > _ABSOLUTE else 0.0


def evaluate_claim(claim: Claim, evaluators: Path) -> Evaluation:
    """Evaluate a row in its base case and under every perturbation.

    Parameters
    ----------
    claim
        The row.
    evaluators
        File of the evaluators; the row's is called as ``evaluator(as_of=..., **options)``.
    """
    hashes = hashes_of(claim, evaluators)
    function: Callable[..., Finding] = getattr(load_evaluators(evaluators), claim.evaluator)
    findings = {}
    for case, options in claim.cases().items():
        found = function(as_of=claim.as_of, **options)
        values = {key: _rounded(float(v), f"{case}, {key}") for key, v in found.values.items()}
        findings[case] = Finding(bool(found.holds), values)
    return Evaluation(findings, hashes, source_hash([evaluators.stem], evaluators.parent))


def store_evaluation(path: Path, evaluation: Evaluation) -> None:
    """Write an evaluation; equal evaluations give equal bytes."""
    findings = {
        case: {"holds": item.holds, "values": dict(item.values)}
        for case, item in evaluation.findings.items()
    }
    content = {
        "findings": findings,
        "sha256": dict(evaluation.hashes),
        "source_sha256": evaluation.source_sha256,
    }
    write_json(path, content)


def read_evaluation(path: Path) -> Evaluation:
    """Read what `store_evaluation` wrote.

    Raises
    ------
    DataError
        If the file is missing or is not an evaluation.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        findings = {
            case: Finding(item["holds"], item["values"])
            for case, item in content["findings"].items()
        }
        return Evaluation(findings, content["sha256"], content["source_sha256"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"no stored evaluation: {error}", where=path.name, hint="Evaluate the claims again."
        ) from error


def differences(one: Evaluation, other: Evaluation) -> list[str]:
    """Return where two evaluations differ: truth exactly, values to three digits."""
    lines = []
    for case in sorted({*one.findings, *other.findings}):
        a, b = one.findings.get(case), other.findings.get(case)
        if a is None or b is None or a.holds != b.holds or set(a.values) != set(b.values):
            lines.append(f"{case}: {a} against {b}")
            continue
        lines += [
            f"{case}, {key}: {a.values[key]:g} against {b.values[key]:g}"
            for key in sorted(a.values)
            if not math.isclose(a.values[key], b.values[key], rel_tol=_RELATIVE, abs_tol=_UNSEEN)
        ]
    return lines


def check_claim(
    claim: Claim,
    evaluation: Evaluation,
    *,
    sentences: Mapping[str, str],
    results: Mapping[str, float | int | str] | None = None,
) -> ClaimStatus:
    """Return what is wrong with a row, given its evaluation and its sentences.

    Parameters
    ----------
    claim, evaluation
        The row and its findings.
    sentences
        By place, the plain text of every sentence marked with the row.
    results
        Values of results by key; where given, those that the row rests on have to agree with the
        base case.
    """
    lines: list[str] = []
    holds = flips = 0
    for case in claim.cases():
        if case not in evaluation.findings:
            lines.append(f"not evaluated: {case}")
            continue
        true = evaluation.findings[case].holds
        holds += true and case != BASE
        if case == BASE or case not in claim.flips:
            if not true:
                lines.append(f"does not hold: {case}")
        elif true:
            lines.append(f"holds, though the row says it flips: {case}")
        else:
            flips += 1
            lines += [
                f"{place} does not say {' or '.join(claim.words(case))!r} ({case})"
                for place, text in sentences.items()
                if not any(word.lower() in text.lower() for word in claim.words(case))
            ]
    if not sentences:
        lines.append("no sentence is marked with it")
    base = evaluation.findings.get(BASE)
    for key, name in claim.keys.items():
        if results is None:
            continue
        if key not in results:
            lines.append(f"no such result: {key}")
        elif name and base is not None:
            seen, wanted = results[key], base.values.get(name, math.nan)
            if not math.isclose(float(seen), wanted, rel_tol=1e-4, abs_tol=1e-6):
                lines.append(f"result {key} = {seen}, evaluated {wanted:g}")
    return ClaimStatus(tuple(lines), holds, flips)
