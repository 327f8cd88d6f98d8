"""Optimal and Nash tariffs: published tables, exact gradients, known limits, refusals."""

from dataclasses import replace

import numpy as np
import pytest

from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.policy.closed_form import (
    approximate_optimal_retaliation,
    approximate_optimal_tariff,
)
from negotiation.policy.noncooperative import nash_tariffs, optimal_tariffs
from negotiation.policy.objectives.objective import JobLosses, Objective
from negotiation.policy.problem.first_order import iterate_map
from negotiation.policy.problem.government import governments
from negotiation.policy.problem.outcome import better_replies
from negotiation.policy.problem.setting import setting
from negotiation.policy.problem.tariff_problem import TariffProblem
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.equilibrium import counterfactual, counterfactuals
from negotiation.trade.model import TradeModel
from negotiation.trade.purging import purge_imbalances
from tests.trade.test_equilibrium import MODELS
from tests.trade.worlds import (
    agrees,
    ignatenko,
    numeric_gradient,
    ossa,
    published,
    random_world,
)

OSSA = TradeModel.ossa2014()
NAMES = {"Brazil": "BRA", "China": "CHN", "India": "IND", "Japan": "JPN", "RestOfWorld": "ROW"}
LOSSES = JobLosses(
    jobs_per_billion=5000.0,
    reemployment_share=0.3,
    annual_wage=20_000.0,
    spell_years=1.0,
    source="made up",
)


def code(row):
    return {"US": "USA"}.get(row, NAMES.get(row, row))


def test_ossa_optimal_tariffs():
    """Every printed gain, wage and profit; medians lie along flat directions."""
    economy, _ = ossa()
    rows = {code(row["row"]): row for row in published("ossa2014_optimal_no_lobby.csv")}
    wrong = []
    sums: dict[str, list[float]] = {}
    for region in economy.regions:
        result = optimal_tariffs(economy, region, "discriminatory", model=OSSA)
        table = result.table()
        others = table.drop(index=region).mean()
        cells = {"gov_own": table.loc[region, "objective"], "gov_other": others["objective"]}
        for measure in ("welfare", "wage", "profit"):
            cells[f"{measure}_own"] = table.loc[region, measure]
            cells[f"{measure}_other"] = others[measure]
        for measure, value in cells.items():
            sums.setdefault(measure, []).append(value)
            if not agrees(value, one_digit(rows[region][measure])):
                wrong.append((region, measure, value, rows[region][measure]))
        assert abs(table.loc[region, "median_tariff"] - float(rows[region]["median_tariff"])) < 0.9
        assert result.certificate.unilateral_gain < 1e-9
        assert result.certificate.relative_gradient < 1e-7
        assert result.certificate.bound_violation < 1e-9
        assert result.certificate.equilibrium_residual < 1e-9
    wrong += [
        ("Mean", measure, np.mean(values), rows["Mean"][measure])
        for measure, values in sums.items()
        if not agrees(np.mean(values), one_digit(rows["Mean"][measure]))
    ]
    assert not wrong


def one_digit(text):
    """The tables print one decimal and drop a zero."""
    return text if "." in text else f"{text}.0"


def test_ossa_nash_tariffs():
    economy, _ = ossa()
    result = nash_tariffs(economy, None, "discriminatory", model=OSSA)
    table = result.table()
    table.loc["Mean"] = table.mean()
    for row in published("ossa2014_nash_no_lobby.csv"):
        mine = table.loc[code(row["row"])]
        for measure, column in (("gov", "objective"), ("welfare",) * 2, ("wage",) * 2):
            assert mine[column] == pytest.approx(float(row[measure]), abs=0.1), (row, measure)
        assert mine["profit"] == pytest.approx(float(row["profit"]), abs=0.1)
        assert mine["median_tariff"] == pytest.approx(float(row["median_tariff"]), abs=0.9)
    assert result.converged
    assert result.certificate.unilateral_gain < 1e-6
    assert result.objective.gain_pct.shape == (7,)
    assert len(result.to_frame()) == result.chosen.sum()


