"""What the comparison says of this library is there, and what it says of others where they are."""

import importlib
import re

import pytest

import negotiation as ng
from tests.reference import ROOT

PAGE = (ROOT / "docs" / "comparison.md").read_text(encoding="utf-8")
#: Names behind what the page says that others do, and a name that would make a claim of ours wrong.
OTHERS = {
    "nashpy": (
        "Game.lemke_howson_enumeration Game.moran_process Game.asymmetric_replicator_dynamics "
        "Game.imitation_dynamics Game.introspection_dynamics Game.stochastic_fictitious_play "
        "Game.regret_minimization",
        r"correlated|quantal|logit",
    ),
    "pygambit": (
        "nash.gnm_solve nash.ipa_solve nash.simpdiv_solve qre.logit_solve_branch ActionGraphGame",
        r"^correlated|stochastic",
    ),
    "quantecon": (
        "game_theory.lemke_howson game_theory.mclennan_tourky game_theory.PolymatrixGame "
        "game_theory.LogitDynamics game_theory.LocalInteraction game_theory.RepeatedGame "
        "markov.DiscreteDP",
        r"^correlated|quantal|extensive",
    ),
}


def test_every_name_of_ours_is_public():
    named = re.findall(r"`([a-z_]\w*|[A-Z]\w+)`", PAGE)
    ours = set(named) - {"pygambit"}
    assert len(ours) > 20
    assert ours <= set(ng._MODULE_OF)


def test_our_results_carry_what_the_page_says_they_do():
    chicken = ng.NormalFormGame.from_bimatrix([[6, 2], [7, 0]], [[6, 7], [2, 0]])
    found = ng.nash_equilibria(chicken)
    assert found.complete
    assert len(found.components) == 3
    assert all(item.exact is not None and item.index is not None for item in found.equilibria)
    assert max(item.regret for item in found.equilibria) == 0.0


@pytest.mark.parametrize("package", OTHERS)
def test_what_others_do(package):
    module = pytest.importorskip(package)
    names, absent = OTHERS[package]
    for name in names.split():
        first, _, last = name.partition(".")
        place = getattr(module, first, None) or importlib.import_module(f"{package}.{first}")
        assert not last or hasattr(place, last), name
    room = getattr(module, "Game", None) if package == "nashpy" else module
    listed = dir(room) + (dir(module.game_theory) if package == "quantecon" else [])
    assert [name for name in listed if re.search(absent, name)] == []
