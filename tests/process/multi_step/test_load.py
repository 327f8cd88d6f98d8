from dataclasses import replace

import numpy as np
import pytest

import negotiation as ng
from negotiation.errors import InformationDateError, InvalidInputError
from negotiation.process.multi_step.load import built_process, load_process, process_ensemble

AS_OF = "2025-05-02"
CUT = "de-escalation"


@pytest.fixture(scope="module")
def members():
    return process_ensemble(as_of=AS_OF)


@pytest.fixture(scope="module")
def solutions(members):
    return ng.solve_processes([member.built.game for member in members], workers=1)


def test_play_starts_in_the_stage_that_is_open_at_the_tariffs_in_force():
    for as_of, stage, rates in (
        (AS_OF, CUT, "145/125"),
        ("2025-06-15", "purchases", "30/10"),
        ("2025-11-15", "purchases", "20/10"),
    ):
        game = load_process(as_of=as_of, model="partial_0")
        node = game.nodes[int(game.start_node)]
        assert (node.stage, str(game.start)) == (stage, as_of)
        assert rates in node.label
    opening = built_process(as_of=AS_OF, model="partial_0", from_opening=True).game
    assert opening.nodes[int(opening.start_node)].stage == "contact"
    assert str(opening.start) == "2025-04-12"


def test_one_number_whichever_way_it_is_asked(members, solutions):
    """The process alone, the ensemble and the forecast without draws agree to the last digit."""
    found = ng.forecast_process(as_of=AS_OF, dates=["2025-05-31", "2025-12-31"], draws=0)
    for name in found.models:
        k = [member.model.name for member in members].index(name)
        alone = ng.solve_process(load_process(as_of=AS_OF, model=name))
        assert alone.cut_by("2025-05-31") == solutions[k].cut_by("2025-05-31")
        place = found.models.index(name)
        assert found.cut[0, place, 0] == alone.cut_by("2025-05-31")
        assert found.deal[0, place, 1] == alone.deal_by("2025-12-31")


def test_every_solution_is_certified(solutions):
    for solution in solutions:
        assert solution.residual <= 1e-9
        assert solution.certificate.residual <= 1e-9


def test_demands_are_rational_for_who_makes_them(members):
    """At the weights that they reveal each side earns more by being conceded to."""
    for member in members:
        if member.weight == 0.0:
            continue
        stage, _, prize = member.built.prizes[0]
        assert stage == CUT
        assert (prize >= -1e-9).all()
    out = [member.model.name for member in members if member.weight == 0.0]
    assert out == ["equilibrium_ten_years"]


def test_prizes_differ_between_economies():
    economy = ng.load_economy("us-china-2022")
    flows = np.array(economy.flows)
    flows[:, economy.region_index("CHN"), economy.region_index("USA")] *= 0.5
    other = built_process(as_of=AS_OF, economy=replace(economy, flows=flows))
    same = built_process(as_of=AS_OF)
    assert np.abs(other.prizes[0][2] - same.prizes[0][2]).min() > 1e-3


def test_terms_move_the_date_of_the_cut(members):
    """Over their ranges what the sides ask for moves P(cut by 31 May)."""
    for name in ("leaked_terms_usa", "demand_usa_on_chn", "demand_chn_on_usa", "demand_chn_own"):
        game = members[0].built.game
        entry = next(item for item in game.parameters if item.name == name)
        ends = [
            ng.solve_process(load_process(as_of=AS_OF, values={name: value})).cut_by("2025-05-31")
            for value in (entry.low, entry.high)
        ]
        assert abs(ends[1] - ends[0]) > 1e-4, name


def test_the_audience_cost_moves_the_date_about_in_proportion():
    """Elasticity of P(cut by 31 May) to both audience costs: at most 1.2 over the ensemble."""
    names = ("audience_cost_usa", "audience_cost_chn")
    now = {item.name: item.value for item in load_process(as_of=AS_OF).parameters}
    low, high = (
        ng.forecast_process(
            as_of=AS_OF,
            dates=["2025-05-31"],
            draws=0,
            weigh=False,
            values={name: factor * now[name] for name in names},
        )
        for factor in (0.98, 1.02)
    )
    span = np.log(1.02 / 0.98)
    assert abs(np.log(high.cut_by("2025-05-31") / low.cut_by("2025-05-31")) / span) <= 1.2
    by_model = np.log(high.cut[0, :, 0] / low.cut[0, :, 0]) / span
    assert np.abs(by_model).max() <= 1.3