def test_political_weights_favour_the_sectors_that_carry_them():
    economy, weights = ossa()
    plain = optimal_tariffs(economy, "USA", "most_favored_nation", model=OSSA)
    lobbied = replace(economy, political_weights=weights["lobby"])
    biased = optimal_tariffs(lobbied, "USA", "most_favored_nation", model=OSSA)
    at = economy.region_index("USA")
    assert biased.objective.gain_pct > plain.objective.gain_pct
    assert biased.equilibrium.welfare[at] < plain.equilibrium.welfare[at]
    raised = (biased.tariffs.rates - plain.tariffs.rates)[:, 0, at]
    assert np.corrcoef(raised, weights["lobby"][at])[0, 1] > 0.5
    rates = biased.tariffs.rates[:, :, at]
    foreign = np.arange(7) != at
    assert np.ptp(rates[:, foreign], axis=1).max() < 1e-12


def test_lobbied_nash_point_survives_protective_replies():
    """From low tariffs the map ends where Japan would rather shut its rice market."""
    economy, weights = ossa()
    economy = replace(economy, political_weights=weights["lobby"])
    place = setting(economy, economy.regions, "discriminatory", None, OSSA, None, None, (0.0, 10.0))
    low = np.full(place.problem.instruments.count, 0.5)
    trap = iterate_map(place.problem, low, tol=1e-8, max_rounds=500)
    gain, replies = better_replies(place.problem, trap.point, 3, 1e-8, 500)
    assert trap.converged
    assert gain == pytest.approx(0.396, abs=1e-3)
    moved = iterate_map(place.problem, replies, tol=1e-8, max_rounds=500)
    result = nash_tariffs(economy, None, "discriminatory", model=OSSA)
    assert result.payoffs == pytest.approx(moved.point.values, abs=1e-6)
    assert result.certificate.unilateral_gain < 1e-6
    assert np.all(result.payoffs < 0.0)


OBJECTIVES = {
    "real income": Objective(),
    "revenue": Objective(revenue=0.5),
    "sectors": Objective(sector_weights={"S0": 1.6}),
    "jobs": Objective(jobs=1.0, job_losses=LOSSES, political=True),
    "all": Objective(0.7, 2.0, 0.3, {"S0": 1.4}, True, LOSSES),
}


@pytest.mark.parametrize("aim", OBJECTIVES)
@pytest.mark.parametrize("name", MODELS)
def test_adjoint_gradient_is_that_of_finite_differences(name, aim):
    sectors, model = MODELS[name]
    if model.home_sales == "value_added":
        model = replace(model, home_sales="gross")
    economy = random_world(11, regions=3, sectors=sectors)
    place = setting(
        economy, ("R0", "R1"), "discriminatory", None, model, OBJECTIVES[aim], None, (0.0, 5.0)
    )
    problem = replace(place.problem, tol=1e-9)
    rates = problem.instruments.mean(problem.base) + 0.1
    exact = problem.evaluate(rates).gradient
    assert exact == pytest.approx(numeric_gradient(problem, rates), abs=2e-6, rel=1e-5)


@pytest.mark.parametrize("fallback", [False, True])
def test_adjoint_of_a_large_system(fallback, monkeypatch):
    """Beyond the dense size the adjoint is iterative; its fallback gives the same."""
    economy = random_world(15, regions=4, sectors=14)
    place = setting(economy, ("R0", "R3"), "uniform", None, None, None, None, (0.0, 5.0))
    problem = place.problem
    assert problem.system.size > 96
    if fallback:
        monkeypatch.setattr("scipy.sparse.linalg.gmres", lambda *args, **options: (np.zeros(1), 1))
    rates = np.array([0.3, 0.1])
    exact = problem.evaluate(rates).gradient
    assert exact == pytest.approx(numeric_gradient(problem, rates, step=1e-4), rel=1e-5)


def test_many_players_share_one_factorisation(monkeypatch):
    economy = random_world(17, regions=9, sectors=5)
    place = setting(economy, economy.regions, "uniform", None, None, None, None, (0.0, 5.0))
    rates = np.linspace(0.05, 0.4, 9)
    together = place.problem.evaluate(rates).gradient
    monkeypatch.setattr("negotiation.trade.solver.adjoint._MANY", 10)
    one_by_one = place.problem.evaluate(rates).gradient
    assert together == pytest.approx(one_by_one, rel=1e-7)


@pytest.mark.parametrize("scope", ["uniform", "bilateral", "most_favored_nation"])
def test_gradient_of_groups_of_tariffs(scope):
    economy = random_world(12, regions=4, sectors=3)
    place = setting(economy, ("R0", "R2"), scope, None, None, None, None, (0.0, 5.0))
    owned = replace(place.problem.instruments, team=np.zeros_like(place.problem.instruments.team))
    problem = replace(place.problem, instruments=owned, weights=np.array([[0.3, 0.7]]))
    rates = problem.instruments.mean(problem.base) + 0.2
    exact = problem.evaluate(rates).gradient
    numeric = numeric_gradient(problem, rates, problem.weights[0])
    assert exact == pytest.approx(numeric, abs=1e-6, rel=1e-5)


