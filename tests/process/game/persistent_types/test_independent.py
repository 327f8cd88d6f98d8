"""Games with persistent types against explicit shocks, other integrals and a limit in closed form.

Nothing here uses the conditions or the collocation of the library: strategies are the values and
beliefs that it returns.
"""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import cumulative_trapezoid, quad, solve_ivp
from scipy.interpolate import CubicSpline

from negotiation.bargaining.attrition.reputation import reputational_bargaining
from negotiation.process.game.nodes import Ending
from negotiation.process.game.persistent_types import TypedGame
from negotiation.process.solve import solve_process
from tests.process.game.games import one_node
from tests.process.game.persistent_types.typed_games import chain, standoff

DAY = 1.0 / 365.25


@pytest.fixture(scope="module")
def mixed():
    """A standoff in which both sides may be dear to move, one of them never to be moved."""
    game = standoff(0.2, endings=(Ending(0.2, None, np.array([-0.3, -0.5])),))
    return solve_process(TypedGame(game, ([0.25, 0.7], [0.3, np.inf]), ([0.6, 0.4], [0.75, 0.25])))


def test_values_and_dates_with_explicit_shocks(mixed):
    # Windows, Gumbel shocks on waiting and on conceding, the better of the two taken.
    rng = np.random.default_rng(5)
    paths, game = 40_000, mixed.process.game
    node, costs, priors = game.nodes[0], mixed.process.costs, mixed.process.priors
    s, eta, r = game.shock_scales, game.window_rates, game.discount_rates
    w = game.base_rate / eta
    grid = np.concatenate([[0.0], np.geomspace(1e-3, 400.0, 4000)])
    values = mixed.path.at(grid)[0]
    types = [rng.choice(2, paths, p=prior) for prior in priors]
    got = np.zeros((paths, 2))
    now, ended, deal = np.zeros(paths), np.full(paths, np.inf), np.full(paths, np.inf)
    live = np.arange(paths)
    leave = eta.sum() + node.endings[0].rate
    while len(live):
        step = rng.exponential(1.0 / leave, len(live))
        for i in range(2):
            got[live, i] += (
                np.exp(-r[i] * now[live]) * node.flow[i] * -np.expm1(-r[i] * step) / r[i]
            )
        now[live] += step
        what = rng.choice(3, len(live), p=[*(eta / leave), node.endings[0].rate / leave])
        gone = np.zeros(len(live), dtype=bool)
        breaks = what == 2
        for i in range(2):
            got[live[breaks], i] += np.exp(-r[i] * now[live[breaks]]) * node.endings[0].payoff[i]
        gone |= breaks
        for i in range(2):
            at = np.flatnonzero(what == i)
            mine = live[at]
            shocks = s[i] * (rng.gumbel(size=(len(at), 2)) - np.euler_gamma)
            shocks += s[i] * np.log([1.0 - w[i], w[i]])
            kind = types[i][mine]
            stay = np.array([np.interp(now[mine], grid, v) for v in values[i]])
            stay = stay[kind, np.arange(len(at))]
            gives = node.actions[i].payoff[i] - costs[i][kind] + shocks[:, 1] > stay + shocks[:, 0]
            earned = np.where(
                gives, node.actions[i].payoff[i] - costs[i][kind] + shocks[:, 1], shocks[:, 0]
            )
            discount = np.exp(-np.outer(now[mine], r))
            got[mine, i] += discount[:, i] * np.where(np.isfinite(earned), earned, 0.0)
            got[mine, 1 - i] += discount[:, 1 - i] * gives * node.actions[i].payoff[1 - i]
            deal[mine[gives]] = now[mine[gives]]
            gone[at[gives]] = True
        ended[live[gone]] = now[live[gone]]
        live = live[~gone]
    for i in range(2):
        for k in range(2):
            sample = got[types[i] == k, i]
            error = sample.std() / np.sqrt(len(sample))
            assert abs(sample.mean() - mixed.values[i][k]) <= 4.0 * error
    for days in (30.0, 180.0, 1000.0):
        chance = mixed.deal_by(days)
        seen = (deal <= days * DAY).mean()
        assert abs(seen - chance) <= 4.0 * np.sqrt(chance * (1.0 - chance) / paths)
    chance = mixed.deal_probability
    error = np.sqrt(chance * (1.0 - chance) / paths)
    assert abs(np.isfinite(deal).mean() - chance) <= 4.0 * error


