"""From a fit to a forecast: units, what it replaces, information dates."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import negotiation as ng
from negotiation.errors import InformationDateError, InvalidInputError
from negotiation.forecasting.resolve_prior import fit_to_known, yearly_stake
from negotiation.process.game.nodes import Node
from negotiation.process.game.process_game import ProcessGame
from negotiation.standoff.template import standoff_template

DAY = "2025-05-02"
MODELS = (ng.payoff_model("partial_25"), ng.payoff_model("equilibrium"))


@pytest.fixture(scope="module")
def fit():
    disputes = ng.load_disputes(as_of=DAY)
    return ng.fit_concessions(disputes, "process", draws=200, rng=1, raise_on_failure=False)


@pytest.fixture(scope="module")
def standoff():
    return ng.load_standoff("us-china-2025-spring")


def test_draws_are_those_of_the_posterior(fit, standoff):
    prior = ng.prior_for(standoff, fit, n=4000, rng=2)
    law = [fit.process.at(row) for row in fit.posterior.draws]
    weights = fit.posterior.weights
    mean = weights @ [r.audience_cost for r in law]
    within = weights @ [(r.audience_cost - mean) ** 2 + r.spread**2 for r in law]
    own = prior.audience_costs[:, 0]
    assert own.mean() == pytest.approx(mean, abs=0.05)
    assert own.std() == pytest.approx(np.sqrt(within), rel=0.1)
    assert prior.shock_scales.mean() == pytest.approx(
        weights @ [r.shock_scale for r in law], rel=0.1
    )
    rows = prior.rows(0.5)
    assert prior.names == (
        "audience_cost_usa", "audience_cost_chn", "shock_scale_usa", "shock_scale_chn",
    )  # fmt: skip
    assert rows == pytest.approx(2.0 * prior.rows(0.25))
    assert rows[:, 2] == pytest.approx(rows[:, 3])


def test_a_dyads_history_tells_of_its_next_dispute(standoff):
    known = ng.load_disputes(as_of=DAY)
    fit = ng.fit_concessions(known, "process", dyads=True, draws=200, rng=1, raise_on_failure=False)
    prior = ng.prior_for(standoff, fit, n=50, rng=3)
    # What had ended between the two before it began; not the dispute itself, nor others' disputes.
    assert prior.history == (
        "us_china_ipr_1991", "us_china_market_access_1991", "us_china_ipr_1995",
        "us_china_ipr_1996", "us_china_tyres_2009", "us_china_2018", "us_china_2019",
    )  # fmt: skip
    # At one posterior draw: a dyad whose disputes all lasted is held to be more resolute.
    slow = known.take([known.ids.index(name) for name in prior.history])
    slow = replace(slow, low=slow.low + 4000.0, high=slow.high + 4000.0)
    others = known.take([k for k, dyad in enumerate(known.dyads) if dyad != "CHN-USA"])
    at = fit.coefficients.copy()
    at[fit.names.index("log tau / s")], at[fit.names.index("logit dyad share")] = 1.0, 2.0
    one = replace(fit.posterior, draws=at[None], weights=np.ones(1))
    means = [
        ng.prior_for(
            standoff, replace(fit, posterior=one, disputes=past), n=400, rng=3
        ).audience_costs.mean()
        for past in (slow, others, known)
    ]
    assert means[0] > max(means[1:])
    assert ng.prior_for(standoff, replace(fit, disputes=others), n=5).history == ()


def test_the_stake_is_what_the_others_concession_changes(standoff):
    built = standoff.build(date(2025, 5, 2), model=MODELS[0])
    game = built.game
    here = game.nodes[int(game.start_node)]
    first, second = (
        next(a for a in here.actions if a.kind == "concede" and a.side == side) for side in (0, 1)
    )
    changes = [
        game.nodes[int(first.to)].flow[1] - here.flow[1],
        game.nodes[int(second.to)].flow[0] - here.flow[0],
    ]
    assert yearly_stake(game) == pytest.approx(np.mean(np.abs(changes)))


def test_a_forecast_rests_on_the_fit(fit, standoff):
    given = {"as_of": DAY, "dates": ["2025-05-31"], "draws": 2, "models": MODELS}
    assumed, told = (ng.forecast(standoff, **given, fit=source) for source in (None, fit))
    assert (assumed.disputes, told.disputes) == (0, len(fit.disputes))
    assert set(told.parameters) == set(assumed.parameters)
    assert told.parameters[-4:] == ng.prior_for(standoff, fit, n=1).names
    assert told.values.shape == assumed.values.shape
    assert told.cut_by("2025-05-31") != pytest.approx(assumed.cut_by("2025-05-31"), rel=1e-3)
    # The first row is the values as they are, whatever the fit.
    np.testing.assert_array_equal(told.cut[0], assumed.cut[0])
    again = ng.forecast(standoff, **given, fit=fit)
    assert told.values == pytest.approx(again.values)


def test_without_a_fit_given_forecasts_rest_on_the_disputes_known_then(standoff):
    given = {"as_of": DAY, "dates": ["2025-05-31"], "draws": 2, "models": MODELS[:1]}
    found = ng.forecast(standoff, **given)
    named = ng.forecast(standoff, **given, fit=fit_to_known(date.fromisoformat(DAY)))
    known = ng.load_disputes(as_of=DAY)
    assert found.disputes == len(known) < len(ng.load_disputes())
    assert found.cut.tobytes() == named.cut.tobytes()
    assert ng.forecast_process(**given).disputes == len(known)


def test_what_is_asked_for_stays_as_asked(standoff):
    given = {"as_of": DAY, "dates": ["2025-05-31"], "draws": 2, "models": MODELS[:1]}
    fixed = ng.forecast(standoff, **given, values={"audience_cost_usa": 0.2, "base_rate": 1.0})
    assert fixed.parameters[-3:] == ("audience_cost_chn", "shock_scale_usa", "shock_scale_chn")
    assert fixed.values[0, fixed.parameters.index("audience_cost_usa")] == 0.2
    ranged = ng.forecast(standoff, **given, parameters={"shock_scale_chn": (0.01, 2.0)})
    assert ranged.parameters[0] == "shock_scale_chn"
    assert ((ranged.values[:, 0] >= 0.01) & (ranged.values[:, 0] <= 2.0)).all()
    assert len(ranged.parameters) == 4
    central = ng.forecast(standoff, **given | {"draws": 0})
    assert central.disputes == 0
    names = ("audience_cost_usa", "audience_cost_chn", "shock_scale_usa", "shock_scale_chn")
    whole = ng.forecast(standoff, **given, parameters=dict.fromkeys(names, (0.001, 5.0)))
    assert (whole.disputes, whole.parameters) == (0, names)


def test_where_nothing_is_at_stake_forecasts_take_what_is_recorded(tmp_path):
    path = tmp_path / "own.toml"
    text = standoff_template("KOR", "JPN", file="own.toml")
    # Without the date of its threat, whose tariffs exporters would bear nothing of.
    begins, ends = text.index("[[deadlines]]"), text.index("# An end that neither side")
    path.write_text(text[:begins] + text[ends:], encoding="utf-8")
    own, models = ng.load_standoff(path), (ng.payoff_model("partial_0"),)
    assert yearly_stake(own.build("2026-03-01", model=models[0]).game) == 0.0
    given = {"as_of": "2026-03-01", "dates": ["2026-06-29"], "draws": 1}
    assert ng.forecast(own, **given, models=models).disputes == 0
    assert ng.forecast(own, **given, models=MODELS[:1]).disputes > 0
    known = fit_to_known(date(2026, 3, 1))
    with pytest.raises(InvalidInputError, match="nothing is at stake"):
        ng.forecast(own, **given, models=models, fit=known)


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(1932, 1, 1)])
def test_before_any_dispute_had_ended_there_is_no_fit(day):
    assert fit_to_known(day) is None


def test_before_contact_the_stake_is_that_of_the_first_concession():
    dispute = ng.load_standoff("us-mexico-2019")
    game = dispute.build(dispute.start, model=MODELS[0]).game
    assert all(a.kind != "concede" for a in game.nodes[int(game.start_node)].actions)
    assert yearly_stake(game) > 0.0


def test_what_is_refused(fit, standoff):
    frozen = ng.load_standoff("us-mexico-2019")
    with pytest.raises(InformationDateError, match="the fit rests on disputes as known later"):
        ng.forecast(frozen, as_of=frozen.start, dates=["2026-01-01"], draws=1, fit=fit)
    node = Node("terms", np.zeros(2))
    ended = ProcessGame((node,), discount_rates=[0.05] * 2, shock_scales=[0.1] * 2)
    assert yearly_stake(ended) == 0.0
    later = ng.fit_concessions(ng.load_disputes(), "process", draws=0, raise_on_failure=False)
    with pytest.raises(InvalidInputError, match="not a fit that a new dispute"):
        ng.prior_for(standoff, later)
    with pytest.raises(InvalidInputError, match="not a fit that a new dispute"):
        ng.prior_for(standoff, ng.fit_concessions(ng.load_disputes(), "weibull"))
    with pytest.raises(InformationDateError, match="the fit rests on disputes as known later"):
        ng.forecast(standoff, as_of="2025-04-25", dates=[DAY], draws=1, models=MODELS, fit=fit)
