"""One certified subgame-perfect equilibrium of every small tree of Gambit's public catalogue."""

import os
import subprocess
from pathlib import Path

import pytest

from negotiation import read_efg
from negotiation.equilibrium.trees.certificate import tree_gain
from negotiation.equilibrium.trees.subgame_perfect import (
    subgame_perfect_equilibria,
    subgame_roots,
)
from tests.reference import ROOT

MOST_NODES = 60


def catalogue():
    """Texts of all tree files of a Git copy of Gambit; skips where there is none."""
    given = os.environ.get("NEGOTIATION_GAMBIT")
    beside = ROOT.parent / ".mirror" / "gambitproject+gambit" / "repo"
    folder = Path(given) if given else beside
    if not folder.exists():
        pytest.skip("no copy of Gambit's repository (set NEGOTIATION_GAMBIT to one)")

    def git(*words):
        command = ["git", "-c", "safe.directory=*", "-C", str(folder), *words]
        return subprocess.run(command, check=True, capture_output=True).stdout

    names = git("ls-tree", "-r", "HEAD", "--name-only").decode().splitlines()
    # One text stands in several folders.
    return list(
        {git("show", f"HEAD:{name}"): name for name in names if name.endswith(".efg")}.items()
    )


def test_every_small_tree_with_perfect_recall():
    checked = 0
    for text, name in catalogue():
        game = read_efg(text.decode("utf-8-sig"))
        if not game.has_perfect_recall or len(game.nodes) > MOST_NODES:
            continue
        found = subgame_perfect_equilibria(game, "one", max_seconds=10.0)
        assert len(found.equilibria) == 1, name
        (equilibrium,) = found.equilibria
        assert equilibrium.regret <= 1e-9, name
        behavior = equilibrium.exact or equilibrium.behavior
        assert tree_gain(game, behavior, subgame_roots(game))[0] <= 1e-9, name
        checked += 1
    assert checked >= 50
