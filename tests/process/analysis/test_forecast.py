"""Outlooks at a date and their evaluation over parameters."""

from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context

import numpy as np
import pytest

from negotiation.errors import InvalidInputError
from negotiation.process.analysis.forecast import lowered_by, outlook, terms_after
from negotiation.process.analysis.parameter_draws import evaluate, sweep_mistakes
from negotiation.process.multi_step.load import load_process
from negotiation.process.solve import solve_process
from negotiation.process.stages import MultiStepProcess
from negotiation.process.tough_types.continuation import process_from
from negotiation.process.tough_types.simulation import simulate_process
from negotiation.study.sweeps.design import ParameterRange
from negotiation.study.sweeps.run import run_sweep
from negotiation.study.sweeps.specification import Sweep

AS_OF = "2025-05-02"
FIXED = {"as_of": AS_OF, "dates": ["2025-05-31", "2025-12-31"], "deal_date": "2025-12-31"}


@pytest.fixture(scope="module")
def found():
    return outlook(load_process(as_of=AS_OF))


def test_the_outlook_conditions_on_silence(found):
    whole = solve_process(process_from(found.whole.process, "de-escalation"))
    before, after = (float(whole.stage_by(0, days)) for days in (20.0, 49.0))
    assert found.survival == pytest.approx(1.0 - before, rel=1e-9)
    assert found.cut_by("2025-05-31") == pytest.approx((after - before) / (1 - before), rel=1e-8)


def test_dates_agree_with_simulated_paths(found):
    paths = simulate_process(found.solution, n=40_000, rng=np.random.default_rng(2))
    first = np.where(paths.outcome[:, 0] >= 0, paths.time[:, 0], np.inf) * 365.25
    for days in (29.0, 243.0):
        p = found.cut_by(days)
        assert np.mean(first <= days) == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / 40_000))
    share = np.mean(paths.outcome[paths.outcome[:, 0] >= 0, 0] == 0)
    assert found.concedes_first[0] == pytest.approx(share, abs=0.01)


def test_quantiles_invert_the_distribution(found):
    for level in (0.1, 0.5, 0.9):
        assert found.cut_by(found.days_to(level)) == pytest.approx(level, rel=1e-6)
    assert found.days_to(0.999) == np.inf
    assert found.cut_quantiles == tuple(found.days_to(level) for level in (0.25, 0.5, 0.75))


def test_who_concedes_more(found):
    assert found.points_cut == pytest.approx(np.array([[1.25, 1.15], [0.875, 1.15]]))
    share = found.concedes_first
    assert found.concedes_more() == pytest.approx([share[0], share[1], 0.0])
    assert found.concedes_more(within=0.1) == pytest.approx([0.0, share[1], share[0]])
    assert found.concedes_more(within=0.3) == pytest.approx([0.0, 0.0, 1.0])
    assert terms_after(found.whole.process, "comprehensive agreement").shape == (2, 2)


def test_without_dates_nothing_is_conditioned_on():
    process = MultiStepProcess.from_payoffs(
        flows=[[-0.05, -0.08]],
        terms=[[[0.3, 0.6], [0.7, 0.4]]],
        discount_rates=[0.05, 0.05],
        stubbornness=[0.1, 0.1],
    )
    bare = outlook(process, stage=0)
    assert bare.survival == 1.0
    assert bare.cut_by([0.0, 30.0]) == pytest.approx(bare.whole.deal_by([0.0, 30.0]))
    assert bare.days_to(0.0) == 0.0
    assert np.isnan(bare.terms).all()
    assert np.isnan(bare.points_cut).all()
    with pytest.raises(InvalidInputError, match="span"):
        bare.cut_by("2025-05-31")


def test_an_impasse_has_no_dates():
    process = MultiStepProcess.from_payoffs(
        flows=[[1.0, 1.0]],
        terms=[[[0.3, 0.6], [0.7, 0.4]]],
        discount_rates=[0.05, 0.05],
        stubbornness=[0.1, 0.1],
    )
    stuck = outlook(process, stage=0)
    assert stuck.days_to(0.5) == np.inf
    assert np.isnan(stuck.concedes_first).all()


