"""Optimal, Nash, cooperative and bargained policy in instruments other than tariffs."""

from dataclasses import replace

import numpy as np
import pytest

from negotiation.errors import InvalidInputError
from negotiation.policy.bargained import bargained_tariffs
from negotiation.policy.cooperative import cooperative_tariffs
from negotiation.policy.noncooperative import nash_tariffs, optimal_tariffs
from negotiation.policy.objectives.objective import JobLosses, Objective
from negotiation.policy.problem.setting import setting
from negotiation.trade.calibration import calibrate
from negotiation.trade.equilibrium import counterfactual
from negotiation.trade.instruments.policy import INSTRUMENTS, Policy
from negotiation.trade.model import TradeModel
from negotiation.trade.purging import purge_imbalances
from negotiation.trade.solver.adjoint import Adjoint
from negotiation.trade.solver.solve import solve_batch, system_of
from tests.trade.test_equilibrium import MODELS
from tests.trade.worlds import balanced_world, numeric_gradient, random_world

PLAIN = TradeModel(trade_elasticity=4.0, value_added_share=1.0)
LOSSES = JobLosses(
    jobs_per_billion=1e4, reemployment_share=0.4, annual_wage=5e4, spell_years=0.5, source="test"
)
OBJECTIVES = {
    "real income": Objective(),
    "all": Objective(0.7, 2.0, 0.3, {"S0": 1.4}, True, LOSSES),
}


def busy_policy(economy, seed=0):
    """A little of every instrument on every flow."""
    rng = np.random.default_rng(seed)
    shape, index = economy.flows.shape, np.arange(len(economy.regions))
    tables = [rng.uniform(0.0, 0.4, shape) for _ in range(4)]
    for table in tables:
        table[:, index, index] = 0.0
    return Policy(
        replace(economy.tariffs, rates=tables[0]),
        export_taxes=tables[1],
        export_controls=tables[2],
        trade_costs=1.0 + tables[3],
    )


@pytest.mark.parametrize("kind", INSTRUMENTS)
@pytest.mark.parametrize("aim", OBJECTIVES)
@pytest.mark.parametrize("name", MODELS)
def test_adjoint_gradient_is_that_of_finite_differences(name, aim, kind):
    sectors, model = MODELS[name]
    if model.home_sales == "value_added":
        model = replace(model, home_sales="gross")
    economy = random_world(11, regions=3, sectors=sectors)
    place = setting(
        *(economy, ("R0", "R1"), "discriminatory", None, model, OBJECTIVES[aim]),
        *(busy_policy(economy), (0.0, 5.0)),
        instrument=kind,
    )
    problem = replace(place.problem, tol=1e-9)
    rates = problem.instruments.mean(problem.base) + 0.1
    exact = problem.evaluate(rates).gradient
    assert exact == pytest.approx(numeric_gradient(problem, rates), abs=1e-6, rel=1e-6)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_jacobian_with_export_taxes(name):
    """The analytic Jacobian against central differences, in batches of both kinds."""
    from negotiation.trade.solver.jacobian import jacobian_at

    sectors, model = MODELS[name]
    economy = random_world(3, regions=3, sectors=sectors)
    system = system_of(calibrate(economy, model))
    rng = np.random.default_rng(0)
    state = rng.normal(0.0, 0.05, (3, system.size))
    none = Policy(economy.tariffs).tables()
    one = none.copy()
    one[1, 0, 1, 0] = 0.3
    for tables in ([busy_policy(economy, k).tables() for k in range(3)], [none, one, none]):
        shares = system.shares(np.stack(tables))
        analytic = jacobian_at(system, system.outcome(state, shares), shares, 1)
        numeric, step = np.empty_like(analytic), 1e-6
        for k, unit in enumerate(np.eye(system.size)):
            up = system.outcome(state + step * unit, shares).residual[1]
            down = system.outcome(state - step * unit, shares).residual[1]
            numeric[:, k] = (up - down) / (2.0 * step)
        assert np.allclose(analytic, numeric, atol=3e-8)


