import sys
from dataclasses import replace

import numpy as np
import pytest

from negotiation.data.embedded import load_economy
from negotiation.errors import InformationDateError, InvalidInputError
from negotiation.process.tough_types.audience_costs import smallest_audience_costs, with_audience_costs
from negotiation.process.multi_step.load import load_process
from negotiation.process.solve import solve_process

AS_OF = "2025-05-02"
# The package exports a function of the module's name.
parameter_module = sys.modules["negotiation.data.parameters"]


@pytest.fixture(scope="module")
def process():
    return load_process("multi-step-2025", as_of=AS_OF)


def test_runs_end_to_end(process):
    solution = solve_process(process)
    assert solution.converged
    assert solution.residual < 1e-12
    assert 0.0 < solution.deal_by(365) < solution.deal_probability < 1.0
    assert list(solution.stages["stage"])[-1] == "comprehensive agreement"


def test_every_parameter_says_where_it_comes_from_and_since_when(process):
    assert len(process.parameters) > 20
    for parameter in process.parameters:
        assert parameter.status in {"sourced", "derived", "assumption"}
        assert parameter.low <= parameter.value <= parameter.high
        assert str(parameter.known_on) <= AS_OF


def test_an_early_information_date_is_enforced():
    with pytest.raises(InformationDateError):
        load_process("multi-step-2025", as_of="2025-04-01")


def test_editing_later_facts_changes_nothing(process, monkeypatch):
    everything = dict(parameter_module._read(parameter_module.EMBEDDED))
    edited = {
        name: replace(entry, value=entry.high, source="edited")
        if str(entry.known_on) > AS_OF
        else entry
        for name, entry in everything.items()
    }
    assert edited != everything
    monkeypatch.setattr(parameter_module, "_read", lambda folder: edited)
    again = load_process("multi-step-2025", as_of=AS_OF)
    assert np.array_equal(solve_process(again).values, solve_process(process).values)


def test_flows_come_from_the_economy(process):
    economy = load_economy()
    halved = replace(economy, gdp=np.asarray(economy.gdp) * 2)
    other = load_process("multi-step-2025", as_of=AS_OF, economy=halved)
    assert other.stages[0].flows == pytest.approx(process.stages[0].flows / 2, rel=1e-9)


def test_values_replace_parameters(process):
    short = load_process(as_of=AS_OF, values={"terms_duration": 0.5})
    assert short.stages[-1].breakdown_hazard == pytest.approx(2.0)
    assert process.stages[-1].breakdown_hazard == pytest.approx(1 / 1.7)
    assert {p.name: p.value for p in short.parameters}["terms_duration"] == 0.5


def test_a_low_threshold_reopens_de_escalation():
    low = load_process(as_of=AS_OF, values={"threshold_tariff": 0.4})
    solution = solve_process(low)
    row = solution.stages.set_index("stage").loc["de-escalation reopened"]
    assert row["reached"] > 0.0
    assert low.stages[2].opens.tolist() == [0.0, 1.0]
    purchases = low.stages[3]
    assert np.all(purchases.rates <= 0.4 + 1e-12)
    assert solution.residual < 1e-12


def test_relapse_returns_to_the_first_cut():
    process = load_process(as_of=AS_OF, relapse=True)
    assert [stage.relapse_to for stage in process.stages] == [None, None, 1, 1, 1, 1]
    solution = solve_process(process)
    assert solution.converged
    branches = solution.branch_solution
    assert branches.breakdown_values[3, 0] == pytest.approx(branches.values[1, 0], abs=1e-9)


def test_audience_costs_make_waiting_rational(process):
    for k in range(1, len(process.stages)):
        excess = process.stages[k].audience_cost - np.maximum(
            smallest_audience_costs(process, k), 0
        )
        assert excess == pytest.approx([0.1, 0.1], abs=1e-9)
    solution = solve_process(load_process(as_of=AS_OF, audience_costs=[0.0, 0.0]))
    assert "concedes_at_once" in {word for row in solution.behaviours for word in row}
    with pytest.raises(InvalidInputError):
        with_audience_costs(process, excess=-1)


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"name": "two-step"}, "multi-step-2025"),
        ({"values": {"luck": 1.0}}, "luck"),
        ({"values": {"terms_duration": "long"}}, "terms_duration"),
        ({"standoff_horizon": "century"}, "standoff_horizon"),
        ({"terms_horizon": "century"}, "terms_horizon"),
        ({"audience_costs": [1.0]}, "audience_costs"),
    ],
)
def test_bad_options(options, part):
    with pytest.raises(InvalidInputError, match=part):
        load_process(**{"as_of": AS_OF, **options})


def test_economies_that_do_not_fit():
    economy = load_economy()
    with pytest.raises(InvalidInputError, match="GDP"):
        load_process(as_of=AS_OF, economy=replace(economy, gdp=None))
    small = economy.aggregate(regions={"PACIFIC": ["CHN", "JPN"]})
    with pytest.raises(InvalidInputError, match="not a region"):
        load_process(as_of=AS_OF, economy=small)
