from dataclasses import replace

import numpy as np
import pytest

from negotiation.bargaining.offers.alternating_offers import alternating_offers_flows
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.process.analysis.other_models import (
    alternating_offers_package,
    compare_models,
    markov_escalation,
    quantal_escalation,
)
from negotiation.process.choices.escalation import (
    StagePayoffs,
    markov_play,
    quantal_play,
    stage_game,
)
from negotiation.process.stage import DAYS_IN
from negotiation.process.stages import MultiStepProcess


def contest(stages=1, **changes):
    stage = {"g": [-0.06, -0.08], "l": [0.2, 0.2], "f": [0.5, 0.5], **changes}
    return MultiStepProcess.from_dict(
        {"stages": [stage] * stages, "r": [0.03, 0.02], "z": [0.1, 0.15]}
        | ({"names": [str(k) for k in range(stages)]} if stages > 1 else {})
    )


def test_alternating_offers_agree_with_the_closed_form_with_impasse_flows():
    # A pie of .7 on the line from (.2, .5) to (.5, .2), impasse flows -.06 and -.08 a month.
    process = contest(g=[0.006, 0.004])
    outcome = alternating_offers_package(process, round_days=DAYS_IN["month"])
    delta = np.exp([-0.03, -0.02])
    flows = np.array([0.2, 0.2])
    one = alternating_offers_flows(delta, flows, surplus=0.7, proposer=1).payoffs
    two = alternating_offers_flows(delta, flows, surplus=0.7, proposer=2).payoffs
    assert outcome.values == pytest.approx((one + two) / 2, abs=1e-9)
    assert outcome.deal_by(0) == 1.0


def test_alternating_offers_corners():
    assert alternating_offers_package(contest(g=[1.0, 1.0])).deal_probability == 0.0
    harmony = alternating_offers_package(contest(f=[0.1, 0.1]))
    assert harmony.deal_probability == 1.0
    with pytest.raises(InvalidInputError, match="waiting"):
        alternating_offers_package(replace(contest(), discount_rates=np.zeros(2)))


@pytest.mark.parametrize("model", [markov_escalation, quantal_escalation])
def test_periods(model):
    outcome = model(contest(stages=2), period_days=30.0)
    assert outcome.certificate < 1e-6
    assert 0.0 < outcome.deal_probability <= 1.0 + 1e-9
    assert outcome.deal_by(0) == 0.0
    by = outcome.deal_by([10, 100, 10_000])
    assert np.all(np.diff(by) >= 0.0)
    assert outcome.first_concession.sum() <= 1.0 + 1e-9
    assert outcome.values.shape == (2,)


def test_markov_play_is_an_equilibrium_of_the_game_in_periods():
    stage = StagePayoffs(
        flows=np.array([-0.06, -0.08]),
        outcomes=np.array([[0.2, 0.5], [0.5, 0.2]]),
        breakdown=np.array([-2.0, -2.5]),
        hazard=0.02,
        discount=np.array([0.03, 0.02]),
    )
    play = markov_play(stage, period=1.0, levels=2, step=0.5)
    assert play.certificate < 1e-6
    total = play.concedes.sum(axis=1) + play.moves.sum(axis=1)
    assert np.all(total <= 1.0 + 1e-12)
    payoffs, moves = stage_game(stage, period=1.0, levels=2, step=0.5)
    assert [u.shape for u in payoffs] == [(2, 3, 3), (2, 2, 2)]
    assert all(move.sum(axis=-1) == pytest.approx(1.0) for move in moves)


def test_no_precision_means_equal_chances():
    stage = StagePayoffs(
        flows=np.array([-0.1, -0.1]),
        outcomes=np.array([[0.0, 1.0], [1.0, 0.0]]),
        breakdown=np.zeros(2),
        hazard=0.0,
        discount=np.array([0.05, 0.05]),
    )
    play = quantal_play(stage, period=1.0, levels=2, step=0.5, precision=0.0)
    assert play.concedes[0] == pytest.approx([2 / 9, 2 / 9, 1 / 9])
    assert play.values[0] == pytest.approx(play.values[1])
    with pytest.raises(ConvergenceError):
        quantal_play(stage, period=1.0, levels=2, step=0.5, precision=1.0, max_iter=1)


def test_table_of_models():
    process = contest(stages=2)
    frame = compare_models(process, days=[30, 365], period_days=30.0)
    assert len(frame) == 4
    assert set(frame.columns) >= {"model", "deal_by_365_days", "USA_concedes_first", "certificate"}
    shares = frame["USA_concedes_first"] + frame["CHN_concedes_first"]
    assert shares.to_numpy() == pytest.approx(np.ones(4))


@pytest.mark.parametrize(
    ("call", "part"),
    [
        (lambda p: markov_escalation(p, stage=4), "stage"),
        (lambda p: markov_escalation(p, levels=0), "levels"),
        (lambda p: markov_escalation(p, period_days=0.0), "period_days"),
        (lambda p: quantal_escalation(p, precision=-1.0), "precision"),
        (lambda p: alternating_offers_package(p, round_days=0.0), "round_days"),
    ],
)
def test_bad_input(call, part):
    with pytest.raises(InvalidInputError, match=part):
        call(contest())


def test_relapses_are_refused():
    stage = {"g": [-0.06, -0.08], "l": [0.2, 0.2], "f": [0.5, 0.5], "beta": 0.1, "relapse_to": 0}
    process = MultiStepProcess.from_dict({"stages": [stage], "r": [0.03, 0.02], "z": [0.1, 0.1]})
    with pytest.raises(InvalidInputError, match="breakdowns"):
        markov_escalation(process)
