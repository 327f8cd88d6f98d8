"""One task a study: experiments/<name>.toml -> experiments/results/<name>/summary.json."""

import logging
import os
import time
from pathlib import Path
from typing import Annotated

from pytask import Product, PythonNode, task

from negotiation.study.provenance import data_hash
from negotiation.study.run import analysis_sources, run_study_file
from negotiation.study.spec import load_study

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
PROFILE = os.environ.get("NEGOTIATION_PROFILE", "fast")
DATA = data_hash()
LOG = logging.getLogger("negotiation")

for path in sorted(HERE.glob("*.toml")):
    study = load_study(path)

    @task(
        id=study.name,
        kwargs={
            "spec": path,
            "needs": {name: RESULTS / name / "summary.json" for name in study.needs},
            "summary": RESULTS / study.name / "summary.json",
        },
    )
    def task_study(
        spec: Path,
        needs: dict[str, Path],
        summary: Annotated[Path, Product],
        code: Annotated[str, PythonNode(value=analysis_sources(study), hash=True)],
        data: Annotated[str, PythonNode(value=DATA, hash=True)],
        profile: Annotated[str, PythonNode(value=PROFILE, hash=True)],
    ) -> None:
        began = time.monotonic()
        LOG.info("study %s, profile %s", spec.stem, profile)
        run_study_file(spec, RESULTS, profile=profile)
        LOG.info("study %s done in %.0f s", spec.stem, time.monotonic() - began)
