import numpy as np
import pytest

import negotiation as ng
from negotiation.errors import InvalidInputError
from negotiation.forecasting.dated_forecast import forecast_process
from negotiation.process.analysis.other_models import compare_models, open_stage_with_tough_types
from negotiation.process.game.nodes import Action, Node

AS_OF = "2025-05-02"
DATES = ["2025-05-31", "2025-12-31"]


@pytest.fixture(scope="module")
def drawn():
    return forecast_process(as_of=AS_OF, dates=DATES, draws=6)


def test_the_ensemble_lies_between_its_models_and_inside_its_interval(drawn):
    frame = drawn.to_frame().set_index("payoffs")
    for day in DATES:
        alone = frame[f"cut by {day}"].drop("ensemble")
        assert alone.min() <= drawn.cut_by(day) <= alone.max()
        low, high = drawn.interval(day)
        assert 0.0 < low < high < 1.0
    assert drawn.weights.sum() == pytest.approx(1.0)
    assert (drawn.weights[0] == 0.0).all()
    assert drawn.concedes_first().sum() == pytest.approx(1.0)
    assert 1.0 < drawn.effective_draws <= drawn.weights.size


def test_weighing_leans_towards_draws_under_which_what_was_seen_is_likely(drawn):
    plain = forecast_process(as_of=AS_OF, dates=DATES, draws=6, weigh=False)
    assert plain.cut == pytest.approx(drawn.cut)
    assert np.ptp(plain.weights[1:] / plain.model_weights) == pytest.approx(0.0, abs=1e-12)
    expected = drawn.seen[1:] * drawn.model_weights
    assert drawn.weights[1:] == pytest.approx(expected / expected.sum())
    assert ((drawn.seen > 0.0) & (drawn.seen < 1.0)).all()


def test_words_of_tough_sides_delay_the_cut(drawn):
    """S5, S8: events that tough sides do more often move weight to high audience costs."""
    told = forecast_process(
        as_of=AS_OF, dates=DATES, draws=16, ratios={"denial": 3.0, "threat": 3.0, "escalation": 3.0}
    )
    same = forecast_process(as_of=AS_OF, dates=DATES, draws=16)
    k = told.parameters.index("audience_cost_chn")
    mean = [float(np.sum(item.weights.sum(axis=1) * item.values[:, k])) for item in (told, same)]
    assert mean[0] > mean[1]
    assert told.cut_by(DATES[1]) < same.cut_by(DATES[1])


def test_bad_dates():
    with pytest.raises(InvalidInputError, match="not before"):
        forecast_process(as_of=AS_OF, dates=["2025-04-01"], draws=0)
    with pytest.raises(InvalidInputError, match="not one of the dates"):
        forecast_process(as_of=AS_OF, dates=DATES, draws=0).cut_by("2025-06-01")


def test_models_side_by_side_share_their_stakes():
    solution = ng.solve_process(ng.load_process(as_of=AS_OF, model="partial_25"))
    table = compare_models(solution, days=[29.0, 243.0]).set_index("model")
    own = table.loc["Markov game with private shocks"]
    assert own["over_by_29_days"] == pytest.approx(solution.cut_by(29.0))
    assert own["CHN_concedes"] == pytest.approx(solution.concedes("de-escalation")[1])
    assert (table["certificate"] < 1e-8).all()
    types = open_stage_with_tough_types(solution, (0.1, 0.1))
    start = int(solution.process.start_node)
    assert types.process.stages[0].flows[0] == pytest.approx(solution.process.nodes[start].flow)
    with pytest.raises(InvalidInputError, match="both sides"):
        compare_models(ng.solve_process(ng.load_process(as_of="2025-04-29", model="partial_25")))


def test_a_worse_way_to_concede_is_not_the_stake_of_the_other_models():
    good = Action(0, [0.0, 0.2], 0.3), Action(1, [0.1, 0.05], 0.3)
    bad = Action(0, [-5.0, 0.2], 0.3), Action(1, [0.1, 0.05], 9.0)
    others = []
    for acts in (good, good + bad):
        game = ng.ProcessGame((Node("war", [-0.6, -1.07], acts),), [0.05, 0.05], [0.2, 0.2])
        table = compare_models(ng.solve_process(game)).drop(columns=["model", "assumes"])
        others.append(table.iloc[1:].to_numpy(float))
    assert others[1] == pytest.approx(others[0], abs=1e-12)


def test_outlook_warns_and_solves():
    process = ng.load_process(as_of=AS_OF, model="partial_0")
    with pytest.warns(DeprecationWarning, match="solve_process"):
        found = ng.outlook(process)
    assert found.cut_by(29.0) == ng.solve_process(process).cut_by(29.0)
    with (
        pytest.warns(DeprecationWarning, match="outlook"),
        pytest.raises(InvalidInputError, match="options"),
    ):
        ng.outlook(process, stage="de-escalation")
