"""Reputational attrition against its differential equation, deviations, simulation and limits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad, solve_ivp

from negotiation.bargaining.attrition.reputation import (
    abreu_gul,
    reputational_bargaining,
    stubbornness_limit,
    survival_of_reputation,
)
from negotiation.bargaining.attrition.war_of_attrition import war_of_attrition
from negotiation.errors import InvalidInputError

CASE = {
    "concede": [0.3, 0.4],
    "win": [0.7, 0.6],
    "stubbornness": [0.1, 0.15],
    "discount_rates": [0.05, 0.04],
    "flows": [-0.05, -0.08],
    "breakdown_rate": 0.03,
    "breakdown_payoffs": [-0.5, -0.2],
}


def games():
    share = st.floats(0.05, 0.9)
    return st.fixed_dictionaries(
        {
            "concede": st.tuples(share, share),
            "gain": st.tuples(share, share),
            "stubbornness": st.tuples(st.floats(0.01, 0.9), st.floats(0.01, 0.9)),
            "discount_rates": st.tuples(st.floats(0.02, 0.3), st.floats(0.02, 0.3)),
            "flows": st.tuples(st.floats(-0.3, 0), st.floats(-0.3, 0)),
        }
    )


def solve(game, **changes):
    game = dict(game) | changes
    gain = game.pop("gain")
    low = game["concede"]
    return reputational_bargaining(**game, win=[low[0] + gain[0], low[1] + gain[1]])


def test_backward_integration_of_the_reputations():
    """Reputations rise to (1, 1): followed backward, the first to reach its prior has no atom."""
    low, high, z = (np.array(CASE[name]) for name in ("concede", "win", "stubbornness"))
    r, g, broken = (
        np.array(CASE[name]) for name in ("discount_rates", "flows", "breakdown_payoffs")
    )
    beta = CASE["breakdown_rate"]

    def back(_, log_b):
        # Marginal indifference of each side: r L = g + beta (B - L) + rate (F - L).
        rate = (r * low - g - beta * (broken - low)) / (high - low)
        return -rate[::-1]

    def reached(_, log_b):
        return np.min(log_b - np.log(z))

    reached.terminal = True
    path = solve_ivp(back, (0, 1e3), [0.0, 0.0], events=reached, rtol=1e-11, atol=1e-12)
    atoms = 1 - z / np.exp(path.y_events[0][0])
    found = reputational_bargaining(**CASE)
    deviation = max(
        abs(path.t_events[0][0] - found.horizon), *np.abs(atoms - found.initial_concession)
    )
    assert deviation < 1e-10


def payoff_of_stopping(found, i, stop, low, high, r, g, beta, broken):
    """Payoff of side i when it plans to concede at ``stop``, against the other's strategy."""
    j = 1 - i
    atom, rate = found.initial_concession[j], found.hazards[j]
    until = min(stop, found.horizon)
    decay = r + beta

    def stream(t):
        stay = (1 - atom) * math.exp(-rate * t)
        return math.exp(-decay * t) * stay * (rate * high + g + beta * broken)

    earned = atom * high + quad(stream, 0, until, epsabs=1e-14, epsrel=1e-12)[0]
    stay = (1 - atom) * math.exp(-rate * until)
    if stop > until:
        late = (g + beta * broken) * (math.exp(-decay * until) - math.exp(-decay * stop)) / decay
        earned += stay * late
    return earned + stay * math.exp(-decay * stop) * low


def test_no_date_of_concession_is_better():
    found = reputational_bargaining(**CASE)
    worst = 0.0
    for i in (0, 1):
        args = (
            CASE["concede"][i],
            CASE["win"][i],
            CASE["discount_rates"][i],
            CASE["flows"][i],
            CASE["breakdown_rate"],
            CASE["breakdown_payoffs"][i],
        )
        for share in (1e-9, 0.3, 0.8, 1.0):
            paid = payoff_of_stopping(found, i, share * found.horizon, *args)
            worst = max(worst, abs(paid - found.values[i]))
        assert payoff_of_stopping(found, i, 1.5 * found.horizon, *args) < found.values[i] - 1e-6
    assert worst < 1e-10


