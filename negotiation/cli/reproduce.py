"""``negotiation reproduce``: data to paper, with progress and a summary."""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from typing import Annotated, Any

import typer

from negotiation.cli.output import print_table
from negotiation.errors import InvalidInputError, MissingDependencyError, NegotiationError
from negotiation.study.spec import PROFILES

__all__ = ["find_project", "reproduce"]


def find_project(given: Path | None) -> Path:
    """Return the checkout: the given folder, or the first one upwards that holds one.

    Raises
    ------
    InvalidInputError
        Outside a checkout.
    """
    start = (given or Path.cwd()).resolve()
    candidates = [start] if given else [start, *start.parents]
    for folder in candidates:
        if (folder / "experiments" / "task_studies.py").is_file():
            return folder
    raise InvalidInputError(
        "no checkout of negotiation here",
        where="--project" if given else "current folder",
        seen=str(start),
        hint="Clone the project's repository and run this inside it, or name it with --project.",
    )


def _build(project: Path, profile: str, *, lines: bool) -> Any:
    try:
        import pytask
    except ImportError as error:
        raise MissingDependencyError("pytask", extra="reproduce", purpose="reproduce") from error
    os.environ["NEGOTIATION_PROFILE"] = profile
    # Fonts put into a pdf would print a line each.
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    return pytask.build(
        paths=[project / "experiments", project / "figures", project / "paper"],
        config=project / "pyproject.toml",
        verbose=1,
        log_cli=lines,
        log_cli_level="INFO",
        log_cli_format="%(asctime)s %(message)s",
    )


def _report(project: Path) -> dict[str, Any]:
    results = project / "experiments" / "results"
    summaries = {
        path.parent.name: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(results.glob("*/summary.json"))
    }
    pictures = sorted((project / "figures" / "out").glob("*.pdf"))
    paper = project / "paper" / "paper.pdf"
    claims = project / "paper" / "generated" / "claims.json"
    return {
        "claims": json.loads(claims.read_text("utf-8")) if claims.exists() else {},
        "studies": summaries,
        "figures": [path.name for path in pictures],
        "paper": str(paper.relative_to(project)) if paper.exists() else None,
    }


def _print_report(report: dict[str, Any]) -> None:
    studies = report["studies"]
    rows = [
        [name, item["title"], len(item["numbers"]), len(item["tables"])]
        for name, item in studies.items()
    ]
    print_table(["study", "what", "numbers", "tables"], rows, title="Built")
    typer.echo(
        f"\n{len(report['figures'])} figures in figures/out; paper: {report['paper'] or '-'}"
    )
    headline = studies.get("headline", {}).get("tables", {}).get("headline")
    if headline:
        typer.echo()
        print_table(headline["columns"], headline["rows"], title="Headline numbers")
    claims = [
        [name, row["as_of"], row["holds"], row["flips"], row["origin"]]
        for name, row in report["claims"].items()
    ]
    columns = ["claim", "as of", "holds under", "flips, as it says", "evaluation"]
    typer.echo()
    print_table(columns, claims, title="Claims")
    health = [
        [name, key, f"{item['value']:.1e}", f"{item['bound']:.0e}"]
        for name, study in studies.items()
        for key, item in sorted(study["health"].items())
    ]
    typer.echo()
    print_table(["study", "certificate", "largest", "bound"], health, title="Solver health")
    if not shutil.which("latexmk"):
        typer.echo(
            "\nThe pdf was not built: latexmk is not installed. On Debian: "
            "apt-get install latexmk texlive-latex-recommended texlive-fonts-recommended"
        )


def reproduce(
    project: Annotated[
        Path | None, typer.Option(help="Folder of the checkout (default: found upwards).")
    ] = None,
    profile: Annotated[str, typer.Option(help="fast, full (about ten minutes) or tiny.")] = "fast",
    paper: Annotated[bool, typer.Option("--paper", help="Fail if the pdf is not built.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    recompute_claims: Annotated[
        bool,
        typer.Option(
            "--recompute-claims",
            help="Evaluate every claim again instead of reading the stored evaluations.",
        ),
    ] = False,
) -> None:
    """Build every study, figure, table and the paper; rebuild only what changed."""
    if profile not in PROFILES:
        raise InvalidInputError(
            "unknown profile", where="--profile", seen=profile, allowed=", ".join(PROFILES)
        )
    root = find_project(project)
    # A terminal has a live table; a file or a pipe gets a line when a study begins and ends.
    # With --json, standard output is the report alone.
    lines = not as_json and not sys.stdout.isatty()
    if recompute_claims:
        os.environ["NEGOTIATION_RECOMPUTE_CLAIMS"] = "true"
    with redirect_stdout(sys.stderr) if as_json else nullcontext():
        session = _build(root, profile, lines=lines)
    if session.exit_code != 0:
        raise NegotiationError("the chain stopped; the tasks that failed are named above")
    report = _report(root)
    if paper and report["paper"] is None:
        raise InvalidInputError(
            "the pdf was not built: latexmk is not installed",
            where="--paper",
            hint="On Debian: apt-get install latexmk texlive-latex-recommended "
            "texlive-fonts-recommended",
        )
    if as_json:
        typer.echo(json.dumps(report, sort_keys=True, indent=1))
    else:
        _print_report(report)