def test_payoffs_are_those_of_the_equilibrium():
    """The objective's parts against the public results of the same tariffs."""
    economy = random_world(13, regions=3, sectors=2, gdp=np.array([9.0, 8.0, 7.0]))
    aim = Objective(1.0, 1.0, 0.5, {"S1": 1.3}, False, LOSSES)
    result = optimal_tariffs(
        economy, "R1", objective=aim, tariffs=economy.tariffs.add(importer="R0", rate=0.3)
    )
    world = result.equilibrium
    cal, price = world.calibration, world.price_index[1]
    weights = np.array([1.0, 1.3])

    def income(flows, revenue, transfers):
        bill = flows[:, 1, :].sum(axis=1) * economy.value_added_share[1]
        return weights @ (bill + bill / bill.sum() * (revenue + transfers))

    old = income(cal.flows, cal.revenue[1], cal.transfers[1])
    new = income(world.flows, world.tariff_revenue[1], world.transfers[1])
    gain = 100.0 * (new / old / price - 1.0)
    revenue = 100.0 * (world.tariff_revenue[1] / world.income[1] - cal.revenue[1] / cal.gdp[1])
    abroad = np.array([0, 2])
    wage = world.wage_index[1]
    lost = (cal.flows[:, 1, abroad] - world.flows[:, 1, abroad] / wage).sum(axis=1)
    cost = 100.0 * LOSSES.transition_cost(weights @ lost) / 8.0
    expected = aim.combine(real_income=gain, revenue=revenue, transition_cost=cost)
    assert result.objective.value == pytest.approx(float(expected), abs=1e-8)
    assert result.payoffs[1] == result.objective.value
    start = governments_value(economy, aim, result)
    gain = (result.objective.value - start) / (1.0 + start / 100.0)
    assert result.objective.gain_pct == pytest.approx(gain, abs=1e-8)


def test_payoffs_are_those_of_payoff_matrices():
    economy = random_world(16, regions=3, sectors=2, gdp=np.array([9.0, 8.0, 7.0]))
    aims = [
        Objective(1.0, 1.0, 0.5, None, False, LOSSES),
        Objective(0.5, 2.0, 0.0, None, False, LOSSES),
    ]
    result = nash_tariffs(
        economy,
        ("R0", "R1"),
        exporters="players",
        objectives=dict(zip(("R0", "R1"), aims, strict=True)),
    )
    worlds = counterfactuals(economy, [result.tariffs, economy.tariffs], TradeModel())
    for i in range(2):
        wage = 1.0 + worlds.wages[:, i] / 100.0
        exports = worlds.exports[:, i] / wage
        share = worlds.tariff_revenue[:, i] / worlds.income[:, i]
        cost = 100.0 * LOSSES.transition_cost(exports[1] - exports[0]) / economy.gdp[i]
        expected = aims[i].combine(
            real_income=worlds.welfare[0, i],
            revenue=100.0 * (share[0] - share[1]),
            transition_cost=cost,
        )
        assert result.objective.value[i] == pytest.approx(float(expected), abs=1e-8)


def governments_value(economy, aim, result):
    """Payoff of R1 at the tariffs that the problem started from."""
    base = economy.tariffs.add(importer="R0", rate=0.3)
    place = setting(economy, ("R1",), "uniform", None, None, aim, base, (0.0, 5.0))
    solution = place.world_at(base.rates)
    flows = counterfactual(economy, base).flows
    exports = flows[:, 1, :].sum(axis=1) - flows[:, 1, 1]
    government = governments(place.system, economy, ("R1",), aim)[0]
    return government.value(solution.outcome, exports)[0]


def small_and_large(elasticity_scale=1.0, home=0.8):
    names = ("SMALL", "WORLD")
    flows = np.array([[[home, 1.0 - home], [1.0 - home, 1e5]]]) * elasticity_scale
    return Economy(
        "two", names, ("all",), flows, TariffSchedule(names, ("all",), np.zeros((1, 2, 2)))
    )


