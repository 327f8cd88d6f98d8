"""Write paper/validation/*.json: every replication study computed from the authors' files.

Run where the reference folder is: ``python paper/validate.py [study ...]``.
"""

import sys
from pathlib import Path

import negotiation as ng
from negotiation.study.comparisons.published import write_stored
from negotiation.study.run import run_study

EXPERIMENTS = Path(__file__).resolve().parents[1] / "experiments"


def main(names: list[str]) -> int:
    """Recompute and store; without names, every ``experiments/replication_*.toml``."""
    paths = [EXPERIMENTS / f"{name}.toml" for name in names]
    for path in paths or sorted(EXPERIMENTS.glob("replication_*.toml")):
        study = ng.load_study(path)
        inputs = ng.StudyInputs(EXPERIMENTS / "results")
        result = run_study(study, inputs=inputs, profile="full").objects["table"]
        if not result.recomputed:
            print("The authors' files are not at hand: set NEGOTIATION_REFERENCE.", file=sys.stderr)
            return 1
        write_stored(result, Path(__file__).resolve().parent / "validation")
        print(
            f"{study.name}: {len(result.cells)} cells, {len(result.printed)} printed, "
            f"violation {result.largest_residual:.1e}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