@pytest.mark.parametrize("beta", [0.0, 0.03])
def test_outcomes_by_simulation(beta):
    found = reputational_bargaining(**(CASE | {"breakdown_rate": beta}))
    rng, paths = np.random.default_rng(4), 200_000
    dates = np.full((2, paths), np.inf)
    for i in (0, 1):
        normal = rng.random(paths) >= CASE["stubbornness"][i]
        # Date at which a normal side concedes: its share of the survival it still has to lose.
        left = rng.uniform(CASE["stubbornness"][i], 1.0, paths)
        stay = 1 - found.initial_concession[i]
        waits = np.maximum(np.log(stay / left), 0.0) / found.hazards[i]
        dates[i] = np.where(normal, waits, np.inf)
    end = rng.exponential(1 / beta, paths) if beta else np.full(paths, np.inf)
    first = dates.min(axis=0)
    deal = first < end

    def standard_errors(sample, value):
        return abs(sample.mean() - value) / (sample.std() / sample.size**0.5)

    errors = [
        standard_errors(deal, found.prob_deal),
        standard_errors(deal & (dates[0] < dates[1]), found.prob_concedes_first[0]),
        standard_errors(first[deal], found.mean_time_given_deal),
        standard_errors(first == 0, found.prob_deal_at_start),
    ]
    if not beta:
        errors.append(standard_errors(np.isinf(first), found.prob_never))
    assert max(errors) < 4
    assert found.prob_deal + found.prob_breakdown + found.prob_never == pytest.approx(1)


def test_survival_falls_to_the_prior_at_the_horizon():
    found = reputational_bargaining(**CASE)
    survival = survival_of_reputation(found, [0.0, found.horizon, 2 * found.horizon])
    assert survival[:, 0] == pytest.approx(1 - np.array(found.initial_concession))
    assert survival[:, 1] == pytest.approx(CASE["stubbornness"], rel=1e-12)
    assert survival[:, 2] == pytest.approx(CASE["stubbornness"], rel=1e-12)


@given(games(), st.floats(0.001, 0.2))
def test_own_cost_of_waiting_weakens(game, more):
    before = solve(game)
    after = solve(game, flows=(game["flows"][0] - more, game["flows"][1]))
    assert after.hazards[1] > before.hazards[1]
    assert after.hazards[0] == before.hazards[0]
    assert after.initial_concession[0] >= before.initial_concession[0] - 1e-12
    assert after.values[0] <= before.values[0] + 1e-12
    assert after.values[1] >= before.values[1] - 1e-12


@given(games(), st.floats(1.05, 5))
def test_own_stubbornness_strengthens(game, factor):
    z = game["stubbornness"]
    before = solve(game)
    after = solve(game, stubbornness=(min(z[0] * factor, 0.99), z[1]))
    assert after.initial_concession[0] <= before.initial_concession[0] + 1e-12
    assert after.values[0] >= before.values[0] - 1e-12


@given(games())
def test_relabelling_swaps_everything(game):
    one = solve(game)
    swapped = solve({name: value[::-1] for name, value in game.items()})
    assert swapped.values[::-1] == pytest.approx(one.values, rel=1e-12)
    assert swapped.prob_concedes_first[::-1] == pytest.approx(one.prob_concedes_first, rel=1e-9)
    assert one.prob_deal + one.prob_never == pytest.approx(1, rel=1e-9)


@given(games())
def test_one_type_is_complete_information(game):
    """A side known to be normal concedes at once; two such sides play the mixed equilibrium."""
    known = solve(game, stubbornness=(0.0, game["stubbornness"][1]))
    assert known.initial_concession == (1.0, 0.0)
    assert known.values[1] == pytest.approx(game["concede"][1] + game["gain"][1], rel=1e-12)
    both = solve(game, stubbornness=(0.0, 0.0))
    low, gain = game["concede"], game["gain"]
    mixed = war_of_attrition(
        concede=low,
        win=[low[0] + gain[0], low[1] + gain[1]],
        discount_rates=game["discount_rates"],
        flows=game["flows"],
    )
    assert both.hazards == pytest.approx(mixed.hazards, rel=1e-12)
    assert both.mean_time_given_deal == pytest.approx(mixed.expected_duration, rel=1e-12)
    assert (both.horizon, both.prob_never, both.prob_deal) == (math.inf, 0.0, pytest.approx(1))


def test_a_side_known_to_be_normal_concedes_however_late_the_other_would():
    found = reputational_bargaining(
        concede=(0.05078125, 0.75), win=(0.92578125, 1.25), stubbornness=(0.0, 0.03125),
        discount_rates=(0.03125, 0.25),
    )  # fmt: skip
    assert found.initial_concession == (1.0, 0.0)


def test_sure_stubbornness():
    one = reputational_bargaining(**(CASE | {"stubbornness": [1.0, 0.2], "breakdown_rate": 0.0}))
    assert one.initial_concession == pytest.approx((0.0, 0.8))
    assert one.prob_never == pytest.approx(0.2)


