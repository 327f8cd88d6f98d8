"""Numbers, tables and the paper: results -> paper/generated/*.tex -> paper/paper.pdf."""

import os
import shutil
from pathlib import Path
from typing import Annotated

from pytask import Product, PythonNode, task

from negotiation.study.exhibit import exhibit_scripts
from negotiation.study.functions import import_beside
from negotiation.study.latex import compile_paper, write_generated
from negotiation.study.provenance import data_hash, source_hash
from negotiation.study.spec import load_study

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
RESULTS = ROOT / "experiments" / "results"
GENERATED = HERE / "generated"
STUDIES = [load_study(path) for path in sorted((ROOT / "experiments").glob("*.toml"))]
EXHIBITS = exhibit_scripts(ROOT / "figures")
CODE = source_hash(["negotiation.study.latex"])
CLAIMS = source_hash(["claims", "claim_status"], HERE)
STATUS = import_beside(HERE, "claim_status")
PROFILE = os.environ.get("NEGOTIATION_PROFILE", "fast")
RECOMPUTE = PROFILE == "full" or os.environ.get("NEGOTIATION_RECOMPUTE_CLAIMS") == "true"


@task(
    kwargs={
        "summaries": {study.name: RESULTS / study.name / "summary.json" for study in STUDIES},
        "numbers": GENERATED / "numbers.tex",
    }
)
def task_numbers(
    summaries: dict[str, Path],
    numbers: Annotated[Path, Product],
    code: Annotated[str, PythonNode(value=CODE, hash=True)],
) -> None:
    write_generated(summaries, numbers.parent)


@task(
    kwargs={
        "summaries": {study.name: RESULTS / study.name / "summary.json" for study in STUDIES},
        "texts": [
            HERE / "claims.toml",
            HERE / "claims.py",
            ROOT / "README.md",
            ROOT / "experiments" / "headline.toml",
            *sorted((HERE / "sections").glob("*.tex")),
            *sorted((HERE / "evaluations").glob("*.json")),
        ],
        "rows": GENERATED / "claims.json",
    }
)
def task_claims(
    summaries: dict[str, Path],
    texts: list[Path],
    rows: Annotated[Path, Product],
    code: Annotated[str, PythonNode(value=f"{CLAIMS} {data_hash()}", hash=True)],
    how: Annotated[str, PythonNode(value=f"{PROFILE} {RECOMPUTE}", hash=True)],
) -> None:
    STATUS.write_claim_rows(ROOT, summaries, rows, profile=PROFILE, recompute=RECOMPUTE)


if shutil.which("latexmk"):

    @task(
        kwargs={
            "sources": [
                HERE / "paper.tex",
                HERE / "references.bib",
                HERE / "epoch",
                GENERATED / "numbers.tex",
                *sorted((HERE / "sections").glob("*.tex")),
                *(ROOT / "figures" / "out" / f"{name}.pdf" for name in EXHIBITS),
            ],
            "pdf": HERE / "paper.pdf",
        }
    )
    def task_paper(sources: list[Path], pdf: Annotated[Path, Product]) -> None:
        compile_paper(pdf.with_suffix(".tex"))
