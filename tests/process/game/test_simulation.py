"""Values and dates against windows with explicit shocks, and against paths by hazards."""

from dataclasses import replace

import numpy as np
import pytest
from numba import njit

import negotiation as ng
from negotiation.process.game.nodes import Deadline, Ending, Node
from negotiation.process.game.process_game import ProcessGame
from tests.process.game.games import printed, random_graph

HORIZON = 6.0


@njit
def play_windows(rng, paths, start, acts, endings, rules, times, horizon):
    """Play with explicit Gumbel shocks: payoffs of every path and where it stands at some times.

    ``constants`` [node, side, waiting or acting] are the log-weights; the rest is of the game.
    """
    begins, side, to, pay, own = acts
    ends, e_to, e_pay, e_rate = endings
    flow, V, r, s, eta, constants = rules
    nodes = len(flow)
    worth = np.zeros((paths, 2))
    at = np.zeros((len(times), nodes + 1))
    for path in range(paths):
        n, t, seen = start, 0.0, 0
        while True:
            rate = eta[0] + eta[1]
            for e in range(ends[n], ends[n + 1]):
                rate += e_rate[e]
            later = min(t - np.log(1.0 - rng.random()) / rate, horizon)
            while seen < len(times) and times[seen] < later:
                at[seen, n] += 1.0
                seen += 1
            for i in range(2):
                worth[path, i] += flow[n, i] * (np.exp(-r[i] * t) - np.exp(-r[i] * later)) / r[i]
            t = later
            if t >= horizon:
                for i in range(2):
                    worth[path, i] += np.exp(-r[i] * t) * V[n, i]
                break
            u = rng.random() * rate
            target = n
            if u < eta[0] + eta[1]:
                i = 0 if u < eta[0] else 1
                best = s[i] * (gumbel(rng) + constants[n, i, 0])
                reward = best
                act = -1
                for a in range(begins[n], begins[n + 1]):
                    if side[a] != i:
                        continue
                    shock = s[i] * (gumbel(rng) + constants[n, i, 1])
                    gain = own[a] + shock - V[n, i]
                    if to[a] >= 0:
                        gain += V[to[a], i]
                    if gain > best:
                        best, act, reward = gain, a, shock + own[a]
                worth[path, i] += np.exp(-r[i] * t) * reward
                if act >= 0:
                    target = to[act]
                    worth[path, 1 - i] += np.exp(-r[1 - i] * t) * pay[act, 1 - i]
            else:
                u -= eta[0] + eta[1]
                chosen = ends[n]
                while u >= e_rate[chosen]:
                    u -= e_rate[chosen]
                    chosen += 1
                target = e_to[chosen]
                for i in range(2):
                    worth[path, i] += np.exp(-r[i] * t) * e_pay[chosen, i]
            if target < 0:
                while seen < len(times):
                    at[seen, nodes] += 1.0
                    seen += 1
                break
            n = target
    return worth, at / paths


@njit
def gumbel(rng):
    return -np.log(-np.log(1.0 - rng.random())) - np.euler_gamma


def number(to):
    return -1 if to is None else to


def windows(solution, rng, paths, times):
    """Arguments of `play_windows` read off the game itself."""
    game = solution.process
    actions = [a for node in game.nodes for a in node.actions]
    endings = [e for node in game.nodes for e in node.endings]
    begins = np.cumsum([0] + [len(node.actions) for node in game.nodes])
    ends = np.cumsum([0] + [len(node.endings) for node in game.nodes])
    pay = np.array([a.payoff for a in actions]).reshape(-1, 2)
    side = np.array([a.side for a in actions], dtype=np.int64)
    cost = np.array([a.audience_cost for a in actions])
    own = pay[np.arange(len(actions)), side] - cost
    w = game.base_rate / game.window_rates
    constants = np.zeros((len(game.nodes), 2, 2))
    for n, node in enumerate(game.nodes):
        for i in range(2):
            taken = sum(a.side == i for a in node.actions)
            constants[n, i] = np.log(1.0 - taken * w[i]), np.log(w[i])
    acts = begins, side, np.array([number(a.to) for a in actions], dtype=np.int64), pay, own
    e_to = np.array([number(e.to) for e in endings], dtype=np.int64)
    e_pay = np.array([e.payoff for e in endings]).reshape(-1, 2)
    rates = np.array([e.rate for e in endings], dtype=float)
    flow = np.array([node.flow for node in game.nodes])
    scales = game.discount_rates, game.shock_scales, game.window_rates
    rules = flow, solution.node_values, *scales, constants
    last = ends, e_to, e_pay, rates
    return play_windows(rng, paths, game.start_node, acts, last, rules, times, HORIZON)


def within_four_errors(seen, expected, paths):
    spread = np.sqrt(np.maximum(expected * (1.0 - expected), 1.0 / paths) / paths)
    assert (np.abs(seen - expected) <= 4.0 * spread).all()


def compared(seed, games, paths=200_000):
    rng = np.random.default_rng(seed)
    times = np.array([0.05, 0.25, 1.0])
    for _ in range(games):
        solution = ng.solve_process(random_graph(rng, 6))
        worth, at = windows(solution, rng, paths, times)
        error = 4.0 * worth.std(axis=0) / np.sqrt(paths)
        assert (np.abs(worth.mean(axis=0) - solution.values) <= error).all()
        expected = solution.node_probabilities(times * 365.25)
        within_four_errors(at, expected, paths)
        drawn = ng.simulate_process(solution, paths, rng=rng, horizon_days=3653.0)
        within_four_errors(drawn.node_probabilities(times * 365.25), expected, paths)
        within_four_errors(drawn.deal_by(times * 365.25), solution.deal_by(times * 365.25), paths)


