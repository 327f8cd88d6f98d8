"""Write random_games.json: our own random games with lrsnash's answers.

Run from the project root where lrslib is installed: ``python -m tests.oracles.make_random_games``.
"""

import json
from pathlib import Path

import numpy as np

from negotiation.equilibrium.normal_form.other_solvers import lrsnash
from negotiation.games.normal_form import NormalFormGame
from tests.strategies_games import KINDS

SHAPES = {"0..999": [(2, 2), (3, 3), (4, 4), (5, 5), (6, 6)], "dollars": [(3, 3), (5, 5)]}
GAMES = 8


def main() -> None:
    rng = np.random.default_rng(20260502)
    out = []
    for kind, draw in KINDS.items():
        for shape in SHAPES.get(kind, [(3, 3), (4, 4), (3, 4)]):
            for _ in range(GAMES):
                A, B = draw(rng, (2, *shape)).astype(float)
                answer = lrsnash(NormalFormGame.from_bimatrix(A, B))
                out.append(
                    {
                        "kind": kind,
                        "A": A.tolist(),
                        "B": B.tolist(),
                        "equilibria": [
                            [" ".join(map(str, x)), " ".join(map(str, y))]
                            for x, y in sorted(answer.exact)
                        ],
                    }
                )
    lines = ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in out)
    Path(__file__).with_name("random_games.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
