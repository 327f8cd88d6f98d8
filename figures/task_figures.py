"""One task a figure: experiments/results/<study>/ -> figures/out/<name>.pdf and .png."""

from pathlib import Path
from typing import Annotated

from pytask import Product, PythonNode, task

from negotiation.exhibits import EXHIBITS, draw_exhibit, drawing_modules
from negotiation.study.provenance import source_hash

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parent / "experiments" / "results"
CODE = source_hash(drawing_modules())

for name, exhibit in EXHIBITS.items():

    @task(
        id=name,
        kwargs={
            "name": name,
            "summaries": {study: RESULTS / study / "summary.json" for study in exhibit.studies},
            "style": HERE / "style.mplstyle",
            "pdf": HERE / "out" / f"{name}.pdf",
            "png": HERE / "out" / f"{name}.png",
        },
    )
    def task_figure(
        name: str,
        summaries: dict[str, Path],
        style: Path,
        pdf: Annotated[Path, Product],
        png: Annotated[Path, Product],
        code: Annotated[str, PythonNode(value=CODE, hash=True)],
    ) -> None:
        draw_exhibit(name, RESULTS, style=style, pdf=pdf, png=png)
