"""Games whose actions are measures in any instrument."""

import numpy as np
import pytest

from negotiation.errors import InvalidInputError
from negotiation.payoffs.game import tariff_game
from negotiation.payoffs.scenarios import tariff_payoffs
from negotiation.policy.objectives.objective import JobLosses, Objective
from negotiation.policy.problem.setting import setting
from negotiation.trade.equilibrium import counterfactual
from negotiation.trade.instruments.measures import Measure, action_measures
from negotiation.trade.instruments.policy import INSTRUMENTS, Policy
from negotiation.trade.model import TradeModel
from tests.trade.worlds import random_world

PLAYERS = ("R0", "R1")
MODEL = TradeModel()
OPTIONS = {"model": "general_equilibrium", "trade_model": MODEL, "objectives": Objective()}


def test_payoffs_are_those_of_the_policies():
    economy = random_world(2, regions=3, sectors=3)
    control = Measure("export_control", 0.8, sectors=["S1"])
    package = (Measure("export_tax", 0.2), Measure("import_tariff", 0.1, sectors=["S0"]))
    game = tariff_game(
        economy, {"R0": [0.0, 0.3], "R1": [0.0, control, package, Measure("export_ban")]}, **OPTIONS
    )
    assert game.shape == (2, 4)
    assert game.actions[1][1:] == (
        "export control +80 % (S1)",
        "export tax +20 %, import tariff +10 % (S0)",
        "export ban",
    )
    start = Policy(economy.tariffs)
    raised = Policy(economy.tariffs.add(importer="R0", exporter="R1", rate=0.3))
    flow = {"exporter": "R1", "importer": "R0"}
    ours = [
        lambda p: p,
        lambda p: p.with_export_control(rate=0.8, sectors=["S1"], **flow),
        lambda p: p.with_tariffs(
            p.tariffs.add(importer="R1", exporter="R0", rate=0.1, sectors=["S0"])
        ).with_export_tax(rate=0.2, **flow),
        lambda p: p.with_export_ban(**flow),
    ]
    for row, policy in enumerate((start, raised)):
        for column, change in enumerate(ours):
            world = counterfactual(economy, change(policy), MODEL)
            np.testing.assert_allclose(game.payoffs[:, row, column], world.welfare[:2], atol=1e-8)
    assert game.added_rates[0] == pytest.approx((0.0, 0.3))
    assert game.added_rates[1][2] > 0.0
    assert game.added_rates[1][1] == pytest.approx(0.0)


@pytest.mark.parametrize("kind", INSTRUMENTS)
def test_payoffs_are_those_that_optimal_policy_maximises(kind):
    """With every part of an objective: real income, revenue and the jobs of exports."""
    economy = random_world(3, regions=3, sectors=2, tariffs=0.0)
    losses = JobLosses(
        jobs_per_billion=1e4,
        reemployment_share=0.4,
        annual_wage=5e4,
        spell_years=0.5,
        source="test",
    )
    aim = Objective(real_income=1.0, revenue=0.5, jobs=2.0, job_losses=losses)
    size = 1.3 if kind == "trade_cost" else 0.3
    action = Measure(kind, size, sectors=economy.sectors, partners=["R1"])
    matrix = tariff_payoffs(
        economy, {"R0": [action], "R1": [0.0]}, players=PLAYERS,
        **{**OPTIONS, "objectives": aim},
    )  # fmt: skip
    place = setting(
        *(economy, PLAYERS, "uniform", PLAYERS, MODEL, aim, None, (0.0, 5.0)),
        instrument={"R0": kind, "R1": "import_tariff"},
    )
    point = place.problem.evaluate(np.array([0.3, 0.0]))
    np.testing.assert_allclose(matrix.percent_of_gdp[0], point.values, atol=1e-8)


