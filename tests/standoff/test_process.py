"""The process of a standoff, from its file."""

import multiprocessing
import pickle
import re

import numpy as np
import pytest

import negotiation as ng
from negotiation.errors import InformationDateError, InvalidInputError
from negotiation.process.multi_step.dated_parameters import DatedParameters
from negotiation.process.multi_step.dated_plan import dated_flows
from negotiation.process.multi_step.standoff_case import standoff_case
from tests.standoff.files import FILE, write

DAYS = {
    "eu-china-electric-vehicles-2024": "2024-09-01",
    "us-brazil-2025": "2025-07-15",
    "us-canada-2025": "2025-07-31",
    "us-canada-2026": "2026-10-08",
    "us-china-2018": "2018-10-01",
    "us-china-2025-autumn": "2025-10-20",
    "us-china-2025-spring": "2025-05-02",
    "us-china-2026": "2026-10-08",
    "us-eu-2025": "2025-07-20",
    "us-india-2025": "2025-08-10",
    "us-japan-2025": "2025-07-10",
    "us-mexico-2019": "2019-06-01",
    "us-switzerland-2025": "2025-08-01",
}


@pytest.mark.parametrize("options", [{}, {"linked": True}, {"relapse": True}])
def test_the_named_process_is_that_of_its_file(options):
    standoff = ng.load_standoff("us-china-2025-spring")
    own = standoff.process("2025-05-02", model="partial_25", **options)
    named = ng.load_process(as_of="2025-05-02", model="partial_25", **options)
    assert own.labels == named.labels
    one, two = ng.solve_processes([own, named])
    assert one.values == pytest.approx(two.values, abs=1e-9)
    assert one.cut_by("2025-05-31") == pytest.approx(two.cut_by("2025-05-31"), abs=1e-9)


def test_points_in_force_may_be_parameters():
    """The tariffs of a step that names a parameter are in force where play starts."""
    standoff = ng.load_standoff("us-china-2025-spring")
    options = {"model": "partial_25", "values": {"standoff_added_usa": 1.2}}
    assert standoff.build("2025-05-02", **options).plan.in_force == (1.2, 1.25)
    with pytest.raises(ng.InvalidInputError, match="does not use"):
        standoff.build("2025-06-15", **options)


@pytest.mark.parametrize(
    ("as_of", "since", "in_force"),
    [
        ("2025-05-13", "2025-05-12", (0.3, 0.1)),
        ("2025-06-30", "2025-05-12", (0.3, 0.1)),
        ("2025-09-30", "2025-08-11", (0.3, 0.1)),
        ("2025-11-30", "2025-10-30", (0.2, 0.1)),
    ],
)
def test_terms_begin_when_they_are_agreed(as_of, since, in_force):
    """A step that carries out what a moment had agreed on begins nothing new."""
    standoff = ng.load_standoff("us-china-2025-spring")
    built = standoff.build(as_of, model="partial_25", from_opening=True)
    assert str(built.game.start) == since
    assert built.plan.in_force == in_force


@pytest.mark.parametrize("name", ng.standoff_names())
def test_every_shipped_standoff_gives_a_certified_process(name):
    built = ng.load_standoff(name).build(DAYS[name], model="partial_25")
    solution = ng.solve_process(built.game)
    assert solution.certificate.residual <= 1e-9
    chances = solution.cut_by(np.array([0.0, 30.0, 300.0]))
    assert chances[0] == 0.0
    assert 0.0 < chances[1] < chances[2] < 1.0
    late = [p.name for p in built.game.parameters if str(p.known_on) > DAYS[name]]
    assert not late
    shares = solution.concedes(solution.open_stage)
    assert (built.plan.stages[0].kind == "contact") == bool(np.isnan(shares).all())


def solved(path, as_of):
    return ng.solve_process(ng.load_standoff(path).process(as_of))


def test_regions_the_library_has_never_seen(tmp_path):
    standoff = ng.load_standoff(write(tmp_path))
    built = standoff.build("2030-02-20")
    assert built.game.players == ("AAA", "BBB")
    assert 0.0 < ng.solve_process(built.game).cut_by("2030-06-01") < 1.0
    assert any("discount_rate of BBB" in note for note in built.notes)
    assert {p.name for p in built.game.parameters} >= {"audience_cost_aaa", "shock_scale_bbb"}


