"""Break-evens against closed forms, and identified sets against sets known in advance."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from negotiation.errors import InvalidInputError
from negotiation.process.analysis.break_even import break_even
from negotiation.process.analysis.conclusions import CONCLUSIONS, Conclusion, conclusion_named
from negotiation.process.analysis.forecast import outlook
from negotiation.process.analysis.identified_set import Moment, dated_moments, identified_set
from negotiation.process.analysis.parameter_changes import ParameterSpan, parameter_spans
from negotiation.process.multi_step.load import load_process
from negotiation.process.stages import MultiStepProcess

AS_OF = "2025-05-02"


def simple(**options):
    given = {"discount_rates": [0.05, 0.05], "stubbornness": [0.1, 0.1]}
    return MultiStepProcess.from_payoffs(
        flows=[[-0.05, -0.08]], terms=[[[0.3, 0.6], [0.7, 0.4]]], **{**given, **options}
    )


@pytest.fixture(scope="module")
def process():
    return load_process(as_of=AS_OF)


def test_a_margin_of_the_parameter_itself():
    # The conclusion "r_U > 0.02" is reversed exactly at 0.02.
    rate = Conclusion("patient", lambda out: float(out.whole.process.discount_rates[0]) - 0.02)
    found = break_even(simple(), rate, {"discount_rate_USA": (0.01, 0.09)}, stage=0, tol=1e-6)
    assert found.holds
    assert found.nearest.values[0] == pytest.approx(0.02, abs=1e-6)
    assert found.nearest.distance == pytest.approx((0.05 - 0.02) / 0.08, abs=1e-5)
    assert found.joint is None


def test_joint_change_is_the_foot_of_the_perpendicular():
    def gap(out):
        r = out.whole.process.discount_rates
        return float(r[0] + r[1]) - 0.06

    ranges = {"discount_rate_USA": (0.02, 0.1), "discount_rate_CHN": (0.02, 0.1)}
    found = break_even(simple(), Conclusion("sum", gap), ranges, stage=0, tol=1e-6)
    assert found.joint.values == pytest.approx((0.03, 0.03), abs=1e-5)
    assert found.joint.distance == pytest.approx(np.sqrt(2) * 0.02 / 0.08, abs=1e-4)
    assert found.nearest is None
    assert found.verdict == "flips jointly"


def test_hazards_at_the_reversal_are_equal():
    # Who concedes first turns where the atom and the hazards balance: check by the solution.
    found = break_even(
        simple(), "CHN concedes first", {"stubbornness_USA": (0.001, 0.5)}, stage=0, joint=False
    )
    hit = found.nearest
    assert hit.margin_before * hit.margin_after <= 0.0
    assert hit.before.concedes_first[1] == pytest.approx(0.5, abs=1e-3)
    assert hit.after.concedes_first[1] == pytest.approx(0.5, abs=1e-3)
    assert found.verdict.startswith("flips at stubbornness_USA")


def test_what_no_change_reverses_survives():
    always = Conclusion("always", lambda out: 1.0)
    ranges = {"stubbornness_USA": (0.01, 0.5), "breakdown_hazard": (0.0, 1.0)}
    found = break_even(simple(), always, ranges, stage=0)
    assert found.verdict == "survives"
    assert not found.joint.reverses
    assert found.nearest is None
    assert np.isnan(found.single[0].values[0])


def test_fields_of_a_process_without_economy():
    process = simple()
    names = [
        f"{head}_{side}"
        for head in ("discount_rate", "stubbornness", "audience_cost", "flow")
        for side in ("USA", "CHN")
    ]
    ranges = dict.fromkeys([*names, "breakdown_hazard"], (-1.0, 1.0))
    values = {span.name: span.value for span in parameter_spans(process, ranges)}
    assert values["flow_CHN"] == -0.08
    assert values["stubbornness_USA"] == 0.1
    for name in names:
        seen = Conclusion(name, lambda out: 1.0)
        found = break_even(process, seen, {name: (-1.0, 1.0)}, stage=0, steps=1)
        assert found.holds


def test_spans():
    log = ParameterSpan("x", 1.0, 0.1, 10.0)
    assert log.at(0.5) == pytest.approx(10.0)
    assert log.change_to(0.1) == pytest.approx(-0.5)
    assert log.between(np.array([0.0, 0.5, 1.0])) == pytest.approx([0.1, 1.0, 10.0])
    flat = ParameterSpan("x", 1.0, 0.0, 4.0)
    assert flat.at(0.5) == pytest.approx(3.0)
    assert flat.at(5.0) == 4.0
    assert flat.between(np.array([0.25])) == pytest.approx([1.0])


def test_parameters_of_the_named_process(process):
    found = break_even(process, "the United States concedes first", ["exporter_incidence"])
    hit = found.nearest
    for value, result in ((hit.last_held[0], hit.before), (hit.values[0], hit.after)):
        again = outlook(load_process(as_of=AS_OF, values={"exporter_incidence": value}))
        assert again.cut_by(30.0) == pytest.approx(result.cut_by(30.0), rel=1e-9)
    assert hit.margin_before * hit.margin_after <= 0.0


def test_another_economy_needs_a_builder(process):
    other = replace(process, discount_rates=process.discount_rates * 2)
    stages = tuple(replace(stage, flows=stage.flows * 2) for stage in process.stages)
    other = replace(process, stages=stages)
    with pytest.raises(InvalidInputError, match="rebuild"):
        break_even(other, CONCLUSIONS[0], ["toughness_usa"])
    found = break_even(
        other, CONCLUSIONS[0], ["toughness_usa"], steps=1, rebuild=lambda values: other
    )
    assert found.verdict == "survives"


@pytest.mark.parametrize("name", CONCLUSIONS)
def test_every_conclusion_is_a_number(process, name):
    assert np.isfinite(conclusion_named(name, process.players).margin(outlook(process)))


def test_bad_input(process):
    for name in ("the moon concedes first", "nothing"):
        with pytest.raises(InvalidInputError):
            conclusion_named(name, ("USA", "CHN"))
    with pytest.raises(InvalidInputError, match="unknown parameter"):
        break_even(process, CONCLUSIONS[0], ["colour"])
    with pytest.raises(InvalidInputError, match="range"):
        break_even(simple(), "CHN concedes first", ["flow_USA"], stage=0)


def test_identified_set_of_a_known_rectangle():
    middle = Moment(
        "rate", lambda out: float(out.whole.process.discount_rates[0]), 0.03, 0.05,
        date(2025, 1, 1),
    )  # fmt: skip
    patient = Conclusion("patient", lambda out: 0.06 - float(out.whole.process.discount_rates[0]))
    ranges = {"discount_rate_USA": (0.02, 0.1), "stubbornness_CHN": (0.02, 0.15)}
    found = identified_set(simple(), [middle], ranges, conclusions=[patient], stage=0, draws=128)
    assert found.share == pytest.approx(0.02 / 0.08, abs=0.02)
    low, high = found.intervals["discount_rate_USA"]
    assert (low, high) == (pytest.approx(0.03, abs=2e-3), pytest.approx(0.05, abs=2e-3))
    assert found.intervals["stubbornness_CHN"][1] > 0.14
    assert found.holds("patient") == 1.0
    with pytest.raises(InvalidInputError, match="not evaluated"):
        found.holds("other")
    empty = identified_set(simple(), [replace(middle, low=0.5, high=0.6)], ranges, stage=0, draws=8)
    assert np.isnan(empty.intervals["stubbornness_CHN"][0])


def test_moments_of_the_standoff(process):
    moments = dated_moments(as_of=AS_OF, start=process.start)
    names = [moment.name for moment in moments]
    assert any("no concession by 2025-05-02" in name for name in names)
    assert sum("Polymarket" in name or "Kalshi" in name for name in names) == 4
    found = outlook(process)
    values = [moment.measure(found) for moment in moments]
    assert values[0] == pytest.approx(found.survival)
    assert values[1] == pytest.approx(1 - np.exp(-(686 / 365.25) / 1.7), rel=1e-9)
    # At 30 April the chance of a cut is one less the chance of silence until then.
    assert values[2] == pytest.approx(1 - outlook(process, as_of="2025-04-30").survival, rel=1e-6)
    late = dated_moments(as_of="2025-05-10", start=process.start)
    with pytest.raises(InvalidInputError, match="not known"):
        identified_set(process, late, ["toughness_usa"], draws=1)
    with pytest.raises(InvalidInputError, match="dates"):
        dated_moments(as_of="2025-01-01", start=process.start)