def test_large_systems_have_the_same_adjoint():
    """Iterative multipliers agree with those of the factorised Jacobian."""
    economy = random_world(15, regions=4, sectors=14)
    system = system_of(calibrate(economy, TradeModel()))
    tables = busy_policy(economy).tables()
    solution = solve_batch(system, tables[None], tol=1e-9, max_iter=100)
    weights = np.random.default_rng(0).normal(size=system.size)
    one = Adjoint(system, solution.outcome, solution.shares).multipliers(weights)
    many = Adjoint(system, solution.outcome, solution.shares, count=8).multipliers(weights)
    np.testing.assert_allclose(one, many, rtol=1e-6, atol=1e-9 * np.abs(many).max())


@pytest.mark.parametrize("sectors", [1, 3])
def test_the_optimal_export_tax_is_the_optimal_tariff(sectors):
    """Lerner: a uniform export tax does what a uniform tariff does, without other distortions."""
    economy = balanced_world(2, regions=3, sectors=sectors)
    model = replace(PLAIN, transfers="balanced")
    tariff = optimal_tariffs(economy, "R0", model=model)
    tax = optimal_tariffs(economy, "R0", model=model, instrument="export_tax")
    assert tax.objective.value == pytest.approx(tariff.objective.value, abs=1e-9)
    rates, own = tax.rates_of("R0")
    assert float(rates[own > 0][0]) == pytest.approx(float(tariff.tariffs.rates[0, 1, 0]), abs=1e-6)
    assert tax.certificate.relative_gradient < 1e-6
    assert tax.tariffs.rates.max() == 0.0
    assert set(tax.to_frame()["instrument"]) == {"export_tax"}
    assert tax.equilibrium.export_tax_revenue[0] > 0.0


@pytest.mark.parametrize("scope", ["most_favored_nation", "discriminatory"])
def test_nothing_beats_the_optimal_export_taxes(scope):
    economy = random_world(4, regions=3, sectors=2)
    best = optimal_tariffs(economy, "R1", scope, instrument="export_tax")
    rates, own = best.rates_of("R1")
    rng = np.random.default_rng(0)
    for _ in range(8):
        moved = rates * np.where(own > 0, rng.uniform(0.7, 1.3, rates.shape), 1.0)
        world = counterfactual(economy, economy.tariffs, export_taxes=moved)
        if scope == "discriminatory":
            assert world.welfare[1] < best.objective.value
    assert best.converged
    assert best.certificate.unilateral_gain < 1e-6
    assert best.certificate.equilibrium_residual < 1e-9


def test_no_quota_beats_what_the_optimal_tariff_leaves_of_trade():
    """The rates of everybody else given, a quota whose rents stay at home is its tariff."""
    economy = random_world(8, regions=3, sectors=1, tariffs=0.0)
    best = optimal_tariffs(economy, "R0", exporters="R1", model=PLAIN)
    world = best.equilibrium
    cost = world.wage_index[1]
    reached = float(world.flows[0, 1, 0] / economy.flows[0, 1, 0] / cost)
    welfare = []
    for limit in (0.9 * reached, reached, 1.1 * reached):
        policy = Policy(economy.tariffs).with_quota(importer="R0", exporter="R1", limit=limit)
        limited = counterfactual(economy, policy, PLAIN)
        welfare.append(float(limited.welfare[0]))
        if limit == reached:
            np.testing.assert_allclose(limited.welfare, world.welfare, atol=1e-8)
            np.testing.assert_allclose(limited.tariffs.rates, best.tariffs.rates, atol=1e-8)
    assert welfare[1] > max(welfare[0], welfare[2])


def test_controls_and_trade_costs_are_not_worth_it():
    """What they take pays nobody: the least of them is best for real income."""
    economy = random_world(5, regions=3, sectors=2)
    for kind in ("export_control", "trade_cost"):
        best = optimal_tariffs(economy, "R0", instrument=kind)
        rates, own = best.rates_of("R0")
        assert best.converged
        assert rates[own > 0].max() == 0.0
        assert best.certificate.bound_violation == 0.0