def test_a_deadline_is_a_date_of_the_process(tmp_path):
    """Its rates are in force after it, and a dearer one is worth less to the side that pays."""
    standoff = ng.load_standoff(write(tmp_path))
    game = standoff.process("2030-02-20")
    dated = {node.label: node.deadline for node in game.nodes if node.deadline is not None}
    assert len(dated) >= 1
    text = FILE.replace("rates = { AAA = 0.5, BBB", "rates = { AAA = 0.9, BBB")
    assert text != FILE
    (tmp_path / "b").mkdir()
    one, two = (
        ng.solve_process(ng.load_standoff(p).process("2030-02-20")).values
        for p in (write(tmp_path), write(tmp_path / "b", text))
    )
    assert two[1] < one[1]


def test_swapped_sides_give_mirrored_results(tmp_path):
    (tmp_path / "b").mkdir()
    text = FILE.replace('sides = ["AAA", "BBB"]', 'sides = ["BBB", "AAA"]')
    one = solved(write(tmp_path), "2030-02-20")
    two = solved(write(tmp_path / "b", text), "2030-02-20")
    assert two.values[::-1] == pytest.approx(one.values, abs=1e-9)
    days = np.array([5.0, 60.0, 400.0])
    assert two.cut_by(days) == pytest.approx(one.cut_by(days), abs=1e-9)
    starts = [int(found.process.start_node) for found in (one, two)]
    hazards = [
        np.sort(found.action_hazards[k]) for found, k in zip((one, two), starts, strict=True)
    ]
    assert hazards[1] == pytest.approx(hazards[0], abs=1e-9)


def value_of(standoff):
    return float(ng.solve_process(standoff.process("2030-02-20")).values[0])


def test_a_standoff_goes_to_another_process(tmp_path):
    standoff = ng.load_standoff(write(tmp_path))
    again = pickle.loads(pickle.dumps(standoff))
    assert again.process("2030-02-20").labels == standoff.process("2030-02-20").labels
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(value_of, [standoff])[0] == pytest.approx(value_of(standoff), abs=1e-12)


def test_a_moment_opens_its_stage_and_its_rates_hold(tmp_path):
    text = FILE.replace(
        "happened = false",
        'happened = true\nopens = "talks"\nrates = { AAA = 0.12, BBB = 0.03 }',
    ).replace(
        "[[deadlines]]", '[[stages]]\nname = "talks"\nkind = "comprehensive"\n\n[[deadlines]]'
    )
    standoff = ng.load_standoff(write(tmp_path, text))
    before, after = (standoff.build(day) for day in ("2030-02-19", "2030-02-20"))
    assert [built.plan.stages[0].name for built in (before, after)] == ["cut", "talks"]
    assert after.plan.in_force == (0.12, 0.03)
    opened = standoff.build("2030-02-25", from_opening=True)
    assert str(opened.game.start) == "2030-02-20"


def test_contact_is_over_once_both_have_met(tmp_path):
    text = FILE.replace(
        "[[stages]]", '[[stages]]\nname = "contact"\nkind = "contact"\n\n[[stages]]', 1
    )
    met = """
[[events]]
date = 2030-02-21
actor = "BOTH"
kind = "talks"
event = "Ministers meet"
known_on = 2030-02-22
source = "press"
"""
    standoff = ng.load_standoff(write(tmp_path, text + met))
    stages = [standoff.build(day).plan.stages[0].name for day in ("2030-02-21", "2030-02-22")]
    assert stages == ["contact", "cut"]


def test_a_file_without_stages_has_an_agenda(tmp_path):
    begin, end = FILE.index("[[stages]]"), FILE.index("[[deadlines]]")
    built = ng.load_standoff(write(tmp_path, FILE[:begin] + FILE[end:])).build("2030-02-20")
    assert [stage.kind for stage in built.plan.stages] == ["cut", "comprehensive"]
    assert built.plan.ideal == (True, True)
    assert any("no stages" in note for note in built.notes)