@pytest.mark.parametrize("theta", [1.5, 4.0, 8.0])
@pytest.mark.parametrize("home", [0.5, 0.9])
def test_small_country_optimum_is_the_inverse_elasticity(theta, home):
    economy = small_and_large(home=home)
    result = optimal_tariffs(economy, "SMALL", model=TradeModel(trade_elasticity=theta))
    assert result.tariffs.rates[0, 1, 0] == pytest.approx(1.0 / theta, rel=1e-4)


def test_scale_of_money_does_not_matter():
    model = TradeModel(trade_elasticity=4.0)
    one, many = (
        optimal_tariffs(small_and_large(scale, 0.7), "SMALL", model=model) for scale in (1.0, 1e9)
    )
    assert one.objective.gain_pct == pytest.approx(many.objective.gain_pct, rel=1e-9)


def symmetric(regions=3):
    names = tuple(f"R{i}" for i in range(regions))
    flows = np.full((1, regions, regions), 1.0)
    flows[:, np.arange(regions), np.arange(regions)] = 6.0
    free = TariffSchedule(names, ("all",), np.zeros_like(flows))
    return Economy("symmetric", names, ("all",), flows, free)


def test_symmetric_war_and_free_trade():
    economy, model = symmetric(), TradeModel(trade_elasticity=4.0)
    war = nash_tariffs(economy, None, "discriminatory", model=model)
    rates = war.tariffs.rates[war.chosen > 0]
    assert np.ptp(rates) < 1e-7
    assert rates[0] > 0.25
    assert np.all(war.objective.gain_pct < 0.0)
    place = setting(economy, economy.regions, "discriminatory", None, model, None, None, (-0.5, 5))
    owned = replace(place.problem.instruments, team=np.zeros_like(place.problem.instruments.team))
    planner = replace(place.problem, instruments=owned, weights=np.full((1, 3), 1.0 / 3.0))
    free = planner.evaluate(np.zeros(planner.instruments.count))
    assert np.abs(free.gradient).max() < 1e-9


def test_one_rate_a_pair():
    """No rate on a rival can be moved with a gain, by the equilibrium itself; two players: uniform.

    In a symmetric world rivals are taxed alike; in another they are not, and telling them apart
    gains.
    """
    economy, model = random_world(12, regions=4, sectors=2), TradeModel(trade_elasticity=4.0)
    players = ("R0", "R1", "R2")
    war = nash_tariffs(economy, players, "bilateral", exporters="players", model=model)
    assert war.certificate.unilateral_gain < 1e-9
    for importer in players:
        for exporter in players:
            if importer == exporter:
                continue
            pair = {"importer": importer, "exporter": exporter}
            rates = [war.tariffs.rate(sector, **pair) for sector in economy.sectors]
            assert np.ptp(rates) < 1e-12
            moved = [war.tariffs.set(rate=rates[0] + step, **pair) for step in (-0.02, 0.0, 0.02)]
            at = economy.region_index(importer)
            low, here, high = counterfactuals(economy, moved, model).welfare[:, at]
            assert here > max(low, high)
    two = {"players": ("R0", "R1"), "exporters": "players", "model": model}
    one, other = (nash_tariffs(economy, scope=scope, **two) for scope in ("bilateral", "uniform"))
    np.testing.assert_allclose(one.tariffs.rates, other.tariffs.rates, atol=1e-9)
    apart = optimal_tariffs(economy, "R0", "bilateral", model=model)
    alike = optimal_tariffs(economy, "R0", "uniform", model=model)
    assert apart.objective.value > alike.objective.value + 1e-6
    fair = nash_tariffs(symmetric(), None, "bilateral", model=model)
    assert np.ptp(fair.tariffs.rates[fair.chosen > 0]) < 1e-7


def test_closed_form_of_the_authors():
    economy, _ = ignatenko()
    model = TradeModel.ignatenko2025()
    alone = approximate_optimal_tariff(economy, "USA")
    both = approximate_optimal_tariff(economy, "USA", denominator="income")
    back = approximate_optimal_retaliation(economy, "USA")
    assert alone == pytest.approx(0.21799, abs=1e-5)
    assert both == pytest.approx(0.18543, abs=1e-5)
    assert back[0] == pytest.approx(0.22742, abs=1e-5)
    assert back[economy.region_index("USA")] == 0.0
    named = optimal_tariffs(economy, "USA", model=model, method="closed_form", check_starts=0)
    exact = optimal_tariffs(economy, "USA", model=model, check_starts=1)
    assert named.method == "closed_form"
    at = economy.region_index("USA")
    assert named.tariffs.rates[0, 0, at] == pytest.approx(alone)
    assert exact.objective.gain_pct >= named.objective.gain_pct
    assert exact.certificate.relative_gradient < 1e-7 < named.certificate.relative_gradient
    assert named.equilibrium.welfare[at] == pytest.approx(1.79, abs=0.005)