@given(
    demands=st.tuples(st.floats(0.3, 0.95), st.floats(0.75, 0.95)),
    rates=st.tuples(st.floats(0.02, 0.5), st.floats(0.02, 0.5)),
)
def test_vanishing_stubbornness(demands, rates):
    limit = stubbornness_limit(demands, discount_rates=rates)
    hazards = np.array([rates[1] * (1 - demands[0]), rates[0] * (1 - demands[1])])
    if abs(np.log(hazards[0] / hazards[1])) < 0.15:
        return
    near = abreu_gul(demands, stubbornness=[1e-250, 1e-250], discount_rates=rates)
    assert near.values == pytest.approx(limit.values, abs=1e-6)
    assert limit.concedes_at_once == (1 if hazards[0] < hazards[1] else 2)
    # The Rubinstein demand is safe: against it no larger demand gets more than the rest.
    safe = limit.rubinstein_shares[0]
    greedy = min(1 - safe + 0.05, 0.99)
    secured = stubbornness_limit((safe, greedy), discount_rates=rates)
    assert secured.values[0] == pytest.approx(safe, abs=1e-9)


def test_knife_edge_of_the_limit():
    limit = stubbornness_limit([0.6, 0.6], discount_rates=[0.1, 0.1])
    assert limit.concedes_at_once is None
    assert limit.values == pytest.approx((0.4, 0.4))


def test_corners_by_name():
    base = {
        "concede": [0.2, 0.2],
        "win": [0.6, 0.6],
        "stubbornness": [0.1, 0.25],
        "discount_rates": [0.1, 0.1],
    }
    proud = reputational_bargaining(**base, flows=[0.05, -0.1], breakdown_rate=0.0)
    assert proud.kind == "side 1 never concedes"
    assert proud.initial_concession == (0.0, 0.75)
    assert proud.values == pytest.approx((0.75 * 0.6 + 0.25 * 0.05 / 0.1, 0.2))
    assert (proud.prob_deal, proud.prob_never) == (0.75, 0.25)

    mirrored = reputational_bargaining(
        concede=[0.2, 0.2],
        win=[0.6, 0.6],
        stubbornness=[0.25, 0.1],
        discount_rates=[0.1, 0.1],
        flows=[-0.1, 0.05],
    )
    assert mirrored.kind == "side 2 never concedes"
    assert mirrored.values == pytest.approx(proud.values[::-1])

    calm = reputational_bargaining(
        **base, flows=[0.05, 0.05], breakdown_rate=0.1, breakdown_payoffs=[1.0, 2.0]
    )
    assert calm.kind == "nobody concedes"
    assert calm.values == pytest.approx(((0.05 + 0.1) / 0.2, (0.05 + 0.2) / 0.2))
    assert (calm.prob_deal, calm.prob_breakdown) == (0.0, 1.0)
    assert math.isnan(calm.mean_time_given_deal)

    eager = reputational_bargaining(**(base | {"win": [0.1, 0.6]}))
    assert eager.kind == "side 1 concedes at once"
    assert eager.values == pytest.approx((0.2, 0.9 * 0.6 + 0.1 * 0.2))
    assert eager.prob_never == pytest.approx(0.1 * 0.25)
    assert sum(eager.prob_concedes_first) == pytest.approx(eager.prob_deal)


def test_forever_without_discounting():
    held = reputational_bargaining(
        concede=[0.0, 0.0], win=[1.0, 1.0], stubbornness=[0.1, 0.1], flows=[0.0, -0.1]
    )
    assert held.kind == "side 1 never concedes"
    assert held.values == pytest.approx((0.9, 0.0))
    rich = reputational_bargaining(
        concede=[0.0, 0.0], win=[1.0, 1.0], stubbornness=[0.1, 0.1], flows=[0.1, -0.1]
    )
    assert rich.values[0] == math.inf


def test_what_is_refused():
    with pytest.raises(InvalidInputError, match="one side at least"):
        reputational_bargaining(
            concede=[0.5, 0.5], win=[0.4, 0.4], stubbornness=[0.1, 0.1], discount_rates=[0.1, 0.1]
        )
    with pytest.raises(InvalidInputError, match="alpha_1"):
        abreu_gul([0.4, 0.5], stubbornness=[0.1, 0.1], discount_rates=[0.1, 0.1])
    with pytest.raises(InvalidInputError, match="stubbornness"):
        abreu_gul([0.6, 0.5], stubbornness=[1.1, 0.1], discount_rates=[0.1, 0.1])
