r"""Every row of a checkout's findings against its text, its results and its stored evaluation.

Sentences are marked where they stand: ``\claim{id}{...}`` in LaTeX and
``<!-- claim: id -->...<!-- /claim -->`` in Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from negotiation.errors import InvalidInputError, NegotiationError
from negotiation.study.claims import (
    Claim,
    Evaluation,
    check_claim,
    differences,
    evaluate_claim,
    hashes_of,
    load_claims,
    read_evaluation,
)
from negotiation.study.spec import load_study
from negotiation.study.store.files import write_json
from negotiation.study.store.study_results import read_summary

__all__ = ["claim_places", "claim_rows", "marked_sentences", "write_claim_rows"]


def _plain(text: str) -> str:
    text = re.sub(r"\\result\{([^}]*)\}", r"\1", text)
    text = re.sub(r"\\(?:,|emph|%)|[{}~]|\$", lambda m: "%" if m[0] == r"\%" else " ", text)
    return re.sub(r"\s+", " ", text).strip()


def marked_sentences(text: str) -> list[tuple[str, str]]:
    r"""Return (id, plain sentence) of every mark in a text, LaTeX or Markdown.

    Examples
    --------
    >>> marked_sentences(r"So \claim{a}{it is \result{s.k}\,\% of \emph{GDP}}.")
    [('a', 'it is s.k % of GDP')]
    >>> marked_sentences("<!-- claim: b -->It holds.<!-- /claim -->")
    [('b', 'It holds.')]
    """
    found = []
    for start in re.finditer(r"\\claim\{([^}]*)\}\{", text):
        depth, at = 1, start.end()
        while depth and at < len(text):
            depth += {"{": 1, "}": -1}.get(text[at], 0) if text[at - 1] != "\\" else 0
            at += 1
        if depth:
            raise InvalidInputError("a mark is not closed", where=start[1])
        found.append((start[1], _plain(text[start.end() : at - 1])))
    pattern = r"<!-- claim: (\S+) -->(.*?)<!-- /claim -->"
    found += [(m[1], _plain(m[2])) for m in re.finditer(pattern, text, flags=re.DOTALL)]
    return found


def claim_places(project: Path) -> dict[str, dict[str, str]]:
    """Return the marked sentences of a checkout by claim and place.

    Marks stand in ``paper/sections``, in the README and in the lines of the study "headline".
    """
    found: dict[str, dict[str, str]] = {}
    texts = [*sorted((project / "paper" / "sections").glob("*.tex")), project / "README.md"]
    for path in texts:
        for name, sentence in marked_sentences(path.read_text(encoding="utf-8")):
            found.setdefault(name, {})[path.name] = sentence
    study = load_study(project / "experiments" / "headline.toml")
    for n, (what, *_, name) in enumerate(study.settings["lines"], start=1):
        found.setdefault(name, {})[f"headline, line {n}"] = what
    return found


def _evaluation(claim: Claim, name: str, paper: Path, recompute: bool) -> tuple[Evaluation, str]:
    """The evaluation and where it comes from; what differs from the stored one is an error."""
    stored = read_evaluation(paper / "evaluations" / f"{name}.json")
    if not recompute and dict(stored.hashes) == hashes_of(claim, paper / "claims.py"):
        return stored, f"stored, of {stored.source_sha256[:8]}"
    found = evaluate_claim(claim, paper / "claims.py")
    apart = differences(found, stored)
    if apart:
        raise NegotiationError(
            f"claim {name} differs from its stored evaluation: {'; '.join(apart[:4])}. "
            "Evaluate the claims again (python paper/claims.py) and read the sentences."
        )
    return found, "recomputed"


def claim_rows(
    project: Path,
    *,
    results: Mapping[str, float | int | str] | None = None,
    recompute: bool = False,
) -> dict[str, dict[str, Any]]:
    """Check every row of ``paper/claims.toml`` and return how it stands, by claim.

    Parameters
    ----------
    project
        Folder of the checkout.
    results
        Values of results by ``study.key``; None leaves that comparison out.
    recompute
        Evaluate every row. Otherwise a stored evaluation stands in where its row, evaluator and
        data are unchanged.

    Raises
    ------
    NegotiationError
        Listing every finding that does not hold as its sentence says, and every mark without a row.
    """
    paper = project / "paper"
    claims, places = load_claims(paper / "claims.toml"), claim_places(project)
    mistakes = [f"{name}: marked, and no row" for name in sorted(set(places) - set(claims))]
    rows: dict[str, dict[str, Any]] = {}
    for name, claim in claims.items():
        evaluation, origin = _evaluation(claim, name, paper, recompute)
        status = check_claim(claim, evaluation, sentences=places.get(name, {}), results=results)
        mistakes += [f"{name}: {line}" for line in status.mistakes]
        rows[name] = {
            "as_of": claim.as_of.isoformat(),
            "conditional": claim.conditional,
            "holds": status.holds,
            "flips": status.flips,
            "origin": origin,
        }
    if mistakes:
        raise NegotiationError("findings that do not hold as written: " + "; ".join(mistakes))
    return rows


def write_claim_rows(
    project: Path, summaries: Mapping[str, Path], output: Path, *, profile: str, recompute: bool
) -> None:
    """Check the rows against results and write how each stands.

    Numbers of the text are those of the profile "fast"; other profiles draw other samples, and
    their results are not compared.
    """
    results: dict[str, float | int | str] = {}
    for study, path in summaries.items():
        for key, item in read_summary(path.parent)["numbers"].items():
            results[f"{study}.{key}"] = item["value"]
    compared = results if profile == "fast" else None
    write_json(output, claim_rows(project, results=compared, recompute=recompute))
