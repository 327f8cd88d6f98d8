"""No certificate is blinded by a payoff that stands for "forbidden"."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from negotiation import (
    ConvergenceError,
    NormalFormGame,
    correlated_equilibria,
    is_perfect,
    nash_equilibria,
    one_equilibrium,
    stackelberg,
)
from negotiation.equilibrium.certificate import regret, regret_at_stake, undominated_range

DILEMMA = np.array([[[3, 0], [5, 1]], [[3, 5], [0, 1]]])


def with_forbidden_action(payoffs, sentinel):
    """Every player gets one more action that pays the sentinel whatever the others do."""
    count = len(payoffs)
    out = np.zeros((count, *(n + 1 for n in payoffs.shape[1:])))
    out[(slice(None), *(slice(n) for n in payoffs.shape[1:]))] = payoffs
    for i in range(count):
        place = [slice(None)] * (count + 1)
        place[0], place[i + 1] = i, -1
        out[tuple(place)] = sentinel
    return out


def with_crash(payoffs, sentinel, cell):
    """One cell pays everybody the sentinel: no action is dominated for that."""
    out = payoffs.astype(float)
    out[(slice(None), *cell)] = sentinel
    return out


def exact_disobedience(payoffs, q):
    """Largest exact gain from disobeying, and a bound on the small payoffs at stake."""
    worst = Fraction(0)
    weights = {c: Fraction(float(q[c])) for c in np.ndindex(q.shape) if q[c] > 0}
    total = sum(weights.values())
    for i, n in enumerate(q.shape):
        for a, b in itertools.permutations(range(n), 2):
            gain = Fraction(0)
            for cell, p in weights.items():
                if cell[i] == a:
                    other = (*cell[:i], b, *cell[i + 1 :])
                    gain += p * (
                        Fraction(float(payoffs[(i, *other)])) - Fraction(float(payoffs[(i, *cell)]))
                    )
            worst = max(worst, gain / total)
    return worst


@pytest.mark.parametrize("power", [6, 10, 12, 15])
def test_the_dilemma_with_a_forbidden_action(power):
    game = NormalFormGame(with_forbidden_action(DILEMMA, -(10.0**power)))
    assert undominated_range(game).tolist() == [1.0, 1.0]
    cooperate = ([1, 0, 0], [1, 0, 0])
    assert regret(game, cooperate) == 2.0
    assert regret_at_stake(game, cooperate) == 1.0
    assert not is_perfect(game, cooperate).is_nash
    for objective in ("welfare", "fairest", "best", "worst"):
        found = correlated_equilibria(game, objective)
        assert found.converged
        assert found.payoffs.tolist() == [1.0, 1.0]
    assert [e.payoffs.tolist() for e in nash_equilibria(game).equilibria] == [[1.0, 1.0]]
    for leader in (0, 1):
        assert stackelberg(game, leader).payoffs.tolist() == [1.0, 1.0]


def check_sentinels(count):
    rng = np.random.default_rng(0)
    solved = refused = 0
    for k in range(count):
        small = rng.integers(0, 5, (2, 2, 2))
        sentinel = -(10.0 ** rng.integers(6, 16))
        forbidden = k % 2 == 0
        payoffs = (
            with_forbidden_action(small, sentinel)
            if forbidden
            else with_crash(small, sentinel, tuple(rng.integers(0, 2, 2)))
        )
        game = NormalFormGame(payoffs)
        for objective, coarse in (("welfare", False), ("fairest", False), ("welfare", True)):
            try:
                found = correlated_equilibria(game, objective, coarse=coarse)
            except ConvergenceError:
                refused += 1
                continue
            solved += 1
            assert found.exact_regret <= Fraction(1, 10**6)
            if not coarse:
                # Rounding to floats loses at most 1e-16 of what the sentinel could do.
                allowed = Fraction(1, 10**6) + (
                    Fraction(0) if forbidden else Fraction(abs(sentinel)) / 10**15
                )
                assert exact_disobedience(payoffs, found.distribution) <= allowed
            if forbidden and not coarse and objective == "welfare":
                plain = correlated_equilibria(NormalFormGame(small), objective)
                assert found.value == pytest.approx(plain.value, abs=1e-6)
        for leader in (0, 1):
            found = stackelberg(game, leader)
            follow = payoffs[1 - leader] if leader == 0 else payoffs[0].T
            x = found.exact or [Fraction(float(p)) for p in found.commitment]
            replies = [
                sum(p * Fraction(float(v)) for p, v in zip(x, column, strict=True))
                for column in follow.T
            ]
            assert max(replies) - replies[found.response] <= Fraction(1, 10**6)
            if forbidden:
                plain = stackelberg(NormalFormGame(small), leader)
                assert found.payoffs[leader] >= plain.payoffs[leader] - 1e-6
        equilibria = nash_equilibria(game)
        assert equilibria.complete
        assert all(e.exact_regret == 0 for e in equilibria.equilibria)
        one = one_equilibrium(game).equilibria[0]
        assert regret_at_stake(game, one.probabilities) <= 1e-9
        # A profile that is no equilibrium of the small game is none with the sentinel either.
        cell = tuple(int(v) for v in rng.integers(0, 2, 2))
        pure = [np.eye(n)[c] for n, c in zip(game.shape, cell, strict=True)]
        gains = [
            max(payoffs[i][(*cell[:i], b, *cell[i + 1 :])] for b in range(game.shape[i]))
            - payoffs[i][cell]
            for i in range(2)
        ]
        assert is_perfect(game, pure).is_nash == (max(gains) <= 0) or not forbidden
        assert (regret_at_stake(game, pure) > 0) == (max(gains) > 0)
    assert solved > 0.9 * (solved + refused)


def test_no_wrong_certificate_with_sentinels():
    check_sentinels(60)


@pytest.mark.slow
def test_no_wrong_certificate_in_a_thousand_games_with_sentinels():
    check_sentinels(1_000)


def test_three_players_with_a_sentinel():
    rng = np.random.default_rng(1)
    for power in (6, 9, 12, 15):
        small = rng.random((3, 2, 2, 2))
        found = nash_equilibria(NormalFormGame(with_forbidden_action(small, -(10.0**power))))
        plain = nash_equilibria(NormalFormGame(small))
        assert found.complete
        assert len(found.equilibria) == len(plain.equilibria)
