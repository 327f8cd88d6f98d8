"""Facts of the standoff inside the one process: switched off, each changes what it should."""

from dataclasses import replace

import numpy as np
import pytest

from negotiation.payoffs.scenarios import tariff_payoffs
from negotiation.process.game.solve import solve_games
from negotiation.process.multi_step.graph import build_process
from negotiation.process.multi_step.plan import DatedChange, ProcessNumbers, StandingMeasure
from negotiation.process.multi_step.state_flows import Instrument
from negotiation.trade.instruments.measures import Measure
from tests.process.multi_step.worlds import (
    CUT,
    built,
    flows_of,
    plan,
    solved,
    start_of,
    with_exports,
    world,
)

FLOWS = flows_of()
ONE_YEAR = 365.25


def sooner(one, other, days=180.0, stage=CUT):
    """By how much a stage is likelier to be over in the first of two solutions."""
    return float(one.stage_by(stage, days)) - float(other.stage_by(stage, days))


def conceding(found, side):
    """Hazard of conceding of a side where play starts."""
    start = int(found.process.start_node)
    acts = found.process.nodes[start].actions
    pairs = zip(acts, found.action_hazards[start], strict=True)
    return sum(float(h) for a, h in pairs if (a.side, a.kind) == (side, "concede"))


def test_s2_the_side_that_depends_more_concedes_sooner():
    """More of its exports go to the other: its flow in the standoff falls, its hazard rises."""
    before, after = solved(FLOWS, CUT), solved(flows_of(with_exports(1.5)), CUT)
    flow = [start_of(found.process).flow[0] for found in (before, after)]
    assert flow[1] < flow[0]
    assert conceding(after, 0) > conceding(before, 0)


def test_s3_job_losses_are_a_cost_of_waiting():
    jobs = {"job_costs": np.array([0.0, 0.05])}
    with_jobs, without = solved(FLOWS, CUT, numbers=jobs), solved(FLOWS, CUT)
    assert conceding(with_jobs, 1) > conceding(without, 1)


def test_s4_contact_comes_first_and_takes_time():
    assert sooner(solved(FLOWS, CUT), solved(FLOWS, "contact", CUT)) > 0.0
    cheap = solved(FLOWS, "contact", CUT, numbers={"contact_stake": 0.0})
    dear = solved(FLOWS, "contact", CUT, numbers={"contact_stake": 0.3})
    assert sooner(cheap, dear, stage="contact") > 0.0


def test_s6_exemptions_are_made_where_they_are_not_seen():
    flows = flows_of(listed={"A": ("grain",), "B": ("cars",)})
    chance = {}
    for seen in (0.1, 1.0):
        found = solved(flows, CUT, can_exempt=(True, True), numbers={"visibility": seen})
        acts = found.actions
        chance[seen] = acts[acts["kind"] == "exempt"]["expected_number"].sum()
    assert chance[0.1] > chance[1.0] > 0.0


def test_s7_a_side_that_wants_the_other_to_act_first_acts_later():
    flows = flows_of(listed={"A": ("grain",)})
    waiting = {"can_exempt": (True, False), "waits_for_exemptions": {1: ("call", "concede")}}
    found = solved(flows, "contact", CUT, **waiting)
    free = solved(flows, "contact", CUT, can_exempt=(True, False))
    assert sooner(free, found) > 0.0
    assert found.concedes(CUT)[1] < free.concedes(CUT)[1]
    kinds = {
        node.label: {(a.side, a.kind) for a in node.actions}
        for node in found.process.nodes
        if node.stage in {"contact", CUT}
    }
    for label, acts in kinds.items():
        assert ((1, "call") in acts or (1, "concede") in acts) == ("A exempts" in label)


def test_s9_fairer_demands_make_the_fight_smaller():
    """Moderation moves both sides' demands to equal gains: F - L falls, to nothing at one."""
    prize = {}
    for share in (0.0, 0.5, 1.0):
        found = built(FLOWS, "comprehensive", numbers={"moderation": share})
        prize[share] = next(p for stage, _, p in found.prizes if stage == "comprehensive")
    assert (prize[0.0] >= prize[0.5]).all()
    assert prize[0.0].sum() > prize[0.5].sum() > 0.0
    assert prize[1.0] == pytest.approx(np.zeros(2), abs=1e-9)


