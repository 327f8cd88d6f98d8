"""Quantal responses against scalar fixed points, symmetry, Nash limits and another solver."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from negotiation import ConvergenceError, InvalidInputError, NormalFormGame
from negotiation.equilibrium.quantal.estimation import fit_quantal_response
from negotiation.equilibrium.quantal.quantal_response import (
    quantal_response,
    quantal_response_branch,
)

# Ochs's asymmetric matching pennies, as in McKelvey and Palfrey (1995).
PENNIES = NormalFormGame.from_bimatrix([[9, 0], [0, 1]], [[0, 1], [1, 0]])


def test_payoffs_beyond_what_floats_hold_are_told_apart():
    A, B = np.array(PENNIES.payoffs, dtype=int).astype(object) + 2**60 + 1
    found = quantal_response(NormalFormGame.from_bimatrix(A, B), 0.5)
    for x, y in zip(found.probabilities, quantal_response(PENNIES, 0.5).probabilities, strict=True):
        assert x == pytest.approx(y, abs=1e-8)
    assert found.points[0].regret > 0.01


def logistic(x):
    return 1.0 / (1.0 + np.exp(-np.clip(x, -700, 700)))


def pennies_by_bisection(precision):
    """p = P(up) solves p = L(lambda (10 q(p) - 1)), q(p) = L(lambda (1 - 2 p))."""

    def excess(p):
        q = logistic(precision * (1 - 2 * p))
        return p - logistic(precision * (10 * q - 1))

    p = brentq(excess, 0.0, 1.0, xtol=1e-15)
    return p, logistic(precision * (1 - 2 * p))


@pytest.mark.parametrize("scale", [1.0, 1e9, 1e-9])
def test_asymmetric_matching_pennies(scale):
    precisions = np.array([0.0, 0.1, 0.5, 1.0, 3.0, 10.0, 100.0])
    result = quantal_response(NormalFormGame(PENNIES.payoffs * scale), precisions / scale)
    assert result.converged
    assert result.precisions == pytest.approx(precisions / scale)
    for precision, point in zip(precisions, result.points, strict=True):
        p, q = pennies_by_bisection(precision)
        assert point.probabilities[0][0] == pytest.approx(p, abs=1e-10)
        assert point.probabilities[1][0] == pytest.approx(q, abs=1e-10)
        assert point.residual <= 1e-10
    assert result.probabilities == result.points[-1].probabilities


def test_the_order_asked_for_is_kept_and_limits_are_nash():
    result = quantal_response(PENNIES, [1e6, 0.0, 1.0])
    assert result.precisions.tolist() == [1e6, 0.0, 1.0]
    limit = result.points[0]
    assert limit.probabilities[0] == pytest.approx([0.5, 0.5], abs=1e-5)
    assert limit.probabilities[1] == pytest.approx([0.1, 0.9], abs=1e-5)
    assert limit.regret < 1e-5
    assert result.points[1].probabilities[0].tolist() == [0.5, 0.5]


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([(2, 2), (3, 2), (3, 3), (2, 2, 2), (2, 3, 2)]), st.integers(0, 10**6))
def test_every_point_is_its_own_logit_response(shape, seed):
    payoffs = np.random.default_rng(seed).normal(size=(len(shape), *shape))
    game = NormalFormGame(payoffs)
    result = quantal_response(game, [0.3, 2.0, 20.0])
    for point in result.points:
        for player, p in enumerate(point.probabilities):
            table = np.moveaxis(payoffs[player], player, 0)
            others = [q for k, q in enumerate(point.probabilities) if k != player]
            weight = others[0]
            for q in others[1:]:
                weight = np.multiply.outer(weight, q)
            u = table.reshape(len(p), -1) @ weight.ravel()
            response = np.exp(point.precision * (u - u.max()))
            assert p == pytest.approx(response / response.sum(), abs=1e-9)
    shifted = NormalFormGame(payoffs + 1e3)
    again = quantal_response(shifted, 2.0)
    for a, b in zip(again.probabilities, result.points[1].probabilities, strict=True):
        assert a == pytest.approx(b, abs=1e-7)


def test_symmetric_coordination_stays_at_the_centroid_and_reports_the_fork():
    game = NormalFormGame.from_bimatrix([[2, 0], [0, 2]], [[2, 0], [0, 2]])
    result = quantal_response(game, [0.5, 1.0, 30.0])
    assert all(p == pytest.approx([0.5, 0.5]) for p in result.probabilities)
    # p = L(2 lambda (2p - 1)) has slope lambda at 1/2: the fork is at lambda = 1.
    assert result.bifurcations == pytest.approx([1.0], abs=1e-2)


def test_the_branch_selects_the_risk_dominant_equilibrium():
    game = NormalFormGame.from_bimatrix([[4, 0], [3, 3]], [[4, 3], [0, 3]])
    branch = quantal_response_branch(game, 50.0)
    assert branch.converged
    assert branch.precisions[0] == 0.0
    assert branch.precisions[-1] == pytest.approx(50.0)
    assert np.all(np.diff(branch.precisions) > 0.0)
    assert branch.probabilities[0][1] > 0.999
    fork = NormalFormGame.from_bimatrix([[2, 0], [0, 2]], [[2, 0], [0, 2]])
    assert quantal_response_branch(fork, 5.0).bifurcations == pytest.approx([1.0], abs=1e-2)


def test_a_flat_game_and_a_player_without_choice():
    flat = quantal_response(NormalFormGame(np.zeros((2, 2, 3))), [0.0, 5.0])
    assert flat.probabilities[1] == pytest.approx([1 / 3] * 3)
    lone = NormalFormGame.from_bimatrix([[1.0, 2.0]], [[0.0, 1.0]])
    p = quantal_response(lone, 2.0).probabilities
    assert p[0].tolist() == [1.0]
    assert p[1][1] == pytest.approx(logistic(2.0))


def test_fit_recovers_the_precision_that_made_the_data():
    for precision in (0.3, 1.5, 8.0):
        truth = quantal_response(PENNIES, precision).probabilities
        fit = fit_quantal_response(PENNIES, [1000 * p for p in truth])
        assert fit.precision == pytest.approx(precision, rel=1e-5)
        assert fit.observations == pytest.approx(2000)
        assert fit.standard_error > 0.0
        assert not fit.at_limit
        assert fit.log_likelihood == pytest.approx(sum(float(1000 * p @ np.log(p)) for p in truth))
    for scale in (1e9, 1e-9):
        game = NormalFormGame(PENNIES.payoffs * scale)
        assert fit_quantal_response(game, [1000 * p for p in truth]).precision * scale == (
            pytest.approx(8.0, rel=1e-5)
        )


def test_fit_standard_error_is_that_of_repeated_samples():
    truth = quantal_response(PENNIES, 1.5).probabilities
    rng = np.random.default_rng(11)
    estimates = []
    for _ in range(60):
        counts = [rng.multinomial(200, p) for p in truth]
        estimates.append(fit_quantal_response(PENNIES, counts, max_precision=50.0).precision)
    predicted = fit_quantal_response(PENNIES, [200 * p for p in truth]).standard_error
    assert np.std(estimates) == pytest.approx(predicted, rel=0.35)


def test_fit_at_its_limits():
    dilemma = NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    rational = fit_quantal_response(dilemma, [[0, 10], [0, 10]], max_precision=40.0)
    assert rational.at_limit
    assert rational.precision == pytest.approx(40.0)
    perverse = fit_quantal_response(dilemma, [[10, 0], [10, 0]])
    assert perverse.at_limit
    assert perverse.precision == 0.0
    assert np.isnan(perverse.standard_error)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: quantal_response(PENNIES, -1.0), "precision"),
        (lambda: quantal_response(PENNIES, [1.0, np.inf]), "precision"),
        (lambda: quantal_response(PENNIES, 1.0, tol=-1.0), "tol"),
        (lambda: quantal_response_branch(PENNIES, 0.0), "max_precision"),
        (lambda: fit_quantal_response(PENNIES, [[1, 2]]), "one vector"),
        (lambda: fit_quantal_response(PENNIES, [[1, -2], [1, 1]]), r"counts\[0\]"),
        (lambda: fit_quantal_response(PENNIES, [[1, 2, 3], [1, 1]]), r"counts\[0\]"),
        (lambda: fit_quantal_response(PENNIES, [[0, 0], [0, 0]]), "nothing"),
        (lambda: fit_quantal_response(PENNIES, [[1, 0], [0, 1]], max_precision=0), "max_prec"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(InvalidInputError, match=message):
        call()


def test_too_few_steps_raise_with_the_points_found():
    with pytest.raises(ConvergenceError, match="more than 3 steps") as caught:
        quantal_response(PENNIES, [0.0, 100.0], max_steps=3)
    assert [p.precision for p in caught.value.partial.points] == [0.0]
    assert not quantal_response(PENNIES, 100.0, max_steps=3, raise_on_failure=False).converged


@pytest.mark.oracle
def test_agrees_with_gambit():
    gambit = pytest.importorskip("pygambit")
    for seed in range(40):
        rng = np.random.default_rng(seed)
        shape = [(2, 2), (3, 3), (4, 3), (2, 2, 2)][seed % 4]
        payoffs = rng.integers(0, 10, size=(len(shape), *shape)).astype(float)
        ours = quantal_response(NormalFormGame(payoffs), [0.5, 3.0])
        theirs = gambit.qre.logit_solve_lambda(
            gambit.StrategicGame.from_arrays(*payoffs), [0.5, 3.0]
        )
        for a, b in zip(ours.points, theirs, strict=True):
            values = [float(p) for mixed in b.profile for _, p in mixed]
            assert np.concatenate(a.probabilities) == pytest.approx(values, abs=1e-5)
