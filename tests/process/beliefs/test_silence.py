"""Beliefs in stages solved again: limits, Bayes' rule, martingales, simulated paths."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from negotiation.errors import InvalidInputError
from negotiation.process.beliefs.events import DatedEvent
from negotiation.process.beliefs.silence import filter_by_solving
from negotiation.process.beliefs.updating import filter_beliefs, filter_draws
from negotiation.process.solve import solve_process
from negotiation.process.tough_types.continuation import process_from
from negotiation.process.tough_types.node_laws import node_laws
from negotiation.process.tough_types.simulation import simulate_process
from tests.process.tough_types.processes import fight

START = date(2025, 4, 12)
NEWS = [
    DatedEvent(date(2025, 4, 20), "USA", "escalation", "a source"),
    DatedEvent(date(2025, 4, 28), "CHN", "denial", "a source"),
    DatedEvent(date(2025, 5, 2), "USA", "escalation", "a source"),
]
RATIOS = {"escalation": 2.0, "denial": 0.6}


def staged(z=(0.1, 0.05), stages=2, **options):
    return fight(stages, z, start=START, players=("USA", "CHN"), **options)


def test_former_names_of_sides_that_nobody_named():
    options = {"as_of": "2025-05-22", "stage": 0, "events": NEWS, "ratios": RATIOS}
    whole = filter_beliefs(staged(), **options)
    with pytest.warns(DeprecationWarning, match="give players="):
        former = filter_beliefs(replace(staged(), players=("player 1", "player 2")), **options)
    np.testing.assert_array_equal(former.posteriors, whole.posteriors)


def test_solving_again_equals_the_closed_form():
    process = staged()
    solution = solve_process(process)
    times = np.array([0.0, 0.3, 0.7, 1.1])
    news = np.array([[0.0, 0.0], [0.7, 0.0], [-0.5, 0.4], [0.0, 0.0]])
    found = filter_by_solving(process, 0, times, news)
    plain = filter_draws(
        times,
        news[None],
        beliefs=process.stages[0].stubbornness[None],
        hazards=solution.hazards[:1],
        atoms=solution.atoms[:1],
    )
    expected = (plain.silence[0], plain.posteriors[0], plain.at_once[0], plain.survival[0])
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, abs=1e-9)


def test_silence_is_the_solved_path():
    process = staged()
    solution = solve_process(process)
    law = node_laws(solution)[0]
    days = 30.0
    path = filter_beliefs(process, as_of="2025-05-12", stage=0, events=())
    left = np.array([law.duration - process.in_time(days)])
    assert path.beliefs == pytest.approx(np.exp(law.log_beliefs(left))[0], rel=1e-8)
    assert path.survival == pytest.approx(1.0 - solution.stage_by(0, days), abs=2e-5)
    # Bayes' rule: beliefs are a martingale, and only normal types concede.
    branch = solution.branch_solution.atoms[0, 0]
    grown = law.log_beliefs(left)[0] - np.log(process.stages[0].stubbornness)
    assert path.survival == pytest.approx(float(np.exp(-grown.sum())), rel=1e-7)
    assert branch.min() == pytest.approx(0.0, abs=1e-12)
    # Left to itself the stage goes on as planned.
    rest = solve_process(path.process_at())
    assert rest.atoms[0] == pytest.approx([0.0, 0.0], abs=1e-4)
    assert rest.hazards[0] == pytest.approx(
        -np.diff(law.log_beliefs(left[0] + np.array([-1e-3, 1e-3])), axis=0)[0] / 2e-3, rel=1e-3
    )


def test_conditional_forecasts_agree_with_simulated_paths():
    process = staged(stages=3, breakdown_hazard=0.02, breakdown=(-0.5, -0.5))
    path = filter_beliefs(process, as_of="2025-05-02", stage=0)
    found = solve_process(path.process_at())
    paths = simulate_process(solve_process(process), 200_000, rng=np.random.default_rng(11))
    now = process.in_time(20.0)
    # Survival leaves breakdowns out: the forecast is of a stage that is still open.
    open_still = paths.time[:, 0] > now
    count = int(open_still.sum())
    deal = paths.deal_time[open_still]
    cut = np.where(paths.outcome[:, 0] >= 0, paths.time[:, 0], np.inf)[open_still]
    for days in (10.0, 60.0, 200.0):
        until = now + process.in_time(days)
        for chance, share in (
            (found.deal_by(days), np.mean(deal <= until)),
            (found.stage_by(0, days), np.mean(cut <= until)),
        ):
            assert abs(chance - share) <= 4 * np.sqrt(chance * (1 - chance) / count) + 2e-4
    alive = path.survival * np.exp(-0.02 * now)
    assert abs(alive - count / 200_000) <= 4 * np.sqrt(alive * (1 - alive) / 200_000)


def test_news_opens_the_stage_again():
    process = staged()
    path = filter_beliefs(process, as_of="2025-05-02", stage=0, events=NEWS, ratios=RATIOS)
    odds = [b / (1 - b) for b in (path.silence[-1, 0], path.posteriors[-1, 0])]
    assert odds[1] == pytest.approx(2.0 * odds[0])
    rest = solve_process(path.process_at())
    assert rest.atoms[0] == pytest.approx(path.at_once[-1], abs=1e-9)
    assert path.at_once[-1].sum() > 0.0
    survived = filter_beliefs(process, as_of="2025-05-10", stage=0, events=NEWS, ratios=RATIOS)
    stays = 1.0 - path.at_once[-1].sum()
    assert survived.survival < path.survival * stays
    assert solve_process(survived.process_at()).atoms[0] == pytest.approx([0, 0], abs=1e-4)
    with pytest.raises(InvalidInputError, match="had not opened"):
        filter_beliefs(process, as_of="2025-04-01", stage=0, events=())


def test_long_silence_means_both_are_tough():
    path = filter_beliefs(staged(), as_of="2035-01-01", stage=0)
    assert path.beliefs.tolist() == [1.0, 1.0]
    found = solve_process(path.process_at())
    assert found.stage_by(0, 1000.0) == pytest.approx(0.0, abs=1e-12)


def test_corners_teach_who_would_have_conceded():
    # The first side likes the standoff and never concedes; the second gives in at once.
    process = staged()
    first = replace(process.stages[0], flows=np.array([[0.5, -0.08]]))
    never = replace(process, stages=(first, process.stages[1]))
    path = filter_beliefs(never, as_of="2025-04-30", stage=0, events=())
    assert path.beliefs == pytest.approx([0.1, 1.0])
    assert path.survival == pytest.approx(0.05)
    # Both want to concede first: silence means that both are tough.
    both = replace(process.stages[0], concede=np.array([[2.0, 2.0]]), win=np.array([[0.1, 0.1]]))
    path = filter_beliefs(
        replace(process, stages=(both, process.stages[1])), as_of="2025-04-30", stage=0, events=()
    )
    assert path.beliefs.tolist() == [1.0, 1.0]
    assert path.survival == pytest.approx(0.1 * 0.05)


def test_sides_known_to_be_normal():
    both = filter_beliefs(staged(z=(0.0, 0.0)), as_of="2025-05-12", stage=0, events=())
    rates = solve_process(staged(z=(0.0, 0.0))).hazards[0]
    assert both.beliefs.tolist() == [0.0, 0.0]
    months = 30.0 / (365.25 / 12.0)
    assert both.survival == pytest.approx(np.exp(-rates.sum() * months))
    one = filter_beliefs(staged(z=(0.0, 0.1)), as_of="2025-05-12", stage=0, events=())
    assert one.survival == 0.0
    assert np.isfinite(one.beliefs).all()


def test_a_clock_runs_on_to_the_information_date():
    slow = staged(audience_growth=(0.02, 0.01))
    path = filter_beliefs(slow, as_of="2025-05-12", stage=0, events=())
    whole, rest = solve_process(slow), solve_process(path.process_at())
    assert rest.atoms[0] == pytest.approx([0.0, 0.0], abs=1e-9)
    assert path.survival == pytest.approx(1.0 - whole.stage_by(0, 30.0), abs=1e-4)
    left = 30.0 / (365.25 / 12.0)
    assert rest.exhaustion_times[0] == pytest.approx(whole.exhaustion_times[0] - left, rel=1e-6)
    ending = staged(z=(1e-4, 1e-4), deadlines=[2.0, None], breakdown=(-0.5, -0.5))
    path = filter_beliefs(ending, as_of="2025-05-12", stage=0)
    whole, found = solve_process(ending), solve_process(path.process_at())
    assert found.process.stages[0].deadline == pytest.approx(2.0 - left)
    later = float(whole.stage_by(0, 50.0) - whole.stage_by(0, 30.0))
    assert found.stage_by(0, 20.0) == pytest.approx(later / path.survival, abs=1e-4)
    with pytest.raises(InvalidInputError, match="deadline"):
        solve_process(filter_beliefs(ending, as_of="2025-07-12", stage=0).process_at())
    with pytest.raises(InvalidInputError, match="deadline has passed"):
        process_from(ending, 0, elapsed=2.5)