def test_s10_a_tariff_above_the_threshold_opens_a_second_cut():
    kinds = (CUT, "cut_below_threshold", "comprehensive")
    found = {bar: solved(FLOWS, *kinds, numbers={"threshold": bar}) for bar in (0.1, 0.2)}
    named = {bar: {node.stage for node in s.process.nodes} for bar, s in found.items()}
    assert "cut_below_threshold" in named[0.1]
    assert "cut_below_threshold" not in named[0.2]
    assert found[0.2].deal_by(ONE_YEAR) > found[0.1].deal_by(ONE_YEAR)


def test_s11_compliance_decides_what_purchases_are_worth_and_how_long_terms_last():
    full, poor = (
        solved(FLOWS, "purchases", "comprehensive", numbers={"compliance": share})
        for share in (1.0, 0.4)
    )
    rates = [
        sum(e.rate for e in node.endings if e.kind == "lapse")
        for found in (full, poor)
        for node in found.process.nodes
        if node.stage == "comprehensive" and "purchases" in node.label
    ]
    assert rates[-1] > rates[0]
    assert poor.deal_probability < full.deal_probability
    prizes = [
        next(
            p
            for stage, _, p in build_process(
                replace(
                    plan("purchases", "comprehensive"),
                    instruments={
                        "purchases": tuple(
                            replace(item, share=size) for item in plan().instruments["purchases"]
                        )
                    },
                ),
                FLOWS,
            ).prizes
            if stage == "purchases"
        )
        for size in (1.0, 0.5)
    ]
    assert prizes[0][0] > prizes[1][0] > 0.0


def test_s12_linking_the_later_issues_leaves_one_fight():
    apart = solved(FLOWS, "purchases", "barriers", "comprehensive")
    linked = solved(FLOWS, "package")
    assert linked.deal_by(ONE_YEAR) > apart.deal_by(ONE_YEAR)


def test_s13_the_agenda_ends_in_something_to_win():
    found = built(FLOWS, "comprehensive")
    prize = found.prizes[0][2]
    assert (prize > 1e-3).all()


def test_s14_a_costly_deadline_speeds_the_cut():
    def with_deadline(rates):
        later = DatedChange((CUT,), rates, CUT, at="2025-07-01")
        return solved(FLOWS, CUT, deadlines=(later,), start="2025-05-02")

    worse, same = with_deadline((1.2, 1.2)), with_deadline((0.5, 0.41))
    assert sooner(worse, same, days=59.0) > 0.0


def test_s15_an_audience_cost_slows_the_side_that_bears_it():
    low = solved(FLOWS, CUT, numbers={"audience_costs": np.array([0.3, 0.2])})
    high = solved(FLOWS, CUT, numbers={"audience_costs": np.array([0.3, 0.5])})
    assert high.concedes(CUT)[1] < low.concedes(CUT)[1]
    assert conceding(high, 1) < conceding(low, 1)


def test_s16_third_countries_move_stakes_and_may_end_the_tariffs():
    alone = flows_of(world(third=0.01))
    with_them, without = (start_of(built(flows, CUT).game).flow for flows in (FLOWS, alone))
    assert np.abs(with_them - without).min() > 1e-3
    court = DatedChange((CUT,), (0.0, 0.05), "comprehensive", rate=0.8)
    ended = solved(FLOWS, CUT, "comprehensive", endings=(court,))
    open_ = solved(FLOWS, CUT, "comprehensive")
    conceded = [
        found.actions.set_index("kind")["expected_number"].loc["concede"].iloc[:2].sum()
        for found in (ended, open_)
    ]
    assert conceded[0] < conceded[1]
    assert ended.eventual.endings.sum() > open_.eventual.endings.sum()


def test_every_number_moves_something():
    base = plan(deadlines=(), can_exempt=(True, True))
    flows = flows_of(listed={"A": ("grain",), "B": ("cars",)})
    tight = replace(
        base,
        stages=plan("contact", CUT, "cut_below_threshold", "purchases", "comprehensive").stages,
        numbers=replace(base.numbers, threshold=0.1, compliance=0.6),
    )
    before = solve_games([build_process(tight, flows).game])[0]
    for name in ProcessNumbers.__dataclass_fields__:
        value = getattr(tight.numbers, name)
        changed = replace(
            tight, numbers=replace(tight.numbers, **{name: np.asarray(value) * 0.9 + 0.003})
        )
        after = solve_games([build_process(changed, flows).game])[0]
        days = np.array([60.0, 720.0])
        moved = np.abs(after.deal_by(days) - before.deal_by(days)).max()
        moved += np.abs(after.stage_by(CUT, days) - before.stage_by(CUT, days)).max()
        assert moved > 1e-12, name