def test_every_recorded_parameter_moves_something_and_others_are_refused():
    base = load_process(as_of=AS_OF)
    before = ng.solve_process(base)
    days = np.array([29.0, 400.0])
    inert = []
    for entry in base.parameters:
        if not entry.low < entry.high:
            continue
        far = entry.high if entry.value < entry.high else entry.low
        value = 0.9 * entry.value + 0.1 * far
        after = ng.solve_process(load_process(as_of=AS_OF, values={entry.name: value}))
        moved = np.abs(after.values - before.values).max()
        moved += np.abs(after.cut_by(days) - before.cut_by(days)).max()
        moved += np.abs(after.deal_by(days) - before.deal_by(days)).max()
        if not moved > 1e-10:
            inert.append(entry.name)
    assert inert == ["threshold_tariff"]
    for name in ("exporter_incidence", "exempt_share_chn", "likelihood_ratio"):
        with pytest.raises(InvalidInputError, match="does not use"):
            load_process(as_of=AS_OF, values={name: 0.3})


def test_the_threshold_moves_dates_where_it_binds():
    chances = [
        ng.solve_process(load_process(as_of=AS_OF, values={"threshold_tariff": bar})).deal_by(400.0)
        for bar in (0.5, 0.6)
    ]
    assert chances[1] > chances[0]


def test_relapse_and_linkage():
    plain, again, linked = (
        ng.solve_process(load_process(as_of=AS_OF, **options))
        for options in ({}, {"relapse": True}, {"linked": True})
    )
    assert "lapsed" not in {node.stage for node in again.process.nodes}
    assert again.deal_probability > plain.deal_probability
    assert linked.deal_by(400.0) > plain.deal_by(400.0)


def test_a_deadline_of_stages_that_are_settled_at_once():
    game = load_process(as_of="2025-06-15", model="partial_25", linked=True)
    start = game.nodes[int(game.start_node)]
    assert (start.stage, start.deadline is not None) == ("package", True)


def test_parameters_may_not_be_later_than_the_information_date():
    with pytest.raises(InformationDateError):
        load_process(as_of="2025-04-14")
    late = [
        item.name for item in load_process(as_of=AS_OF).parameters if str(item.known_on) > AS_OF
    ]
    assert not late


def test_wrong_names_are_refused():
    with pytest.raises(InvalidInputError, match="unknown payoff model"):
        load_process(as_of=AS_OF, model="equilibriun")
    with pytest.raises(InvalidInputError, match="unknown parameter"):
        load_process(as_of=AS_OF, values={"audience_cost": 1.0})
    economy = ng.load_economy("us-china-2022").aggregate(regions={"ASIA": ["CHN", "JPN"]})
    with pytest.raises(InvalidInputError, match="not a region"):
        load_process(as_of=AS_OF, economy=economy)


@pytest.mark.slow
def test_nothing_is_refused_nothing_is_certain_and_nothing_jumps():
    """Over draws of all ranges: no refusal, no corner, and no jump.

    A step of 1 % of a parameter, or of its range, moves no probability by more than .05. Where
    there are several equilibria it can end the branch from large shocks, and play jumps to another.
    """
    from negotiation.payoffs.ensemble import PAYOFF_MODELS
    from negotiation.process.analysis.parameter_changes import parameter_spans

    def probabilities(model, values):
        solution = ng.solve_process(load_process(as_of=AS_OF, model=model, values=values))
        found = np.array([*solution.cut_by(np.array([29.0, 243.0])), solution.deal_by(400.0)])
        half = float(solution.cut_by(121.5))
        # What is left after 243 days can be less than floats tell from nothing beside 1.
        certain = (found == 1.0) & ((1.0 - half) ** 2 > 1e-14)
        assert np.all(found > 0.0)
        assert not certain.any()
        return found, solution.unique

    rng = np.random.default_rng(5)
    for model in PAYOFF_MODELS:
        spans = parameter_spans(load_process(as_of=AS_OF, model=model))
        for _ in range(160):
            place, span = rng.random(len(spans)), spans[int(rng.integers(len(spans)))]
            at = {s.name: float(s.between(x)) for s, x in zip(spans, place, strict=True)}
            (here, unique), top = probabilities(model, at), float(span.between(1.0))
            of_range = 0.01 * (top - float(span.between(0.0)))
            for step in (0.01 * abs(at[span.name]), of_range):
                values = at | {span.name: min(at[span.name] + step, top)}
                there, as_unique = probabilities(model, values)
                most = 0.05 if unique and as_unique else 0.06
                assert np.abs(there - here).max() <= most, span.name