def test_rows_equal_single_outlooks(found):
    out = evaluate({"terms_duration": np.array([1.7, 0.5])}, FIXED)
    assert out["cut_2025-05-31"][0] == pytest.approx(found.cut_by(date(2025, 5, 31)))
    assert out["deal"][0] == pytest.approx(found.deal_by("2025-12-31"))
    assert out["usa_first"][0] == pytest.approx(found.concedes_first[0])
    assert out["level"][0] == pytest.approx(found.concedes_first @ found.terms[:, 0])
    assert np.all(out["converged"] == 1.0)
    alone = evaluate({"terms_duration": np.array([0.5])}, FIXED)
    assert all(alone[key][0] == out[key][1] for key in out)


def test_likelihood_ratios_move_beliefs():
    ratios = {"ratio:denial": np.array([1 / 3, 1.0, 3.0])}
    out = evaluate(ratios, FIXED)
    # China's denials: a higher ratio makes it look tougher.
    assert np.all(np.diff(out["belief_chn"]) >= -1e-12)
    quiet = evaluate({"terms_duration": np.array([1.7])}, FIXED)
    assert out["belief_chn"][1] == pytest.approx(quiet["belief_chn"][0], rel=1e-9)


def test_a_sweep_in_spawned_workers():
    ranges = {
        "terms_duration": ParameterRange(0.25, 5.0, "log"),
        "toughness_usa": ParameterRange(0.01, 0.3, "log"),
    }
    sweep = Sweep(
        name="outcomes",
        evaluate="negotiation.process.analysis.parameter_draws:evaluate",
        ranges=ranges,
        fixed=FIXED,
        size=8,
        chunk=4,
    )
    here = run_sweep(sweep)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        there = run_sweep(sweep, pool)
    assert all(np.array_equal(here.outputs[key], there.outputs[key]) for key in here.outputs)


def test_bad_input():
    with pytest.raises(InvalidInputError, match="unknown key"):
        evaluate({"terms_duration": np.array([1.0])}, {"as_of": AS_OF, "colour": 1})
    with pytest.raises(InvalidInputError, match="not a date"):
        evaluate({"terms_duration": np.array([1.0])}, {"as_of": AS_OF, "dates": ["soon"]})
    with pytest.raises(InvalidInputError, match="unknown parameter"):
        evaluate({"colour": np.array([1.0])}, {"as_of": AS_OF})


def test_tariffs_fall_by_deal_or_lapse():
    process = load_process(as_of=AS_OF, values={"terms_duration": 0.5})
    solution = solve_process(process_from(process, "purchases", history=2))
    paths = simulate_process(solution, n=40_000, rng=np.random.default_rng(3))
    days = 120.0
    deal = np.mean(paths.deal_time * 365.25 <= days)
    over = np.where(paths.outcome == -1, paths.time, np.inf).min(axis=1) * 365.25 <= days
    either = lowered_by(solution, days, side=0, lapses_to=0.2)
    assert either == pytest.approx(deal + np.mean(over), abs=0.01)
    assert lowered_by(solution, days, side=0, lapses_to=0.9) == pytest.approx(deal, abs=0.01)
    with pytest.raises(InvalidInputError, match="one breakdown hazard"):
        lowered_by(solve_process(process), days, side=0, lapses_to=0.2)


@pytest.mark.parametrize(
    ("fixed", "names", "parts"),
    [
        ({}, ["likelihood_ratio"], ["does not use it", "ratio:<type of event>"]),
        ({}, ["relapse_hazard"], ["fixed.relapse = true"]),
        ({"relapse": True}, ["relapse_hazard"], []),
        ({}, ["trade_elasticity_short_run", "type_persistence", "threshold_tariff"], []),
        ({"process": "two-step"}, [], ["multi-step-2025"]),
        ({"as_of": "2020-01-01"}, ["terms_duration"], ["information date"]),
        ({}, ["ratio:threat"], ["need an information date"]),
        ({"as_of": "2025-05-02"}, ["ratio:threat", "ratio:thread"], ["thread", "mean threat?"]),
    ],
)
def test_mistakes_of_sweeps(fixed, names, parts):
    found = "\n".join(sweep_mistakes(names, fixed))
    assert bool(found) == bool(parts)
    for part in parts:
        assert part in found


def test_an_elasticity_may_be_swept():
    names = {"trade_elasticity_short_run": np.array([0.35, 1.1])}
    found = evaluate(names, FIXED)
    assert found["flow_usa"][0] != found["flow_usa"][1]
