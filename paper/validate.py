"""Write paper/validation/*.json: every replication study computed from the authors' files.

Run where the reference folder is: ``python paper/validate.py [study ...]``.
"""

import sys
from pathlib import Path

from negotiation.study.analyses.replication import replicate
from negotiation.study.replication.cells import reference_folder, write_stored
from negotiation.study.spec import load_study

EXPERIMENTS = Path(__file__).resolve().parents[1] / "experiments"


def main(names: list[str]) -> int:
    """Recompute and store; without names, every ``experiments/replication_*.toml``."""
    if reference_folder("ignatenko2025") is None or reference_folder("ossa2014") is None:
        print("The authors' files are not at hand: set NEGOTIATION_REFERENCE.", file=sys.stderr)
        return 1
    paths = [EXPERIMENTS / f"{name}.toml" for name in names]
    for path in paths or sorted(EXPERIMENTS.glob("replication_*.toml")):
        study = load_study(path)
        result = replicate(study, study.settings_for("full"))
        missed = sum(not cell.agrees for cell in result.printed)
        write_stored(result)
        print(
            f"{study.name}: {len(result.cells)} cells, {len(result.printed)} printed, "
            f"{missed} outside, violation {result.largest_residual:.1e}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