def test_players_with_different_instruments():
    """One side's tariffs against the other's export taxes: best replies to each other."""
    economy = purge_imbalances(random_world(6, regions=3, sectors=2))
    kinds = {"R0": "import_tariff", "R1": "export_tax"}
    result = nash_tariffs(economy, ("R0", "R1"), exporters="players", instrument=kinds)
    assert result.certificate.unilateral_gain < 1e-6
    assert result.instruments == kinds
    for player, kind in kinds.items():
        own = result.rates_of(player)[1]
        assert {(int(a), int(b)) for _, a, b in np.argwhere(own > 0)} == {(1, 0)}
        here = result.payoffs[economy.region_index(player)]
        for factor in (0.8, 1.2):
            tables = result.policy.tables()
            row = INSTRUMENTS.index(kind)
            tables[row][own > 0] *= factor
            other = counterfactual(economy, result.policy.with_tables(tables))
            assert other.welfare[economy.region_index(player)] < here + 1e-9
    assert "median_rate" in result.table()


def test_what_others_do_stays():
    economy = random_world(7, regions=3, sectors=2)
    given = Policy(economy.tariffs).with_export_tax(exporter="R2", rate=0.2)
    best = optimal_tariffs(economy, "R0", tariffs=given)
    assert np.array_equal(best.policy.export_taxes, given.export_taxes)
    assert best.converged
    plain = optimal_tariffs(economy, "R0")
    same = optimal_tariffs(economy, "R0", tariffs=Policy(economy.tariffs))
    assert np.array_equal(plain.tariffs.rates, same.tariffs.rates)


def test_cooperation_and_bargains_over_export_taxes():
    economy = balanced_world(3, regions=3, sectors=1)
    model = replace(PLAIN, transfers="balanced")
    war = nash_tariffs(
        economy, economy.regions, model=model, exporters="players", instrument="export_tax"
    )
    assert np.all(war.payoffs < 0.0)
    talks = cooperative_tariffs(
        economy, scope="uniform", tariffs=war.policy, model=model, instrument="export_tax"
    )
    assert np.all(talks.objective.gain_pct > 0.0)
    deal = bargained_tariffs(
        economy, [("R0", "R1")], disagreement=war.policy, model=model, instrument="export_tax"
    )
    assert np.all(deal.objective.gain_pct > 0.0)
    own = deal.rates_of("R0")[1]
    assert {(int(a), int(b)) for _, a, b in np.argwhere(own > 0)} == {(0, 1)}
    assert np.array_equal(deal.policy.export_taxes[:, 2], war.policy.export_taxes[:, 2])


def test_refusals():
    economy = random_world(0, regions=3, sectors=1)
    quota = Policy(economy.tariffs).with_quota(exporter="R0", importer="R1", limit=0.5)
    flows = economy.flows.copy()
    flows[0, 0, 1:] = 0.0
    closed = replace(economy, flows=flows)
    cases = [
        (lambda: optimal_tariffs(economy, "R0", instrument="embargo"), "instrument"),
        (lambda: optimal_tariffs(economy, "R0", tariffs=quota), "quotas"),
        (lambda: optimal_tariffs(economy, "R0", instrument="quota"), "best_response_curves"),
        (lambda: optimal_tariffs(None, "R0"), "Economy"),
        (lambda: optimal_tariffs(economy, "R0", sectors="S1"), "seen S1"),
        (lambda: nash_tariffs(economy, 3), "players"),
        (lambda: nash_tariffs(economy, "R0"), "players"),
        (lambda: bargained_tariffs(economy, None, disagreement=quota), "pairs|quotas"),
        (lambda: bargained_tariffs(economy, [3], disagreement=quota), "pairs is not a"),
        (lambda: nash_tariffs(economy, ("R0", "R1"), instrument={"R0": "export_tax"}), "each"),
        (lambda: optimal_tariffs(closed, "R0", instrument="export_tax"), "sells nothing"),
        (
            lambda: optimal_tariffs(economy, "R0", instrument="export_tax", method="closed_form"),
            "closed form",
        ),
    ]
    for call, word in cases:
        with pytest.raises(InvalidInputError, match=word):
            call()