def test_tariffs_on_regions_that_do_not_play():
    """Measures name any partner; points added stay among the players."""
    economy = random_world(5, regions=4, sectors=2)
    outward = Measure("import_tariff", 0.4, sectors=["S1"], partners=["R1", "R3"])
    rates = {"R0": [0.0, 0.2, outward], "R1": [0.0, 0.0, 0.1]}
    found = tariff_payoffs(economy, rates, players=PLAYERS, **OPTIONS)
    schedules = [
        economy.tariffs,
        economy.tariffs.add(importer="R0", exporter="R1", rate=0.2),
        economy.tariffs.add(importer="R0", exporter=["R1", "R3"], sectors=["S1"], rate=0.4).add(
            importer="R1", exporter="R0", rate=0.1
        ),
    ]
    for row, schedule in zip(found.percent_of_gdp, schedules, strict=True):
        world = counterfactual(economy, schedule, MODEL)
        np.testing.assert_allclose(row, world.welfare[:2], atol=1e-8)
    for partner, word in (("XX", "XX"), ("R0", "own sales")):
        wrong = {"R0": [Measure("import_tariff", 0.1, partners=partner)], "R1": [0.0]}
        with pytest.raises(InvalidInputError, match=word):
            tariff_payoffs(economy, wrong, players=PLAYERS, **OPTIONS)


def test_quotas_purchases_and_trade_costs_are_actions():
    economy = random_world(3, regions=3, sectors=2)
    actions = [
        Measure("quota", 0.5, sectors=["S0"], rents="exporter"),
        Measure("purchase", 0.05, sectors="S1", partners="R1"),
        Measure("trade_cost", 1.2),
        Measure("export_tax", 0.1, partners=["R2"]),
    ]
    game = tariff_game(economy, {"R0": [0, *actions], "R1": [0]}, **OPTIONS)
    assert game.actions[0][1:] == (
        "quota at 50 % (S0)",
        "purchase of 0.05 bn (S1)",
        "trade cost x 1.2",
        "export tax +10 %",
    )
    assert np.all(np.abs(game.payoffs[0, 1:, 0]) > 1e-6)
    direct = counterfactual(
        economy,
        Policy(economy.tariffs).with_export_tax(exporter="R0", importer="R2", rate=0.1),
        MODEL,
    )
    np.testing.assert_allclose(game.payoffs[:, 4, 0], direct.welfare[:2], atol=1e-8)
    many = Measure("export_control", 1.0, sectors=["A", "B", "C", "D"])
    assert many.label == "export control +100 % (A, B, C and 1 more)"


def test_refusals():
    economy = random_world(1, regions=2, sectors=2)
    ban = Measure("export_ban")
    cases = [
        (lambda: Measure("embargo"), "instrument"),
        (lambda: Measure("export_tax", "much"), "size"),
        (lambda: Measure("quota", 0.5, rents="nobody"), "rents"),
        (lambda: Measure("quota", 0.5, sectors=3), "list of labels"),
        (lambda: action_measures((ban, 0.3), "rates"), "measures alone"),
        (lambda: tariff_game(economy, {"R0": [ban], "R1": [0]}), "general_equilibrium"),
        (lambda: tariff_game(economy, {"R0": [ban, ban], "R1": [0]}, **OPTIONS), "twice"),
        (lambda: tariff_game(economy, {"R0": [], "R1": [0]}, **OPTIONS), "empty"),
        (
            lambda: tariff_payoffs(
                economy, {"R0": [Measure("export_tax", -2.0)], "R1": [0]},
                players=PLAYERS, **OPTIONS,
            ),
            "rate",
        ),
    ]  # fmt: skip
    for call, word in cases:
        with pytest.raises(InvalidInputError, match=word):
            call()


def test_a_measure_by_itself():
    economy = random_world(1, regions=3, sectors=2)
    put = Measure("import_tariff", 0.25, sectors=["S1"], partners=["R2"]).put(
        Policy(economy.tariffs), "R0", ["R1"], ["S0"]
    )
    before = economy.tariffs.rate("S1", exporter="R2", importer="R0")
    assert put.tariffs.rate("S1", exporter="R2", importer="R0") == pytest.approx(before + 0.25)
    assert np.sum(put.tariffs.rates != economy.tariffs.rates) == 1
