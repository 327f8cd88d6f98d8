"""``negotiation reproduce``: data to paper, with progress and a summary."""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
import tomllib
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from typing import Annotated, Any

import typer

from negotiation.cli.interruption import interruptible
from negotiation.cli.output import print_table
from negotiation.errors import InvalidInputError, MissingDependencyError, NegotiationError
from negotiation.study.spec import PROFILES
from negotiation.study.store.study_results import SUMMARY, read_summary

__all__ = ["find_project", "reproduce"]

_KEPT = "finished studies and figures are kept; run the same command again to go on"


def find_project(given: Path | None) -> Path:
    """Return the project: the given folder, or the first one upwards that holds studies.

    Raises
    ------
    InvalidInputError
        Where no folder has study files in ``experiments``.
    """
    start = (given or Path.cwd()).resolve()
    for folder in [start] if given else [start, *start.parents]:
        if any((folder / "experiments").glob("*.toml")):
            return folder
    raise InvalidInputError(
        "no project here: no folder experiments with study files (.toml)",
        where="--project" if given else "current folder",
        seen=str(start),
        hint="Name one with --project; the paper's own is in a clone of the repository.",
    )


def _build(project: Path, profile: str, *, lines: bool) -> Any:
    try:
        import pytask
    except ImportError as error:
        raise MissingDependencyError("pytask", extra="reproduce", purpose="reproduce") from error
    from negotiation.study.tasks import figure_tasks, study_tasks

    # Tasks of a project, those of a paper for instance, read it there.
    os.environ["NEGOTIATION_PROFILE"] = profile
    # Fonts put into a pdf would print a line each.
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    studies, figures = project / "experiments", project / "figures"
    results = studies / "results"
    tasks = study_tasks(studies, results, profile=profile)
    state, config = project / ".pytask", project / "pyproject.toml"
    state.mkdir(exist_ok=True)
    told = config.is_file() and "pytask" in tomllib.loads(config.read_text("utf-8")).get("tool", {})
    with interruptible(lambda: _KEPT):
        return pytask.build(
            tasks=[*tasks, *figure_tasks(figures, studies, results)],
            # A project's own tasks, those of a paper for instance, are files task_*.py.
            paths=[item for item in (studies, figures, project / "paper") if item.is_dir()],
            config=config if told else None,
            database_url=f"sqlite:///{state.as_posix()}/pytask.sqlite3",
            verbose=1,
            log_cli=lines,
            log_cli_level="INFO",
            log_cli_format="%(asctime)s %(message)s",
        )


def _report(project: Path) -> dict[str, Any]:
    results = project / "experiments" / "results"
    summaries = {
        path.parent.name: read_summary(path.parent) for path in sorted(results.glob(f"*/{SUMMARY}"))
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


def _print_report(report: dict[str, Any], *, profile: str, has_paper: bool) -> None:
    studies = report["studies"]
    rows = [
        [name, item["title"], len(item["numbers"]), len(item["tables"])]
        for name, item in studies.items()
    ]
    print_table(["study", "what", "numbers", "tables"], rows, title="Built")
    typer.echo(
        f"\n{len(report['figures'])} figures in figures/out; paper: {report['paper'] or '-'}; "
        f"profile: {profile}{' (samples of the printed paper: full)' if profile == 'fast' else ''}"
    )
    first = studies.get("headline", {})
    for table in first.get("tables", {}).values():
        typer.echo()
        print_table(table["columns"], table["rows"], title=first["title"])
    claims = [
        [name, row["as_of"], row["holds"], row["flips"], row["origin"]]
        for name, row in report["claims"].items()
    ]
    if claims:
        columns = ["claim", "as of", "holds under", "flips, as it says", "evaluation"]
        typer.echo()
        print_table(columns, claims, title="Claims")
    health = [
        [name, key, f"{item['value']:.1e}", f"{item['bound']:.0e}"]
        for name, study in studies.items()
        for key, item in sorted(study["health"].items())
    ]
    if health:
        typer.echo()
        print_table(["study", "certificate", "largest", "bound"], health, title="Solver health")
    if has_paper and not shutil.which("latexmk"):
        typer.echo(
            "\nThe pdf was not built: latexmk is not installed. On Debian: "
            "apt-get install latexmk texlive-latex-recommended texlive-fonts-recommended"
        )


def reproduce(
    project: Annotated[
        Path | None, typer.Option(help="Folder of the project (default: found upwards).")
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
        _print_report(report, profile=profile, has_paper=(root / "paper").is_dir())
