"""Every call of the public contract, as other people's scripts write it, on data of their own."""

import json

import numpy as np
import pytest

import negotiation as ng
from tests.reference import reference_path


@pytest.fixture(scope="module")
def toy():
    """Three regions, two sectors, drawn at random."""
    rng = np.random.default_rng(11)
    regions, sectors = ("USA", "CHN", "ROW"), ("goods", "food")
    flows = rng.uniform(5, 20, (2, 3, 3)) + 150 * np.eye(3)
    rates = np.full((2, 3, 3), 0.1)
    rates[:, np.arange(3), np.arange(3)] = 0.0
    return ng.Economy(
        "toy",
        regions,
        sectors,
        flows,
        ng.TariffSchedule(regions, sectors, rates),
        elasticities={"flat_4": np.array([4.0, 4.0])},
    )


def test_embedded_economy():
    economy = ng.load_economy("us-china-2022")
    assert (len(economy.regions), len(economy.sectors)) == (12, 28)
    assert economy.flows.shape == (28, 12, 12)
    war = economy.tariffs.set(importer="USA", exporter="CHN", rate=1.45, sectors=None)
    assert war.rates.shape == economy.flows.shape
    smaller = economy.aggregate(
        regions={"REST": [r for r in economy.regions if r not in ("USA", "CHN")]},
        sectors={"GOODS": economy.sectors[:-1]},
    )
    assert smaller.regions == ("USA", "CHN", "REST")
    assert smaller.flows.sum() == pytest.approx(economy.flows.sum())


@pytest.mark.parametrize(
    "options",
    [
        {"revenue": "lump_sum"},
        {"revenue": "income_tax_relief", "labor_supply_elasticity": 0.5},
        {"transfers": "world_gdp_share"},
        {"transfers": "balanced"},
        {"transfers": "given"},
        {"tariff_exponent": 1.2, "scale_elasticity": 0.1},
        {"value_added_share": 0.5},
    ],
)
def test_trade_model_options(toy, options):
    higher = toy.tariffs.add(importer="USA", exporter="CHN", rate=0.2)
    found = ng.counterfactual(toy, higher, ng.TradeModel(**options))
    assert found.converged
    table = found.table()
    assert list(table.index) == list(toy.regions)
    for column in (
        "welfare",
        "employment",
        "prices",
        "exports_to_gdp",
        "imports_to_gdp",
        "deficit",
        "tariff_revenue",
    ):
        assert np.all(np.isfinite(table[column]))
    same = ng.counterfactual(toy, toy.tariffs, ng.TradeModel(**options)).table()
    if options.get("transfers") != "balanced":
        assert same["welfare"].abs().max() < 1e-7


@pytest.mark.parametrize(
    "name", ["ignatenko2025", "eaton_kortum", "krugman", "roundabout", "caliendo_parro2015"]
)
def test_named_models(toy, name):
    merged = toy.aggregate(sectors={"all": toy.sectors}) if name != "caliendo_parro2015" else toy
    model = getattr(ng.TradeModel, name)()
    higher = merged.tariffs.add(importer="USA", exporter="CHN", rate=0.2)
    assert ng.counterfactual(merged, higher, model).converged


def test_batched_counterfactuals(toy):
    schedules = [toy.tariffs.add(importer="USA", rate=rate) for rate in (0.0, 0.1, 0.5)]
    batch = ng.counterfactuals(toy, schedules, model=None)
    assert batch.welfare.shape == (3, 3)
    single = [ng.counterfactual(toy, item).table()["welfare"].to_numpy() for item in schedules]
    assert batch.welfare == pytest.approx(np.array(single), abs=1e-8)


def test_policy(toy):
    best = ng.optimal_tariffs(toy, importer="USA", scope="uniform")
    assert best.objective.gain_pct > 0.0
    assert best.tariffs.rates.shape == toy.flows.shape
    assert best.certificate is not None
    own = ng.optimal_tariffs(
        toy, importer="USA", scope="discriminatory", exporters=["CHN"], objective=ng.Objective()
    )
    assert own.tariffs.rate("food", exporter="ROW", importer="USA") == pytest.approx(0.1)
    war = ng.nash_tariffs(toy, players=("USA", "CHN"), scope="most_favored_nation")
    assert np.all(np.isfinite(war.tariffs.rates))
    peace = ng.cooperative_tariffs(toy, start="free_trade")
    assert np.all(np.asarray(peace.objective.gain_pct) >= -1e-6)