def test_after_a_deadline_terms_can_still_be_agreed_and_last():
    """What a concession puts in force after the date is not undone by the date that has passed."""
    imposed = DatedChange((CUT, "purchases"), (0.9, 0.9), CUT, at="2025-06-01")
    found = solved(
        FLOWS, CUT, "purchases", deadlines=(imposed,), start="2025-05-02", lapse_to=(0.5, 0.4)
    )
    labels = found.process.labels
    assert "cut, 90/90, after 2025-06-01, first years" in labels
    late = [node for node in found.process.nodes if "after" in node.label]
    assert {node.stage for node in late} == {CUT, "purchases"}
    assert all(node.deadline is None for node in late)
    # Where it can be agreed on, the stage is over in the end with any terms that do not lapse.
    assert found.stage_by(CUT, 30.0 * ONE_YEAR) > 0.99
    assert np.isfinite(found.concedes(CUT)).all()


def test_of_two_deadlines_each_is_kept():
    first = DatedChange((CUT,), (0.9, 0.4), CUT, at="2025-06-01")
    second = DatedChange((CUT,), (1.2, 1.2), CUT, at="2025-09-01")
    found = built(FLOWS, CUT, deadlines=(second, first), start="2025-05-02").game
    dates = {node.label: node.deadline for node in found.nodes if node.deadline is not None}
    now, then = dates["cut, 50/40, first years"], dates["cut, 90/40, after 2025-06-01, first years"]
    assert float(now.at) < float(then.at)
    assert found.labels[int(then.to)] == "cut, 120/120, after 2025-09-01, first years"


def test_an_extension_leaves_what_is_in_force():
    found = built(FLOWS, "extension", "comprehensive")
    assert {found.game.labels[int(action.to)] for action in start_of(found.game).actions} == {
        "comprehensive, 50/40, first years"
    }
    assert found.prizes[0][2] == pytest.approx(0.0, abs=1e-12)


def test_a_stage_of_its_own_demands():
    asked = np.array([[0.3, 0.1], [np.nan, np.nan]])
    reached, wished = (
        {action.side: made.rates[int(action.to)] for action in start_of(made.game).actions}
        for made in (
            built(FLOWS, "own", own_demands={"own": asked}),
            built(FLOWS, "comprehensive"),
        )
    )
    assert reached[1] == pytest.approx(asked[0])
    assert reached[0] == pytest.approx(wished[0], abs=1e-6)


LICENCES = Measure("export_control", 1.0, sectors=("cars",))


def standing(lifted_in=""):
    """B licenses what it sells to A."""
    return {"standing": (StandingMeasure("licences", Instrument("B", LICENCES), lifted_in),)}


def test_instruments_in_force_are_in_the_flows_of_every_node():
    """Where play starts, a side earns what the equilibrium of the world gives it under both."""
    rates = (0.65, 0.35)
    with_licences, without = (
        built(FLOWS, CUT, in_force=rates, **options) for options in (standing(), {})
    )
    actions = {"A": [Measure("import_tariff", rates[0])], "B": [Measure("import_tariff", rates[1])]}
    actions["B"] = [(actions["B"][0], LICENCES)]
    exact = tariff_payoffs(
        FLOWS.economy, actions, players=("A", "B"), elasticities=1.5, model="general_equilibrium"
    )
    weights = np.array([item.weight for item in with_licences.revenue_weights])
    wanted = exact.real_income[0] + weights * exact.revenue_change[0]
    found = start_of(with_licences.game).flow
    assert found == pytest.approx(wanted, abs=2e-3)
    assert found[0] < start_of(without.game).flow[0] - 0.02
    assert all("licences" in node.history for node in with_licences.game.nodes)
    assert len(with_licences.game.nodes) == len(without.game.nodes)


def test_instruments_that_a_demand_is_about_are_lifted_by_who_uses_them():
    """Then there is more for the other side to win, so it concedes later; lapsed terms undo it."""
    lifted, kept = (built(FLOWS, CUT, **standing(stage)) for stage in (CUT, ""))
    prize = {name: made.prizes[0][2] for name, made in (("lifted", lifted), ("kept", kept))}
    assert prize["lifted"][0] > prize["kept"][0] + 0.02
    nodes = {node.stage: node for node in lifted.game.nodes if node.stage != "agreed"}
    assert "licences" in nodes["lapsed"].history
    free = [n for n in lifted.game.nodes if n.stage == "agreed" and "licences" not in n.history]
    assert free
    one, other = (solve_games([made.game])[0] for made in (lifted, kept))
    assert conceding(one, 0) < conceding(other, 0)