def test_beliefs_follow_from_the_hazards_by_bayes(mixed):
    days = np.concatenate([[0.0], np.geomspace(0.05, 4000.0, 60_000)])
    for i in range(2):
        hazards, beliefs = mixed.hazards(days)[i][0], mixed.beliefs(days)[i]
        spent = cumulative_trapezoid(hazards, days * DAY, initial=0.0)
        silent = mixed.process.priors[i][:, None] * np.exp(-spent)
        np.testing.assert_allclose(beliefs, silent / silent.sum(axis=0), atol=2e-6)
    # The type that is dearer to move is what silence speaks for.
    assert mixed.beliefs(1e5)[0][1, 0] == pytest.approx(1.0, abs=1e-6)
    assert mixed.hazards(0.0)[1][0, 1, 0] == 0.0


def best_of_shocks(ahead, value, s, w):
    """Mean gain at a window of the best of waiting and one act, by quadrature over the shocks."""
    waiting = value + s * (np.log(1.0 - w) - np.euler_gamma)
    acting = ahead + s * (np.log(w) - np.euler_gamma)

    def density(y):
        return y * np.exp(-np.exp(-(y - waiting) / s) - np.exp(-(y - acting) / s)) * (
            np.exp(-(y - waiting) / s) + np.exp(-(y - acting) / s)
        ) / s  # fmt: skip

    top = max(waiting, acting)
    mean = quad(density, top - 8.0 * s, top + 45.0 * s, epsabs=1e-12, epsrel=1e-11, limit=200)[0]
    return mean - value


@pytest.mark.parametrize(("i", "k"), [(0, 0), (0, 1), (1, 0)])
def test_no_plan_of_a_type_is_worth_more(mixed, i, k):
    # Backward against the other side's hazards alone, choosing the best at every window.
    game, j = mixed.process.game, 1 - i
    node, cost = game.nodes[0], mixed.process.costs[i][k]
    s, eta, r = game.shock_scales[i], game.window_rates[i], game.discount_rates[i]
    w, gamma = game.base_rate[i] / eta, node.endings[0].rate
    times = np.concatenate([[0.0], np.geomspace(1e-3, 200.0, 3000)])
    rival = CubicSpline(times, mixed.mean_hazards(times / DAY)[j][0])
    ahead = node.actions[i].payoff[i] - cost
    won, broken = node.actions[j].payoff[i], node.endings[0].payoff[i]

    def slope(back, value, plan):
        h = rival(60.0 - back)
        outside = node.flow[i] - r * value + h * (won - value) + gamma * (broken - value)
        if plan == "best":
            gain = best_of_shocks(ahead, value[0], s, w)
        elif plan == "never":
            gain = s * np.log(1.0 - w)
        else:
            gain = ahead + s * np.log(w) - value[0]
        return outside + eta * gain

    found = {}
    for plan in ("best", "never", "always"):
        path = solve_ivp(
            slope, (0.0, 60.0), [mixed.path.at(np.array([60.0]))[0][i][k, 0]], args=(plan,),
            method="LSODA", rtol=1e-9, atol=1e-11,
        )  # fmt: skip
        found[plan] = path.y[0, -1]
    value = mixed.values[i][k]
    assert found["best"] == pytest.approx(value, abs=1e-7)
    assert found["never"] < value
    assert found["always"] < value