def test_bargained_tariffs(toy):
    war = toy.tariffs.add(importer="USA", exporter="CHN", rate=1.0)
    war = war.add(importer="CHN", exporter="USA", rate=1.0)
    deal = ng.bargained_tariffs(toy, pairs=[("USA", "CHN")], disagreement=war)
    assert deal.tariffs.rate("goods", exporter="CHN", importer="USA") < 1.1


def test_tariff_games(toy):
    economy = ng.load_economy()
    for model in ("export_dependence", "general_equilibrium"):
        game = ng.tariff_game(economy, rates={"USA": [0.0, 1.45], "CHN": [0.0, 1.25]}, model=model)
        assert game.shape == (2, 2)
        assert ng.nash_equilibria(game).complete
    own = ng.tariff_game(
        toy,
        rates={"USA": [0.0, 0.5], "CHN": [0.0, 0.5]},
        model="general_equilibrium",
        objectives=ng.Objective(jobs=0.0),
    )
    assert own.payoffs.shape == (2, 2, 2)


def test_equilibria():
    A, B = np.array([[3, 0], [5, 1]]), np.array([[3, 5], [0, 1]])
    game = ng.NormalFormGame.from_bimatrix(A, B, actions=[["c", "d"]] * 2, players=["a", "b"])
    found = ng.nash_equilibria(game, method="auto")
    only = found.equilibria[0]
    assert only.probabilities[0].tolist() == [0.0, 1.0]
    assert [float(x) for x in only.exact[1]] == [0.0, 1.0]
    assert only.payoffs.tolist() == [1.0, 1.0]
    assert only.regret == 0.0
    assert only.index == 1
    assert len(found.components) == 1
    assert len(ng.one_equilibrium(game).equilibria) == 1
    batch = ng.nash_equilibria_batch(np.stack([A, A.T]), np.stack([B, B.T]))
    assert batch.counts.tolist() == [1, 1]
    assert batch.profiles(0)[0][0].tolist() == [0.0, 1.0]
    assert ng.correlated_equilibria(game, objective="welfare").converged
    assert ng.quantal_response(game, precision=1.0) is not None


def test_bargaining():
    points = [[0, 1], [0.5, 0.9], [0.9, 0.5], [1, 0]]
    for frontier in (points, lambda u: 1 - u**2):
        problem = ng.BargainingProblem(frontier=frontier, disagreement=[0.0, 0.0], weights=None)
        for solve in (ng.nash_bargaining, ng.kalai_smorodinsky, ng.egalitarian):
            assert np.all(solve(problem).payoffs > 0.5)
    outside = ng.BargainingProblem(frontier=points, disagreement=[0, 0], outside_options=[0.8, 0.0])
    assert ng.nash_bargaining(outside).payoffs[0] >= 0.8 - 1e-9


def test_process_from_vectors():
    vectors = json.loads(reference_path("vectors", "bargaining.json").read_text())
    inputs = next(v["inputs"] for v in vectors if v["id"].startswith("P01"))
    process = ng.MultiStepProcess.from_dict({**inputs, "time_unit": "month"})
    solution = ng.solve_process(process)
    assert solution.deal_probability == pytest.approx(0.8687174864642102, rel=1e-9)
    assert 0.0 < solution.deal_by(30.0) < solution.deal_by(300.0)
    assert len(solution.stages) == 4
    assert solution.audience_cost_bound.shape[-1] == 2
    assert solution.residual < 1e-9
    paths = ng.simulate_process(solution, n=1000, rng=np.random.default_rng(1))
    assert 0.7 < paths.deal_probability < 1.0


def test_default_process():
    process = ng.load_process("multi-step-2025", as_of="2025-05-02", economy=None)
    solutions = ng.solve_processes([process, process])
    assert len(solutions) == 2
    with pytest.raises(ng.InformationDateError):
        ng.load_process("multi-step-2025", as_of="2017-01-01")