def test_closed_form_refusals():
    economy = random_world(1, sectors=2)
    with pytest.raises(InvalidInputError, match="one sector"):
        approximate_optimal_tariff(economy, "R0", TradeModel())
    one = random_world(1)
    with pytest.raises(InvalidInputError, match="one rate on everybody"):
        optimal_tariffs(one, "R0", "discriminatory", method="closed_form")
    mixed = TradeModel(value_added_share=1.0, destination_share={"R0": 0.1, "R1": 0.2, "*": 0.3})
    with pytest.raises(InvalidInputError, match="share one"):
        approximate_optimal_retaliation(one, "R0", mixed)


def test_players_exporters_and_bounds():
    economy = random_world(14, regions=4, sectors=2)
    war = nash_tariffs(economy, ("R0", "R1"), "discriminatory", exporters="players")
    changed = war.tariffs.rates != economy.tariffs.rates
    assert set(map(tuple, np.argwhere(changed)[:, 1:].tolist())) == {(0, 1), (1, 0)}
    assert war.chosen.sum() == 4
    capped = optimal_tariffs(economy, "R0", "most_favored_nation", bounds=(0.0, 0.05))
    assert np.allclose(capped.tariffs.rates[:, 1, 0], 0.05)
    assert capped.certificate.interior_gradient == 0.0
    assert capped.certificate.bound_violation == 0.0
    table = capped.table()
    assert table.loc["R0", "median_tariff"] == pytest.approx(5.0)
    assert np.isnan(table.loc["R1", "median_tariff"])
    assert table["profit"].isna().all()
    single = optimal_tariffs(economy, "R0", exporters="R2")
    assert single.chosen.sum() == 2


def test_only_the_sectors_named_are_taxed():
    economy = random_world(14, regions=3, sectors=3)
    goods = ("S0", "S2")
    best = optimal_tariffs(economy, "R0", "most_favored_nation", sectors=goods)
    assert set(np.argwhere(best.chosen > 0.0)[:, 0].tolist()) == {0, 2}
    assert np.array_equal(best.tariffs.rates[1], economy.tariffs.rates[1])
    war = nash_tariffs(economy, ("R0", "R1"), sectors=("S1",), exporters="players")
    assert war.chosen.sum() == 2
    with pytest.raises(InvalidInputError, match="unknown sector"):
        optimal_tariffs(economy, "R0", sectors=("X",))


def test_bad_policy_arguments():
    economy = random_world(1, regions=3)
    refuse = pytest.raises
    with refuse(InvalidInputError, match="scope"):
        optimal_tariffs(economy, "R0", "national")
    with refuse(InvalidInputError, match="unknown region"):
        optimal_tariffs(economy, "X")
    with refuse(InvalidInputError, match="bounds"):
        optimal_tariffs(economy, "R0", bounds=(0.5, 0.1))
    with refuse(InvalidInputError, match="pair"):
        optimal_tariffs(economy, "R0", bounds=(0.5,))
    with refuse(InvalidInputError, match="bounds"):
        optimal_tariffs(economy, "R0", bounds=1.0)
    with refuse(InvalidInputError, match="method"):
        optimal_tariffs(economy, "R0", method="guess")
    with refuse(InvalidInputError, match="two or more"):
        nash_tariffs(economy, "R0")
    with refuse(InvalidInputError, match="distinct"):
        nash_tariffs(economy, ("R0", "R0"))
    with refuse(InvalidInputError, match="objectives"):
        nash_tariffs(economy, ("R0", "R1"), objectives={"X": Objective()})
    with refuse(InvalidInputError, match="objectives is not"):
        nash_tariffs(economy, ("R0", "R1"), objectives=[Objective(), Objective()])
    with refuse(InvalidInputError, match="no source"):
        optimal_tariffs(economy, "R0", objective=Objective(jobs=1.0))
    with refuse(InvalidInputError, match="buys nothing"):
        optimal_tariffs(economy, "R0", exporters=())
    elastic = TradeModel(labor_supply_elasticity=0.5)
    with refuse(InvalidInputError, match="already holds"):
        optimal_tariffs(
            economy, "R0", model=elastic, objective=Objective(jobs=1.0, job_losses=LOSSES)
        )