def test_the_certificate_sees_a_plan_or_a_belief_that_is_off(mixed):
    typed = mixed.process
    assert mixed.residual < 1e-8
    other = TypedGame(typed.game, ([0.25, 0.7], [0.31, np.inf]), typed.priors)
    assert replace(mixed, process=other).residual > 1e-4
    other = TypedGame(typed.game, typed.costs, ([0.61, 0.39], typed.priors[1]))
    assert replace(mixed, process=other).certificate.belief_gap > 1e-3
    for psi in (0.0, 0.6):
        two = TypedGame(chain(), ([0.3, 0.6], [0.4]), ([0.7, 0.3], [1.0]), psi)
        assert solve_process(two).residual < 1e-8


@pytest.mark.parametrize("psi", [0.0, 0.6])
def test_dates_of_two_stages_by_plain_sums(psi):
    typed = TypedGame(chain(), ([0.3, 0.6], [0.4]), ([0.7, 0.3], [1.0]), psi)
    solution = solve_process(typed, points=9)
    end, knots = 200.0, np.concatenate([[0.0], np.geomspace(3.0, 200.0, 8)])
    days = np.linspace(0.0, end, 4001)
    hazards, beliefs = solution.hazards(days), solution.beliefs(days)
    mean = solution.mean_hazards(days)
    alive = np.exp(-cumulative_trapezoid(mean[0][0] + mean[1][0], days * DAY, initial=0.0))
    deal = 0.0
    for i, to in ((0, "b"), (1, "c")):
        chances = []
        for t in knots:
            # Who acted, by Bayes, and what is believed when the second stage opens.
            q = np.argmin(np.abs(days - t))
            belief = beliefs[0][:, q] * (hazards[0][0, :, q] if i == 0 else 1.0)
            prior = (1.0 - psi) * typed.priors[0] + psi * belief / belief.sum()
            game = replace(chain(), start_node=to)
            second = solve_process(TypedGame(game, typed.costs, (prior, [1.0]), 0.0))
            chances.append(second.deal_by(end - days[q]))
        later = CubicSpline(days[[np.argmin(np.abs(days - t)) for t in knots]], chances)(days)
        deal += np.trapezoid(alive * mean[i][0] * later, days * DAY)
    assert solution.deal_by(end) == pytest.approx(deal, rel=2e-4)


def test_stubborn_types_and_many_small_shocks_approach_abreu_and_gul():
    # One type's cost without bound, windows ever more often and s log eta -> 0: a slow sequence.
    z, low, high = (0.1, 0.2), (0.3, 0.4), (0.7, 0.6)
    flows, rates = (-0.05, -0.08), (0.05, 0.05)
    limit = reputational_bargaining(
        concede=low, win=high, stubbornness=z, discount_rates=rates, flows=flows
    )
    middle = 0.5 * limit.horizon / DAY
    opening = 1.0 - (1.0 - limit.initial_concession[1]) * np.exp(-0.25 * sum(limit.hazards))
    gaps = []
    for s, eta in ((0.05, 25.0), (0.0125, 100.0), (0.00625, 200.0)):
        game = one_node(flows, low, high, (0.0, 0.0), (s, s), rates, (eta, eta))
        priors = [[1.0 - chance, chance] for chance in z]
        solution = solve_process(TypedGame(game, ([0.0, np.inf], [0.0, np.inf]), priors))
        values = [solution.values[i][0] - limit.values[i] for i in range(2)]
        hazards = [solution.mean_hazards(middle)[i][0, 0] - limit.hazards[i] for i in range(2)]
        dates = [
            solution.deal_by(0.25 / DAY) - opening,
            solution.deal_by(2.0 * limit.horizon / DAY) - limit.prob_deal,
        ]
        gaps.append(np.abs([*values, *hazards, *dates]))
    assert (gaps[1][:5] < gaps[0][:5]).all()
    assert (gaps[2][:5] < gaps[1][:5]).all()
    assert gaps[2].max() < 0.07
    assert gaps[2][:2].max() < 0.02
    assert max(gap[5] for gap in gaps) < 1e-4
