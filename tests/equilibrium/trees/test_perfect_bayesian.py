"""Assessments of the literature are judged as the literature does."""

import pytest

from negotiation import InvalidInputError
from negotiation.equilibrium.trees.perfect_bayesian import check_assessment
from negotiation.games.extensive_form import ExtensiveFormGame
from negotiation.games.tree import decision, terminal
from tests.game_trees import beer_quiche, crisis, entry_deterrence, forgetful, selten_horse

POOL_BEER = {"strong": [1, 0], "weak": [1, 0], "after beer": [0, 1], "after quiche": [1, 0]}
POOL_QUICHE = {"strong": [0, 1], "weak": [0, 1], "after beer": [1, 0], "after quiche": [0, 1]}


@pytest.mark.parametrize(
    ("behavior", "off_path", "weak_belief", "good"),
    [
        (POOL_BEER, "after quiche", 0.5, True),
        (POOL_BEER, "after quiche", 0.9, True),
        (POOL_BEER, "after quiche", 0.4, False),
        (POOL_QUICHE, "after beer", 0.6, True),
        (POOL_QUICHE, "after beer", 0.1, False),
    ],
)
def test_beer_quiche(behavior, off_path, weak_belief, good):
    check = check_assessment(beer_quiche(), behavior, {off_path: [1.0 - weak_belief, weak_belief]})
    assert check.is_perfect_bayesian is good
    assert check.unreached == (off_path,)
    on_path = "after beer" if off_path == "after quiche" else "after quiche"
    assert check.beliefs[on_path] == pytest.approx([0.9, 0.1])
    if not good:
        # A fight is worth 1 - mu less mu for a belief mu in the weak type.
        assert check.gains[off_path] == pytest.approx(1.0 - 2.0 * weak_belief)
        assert max(v for k, v in check.gains.items() if k != off_path) <= 1e-12


def test_beliefs_against_bayes_rule_are_found():
    check = check_assessment(
        beer_quiche(), POOL_BEER, {"after quiche": [0, 1], "after beer": [0.5, 0.5]}
    )
    assert not check.is_perfect_bayesian
    assert check.belief_errors["after beer"] == pytest.approx(0.4)


def test_separation_fails_in_beer_quiche_by_the_weak_senders_gain():
    split = {"strong": [1, 0], "weak": [0, 1], "after beer": [0, 1], "after quiche": [1, 0]}
    check = check_assessment(beer_quiche(), split)
    assert check.unreached == ()
    assert check.gains["weak"] == pytest.approx((2.0 - 1.0) / 3.0)
    assert check.gains["strong"] == 0.0


def test_crisis_signalling_equilibrium():
    game = crisis(0.3, 0.5, 0.2, -2, 2, 0)
    bluff = 3 / 7
    behavior = {
        "strong": [1, 0],
        "weak": [bluff, 1 - bluff],
        "challenged": [1 / 3, 2 / 3],
        "strong resisted": [1, 0],
        "weak resisted": [0, 1],
    }
    check = check_assessment(game, behavior)
    assert check.is_perfect_bayesian
    assert check.beliefs["challenged"] == pytest.approx([0.5, 0.5])
    behavior["weak"] = [0.6, 0.4]
    assert not check_assessment(game, behavior).is_perfect_bayesian


def test_bayes_rule_holds_in_subgames_that_are_not_reached():
    # 0 stays out; inside, 1 goes left for sure, so 2 cannot believe in right.
    last = {"x": terminal(0, 0, 1), "y": terminal(0, 0, 0)}
    other = {"x": terminal(0, 0, 0), "y": terminal(0, 0, 1)}
    tree = decision(
        0,
        "enter",
        {
            "out": terminal(1, 1, 1),
            "in": decision(
                1,
                "side",
                {"left": decision(2, "guess", last), "right": decision(2, "guess", other)},
            ),
        },
    )
    game = ExtensiveFormGame.from_tree(tree, ["0", "1", "2"])
    behavior = {"enter": [1, 0], "side": [1, 0], "guess": [0, 1]}
    check = check_assessment(game, behavior, {"guess": [0, 1]})
    assert check.unreached == ()
    assert check.belief_errors["guess"] == pytest.approx(1.0)
    assert not check.is_perfect_bayesian
    assert check_assessment(game, {**behavior, "guess": [1, 0]}).is_perfect_bayesian


def test_selten_horse():
    across = {"first": [0, 1], "second": [0, 1], "third": [0, 1]}
    good = check_assessment(selten_horse(), across, {"third": [1 / 3, 2 / 3]})
    assert good.is_perfect_bayesian
    down = {"first": [1, 0], "second": [0, 1], "third": [1, 0]}
    bad = check_assessment(selten_horse(), down)
    # Player 2 would deviate to 4 if asked, which is not Nash's concern but is rationality's.
    assert bad.gains["second"] == pytest.approx(3 / 4)
    assert not bad.is_perfect_bayesian


def test_refusals():
    game = beer_quiche()
    for beliefs, message in [
        ({}, "must be given"),
        ({"after quiche": [0.5, 0.4]}, "distribution"),
        ({"after quiche": [1.0]}, "distribution"),
        ({"elsewhere": [1.0]}, "no such information set"),
    ]:
        with pytest.raises(InvalidInputError, match=message):
            check_assessment(game, POOL_BEER, beliefs)
    with pytest.raises(InvalidInputError, match="tol"):
        check_assessment(game, POOL_BEER, tol=-1)
    with pytest.raises(InvalidInputError, match="missing"):
        check_assessment(entry_deterrence(), {})
    with pytest.raises(InvalidInputError, match="imperfect recall"):
        check_assessment(forgetful(), {"x": [1, 0]})