def test_failures_carry_what_was_found():
    economy = random_world(2, regions=3)
    with pytest.raises(ConvergenceError, match="did not settle") as caught:
        optimal_tariffs(economy, "R0", max_iter=1)
    assert not caught.value.partial.converged
    with pytest.raises(ConvergenceError) as caught:
        nash_tariffs(economy, ("R0", "R1"), max_iter=1, starts=1)
    assert not caught.value.partial.converged
    loose = nash_tariffs(economy, ("R0", "R1"), max_iter=1, starts=2, raise_on_failure=False)
    assert not loose.converged


def test_no_nash_point_under_tax_relief_is_said():
    """Tiny states that live on imports cannot relieve taxes with all their tariff revenue."""
    names = ("TINY", "BIG")
    flows = np.array([[[0.001, 1.0], [1.0, 100.0]]])
    free = TariffSchedule(names, ("all",), np.zeros((1, 2, 2)))
    economy = Economy("two", names, ("all",), flows, free)
    model = TradeModel(trade_elasticity=1.2, labor_supply_elasticity=0.5)
    with pytest.raises(ConvergenceError, match="income tax"):
        optimal_tariffs(economy, "TINY", model=model, bounds=(4.0, 10.0))
    with pytest.raises(ConvergenceError, match="income tax"):
        nash_tariffs(economy, names, model=model, bounds=(4.0, 10.0))
    slow = replace(model, trade_elasticity=0.05)
    with pytest.raises(ConvergenceError, match="income tax"):
        optimal_tariffs(economy, "TINY", model=slow, method="closed_form")


UNEVEN = TradeModel(trade_elasticity=[3.0, 5.0], value_added_share=1.0)


def test_several_peaks_are_left_for_the_highest():
    """Fixed transfers give donors a second peak at prohibitive tariffs."""
    economy = random_world(23, regions=3, sectors=2, tariffs=0.1)
    for region in economy.regions:
        best = optimal_tariffs(economy, region, "discriminatory", model=UNEVEN)
        several = optimal_tariffs(economy, region, "discriminatory", model=UNEVEN, starts=5)
        assert best.objective.value == pytest.approx(several.objective.value, abs=1e-6)
        assert best.certificate.unilateral_gain < 1e-6
    uneven = random_world(48, regions=3, sectors=2, tariffs=0.1)
    stayed = optimal_tariffs(uneven, "R0", "discriminatory", model=UNEVEN, check_starts=0)
    assert stayed.objective.value < 1.0
    moved = optimal_tariffs(uneven, "R0", "discriminatory", model=UNEVEN)
    assert moved.objective.value > 10.0
    assert moved.certificate.unilateral_gain < 1e-6
    nash = nash_tariffs(economy, None, "discriminatory", model=UNEVEN)
    assert nash.certificate.unilateral_gain < 1e-6


def test_rates_at_their_bound_are_noted():
    free = TariffSchedule(("A", "B"), ("goods",), np.zeros((1, 2, 2)))
    flows = np.array([[[8.0, 0.7], [1.0, 80.0]]])
    world, model = (
        Economy("two", ("A", "B"), ("goods",), flows, free),
        TradeModel(trade_elasticity=4.0),
    )
    receiver = optimal_tariffs(world, "A", model=model)
    assert receiver.tariffs.rates[0, 1, 0] == pytest.approx(10.0)
    assert len(receiver.notes) == 1
    assert receiver.notes[0].startswith("A: 1 of 1 rates stand at their upper bound")
    assert optimal_tariffs(purge_imbalances(world, model), "A", model=model).notes == ()


def test_points_that_a_player_would_leave_are_refused(monkeypatch):
    def always_better(problem, point, *args):
        return 2.0, point.rates

    monkeypatch.setattr("negotiation.policy.noncooperative.better_replies", always_better)
    economy = random_world(3, regions=3)
    with pytest.raises(ConvergenceError, match="gains 2 % of GDP by another reply") as caught:
        nash_tariffs(economy, ("R0", "R1"), starts=2)
    assert caught.value.partial.certificate.unilateral_gain == 2.0
    assert not nash_tariffs(economy, ("R0", "R1"), raise_on_failure=False).converged


def test_problem_is_reusable():
    economy = random_world(3, regions=3)
    place = setting(economy, ("R0",), "uniform", None, None, None, None, (0.0, 5.0))
    assert isinstance(place.problem, TariffProblem)
    assert place.problem.evaluate(np.array([0.2])).values.shape == (1,)
