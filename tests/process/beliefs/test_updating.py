"""Beliefs along events: against re-solved stages, Bayes' rule by hand, and information dates."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from negotiation.bargaining.signals.sources import source_posterior
from negotiation.errors import InvalidInputError
from negotiation.process.beliefs.events import (
    ContactClaim,
    DatedEvent,
    contact_posterior,
    learned_reliability,
    read_events,
)
from negotiation.process.beliefs.updating import filter_beliefs, filter_draws
from negotiation.process.solve import solve_process
from negotiation.process.tough_types.continuation import process_from
from tests.data.conftest import data_folder, spoil
from tests.process.tough_types.processes import fight, with_history

__all__ = ["data_folder", "spoil"]

AS_OF = "2025-05-02"


def simple(z=(0.1, 0.05), stages=1, **options):
    return fight(stages, z, start=date(2025, 4, 12), players=("USA", "CHN"), **options)


def event(day, actor="USA", kind="threat", **more):
    return DatedEvent(date.fromisoformat(day), actor, kind, "a source", **more)


def test_silence_follows_the_solved_stage():
    process = simple()
    solution = solve_process(process)
    path = filter_beliefs(solution, as_of="2025-05-12", stage=0, events=())
    t = process.in_time(30.0)
    lam, mu = solution.hazards[0], solution.atoms[0]
    z = process.stages[0].stubbornness
    assert path.beliefs == pytest.approx(z / (1 - mu) * np.exp(lam * t), rel=1e-12)
    # The chance of silence is what the solution itself says about the stage.
    assert path.survival == pytest.approx(1.0 - solution.stage_by(0, 30.0), rel=1e-9)
    # Left to itself the stage goes on as planned: no new atom, the same hazards.
    rest = solve_process(path.process_at())
    assert rest.atoms[0] == pytest.approx([0.0, 0.0], abs=1e-12)
    later = (solution.stage_by(0, 50.0) - solution.stage_by(0, 30.0)) / path.survival
    assert rest.stage_by(0, 20.0) == pytest.approx(later, rel=1e-9)


def test_silence_outlasts_the_normal_types():
    path = filter_beliefs(simple(), as_of="2035-05-12", stage=0, events=())
    assert path.beliefs.tolist() == [1.0, 1.0]
    assert solve_process(path.process_at()).stage_by(0, 1000.0) == 0.0


def test_an_event_multiplies_the_odds_and_the_stage_is_solved_again():
    ratio = 2.5
    day = "2025-05-12"
    path = filter_beliefs(
        simple(), as_of=day, stage=0, events=[event(day, "USA", "escalation")],
        ratios={"escalation": ratio},
    )  # fmt: skip
    before, after = path.silence[-1], path.posteriors[-1]
    assert after[0] / (1 - after[0]) == pytest.approx(ratio * before[0] / (1 - before[0]))
    assert after[1] == pytest.approx(before[1])
    rest = solve_process(path.process_at())
    assert rest.atoms[0] == pytest.approx(path.at_once[-1], abs=1e-12)
    assert path.at_once[-1, 1] > 0.0
    assert path.at_once[-1, 0] == 0.0


def test_a_survived_event_puts_beliefs_back_on_the_curve():
    path = filter_beliefs(
        simple(), as_of="2025-05-22", stage=0,
        events=[event("2025-05-02", "USA", "escalation")], ratios={"escalation": 3.0},
    )  # fmt: skip
    rest = solve_process(path.process_at())
    assert rest.atoms[0] == pytest.approx([0.0, 0.0], abs=1e-12)
    assert np.all(path.beliefs > path.quiet[-1])
    quiet = filter_beliefs(simple(), as_of="2025-05-22", stage=0, events=())
    stay = 1.0 - path.at_once[path.days.index(date(2025, 5, 2))].sum()
    assert 0.0 < stay < 1.0
    assert path.survival == pytest.approx(quiet.survival * stay)
    assert path.quiet[-1] == pytest.approx(quiet.beliefs, rel=1e-12)
    assert np.array_equal(path.process_at(filtered=False).stages[0].stubbornness, path.quiet[-1])
    assert path.unfiltered().stages[0].stubbornness.tolist() == [0.1, 0.05]


def test_uninformative_events_change_nothing():
    events = [event("2025-04-20"), event("2025-04-25", "BOTH", "talks")]
    with_events = filter_beliefs(simple(), as_of=AS_OF, stage=0, events=events, ratios={"talks": 1})
    without = filter_beliefs(simple(), as_of=AS_OF, stage=0, events=())
    assert with_events.beliefs == pytest.approx(without.beliefs, rel=1e-12)
    assert with_events.survival == pytest.approx(without.survival, rel=1e-12)


def test_a_claim_counts_as_far_as_its_source_is_reliable():
    history = [event("2025-01-01"), event("2025-01-05", kind="escalation"), event("2025-02-01")]
    day = date(2025, 4, 20)
    # One threat carried out, one not, on a uniform prior: (1 + 1)/(2 + 2).
    assert learned_reliability(history, "USA", day=day) == pytest.approx(0.5)
    assert learned_reliability(history, "USA", day=date(2025, 2, 10)) == pytest.approx(2 / 3)
    assert learned_reliability(history, "CHN", day=day) == pytest.approx(0.5)
    now = event("2025-05-02")
    path = filter_beliefs(
        simple(), as_of=AS_OF, stage=0, events=[*history, now], ratios={"threat": 3.0}
    )
    odds = path.posteriors / (1 - path.posteriors)
    before = path.silence / (1 - path.silence)
    assert odds[-1, 0] / before[-1, 0] == pytest.approx(0.5 * 3.0 + 0.5)


def test_repeated_reports_of_a_day_are_one():
    twice = [event(AS_OF, kind="escalation"), event(AS_OF, kind="escalation", number=2)]
    one, two = (
        filter_beliefs(
            simple(), as_of=AS_OF, stage=0, events=items, ratios={"escalation": 2.0}
        ).beliefs
        for items in (twice[:1], twice)
    )
    assert np.array_equal(one, two)


def test_contradictory_claims_by_the_two_source_rule():
    claims = [
        ContactClaim(date(2025, 4, 20), "CHN", True),
        ContactClaim(date(2025, 4, 24), "CHN", False),
        ContactClaim(date(2025, 4, 25), "USA", True),
    ]
    theta = {"USA": 0.8, "CHN": 0.6}
    expected = source_posterior(
        0.3, sensitivities=[0.6, 0.8], false_positive_rates=[0.4, 0.2], reports=["no", "yes"]
    ).posterior
    assert contact_posterior(claims, theta, prior=0.3) == pytest.approx(expected)
    by_hand = 0.3 * 0.8 * 0.4 / (0.3 * 0.8 * 0.4 + 0.7 * 0.2 * 0.6)
    assert expected == pytest.approx(by_hand)
    assert contact_posterior([], theta, prior=0.3) == 0.3
    with pytest.raises(InvalidInputError, match="no reliability"):
        contact_posterior(claims, {"USA": 0.8})


def test_an_event_without_source_is_refused():
    with pytest.raises(InvalidInputError, match="without source"):
        DatedEvent(date(2025, 5, 1), "USA", "threat", " ")


def test_later_events_change_nothing(spoil):
    def edit(lines):
        swapped = {"USA": "CHN", "CHN": "USA"}
        out = [lines[0]]
        for line in lines[1:]:
            day, actor, rest = line.split(",", 2)
            other = swapped.get(actor, actor)
            changed = f"{day},{other},{rest}".replace(",talks,", ",threat,")
            out.append(changed if day > AS_OF else line)
        return out

    folder = spoil("events", edit)
    assert read_events(folder=folder) != read_events()
    process = simple(stages=3)
    ratios = {"threat": 2.0, "denial": 3.0, "unilateral exemption": 0.4, "escalation": 1.5}
    paths = [
        filter_beliefs(process, as_of=AS_OF, stage=0, ratios=ratios, folder=where)
        for where in (None, folder)
    ]
    assert np.array_equal(paths[0].posteriors, paths[1].posteriors)
    assert paths[0].labels == paths[1].labels
    assert paths[0].days[-1] == date(2025, 5, 2)
    assert paths[0].survival == paths[1].survival


def test_an_event_missing_its_source_in_the_table_is_refused(spoil):
    folder = spoil("events", lambda lines: [*lines[:-1], lines[-1].rsplit(",", 1)[0] + ","])
    with pytest.raises(InvalidInputError, match="source"):
        read_events(folder=folder)


def test_draws_agree_with_single_paths():
    rng = np.random.default_rng(5)
    times = np.array([0.0, 0.4, 0.4, 1.0, 2.0])
    news = rng.normal(size=(6, 5, 2))
    z, lam = rng.uniform(0.01, 0.3, (6, 2)), rng.uniform(0.1, 0.6, (6, 2))
    atoms = np.zeros((6, 2))
    for n in range(6):
        T0 = (-np.log(z[n]) / lam[n]).min()
        atoms[n] = np.maximum(1 - z[n] * np.exp(lam[n] * T0), 0.0)
    found = filter_draws(times, news, beliefs=z, hazards=lam, atoms=atoms)
    for n in range(6):
        one = filter_draws(
            times, news[n : n + 1], beliefs=z[n : n + 1], hazards=lam[n : n + 1],
            atoms=atoms[n : n + 1],
        )  # fmt: skip
        assert np.array_equal(one.posteriors[0], found.posteriors[n])
        assert one.survival[0] == found.survival[n]
    assert np.all((found.posteriors >= 0) & (found.posteriors <= 1))
    assert np.all((found.at_once >= 0) & (found.at_once <= 1))
    with pytest.raises(InvalidInputError, match="descend"):
        filter_draws(times[::-1], news, beliefs=z, hazards=lam, atoms=atoms)


def test_bad_input():
    with pytest.raises(InvalidInputError, match="had not opened"):
        filter_beliefs(simple(), as_of="2025-01-01", stage=0, events=())
    with pytest.raises(InvalidInputError, match="ratios"):
        filter_beliefs(simple(), as_of=AS_OF, stage=0, events=(), ratios={"threat": 0.0})


def test_the_rest_of_a_process_keeps_its_values():
    process = with_history()
    whole = solve_process(process).branch_solution
    for k, history in ((0, 0), (1, 0), (2, 2)):
        rest = solve_process(process_from(process, k, history=history))
        assert rest.values == pytest.approx(whole.values[k, history], rel=1e-12)


def test_the_rest_of_a_process_refuses_what_is_over():
    process = simple(stages=3)
    with pytest.raises(InvalidInputError, match="no such history"):
        process_from(process, 1, history=1)
    with pytest.raises(InvalidInputError, match="no such stage"):
        process_from(process, 3)
    back = replace(
        process,
        stages=(
            *process.stages[:2],
            replace(process.stages[2], relapse_to=1, breakdown_hazard=0.1),
        ),
    )
    assert process_from(back, 1).stages[1].relapse_to == 0
    with pytest.raises(InvalidInputError, match="over"):
        process_from(back, 2)
