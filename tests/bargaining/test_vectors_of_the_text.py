"""Vectors named by the literature's numbers: through the same mapping as the reference file."""

import math

import pytest

from tests.vectors_b import VECTORS


def outputs(identifier, **inputs):
    return VECTORS[identifier](inputs)


def test_exponential_attrition():
    found = outputs("D04", cost=1, dist="Exp(1)", v=1.5)
    assert found["t_of_v"] == pytest.approx(1.125, rel=1e-9)
    assert found["expected_duration"] == pytest.approx(1 / 4, rel=1e-9)
    assert found["expected_payoff_each"] == pytest.approx(1 / 2, rel=1e-9)
    several = outputs("D03", cost="1/2", dist="U[0,1]", v=[0.5, "1/4"])
    assert several["t_of_v"][0] == pytest.approx(2 * (math.log(2) - 0.5), rel=1e-9)
    assert several["expected_duration"] == pytest.approx(1 / 3, rel=1e-9)


def test_delay_for_one_or_many_rates():
    found = outputs("D05", x="3/5", r=[0.05, 0.1])
    assert found["r05"]["expected_delay"] == pytest.approx(5.0)
    assert found["r10"]["hazard"] == pytest.approx(0.2)
    assert outputs("D05", x=0.6, r=0.05)["hazard"] == pytest.approx(0.1)


@pytest.mark.parametrize("a", [0.7, [0.7, 0.7]])
def test_symmetric_crisis(a):
    found = outputs("E02", v=1, a=a, W=1)
    assert found["aT"] == pytest.approx((math.sqrt(5) - 1) / 2, rel=1e-9)
    assert found["war_prob"] == pytest.approx((3 - math.sqrt(5)) / 2, rel=1e-9)


def test_asymmetric_crisis():
    found = outputs("E03", v=1, a=[0.4, 0.2], W=[1, 1])
    assert found["prob_backdown"] == pytest.approx([0.131, 0.601], abs=5e-4)
    assert found["war_prob"] == pytest.approx(0.268, abs=5e-4)


def test_limit_of_rare_stubbornness():
    found = outputs("F03", alpha=[0.6, 0.7], r=[0.1, 0.08], z=[1e-90, 1e-90])
    assert found["payoff_limit"] == pytest.approx([0.6, 0.4])
    assert found["payoff"] == pytest.approx([0.6, 0.4], abs=1e-2)


def test_flows_with_breakdown():
    found = outputs(
        "F04", L=[0.3, 0.4], F=[0.7, 0.6], g=[-0.05, -0.08], r=0.05, z=0.1, beta=0.02, B=[-1, -1]
    )
    assert found["hazard"][0] == pytest.approx((0.02 + 0.08 + 0.02 * 1.4) / 0.2)
    assert 0 < found["prob_breakdown"] < 1


def test_double_auction_over_price_rules():
    found = outputs("H02", k=[0, "1/2", 1])
    assert found["prob_trade"] == pytest.approx([1 / 4, 9 / 32, 1 / 4])
    assert found["gains"] == pytest.approx([1 / 8, 9 / 64, 1 / 8])


def test_public_threat():
    found = outputs("I02", pi_strong=0.3, a=1.5, w_strong=0.2, w_weak=-2, cost_war_B=2, a_B=0.4)
    assert found["prob_war"] == pytest.approx(0.12)
    assert found["prob_resist"] == pytest.approx(0.4)


def test_two_audiences_in_every_form():
    assert outputs("J02", v=[1, 1], w=[-2, 0.5])["kind"] == "subversion"
    assert outputs("J02", v1=1, v2=1, w1=1, w2=2)["class"] == "full"
    named = outputs("J02", a={"v": [-1, 2], "w": [2, -1]}, b={"v": [-1, 2], "w": [0.5, -3]})
    assert (named["a"]["kind"], named["b"]["kind"]) == ("mutual discipline", "none")
    listed = outputs("J02", cases=[{"v": [1, 3], "w": [-1, 2]}, {"v": [1, 1], "w": [1, 1]}])
    assert listed["kind"] == ["one-sided discipline", "full"]


@pytest.mark.parametrize(
    "inputs",
    [
        {"alpha": 2, "beta": 3, "successes": 7, "failures": 1},
        {"a": 2, "b": 3, "correct": 7, "n": 8},
        {"prior": [2, 3], "history": [1, 1, 1, 1, 0, 1, 1, 1]},
    ],
)
def test_reliability_in_every_form(inputs):
    found = VECTORS["K03"](inputs)
    assert found["posterior_mean"] == pytest.approx(9 / 13)
    assert found["posterior"] == [9, 4]
    assert found["variance"] == pytest.approx(9 * 4 / (13**2 * 14))


def test_two_type_offers():
    found = outputs("B14", vH=2, vL=1, delta=0.9, pi=0.6)
    assert found["p1"] == pytest.approx(1.1)
    assert found["profit_screening"] == pytest.approx(0.6 * 1.1 + 0.4 * 0.9)


def test_several_channels():
    assert outputs("K05", loss=0.1, n=1, channels=2)["prob_n_messages"] == pytest.approx(0.01)


def test_general_hazard():
    case = {"r_i": 0.1, "L_i": 1, "F_i": 2, "g_i": -0.2, "beta": 0.1, "B_i": -1, "dL_i": -0.3}
    assert outputs("P06", general=case)["general"] == pytest.approx(0.8)
