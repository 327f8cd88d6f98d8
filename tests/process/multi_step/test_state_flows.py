import numpy as np
import pytest

from negotiation.payoffs.scenarios import tariff_payoffs
from negotiation.process.multi_step.state_flows import Instrument, State
from negotiation.trade.instruments.measures import Measure
from tests.process.multi_step.worlds import SIDES, flows_of, model, world


def exact(flows, rates, horizon, **options):
    elasticity = {"short_run": 1.5, "long_run": 4.0}[horizon]
    found = tariff_payoffs(flows.economy, rates, players=SIDES, elasticities=elasticity, **options)
    return np.stack([found.real_income, found.revenue_change, found.lost_exports], axis=-1)


@pytest.mark.parametrize("name", ["equilibrium", "partial"])
def test_values_between_the_points_of_the_grid_are_those_of_the_economy(name):
    flows = flows_of(payoffs=model(name))
    rates = np.random.default_rng(2).uniform(0.0, 1.2, (40, 2))
    options = {"model": flows.payoff_model.model}
    if name == "partial":
        options["exporter_incidence"] = 0.2
    for step, horizon in enumerate(("short_run", "long_run")):
        found = flows.parts([State((float(a), float(b))) for a, b in rates], step)
        assert found == pytest.approx(exact(flows, rates, horizon, **options), abs=2e-3)


def test_below_zero_the_baseline_itself_is_cut_down_to_free_trade():
    flows = flows_of()
    free = flows.parts([State((-float(flows.baseline[0]), -float(flows.baseline[1])))], 0)
    wanted = exact(
        flows, {side: ["free_trade"] for side in SIDES}, "short_run", model="general_equilibrium"
    )
    assert free == pytest.approx(wanted, abs=1e-9)
    nothing = flows.parts([State((0.0, 0.0))], 0)
    assert nothing == pytest.approx(np.zeros((1, 2, 3)), abs=1e-9)


def test_rates_beyond_the_grid_have_their_own_equilibrium():
    flows = flows_of()
    found = flows.parts([State((2.0, 0.3))], 1)
    wanted = exact(flows, [(2.0, 0.3)], "long_run", model="general_equilibrium")
    assert found == pytest.approx(wanted, abs=1e-9)


def test_exempting_everything_is_no_tariff():
    flows = flows_of(listed={"B": ("cars", "grain")})
    found = flows.parts([State((0.5, 0.4), exempt=(False, True)), State((0.5, 0.0))], 0)
    assert found[0] == pytest.approx(found[1], abs=1e-6)
    kept = flows_of(exempted={"B": {"cars": 1.0, "grain": 1.0}})
    assert kept.parts([State((0.5, 0.4))], 0)[0] == pytest.approx(found[1], abs=1e-6)


def test_instruments_are_valued_in_equilibrium_at_any_share_of_their_size():
    flows = flows_of()
    rates = (0.3, 0.2)
    state = State(rates, instruments=("deal",))
    for measure, share in (
        (Measure("purchase", 0.4), 0.7),
        (Measure("import_tariff", -0.05), 0.4),
        (Measure("trade_cost", 0.95), 0.9),
    ):
        named = {"deal": (Instrument("B", measure, share),)}
        added = flows.parts([state], 0, named) - flows.parts([State(rates)], 0)
        neutral = 1.0 if measure.instrument == "trade_cost" else 0.0
        size = neutral + share * (measure.size - neutral)
        sized = Measure(measure.instrument, size)
        acts = {"A": [0.3, 0.3], "B": [(Measure("import_tariff", 0.2), sized), 0.2]}
        both = exact(flows, acts, "short_run", model="general_equilibrium")
        assert added[0] == pytest.approx(both[0] - both[1], abs=2e-2 * np.abs(both).max())
        none = {"deal": (Instrument("B", measure, 0.0),)}
        assert flows.parts([state], 0, none) == pytest.approx(flows.parts([State(rates)], 0))


def test_no_baseline_tariff_means_no_cut_below_it():
    economy = world()
    free = economy.tariffs.set(importer="A", exporter="B", rate=0.0)
    flows = flows_of(type(economy)("free", economy.regions, economy.sectors, economy.flows, free))
    assert flows.grid[0][0] == 0.0
    assert flows.grid[1][0] < 0.0