def test_parameters_by_name_stand_where_a_file_names_them(tmp_path):
    text = FILE.replace("rates = { AAA = 0.1, BBB = 0.0 }", 'rates = { AAA = "floor", BBB = 0.0 }')
    text += """
[parameters.floor]
value = 0.1
low = 0.05
high = 0.15
unit = "fraction"
symbol = "f"
meaning = "what AAA asks for"
known_on = 2030-01-01
source = "assumption"
"""
    standoff = ng.load_standoff(write(tmp_path, text))
    built = standoff.build("2030-02-20", values={"floor": 0.12})
    assert built.plan.demands[0].tolist() == [0.12, 0.0]
    assert (
        "floor"
        in ng.forecast(
            standoff, as_of="2030-02-20", draws=1, models=(ng.payoff_model("partial_25"),)
        ).parameters
    )


@pytest.mark.parametrize(("follows", "stages"), [("truce lapses", 2), ("rates imposed", 1)])
def test_where_a_deadline_still_counts(tmp_path, follows, stages):
    """Rates are imposed unless a cut is agreed; a truce lapses unless it is extended."""
    text = FILE.replace('follows = "rates imposed"', f'follows = "{follows}"').replace(
        "[[deadlines]]", '[[stages]]\nname = "talks"\nkind = "comprehensive"\n\n[[deadlines]]'
    )
    built = ng.load_standoff(write(tmp_path, text)).build("2030-02-20")
    dated = {name for change in built.plan.deadlines for name in change.stages}
    assert len(dated) == stages


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("us-canada-2025", "2025-03-10"),
        ("us-canada-2025", "2026-02-21"),
        ("us-canada-2026", "2026-10-08"),
        ("eu-china-electric-vehicles-2024", "2024-11-05"),
        ("us-eu-2025", "2025-07-20"),
    ],
)
def test_the_process_begins_at_the_tariffs_in_force(name, day):
    """Points of a sector stand in the place of those on all goods, not beside them."""
    standoff = ng.load_standoff(name)
    case = standoff_case(standoff, day)
    dated = DatedParameters(case.parameters, day, {})
    flows = dated_flows(case, dated, standoff.economy, ng.payoff_model("partial_25"))
    now = flows.schedule(tuple(standoff.points(day).values())).rates
    assert now == pytest.approx(standoff.tariffs(day).rates, abs=1e-12)
    ended = flows.schedule((0.0, 0.0)).rates
    assert (ended >= standoff.economy.tariffs.rates - 1e-12).all()
    assert (ended <= now + 1e-12).all()


def test_points_on_single_sectors_are_noted(tmp_path):
    step = """
[[tariffs.steps]]
date = 2030-02-02
imposer = "BBB"
target = "AAA"
added = 0.8
sectors = ["goods"]
known_on = 2030-01-20
source = "gazette"
"""
    lifted = step.replace("0.8", "0.3").replace("02-02", "02-20").replace('sectors = ["goods"]', "")
    own = ng.load_standoff(write(tmp_path, FILE + step + lifted))
    said = "points of BBB on single sectors of AAA (goods)"
    for day, expected in (("2030-02-15", 1), ("2030-02-20", 0)):
        notes = standoff_case(own, day).notes
        assert sum(note.startswith(said) for note in notes) == expected


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("{ AAA = 0.2, BBB = 0.1 }", "{ AAA = 0.2, BBB = 0.1 }"), "changes nothing in"),
        (("{ AAA = 0.05, BBB = 0.0 }", "{ AAA = 0.05, BBB = 0.0 }"), "both sides ask for what is"),
        (("{ AAA = 0.1, BBB = 0.0 }", "{ AAA = 0.0, BBB = 0.05 }"), ""),
    ],
)
def test_a_stage_without_stakes_says_so(tmp_path, asked, said):
    text = FILE.replace("total = 0.18", "added = 0.1")
    for old, new in zip(("{ AAA = 0.1, BBB = 0.0 }", '"ideal"'), asked, strict=True):
        text = text.replace(f"rates = {old}", f"rates = {new}")
    built = ng.load_standoff(write(tmp_path, text)).build("2030-02-20", model="partial_25")
    assert (said in built.nothing_at_stake) if said else (built.nothing_at_stake == "")
    assert any(said and said in note for note in built.notes) == bool(said)
    game = built.game
    begin = game.nodes[int(game.start_node)]
    first, second = (game.nodes[a.to].flow for a in begin.actions if a.kind == "concede")
    assert np.allclose(first, second, rtol=0.0, atol=1e-12) == bool(said)
    assert np.allclose(first, begin.flow, rtol=0.0, atol=1e-12) == ("nothing" in said)