def test_windows_and_paths():
    compared(10, 3)


@pytest.mark.slow
def test_many_windows_and_paths():
    compared(11, 30)


def test_paths_through_dates():
    rng = np.random.default_rng(12)
    paths = 100_000
    days = np.array([5.0, 40.0, 120.0, 300.0])
    for _ in range(4):
        solution = ng.solve_process(random_graph(rng, 6, dated=True))
        drawn = ng.simulate_process(solution, paths, rng=rng)
        within_four_errors(drawn.node_probabilities(days), solution.node_probabilities(days), paths)
        within_four_errors(drawn.deal_by(days), solution.deal_by(days), paths)


def test_expected_events_and_who_concedes():
    deadline = Deadline(0.5, None, (-0.3, -0.4))
    for game in (printed(), printed(deadline=deadline)):
        solution = ng.solve_process(game)
        seen = solution.eventual
        paths = 200_000
        drawn = ng.simulate_process(solution, paths, rng=np.random.default_rng(1))
        expected = np.concatenate([seen.acts, seen.endings, seen.deadlines])
        within_four_errors(drawn.events, expected, paths)
        assert seen.acts.sum() + seen.deadlines.sum() == pytest.approx(1.0, abs=1e-9)
        np.testing.assert_allclose(solution.concedes_first, seen.acts, atol=1e-12)
        assert solution.deal_probability == pytest.approx(seen.acts.sum(), abs=1e-12)
        assert solution.deal_by(1e6) == pytest.approx(solution.deal_probability, abs=1e-9)
        assert drawn.deal_probability == pytest.approx(solution.deal_probability, abs=0.005)
        assert seen.time[0] == pytest.approx(drawn.time.mean(), rel=0.02)


@pytest.mark.kernel
def test_few_paths_through_dates():
    """Acts, thinned windows, an ending with steps and a deadline, all in few paths."""
    court = Ending(((0.0, 0.5), (0.1, 4.0)), None, (-0.5, -0.5), "court")
    game = printed(endings=(court,), deadline=Deadline(0.3))
    solution = ng.solve_process(game)
    drawn = ng.simulate_process(solution, 60, rng=np.random.default_rng(5), horizon_days=90.0)
    expected = np.concatenate(
        [solution.eventual.acts, solution.eventual.endings, solution.eventual.deadlines]
    )
    assert (drawn.time <= 90.0 / 365.25).all()
    assert np.abs(drawn.events[:3] - expected[:3]).max() < 0.3
    chances = solution.node_probabilities([10.0, 60.0, 89.0, 120.0])
    assert np.abs(drawn.node_probabilities([10.0, 60.0, 89.0]) - chances[:3]).max() < 0.3
    np.testing.assert_allclose(chances.sum(axis=1), 1.0, atol=1e-12)


@pytest.mark.kernel
def test_same_seed_same_bytes():
    solution = ng.solve_process(printed())
    first, second = (
        ng.simulate_process(solution, 50, rng=np.random.default_rng(3)) for _ in range(2)
    )
    assert first.time.tobytes() == second.time.tobytes()
    assert first.event.tobytes() == second.event.tobytes()
    assert first.count == 50
    with pytest.raises(ng.InvalidInputError, match="no paths"):
        ng.simulate_process(solution, 0, rng=np.random.default_rng(3))


def test_a_game_in_which_nothing_can_happen():
    game = ProcessGame((Node("impasse", (-1.0, 0.0), deal=False),), (0.05, 0.05), (0.1, 0.1))
    drawn = ng.simulate_process(ng.solve_process(game), 10, rng=np.random.default_rng(1))
    assert drawn.node_probabilities([1.0, 100.0]).tolist() == [[1.0, 0.0]] * 2
    assert drawn.deal_probability == 0.0
    assert ng.solve_process(game).deal_by(100.0) == 0.0


def test_a_concession_that_ends_play_ends_the_stage():
    solution = ng.solve_process(printed())
    days = np.array([10.0, 59.0, 400.0])
    over = 1.0 - np.exp(-solution.hazards.sum() * days / 365.25)
    assert solution.deal_by(days) == pytest.approx(over, abs=1e-9)
    assert solution.cut_by(days) == pytest.approx(over, abs=1e-9)
    assert solution.stage_probability(0) == pytest.approx(1.0)
    told = ng.compare_models(solution, days=days).filter(like="over_by").to_numpy(float)
    assert told[0] == pytest.approx(over, abs=1e-9)


def test_shares_of_paths_are_asked_by_days_or_date():
    solution = ng.solve_process(replace(printed(), start="2025-01-01"))
    paths = ng.simulate_process(solution, 200, rng=1)
    for read in (paths.deal_by, paths.node_probabilities):
        assert np.array_equal(read("2025-03-01"), read(59.0))
        for wrong in (-1.0, "soon", [[1.0], [2.0, 3.0]]):
            with pytest.raises(ng.InvalidInputError, match="day"):
                read(wrong)
