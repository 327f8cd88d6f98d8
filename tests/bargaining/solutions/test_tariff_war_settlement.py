"""Ending a tariff war: who gets what, and equivalent withdrawal."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from negotiation.bargaining.solutions.axiomatic import kalai_smorodinsky, nash_bargaining
from negotiation.bargaining.solutions.problem import BargainingProblem
from negotiation.bargaining.solutions.tariff_war_settlement import (
    equivalent_withdrawal,
    settle_tariff_war,
    tariff_frontier,
)
from negotiation.errors import InvalidInputError
from negotiation.trade.markets.linear_tariffs import LinearTariffModel

ONE = LinearTariffModel.two_good(gap=1.0)


@given(st.floats(1.05, 3.0))
def test_the_larger_importer_keeps_a_tariff_below_its_nash_tariff(gap):
    deal = settle_tariff_war(LinearTariffModel.two_good(gap=gap), ONE, transfers=False)
    assert 0 < deal.tariffs[0] < deal.nash_tariffs[0]
    assert deal.tariffs[1] == 0
    assert np.all(deal.gains > 0)


@given(st.floats(0.4, 3.0), st.floats(0.1, 0.9))
def test_transfers_end_in_free_trade_and_the_gain_is_split_by_weight(gap, weight):
    deal = settle_tariff_war(
        LinearTariffModel.two_good(gap=gap), ONE, transfers=True, weights=[weight, 1 - weight]
    )
    assert deal.tariffs.tolist() == [0, 0]
    assert deal.payoffs.sum() == pytest.approx(0, abs=1e-12)
    assert deal.gains[0] / deal.gains.sum() == pytest.approx(weight)


def test_equal_sides_return_to_free_trade():
    assert settle_tariff_war(ONE, ONE, transfers=False).tariffs == pytest.approx([0, 0], abs=1e-9)


def test_sides_change_places():
    big = LinearTariffModel(0.8, 1.0, 0.4)
    here = settle_tariff_war(big, ONE, transfers=False)
    there = settle_tariff_war(ONE, big, transfers=False)
    assert here.payoffs == pytest.approx(there.payoffs[::-1], abs=1e-9)


def test_frontier_holds_every_solution_and_no_tariff_pair_beats_it():
    big = LinearTariffModel.two_good(gap=1.5)
    problem = tariff_frontier(big, ONE)
    grid = np.linspace(0, 0.5, 121)
    a, b = np.meshgrid(grid, grid, indexing="ij")
    one, two = big.effects(a), ONE.effects(b)
    cloud = np.column_stack(
        [(one.importer + two.exporter).ravel(), (two.importer + one.exporter).ravel()]
    )
    sampled = BargainingProblem(cloud, problem.point)
    ours, theirs = nash_bargaining(problem), nash_bargaining(sampled)
    assert np.prod(ours.gains) >= np.prod(theirs.gains) - 1e-15
    assert ours.payoffs == pytest.approx(theirs.payoffs, abs=2e-4)
    equal = kalai_smorodinsky(problem)
    shares = equal.gains / (problem.ideal - problem.point)
    best = (kalai_smorodinsky(sampled).gains / (problem.ideal - problem.point)).min()
    assert shares.min() >= best - 1e-12


@given(st.floats(0.0, 0.3), st.floats(0.3, 3.0))
def test_withdrawal_is_proportional(increase, price):
    steep = LinearTariffModel(5.0, 2.0)
    result = equivalent_withdrawal(steep, LinearTariffModel(5.0, 1.0), increase, prices=(price, 1))
    assert result.tariff_increase == pytest.approx(2 * price * increase)
    assert result.value_lost == pytest.approx(price * result.volume_lost)


@pytest.mark.parametrize(
    "call",
    [
        lambda: tariff_frontier(LinearTariffModel(0.5, 1.0, 0.0), ONE),
        lambda: equivalent_withdrawal(ONE, ONE, -0.1),
        lambda: equivalent_withdrawal(ONE, ONE, 5.0),
        lambda: equivalent_withdrawal(LinearTariffModel(5.0, 2.0), ONE, 2.0),
        lambda: equivalent_withdrawal(ONE, ONE, 0.1, prices=(0.0, 1.0)),
    ],
)
def test_outside_the_model(call):
    with pytest.raises(InvalidInputError):
        call()
