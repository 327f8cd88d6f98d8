"""A dispute that the library has never seen, from a folder of the user's."""

import datetime as dt

import numpy as np
import pytest

import negotiation as ng
from negotiation.errors import DataError, InformationDateError, InvalidInputError
from tests.standoff.files import FILE, swapped, write


@pytest.fixture
def own(tmp_path):
    return ng.load_standoff(write(tmp_path))


def test_tariffs_of_a_day_are_baseline_and_steps(own):
    def rate(day, importer="AAA", exporter="BBB", sector="goods"):
        return own.tariffs(day).rate(sector, importer=importer, exporter=exporter)

    assert rate("2029-12-31") == pytest.approx(0.05)
    assert rate("2030-01-01") == pytest.approx(0.25)
    # A quarter of the goods keeps 4 points: 0.75 of 20 and 0.25 of 4.
    assert rate("2030-02-15") == pytest.approx(0.05 + 0.75 * 0.2 + 0.25 * 0.04)
    assert rate("2030-02-01", "BBB", "AAA") == pytest.approx(0.18)
    assert rate("2030-02-01", "AAA", "CCC") == pytest.approx(0.15)
    assert rate("2030-02-01", sector="services") == 0.0
    assert rate("2030-02-01", "CCC", "AAA") == pytest.approx(0.03)


def test_points_and_deadlines_are_those_known(own):
    assert own.points("2030-02-01") == pytest.approx({"AAA": 0.2, "BBB": 0.10})
    assert own.next_deadline("2030-02-09") is None
    assert own.without_deal("2030-02-09") == own.points("2030-02-09")
    ahead = own.next_deadline("2030-02-10")
    assert ahead.date == dt.date(2030, 3, 1)
    assert own.without_deal("2030-02-10") == pytest.approx({"AAA": 0.5, "BBB": 0.10})
    assert own.next_deadline("2030-03-02") is None


def test_a_fact_is_not_used_before_it_was_known(own):
    early = own.as_known("2030-01-10")
    assert len(early.changes) == 1
    assert not early.threats
    assert not early.events
    assert not early.stages[0].demands
    assert own.rates("2030-01-10")["AAA"] == ("free_trade", 0.0, 0.2)
    assert own.rates()["AAA"] == ("free_trade", 0.0, 0.1, 0.2, 0.5)
    assert own.as_known(None) is own


def test_a_threat_that_ended_later_stands_again(tmp_path):
    text = FILE.replace("deadline = 2030-03-01", "deadline = 2030-03-01\nended_on = 2030-02-25")
    found = ng.load_standoff(write(tmp_path, text))
    assert found.threats[0].ended_on == dt.date(2030, 2, 25)
    assert found.as_known("2030-02-20").threats[0].ended_on is None
    assert found.as_known("2030-02-25").threats[0].ended_on == dt.date(2030, 2, 25)


def test_instruments_are_in_the_policy_while_they_last(own):
    assert own.measures_in_force("2030-01-31") == {"AAA": (), "BBB": ()}
    (licences,) = own.measures_in_force("2030-02-01")["BBB"]
    assert (licences.instrument, licences.size) == ("export_control", 0.5)
    assert own.measures_in_force("2030-06-01")["BBB"] == ()
    day = "2030-02-01"
    direct = ng.Policy(own.tariffs(day)).with_export_control(
        exporter="BBB", importer="AAA", rate=0.5, sectors=["goods"]
    )
    world = ng.counterfactual(own.economy, own.policy(day), ng.TradeModel(trade_elasticity=4.0))
    same = ng.counterfactual(own.economy, direct, ng.TradeModel(trade_elasticity=4.0))
    assert np.array_equal(world.flows, same.flows)
    tariffs = ng.counterfactual(own.economy, own.tariffs(day), ng.TradeModel(trade_elasticity=4.0))
    assert world.flows[0, 1, 0] < tariffs.flows[0, 1, 0]


def test_likelihood_ratios_are_the_files_or_the_embedded_range(own):
    assert own.likelihood_ratio(own.events[0]) == (0.5, 2.0)
    europe = ng.load_standoff("us-eu-2025")
    embedded = ng.parameter("likelihood_ratio")
    assert europe.likelihood_ratio(europe.events[0]) == (embedded.low, embedded.high)


def test_game_payoffs_are_those_of_the_tariff_game(own):
    game = own.game("2030-02-20")
    assert game.players == ("AAA", "BBB")
    assert game.shape == (5, 3)
    direct = ng.tariff_game(
        own.economy,
        {
            "AAA": ["free_trade", 0.0, 0.1, 0.2, 0.5],
            "BBB": ["free_trade", 0.0, 0.1],
        },
        objectives=ng.Objective(),
    )
    assert np.array_equal(game.payoffs, direct.payoffs)
    assert np.all(game.payoffs[:, 1, 1] == 0.0)  # the baseline itself


def test_dependence_is_the_share_of_goods_sold_abroad(own):
    found = own.dependence()
    assert found["AAA"].total.share_of_exports == pytest.approx(60 / 100)
    assert found["BBB"].total.share_of_exports == pytest.approx(50 / 80)
    assert found["AAA"].customs == ()


def test_a_bargain_is_no_worse_than_the_deadline(own):
    problem = own.bargaining("2030-02-20")
    game = own.game("2030-02-20")
    assert problem.disagreement == pytest.approx(game.payoffs[:, 4, 2])
    assert np.asarray(problem.parameters).shape == (15, 2)
    agreed = ng.nash_bargaining(problem)
    assert np.all(agreed.payoffs >= problem.disagreement - 1e-12)
    with pytest.raises(InvalidInputError, match=r"rates\[AAA\].*0.5 among them"):
        own.bargaining("2030-02-20", rates={"AAA": [0.0, 0.2], "BBB": [0.0, 0.1]})