def test_all_parameters_that_became_known_later_are_told_at_once(tmp_path):
    early = re.sub("20(29|30)-", lambda found: "1998-" if found[1] == "29" else "1999-", FILE)
    standoff = ng.load_standoff(write(tmp_path, early))
    with pytest.raises(InformationDateError, match="discount_rate_bbb.*shock_scale_aaa") as refused:
        standoff.process("1999-02-20")
    assert "parameters.NAME.SIDE" in str(refused.value)
    assert "terms_duration" not in str(refused.value)  # the file has one
    with pytest.raises(InformationDateError, match="job_cost_weight.*_bbb.*exporter_incidence"):
        standoff.game("1999-02-20")
    with pytest.raises(InformationDateError, match="job_cost_weight.*exports_aaa.*exports_bbb"):
        standoff.objectives("1999-02-20")


def test_talks_that_end_are_over(tmp_path):
    text = FILE.replace('follows = "rates imposed"', 'follows = "talks end"')
    built = ng.load_standoff(write(tmp_path, text)).build("2030-02-20")
    assert [change.goes_to for change in built.plan.deadlines] == ["lapsed"]
    solution = ng.solve_process(built.game)
    assert solution.cut_by("2035-01-01") == pytest.approx(1.0, abs=1e-9)


def test_instruments_in_force_are_in_the_process(tmp_path):
    """Licences of BBB cost AAA; left out they are noted; a stage may lift them."""
    solutions = {}
    notes = {}
    for key, line in (("in", ""), ("out", "in_process = false"), ("cut", 'lifted_in = "cut"')):
        (tmp_path / key).mkdir()
        text = FILE.replace("end = 2030-06-01", f"end = 2030-06-01\n{line}")
        built = ng.load_standoff(write(tmp_path / key, text)).build("2030-02-20")
        notes[key] = [note for note in built.notes if note.startswith("licences")]
        solutions[key] = ng.solve_process(built.game)
    assert notes["in"] == ["licences: not a tariff, in force in the process"]
    assert notes["out"] == ["licences: not a tariff, left out of the process"]
    assert notes["cut"][0].endswith("lifted where BBB concedes cut")
    assert solutions["in"].values[0] < solutions["out"].values[0]
    assert solutions["cut"].values[0] > solutions["in"].values[0]
    late = ng.load_standoff(write(tmp_path)).build("2030-06-01")
    assert not late.plan.standing


def test_an_identified_set_of_an_own_standoff(tmp_path):
    own, day = ng.load_standoff(write(tmp_path)), "2030-02-20"

    def build(values, **begin):
        return own.build(day, model="partial_25", values=values, **begin).game

    asked = {"audience_cost_aaa": (0.2, 0.9), "audience_cost_bbb": (0.2, 0.9)}
    process = build({})
    given = {"draws": 4, "conclusions": ["BBB concedes first"], "rebuild": build}
    with pytest.raises(InvalidInputError, match="opening.*from_opening=True"):
        ng.identified_set(process, [], asked, **given)
    found = ng.identified_set(
        process, [], asked, opening=lambda values: build(values, from_opening=True), **given
    )
    assert found.share == 1.0
    assert np.isfinite(found.margins).all()
    with pytest.raises(InvalidInputError, match="unknown parameter"):
        ng.identified_set(process, [], asked, opening=lambda _: build({"patience": 1.0}), **given)
