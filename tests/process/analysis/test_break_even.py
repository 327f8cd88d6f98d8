"""Break-evens against closed forms, and identified sets against sets known in advance."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from negotiation.errors import InvalidInputError, NonFiniteError
from negotiation.process.analysis.break_even import break_even
from negotiation.process.analysis.conclusions import Conclusion, conclusion_named
from negotiation.process.analysis.identified_set import Moment, dated_moments, identified_set
from negotiation.process.analysis.parameter_changes import ParameterSpan, parameter_spans
from negotiation.process.game.nodes import Action, Node
from negotiation.process.game.process_game import ProcessGame
from negotiation.process.game.solve import solve_games
from negotiation.process.multi_step.load import load_process

AS_OF = "2025-05-02"

#: Of every form.
CONCLUSIONS = (
    "China concedes first",
    "first cut by 2025-05-31 more likely than not",
    "first cut by 2025-12-31 more likely than not",
    "deal by 2025-12-31 more likely than not",
    "China loses more",
    "China loses more a year in the standoff",
)


def simple():
    acts = (Action(0, [0.0, 0.2], 0.3, "terms"), Action(1, [0.1, 0.05], 0.3, "terms"))
    nodes = (Node("standoff", [-0.6, -1.07], acts), Node("terms", [0.0, 0.0]))
    return ProcessGame(nodes, [0.05, 0.05], [0.2, 0.2], players=("USA", "CHN"))


@pytest.fixture(scope="module")
def process():
    return load_process(as_of=AS_OF)


def rate(out, side=0):
    return float(out.process.discount_rates[side])


def test_a_margin_of_the_parameter_itself():
    # The conclusion "r_U > 0.02" is reversed exactly at 0.02.
    patient = Conclusion("patient", lambda out: rate(out) - 0.02)
    found = break_even(simple(), patient, {"discount_rate_USA": (0.01, 0.09)}, tol=1e-6)
    assert found.holds
    assert found.nearest.values[0] == pytest.approx(0.02, abs=1e-6)
    assert found.nearest.distance == pytest.approx((0.05 - 0.02) / 0.08, abs=1e-5)
    assert found.joint is None


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_margins_on_both_sides_of_a_reversal(sign):
    """A conclusion that holds and its opposite turn at one place, with margins of either sign."""
    seen = Conclusion("rate", lambda out: sign * (rate(out) - 0.021))
    ranges = {"discount_rate_CHN": (0.01, 0.09), "discount_rate_USA": (0.01, 0.09)}
    found = break_even(simple(), seen, ranges, tol=1e-5, joint=False, steps=4)
    assert found.holds is (sign > 0)
    assert found.margin == pytest.approx(sign * 0.029)
    hit, none = found.single
    assert hit.parameters == ("discount_rate_USA",)
    assert hit.start == (0.05,)
    assert sign * hit.margin_before > 0
    assert sign * hit.margin_after <= 0
    # The bracket is no wider than tol of the range, and ends where the margins say.
    assert 0 < hit.last_held[0] - hit.values[0] <= 1e-5 * 0.08
    assert hit.margin_before == pytest.approx(sign * (hit.last_held[0] - 0.021), abs=1e-12)
    assert hit.margin_after == pytest.approx(sign * (hit.values[0] - 0.021), abs=1e-12)
    assert rate(hit.before) == pytest.approx(hit.last_held[0])
    assert rate(hit.after) == pytest.approx(hit.values[0])
    assert not none.reverses
    assert none.start == (0.05,)
    assert np.isnan([none.margin_before, none.margin_after]).all()
    assert found.to_frame()["distance"].tolist() == [hit.distance, np.inf]
    # The start; USA: three steps down, the last of them halved, and four up; two looks; CHN: eight.
    halvings = int(np.ceil(np.log2(0.125 / 1e-5)))
    assert found.evaluations == 1 + (3 + halvings + 4) + 2 + 8


def test_the_first_of_two_reversals_and_none_at_the_end_of_a_range():
    twice = Conclusion("between", lambda out: 1.0 if 0.03 < rate(out) < 0.06 else -1.0)
    found = break_even(simple(), twice, {"discount_rate_USA": (0.01, 0.09)}, tol=1e-6)
    assert found.holds
    assert found.nearest.values[0] == pytest.approx(0.06, abs=1e-6)
    zero = Conclusion("zero", lambda out: 0.0)
    assert not break_even(simple(), zero, {"discount_rate_USA": (0.01, 0.09)}, steps=1).holds


def test_joint_change_is_the_foot_of_the_perpendicular():
    ranges = {"discount_rate_USA": (0.02, 0.1), "discount_rate_CHN": (0.02, 0.1)}
    total = Conclusion("sum", lambda out: rate(out, 0) + rate(out, 1) - 0.06)
    found = break_even(simple(), total, ranges, tol=1e-6)
    assert found.joint.values == pytest.approx((0.03, 0.03), abs=1e-5)
    assert found.joint.distance == pytest.approx(np.sqrt(2) * 0.02 / 0.08, abs=1e-4)
    assert found.nearest is None
    assert found.verdict == "flips jointly"


def joint_of(margin, start=(0.05, 0.05), ranges=((0.02, 0.1), (0.02, 0.1)), **options):
    """Joint reversal of a margin of both discount rates, with the whole answer."""
    process = replace(simple(), discount_rates=np.array(start))
    names = ("discount_rate_USA", "discount_rate_CHN")
    seen = Conclusion("seen", lambda out: margin(rate(out, 0), rate(out, 1)))
    found = break_even(process, seen, dict(zip(names, ranges, strict=True)), **options)
    return found.joint, found


def test_without_a_round_the_joint_change_is_the_nearest_single_one():
    joint, found = joint_of(lambda a, b: a + 2.0 * b - 0.1, rounds=0, tol=1e-6)
    # Alone: b falls by .025; a would have to fall by .05, further than its range goes.
    assert found.nearest.parameters == ("discount_rate_CHN",)
    assert found.nearest.values[0] == pytest.approx(0.025, abs=1e-7)
    assert joint.values == (0.05, found.nearest.values[0])
    assert joint.last_held == (0.05, found.nearest.last_held[0])
    assert joint.distance == pytest.approx(found.nearest.distance, rel=1e-12)


def test_the_joint_search_looks_no_more_often_than_it_needs():
    joint, found = joint_of(lambda a, b: a + b - 0.16, start=(0.09, 0.09), tol=1e-6)
    assert joint.values == pytest.approx((0.08, 0.08), abs=1e-6)
    # Alone, each rate reverses on the third of eight steps down of .875, and never on the way up.
    alone = 3 + np.ceil(np.log2(0.875 / 8 / 1e-6)) + 8
    # Together: a look and two slopes, then six steps over twice the length and a tenth.
    step = (2.0 * joint.distance + 0.1) / 6
    assert 2 < joint.distance / step < 3
    ray = 3 + 3 + np.ceil(np.log2(step / 1e-6))
    # A second round sees that nothing moves. Two looks at the ends of each bracket, and the start.
    assert found.evaluations == 1 + 2 * alone + 2 * ray + 3 * 2


def test_the_joint_search_goes_on_from_where_a_ray_ends():
    # The slope at the start falls short: the boundary lies beyond twice the first step.
    away = 0.35 / np.sqrt(2.0)
    joint, _ = joint_of(
        lambda a, b: np.exp(-12.0 * (0.1 - a - b) / 0.08 / np.sqrt(2.0)) - np.exp(-12.0 * 0.35),
        tol=1e-6,
    )
    assert joint.values == pytest.approx((0.05 - 0.08 * away,) * 2, abs=1e-5)
    assert joint.distance == pytest.approx(0.35, abs=1e-5)


def test_a_joint_change_keeps_within_the_ranges():
    # The foot of the perpendicular has b at .0185: along the end of b's range a falls further.
    joint, found = joint_of(lambda a, b: a + 3.0 * b - 0.095, tol=1e-6)
    assert found.nearest is None
    assert joint.values == pytest.approx((0.035, 0.02), abs=2e-6)
    assert joint.distance == pytest.approx(np.hypot(0.015, 0.03) / 0.08, abs=1e-5)
    assert found.verdict == "flips jointly"
    nowhere, _ = joint_of(lambda a, b: a + 3.0 * b - 0.079, tol=1e-6)
    assert not nowhere.reverses


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_joint_change_reaches_a_curved_boundary_at_its_nearest_point(sign):
    # In scaled changes the boundary is a circle about (.09, .11): the nearest point of it is on
    # the line from the start to its centre.
    centre, radius = np.array([0.09, 0.11]), 0.05
    joint, found = joint_of(
        lambda a, b: sign * (np.hypot(a - centre[0], b - centre[1]) - radius),
        ranges=((0.02, 0.12), (0.02, 0.12)),
        tol=1e-7,
        rounds=6,
    )
    away = centre - 0.05
    foot = 0.05 + away * (1.0 - radius / np.hypot(*away))
    assert found.holds is (sign > 0)
    assert joint.values == pytest.approx(foot, abs=5e-4)
    assert joint.distance == pytest.approx((np.hypot(*away) - radius) / 0.1, abs=1e-5)
    assert sign * joint.margin_before > 0 >= sign * joint.margin_after


def test_slopes_are_taken_inside_the_range():
    # Both rates start at the top of their ranges, beyond which nothing moves.
    joint, _ = joint_of(lambda a, b: a + b - 0.06, ranges=((0.01, 0.05), (0.01, 0.05)), tol=1e-6)
    assert joint.values == pytest.approx((0.03, 0.03), abs=1e-6)
    assert joint.distance == pytest.approx(np.sqrt(2.0) * 0.5, abs=1e-5)


def test_what_cannot_be_solved_is_no_slope():
    # With another second rate there is no equilibrium to look at.
    joint, found = joint_of(lambda a, b: a - 0.03 if b == 0.05 else float("nan"), tol=1e-6, steps=1)
    assert joint.values[1] == 0.05
    assert joint.values[0] == pytest.approx(0.03, abs=1e-6)
    nowhere, found = joint_of(lambda a, b: 1.0 if a == b == 0.05 else float("nan"), steps=1)
    assert found.holds
    assert not nowhere.reverses
    # The start, the ends of both ranges, then the start again and a slope on each side.
    assert found.evaluations == 1 + 4 + 3


def test_a_flat_margin_ends_the_joint_search_at_once():
    joint, found = joint_of(lambda a, b: 1.0, steps=1)
    assert not joint.reverses
    assert found.evaluations == 1 + 4 + 3


def test_shares_at_the_reversal_are_equal():
    found = break_even(simple(), "CHN concedes first", {"flow_USA": (-3.0, 0.0)}, joint=False)
    hit = found.nearest
    assert hit.margin_before * hit.margin_after <= 0.0
    # Which side ends the stage turns as the equilibrium moves to another branch.
    assert hit.before.concedes("standoff")[1] > 0.5 > hit.after.concedes("standoff")[1]
    assert found.verdict.startswith("flips at flow_USA")


def test_what_no_change_reverses_survives():
    always = Conclusion("always", lambda out: 1.0)
    ranges = {"flow_USA": (-1.0, 0.0), "audience_cost_CHN": (0.1, 1.0)}
    found = break_even(simple(), always, ranges)
    assert found.verdict == "survives"
    assert not found.joint.reverses
    assert found.nearest is None
    assert np.isnan(found.single[0].values[0])


def test_fields_of_a_process_without_economy():
    process = simple()
    heads = ("discount_rate", "shock_scale", "audience_cost", "flow")
    names = [f"{head}_{side}" for head in heads for side in ("USA", "CHN")]
    ranges = dict.fromkeys(names, (-2.0, 2.0))
    values = {span.name: span.value for span in parameter_spans(process, ranges)}
    assert values["flow_CHN"] == -1.07
    assert values["audience_cost_USA"] == 0.3
    before = solve_games([process])[0].values
    for name in names:
        seen = Conclusion(name, lambda out: float(np.abs(out.values - before).max()) - 1e-9)
        found = break_even(process, seen, {name: (values[name], 1.5 * abs(values[name]) + 0.1)})
        assert found.nearest is not None, name


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
    found = break_even(
        process, "first cut by 2025-12-31 more likely than not", ["audience_cost_chn"], steps=4
    )
    hit = found.nearest
    for value, result in ((hit.last_held[0], hit.before), (hit.values[0], hit.after)):
        again = solve_games([load_process(as_of=AS_OF, values={"audience_cost_chn": value})])[0]
        assert again.cut_by(30.0) == pytest.approx(result.cut_by(30.0), rel=1e-9)
    assert hit.margin_before * hit.margin_after <= 0.0


def test_another_economy_needs_a_builder(process):
    nodes = tuple(replace(node, flow=node.flow * 2) for node in process.nodes)
    other = replace(process, nodes=nodes)
    with pytest.raises(InvalidInputError, match="rebuild"):
        break_even(other, CONCLUSIONS[0], ["audience_cost_usa"])
    found = break_even(
        other, CONCLUSIONS[0], ["audience_cost_usa"], steps=1, rebuild=lambda values: other
    )
    assert found.verdict == "survives"


@pytest.mark.parametrize("name", [*CONCLUSIONS, "both sides lose in the standoff"])
def test_every_conclusion_is_a_number(process, name):
    solution = solve_games([process])[0]
    assert np.isfinite(conclusion_named(name, process.players).margin(solution))


def test_bad_input(process):
    for name in ("the moon concedes first", "nothing"):
        with pytest.raises(InvalidInputError):
            conclusion_named(name, ("USA", "CHN"))
    with pytest.raises(InvalidInputError, match="unknown parameter"):
        break_even(process, CONCLUSIONS[0], ["colour"])
    with pytest.raises(InvalidInputError, match="range"):
        break_even(simple(), "CHN concedes first", ["flow_USA"])


def test_former_names_of_sides_that_nobody_named():
    named, ranges = simple(), {"flow_USA": (-3.0, 0.0)}
    unnamed = ProcessGame(named.nodes, [0.05, 0.05], [0.2, 0.2])
    whole = break_even(named, "CHN concedes first", ranges, joint=False)
    with pytest.warns(DeprecationWarning, match="player 1 and player 2 now"):
        former = break_even(unnamed, "CHN concedes first", ranges, joint=False)
    assert former.verdict == whole.verdict
    ranges = {"flow_player 1": (-3.0, 0.0)}
    present = break_even(unnamed, "player 2 concedes first", ranges, joint=False)
    assert [hit.values for hit in present.single] == [hit.values for hit in whole.single]
    with pytest.raises(InvalidInputError, match="unknown side"):
        break_even(unnamed, "EU27 concedes first", ranges)


def test_identified_set_of_a_known_rectangle():
    middle = Moment("rate", lambda found: rate(found.now), 0.03, 0.05, date(2025, 1, 1))
    patient = Conclusion("patient", lambda out: 0.06 - rate(out))
    ranges = {"discount_rate_USA": (0.02, 0.1), "audience_cost_CHN": (0.2, 0.5)}
    found = identified_set(simple(), [middle], ranges, conclusions=[patient], draws=128)
    assert found.share == pytest.approx(0.02 / 0.08, abs=0.02)
    low, high = found.intervals["discount_rate_USA"]
    assert 0.03 <= low < high <= 0.05
    assert found.holds("patient") == 1.0
    with pytest.raises(InvalidInputError, match="not evaluated"):
        found.holds("other")


def test_moments_of_the_standoff(process):
    moments = dated_moments(as_of=AS_OF, start="2025-04-12", sides=process.players)
    assert sum("lowers tariffs" in moment.name for moment in moments) == 1
    assert sum("ends tariffs" in moment.name for moment in moments) == 3
    assert len(dated_moments(as_of=AS_OF, start="2025-04-12", sides=("USA", "CAN"))) == 2
    ranges = {"audience_cost_usa": (0.15, 1.2), "audience_cost_chn": (0.15, 1.2)}
    found = identified_set(process, moments, ranges, conclusions=CONCLUSIONS[:1], draws=4)
    assert found.measured.shape == (4, len(moments))
    assert np.isfinite(found.measured).all()
    assert (found.measured[:, 0] > 0.0).all()
    late = Moment("later", lambda found: 0.0, 0.0, 1.0, date(2025, 6, 1))
    with pytest.raises(InvalidInputError, match="not known"):
        identified_set(process, [late], ranges, draws=2)
    with pytest.raises(InvalidInputError, match="no such dates"):
        dated_moments(as_of=AS_OF, start="2025-06-12")


def test_a_conclusion_without_an_answer_at_the_start_is_refused():
    """No date without a day on which play starts, and no margin that is not a number."""
    game = simple()
    with pytest.raises(InvalidInputError, match="no day on which it starts"):
        break_even(game, "deal by 2025-12-31 more likely than not", {"flow_USA": (-1.0, 0.0)})
    nothing = Conclusion("nothing", lambda found: float("nan"))
    with pytest.raises(NonFiniteError, match="'nothing'"):
        break_even(game, nothing, {"flow_USA": (-1.0, 0.0)})


def test_a_margin_that_stays_zero_is_no_reversal():
    """Where nobody can concede neither side concedes first, whatever it loses."""
    game = ProcessGame(
        (Node("war", (-0.6, -1.07)),), discount_rates=[0.05] * 2, shock_scales=[0.2] * 2
    )
    found = break_even(game, "player 1 concedes first", {"flow_player 1": (-1.0, 0.0)})
    assert (found.holds, found.verdict) == (False, "survives")


def test_an_empty_set_says_so():
    never = Moment("never", lambda seen: 0.0, 0.9, 1.0, date(2025, 1, 1))
    held = ["CHN concedes first"]
    found = identified_set(simple(), [never], {"flow_USA": (-1.0, -0.5)}, conclusions=held, draws=4)
    assert "empty set: none of 4 draws" in str(found)