def test_swapped_sides_give_mirrored_results(tmp_path):
    first = ng.load_standoff(write(tmp_path))
    second = ng.load_standoff(write(tmp_path, swapped(), "swapped.toml"))
    day = "2030-02-20"
    one, two = first.game(day), second.game(day)
    assert np.allclose(one.payoffs, two.payoffs.transpose(0, 2, 1)[::-1], rtol=0.0, atol=1e-9)
    for solution in (ng.nash_bargaining, ng.kalai_smorodinsky):
        a, b = solution(first.bargaining(day)), solution(second.bargaining(day))
        assert np.allclose(a.payoffs, b.payoffs[::-1], rtol=0.0, atol=1e-9)
    assert np.array_equal(first.tariffs(day).rates, second.tariffs(day).rates)
    assert {k: v.total for k, v in first.dependence().items()} == {
        k: v.total for k, v in second.dependence().items()
    }
    assert first.without_deal(day) == second.without_deal(day)


def test_relabelled_regions_give_the_same_numbers(tmp_path):
    first = ng.load_standoff(write(tmp_path))
    text = FILE.replace("AAA", "ZZZ")
    path = write(tmp_path, text, "relabelled.toml")
    for name in ("trade.csv", "tariffs.csv"):
        file = tmp_path / name
        file.write_text(file.read_text().replace("AAA", "ZZZ"))
    second = ng.load_standoff(path)
    assert np.array_equal(first.game().payoffs, second.game().payoffs)


def test_a_side_without_a_value_gets_the_default_and_a_note(own):
    assert own.parameter("discount_rate", "AAA").value == 0.08
    assert own.parameter("discount_rate", "BBB").name == "discount_rate_default"
    assert any("discount_rate of BBB" in note for note in own.notes)
    assert not any("discount_rate of AAA" in note for note in own.notes)
    assert own.parameter("terms_duration").value == 1.0
    assert own.parameter("terms_mixture").value == ng.parameter("terms_mixture").value
    with pytest.raises(InformationDateError, match=r"parameters.terms_duration.*2030-02-15"):
        own.parameter("terms_duration", as_of="2030-02-14")
    with pytest.raises(InvalidInputError, match="side"):
        own.parameter("discount_rate")
    with pytest.raises(InvalidInputError, match="side"):
        own.other("CCC")


def test_jobs_of_the_file_enter_the_payoffs(tmp_path):
    plain = ng.load_standoff(write(tmp_path))
    text = FILE + (
        "\n[parameters.jobs_per_billion_exports.AAA]\nvalue = 5000\n"
        'known_on = 2029-01-01\nsource = "office"\n'
    )
    found = ng.load_standoff(write(tmp_path, text, "jobs.toml"))
    wants = found.objectives()
    assert wants["AAA"].jobs == 1.0
    assert wants["BBB"].jobs == 0.0
    without = found.game().without_jobs.payoffs
    assert np.allclose(without, plain.game().payoffs, rtol=0.0, atol=1e-12)
    assert found.game().payoffs[0, 1, 2] < without[0, 1, 2]


def test_steps_of_a_csv_beside_the_file(tmp_path):
    header = "date,imposer,target,total,sectors,known_on,source"
    lines = f"{header}\n2030-04-01,AAA,BBB,0.5,goods,2030-03-20,gazette\n"
    (tmp_path / "steps.csv").write_text(lines)
    text = FILE.replace(
        "[[tariffs.steps]]", '[tariffs]\nfile = "steps.csv"\n\n[[tariffs.steps]]', 1
    )
    found = ng.load_standoff(write(tmp_path, text))
    schedule = found.tariffs("2030-04-01")
    exempt = 0.75 * 0.45 + 0.25 * 0.04
    assert schedule.rate("goods", importer="AAA", exporter="BBB") == pytest.approx(0.05 + exempt)
    (tmp_path / "steps.csv").write_text(lines.replace("2030-04-01", "April").replace("0.5", "much"))
    with pytest.raises(DataError) as caught:
        ng.load_standoff(tmp_path / "own.toml")
    assert "2 mistakes" in str(caught.value)
    assert "steps.csv, row 2.date: not a date; seen 'April'" in str(caught.value)
    assert "steps.csv, row 2.total: not a number; seen 'much'" in str(caught.value)


def test_a_new_file_runs_as_it_is(tmp_path):
    from negotiation.standoff.template import standoff_template

    path = tmp_path / "fresh.toml"
    path.write_text(standoff_template("KOR", "JPN", file="fresh.toml"))
    found = ng.load_standoff(path)
    assert found.sides == ("KOR", "JPN")
    assert found.bargaining("2026-03-01").players == ("KOR", "JPN")
    assert found.points("2026-03-01") == {"KOR": 0.10, "JPN": 0.0}
    with pytest.raises(InvalidInputError, match="two different regions"):
        standoff_template("KOR", "KOR", file="x.toml")


def test_what_is_no_standoff_is_refused(tmp_path):
    with pytest.raises(InvalidInputError, match=r"Did you mean us-eu-2025\?"):
        ng.load_standoff("us-eu-2052")
    with pytest.raises(InvalidInputError, match="name_or_path is not a|neither a name nor a path"):
        ng.load_standoff(7)
    for content in (b"= 3", b"\xff\xfe", b"a = " + b"[" * 5000):
        (tmp_path / "bad.toml").write_bytes(content)
        with pytest.raises(DataError, match="bad.toml: not a toml file"):
            ng.load_standoff(tmp_path / "bad.toml")
    (tmp_path / "bad.toml").write_bytes(b"#" * 4_000_001)
    with pytest.raises(DataError, match="bad.toml: too large"):
        ng.load_standoff(tmp_path / "bad.toml")
