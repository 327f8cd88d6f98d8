"""Every picture: on light and dark, alone and in a grid, with long words and many series."""

import datetime as dt
import functools
import inspect
import itertools

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

import negotiation as ng
from negotiation.errors import InvalidInputError
from negotiation.plotting.style import Pen
from negotiation.process.analysis.scores import RateCut
from negotiation.study.comparisons.model_map import MapRow
from negotiation.study.comparisons.published import ValidationPoints
from tests.forecasts import forecast
from tests.trade.worlds import random_world

PLOTS = sorted(name for name in ng.__all__ if name.startswith("plot_"))
LONG = "the government of the People's Republic of China, a fairly long name"
SIDES = ("USA", LONG[:34])
DAY = dt.date(2025, 5, 31)


@functools.cache
def standoff():
    return ng.solve_process(ng.load_process(as_of="2025-05-02", model="equilibrium_one_year"))


@functools.cache
def disputes():
    return ng.load_disputes()


@functools.cache
def fits():
    return {kind: ng.fit_concessions(disputes(), kind) for kind in ("exponential", "weibull")}


@functools.cache
def scores():
    return {name: ng.score_forecasts(fit, disputes()) for name, fit in fits().items()}


@functools.cache
def world():
    flows = np.array([[[90.0, 10.0, 5.0], [20.0, 80.0, 4.0], [3.0, 2.0, 70.0]]] * 2)
    rates = np.array([[[0.0, 0.1, 0.0], [0.2, 0.0, 0.0], [0.0, 0.0, 0.0]]] * 2)
    regions, sectors = ("USA", "CHN", "ROW"), ("electrical machinery and equipment", "s1")
    return ng.Economy(
        "toy",
        regions,
        sectors,
        flows,
        ng.TariffSchedule(regions, sectors, rates),
        gdp=flows.sum(axis=(0, 2)),
        elasticities={"flat 4": np.array([4.0, 4.0])},
    )


@functools.cache
def curves():
    return ng.best_response_curves(
        world(), elasticities="flat 4", exporter_incidence=0.3, partner_rates=5, grid_size=15
    )


def game(rows=4, columns=3):
    payoffs = np.random.default_rng(2).normal(size=(2, rows, columns)).round(2)
    labels = tuple(tuple(f"+{10 * k} points on everything" for k in range(n))
                   for n in (rows, columns))  # fmt: skip
    return ng.NormalFormGame(payoffs, SIDES, labels, "A game of tariffs")


PENNIES = ng.NormalFormGame.from_bimatrix([[9, 0], [0, 1]], [[0, 1], [1, 0]], players=SIDES)
CHICKEN = ng.NormalFormGame.from_bimatrix([[6, 2], [7, 0]], [[6, 7], [2, 0]])


def problem():
    points = [[0, 1], [0.5, 0.9], [0.9, 0.5], [1, 0]]
    return ng.BargainingProblem(points, [0.0, 0.0], players=SIDES)


def band(count=3):
    return np.linspace(0.1, 0.4, count)


CUT = RateCut(dt.date(2025, 5, 12), (1.45, 1.25), (0.30, 0.10))


def dated():
    alone = np.array([[[0.2, 0.3], [0.4, 0.5]], [[0.3, 0.4], [0.6, 0.7]]])
    days, models = (DAY, dt.date(2025, 12, 31)), ("equilibrium", "partial_0")
    return ng.DatedForecasts(np.array([0.5, 2.0]), days, models, alone, alone.mean(axis=2))


def fan():
    levels = np.array([0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975])
    values = levels[:, None, None] * np.ones((1, 3, 2))
    days = np.array([0.0, 30.0, 90.0])
    return ng.TariffFan(SIDES, dt.date(2025, 5, 2), days, levels, values, values[3])


def swept(kind):
    names = ("stubbornness_USA", "toughness_CHN", "terms_duration")
    bounds = np.array([band() - 0.05, band() + 0.05]).T
    if kind == "tornado":
        return ng.Tornado("probability of a deal", names, 0.25, bounds)
    return ng.SweptOutcome("deal", names, band(), band() + 0.2, band(), bounds, bounds + 0.2)


def concession_map():
    x = np.geomspace(0.01, 0.5, 8)
    share = x[:, None] / (x[:, None] + x[None, :])
    share[0, 0] = np.nan
    return ng.FirstConcessionMap(SIDES, x, x, share, np.ones_like(share))


def regions():
    x, y = np.linspace(0.1, 1, 6), np.geomspace(0.01, 1, 5)
    chance = np.repeat((x[:, None] * (1 - y[None, :] / 2))[..., None], 2, axis=2)
    return ng.ExemptionRegions(SIDES, x, y, chance)


def crisis():
    return ng.audience_cost_crisis_uniform(prize=1, cost_rates=[0.4, 0.2], war_bounds=[1, 1])


def concession_path():
    side = ng.AttritionSide(concede=lambda t: -0.3 * t, concede_slope=lambda t: -0.3, win=1.0)
    return ng.concession_path(np.linspace(0, 3, 7), (side, side))


def sources():
    return ng.source_posterior(
        0.5, sensitivities=[0.9, 0.7], false_positive_rates=[0.2, 0.6], reports=["yes", "no"]
    )


def model_map():
    rows = tuple(
        MapRow(
            f"{LONG[:20]} {k}",
            "f",
            "long run",
            denominator,
            ((-1.0 - k, -0.5),),
            (0.3, 0.1),
            (-0.5, 0.1),
            0.0,
            True,
        )
        for k, denominator in enumerate(["GDP", "GDP", "gross sales"])
    )
    return ng.ModelMap(((1.45, 1.25),), rows)


def war_gains(count=12):
    values = np.random.default_rng(4).normal(size=(count, count)) * 3.0
    values[0, 0] = -123.456
    names = tuple(f"R{k:02d}" for k in range(count))
    return ng.WarGains(tuple(f"{name} alone" for name in names), names, values)


def welfare_parts():
    economy = random_world(3, regions=3, sectors=2)
    return ng.decompose_welfare(
        ng.counterfactual(economy, economy.tariffs.add(importer="R0", rate=0.5))
    )


DRAW = {
    "plot_audience_cost_horizon": lambda **o: ng.plot_audience_cost_horizon(
        crisis(), sides=SIDES, **o
    ),
    "plot_bargaining_set": lambda **o: ng.plot_bargaining_set(
        problem(), [ng.nash_bargaining(problem()), ng.egalitarian(problem())], **o
    ),
    "plot_best_responses": lambda **o: ng.plot_best_responses(curves(), **o),
    "plot_cheap_talk_partition": lambda **o: ng.plot_cheap_talk_partition(
        ng.cheap_talk_partition(0.05), **o
    ),
    "plot_coefficients": lambda **o: ng.plot_coefficients(
        {"weibull": ng.fit_concessions(disputes(), covariates=["imposed_at_start"])},
        **o,
    ),
    "plot_compliance_posterior": lambda **o: ng.plot_compliance_posterior(
        ng.phase_one_compliance(by_group=True), **o
    ),
    "plot_concession_hazards": lambda **o: ng.plot_concession_hazards(
        concession_path(), sides=SIDES, **o
    ),
    "plot_concession_survival": lambda **o: ng.plot_concession_survival(
        ng.abreu_gul([0.6, 0.6], stubbornness=[0.1, 0.05], discount_rates=[0.1, 0.1]),
        sides=SIDES,
        **o,
    ),
    "plot_correlated_payoffs": lambda **o: ng.plot_correlated_payoffs(
        ng.correlated_payoff_set(CHICKEN),
        ng.nash_equilibria(CHICKEN),
        coarse=ng.correlated_payoff_set(CHICKEN, coarse=True),
        **o,
    ),
    "plot_cut_levels": lambda **o: ng.plot_cut_levels(forecast(), CUT, **o),
    "plot_dated_forecasts": lambda **o: ng.plot_dated_forecasts(dated(), DAY, **o),
    "plot_deadline_rates": lambda **o: ng.plot_deadline_rates(
        ng.deadline_rates(disputes(), [7, 30]), **o
    ),
    "plot_durations": lambda **o: ng.plot_durations(ng.kaplan_meier(disputes()), fits(), **o),
    "plot_exemption_regions": lambda **o: ng.plot_exemption_regions(regions(), "USA", **o),
    "plot_export_dependence": lambda **o: ng.plot_export_dependence(
        [
            ng.export_dependence(world(), exporter=a, importer=b, elasticities="flat 4")
            for a, b in (("USA", "CHN"), ("CHN", "USA"))
        ],
        **o,
    ),
    "plot_first_concession_map": lambda **o: ng.plot_first_concession_map(concession_map(), **o),
    "plot_forecast_bands": lambda **o: ng.plot_forecast_bands(forecast(), happened=CUT.day, **o),
    "plot_game_tree": lambda **o: ng.plot_game_tree(entry_game(), **o),
    "plot_gradual_cuts": lambda **o: ng.plot_gradual_cuts(
        ng.gradual_cuts(ng.LinearTariffModel.two_good(gap=1.0), 0.8), **o
    ),
    "plot_model_map": lambda **o: ng.plot_model_map(model_map(), **o),
    "plot_offers": lambda **o: ng.plot_offers(
        ng.stahl_finite_horizon(0.9, 6), players=SIDES, **o
    ),
    "plot_optimal_tariffs": lambda **o: ng.plot_optimal_tariffs(
        ng.SectorTariffs(
            SIDES, ("cars", "wine"), np.array([[0.2, 0.4], [0.1, 0.3]]), np.array([10.0, 4.0])
        ),
        annotate=1,
        **o,
    ),
    "plot_payoff_matrix": lambda **o: ng.plot_payoff_matrix(
        game(), ng.nash_equilibria(game()), **o
    ),
    "plot_quantal_response": lambda **o: ng.plot_quantal_response(
        ng.quantal_response_branch(PENNIES, 100.0), **o
    ),
    "plot_ratification_offer": lambda **o: ng.plot_ratification_offer(
        ng.ratification_offer(0.9, 0.3), **o
    ),
    "plot_readings": lambda **o: ng.plot_readings(
        ng.Readings(DAY, ("silence alone", LONG), band(2), band(2) / 2, 2 * band(2), 0.9), **o
    ),
    "plot_reliability": lambda **o: ng.plot_reliability(scores(), 90.0, groups=3, **o),
    "plot_sobol_indices": lambda **o: ng.plot_sobol_indices(swept("sobol"), **o),
    "plot_source_posterior": lambda **o: ng.plot_source_posterior(sources(), **o),

    "plot_stage_ends": lambda **o: ng.plot_stage_ends(
        {"equilibrium": ng.stage_ends(standoff()), LONG: ng.stage_ends(standoff())}, **o
    ),
    "plot_tariff_fan": lambda **o: ng.plot_tariff_fan(fan(), "USA", **o),
    "plot_tariff_plane": lambda **o: ng.plot_tariff_plane(
        ng.tariff_plane(world(), rates=6, elasticities="flat 4", exporter_incidence=0.3),
        player="CHN",
        curves=curves(),
        **o,
    ),
    "plot_time_to_deal": lambda **o: ng.plot_time_to_deal(
        {"terms of a quarter of a year": standoff(), "five years": standoff()}, **o
    ),
    "plot_timeline": lambda **o: ng.plot_timeline(
        ng.read_events(), fan(), "USA", named={CUT.day: "Geneva"}, until=dt.date(2026, 1, 1), **o
    ),
    "plot_tornado": lambda **o: ng.plot_tornado(swept("tornado"), **o),
    "plot_transforms": lambda **o: ng.plot_transforms(scores(), **o),
    "plot_validation": lambda **o: ng.plot_validation(
        ValidationPoints(
            ("A (2015)", "B (2020)"), ("A (2015)",) * 2 + ("B (2020)",), (False, True, False),
            (1.0, -20.0, 3.0), (1.1, -19.0, 3.0),
        ), **o,
    ),
    "plot_war_gains": lambda **o: ng.plot_war_gains(war_gains(), **o),
    "plot_welfare_parts": lambda **o: ng.plot_welfare_parts(welfare_parts(), **o),
    "plot_win_sets": lambda **o: ng.plot_win_sets(
        ng.win_sets([0.6, 0.5], [0.5, 2 / 3]), players=SIDES, **o
    ),
}  # fmt: skip


def entry_game():
    return ng.read_efg(
        'EFG 2 R "Entry" { "USA" "CHN" }\n'
        'p "" 1 1 "" { "out" "in" } 0\n'
        't "" 1 "" { 0, 2 }\n'
        'p "" 2 1 "" { "fight" "share" } 0\n'
        't "" 2 "" { -1, -1 }\n'
        't "" 3 "" { 1, 1 }\n'
    )


def words(figure):
    """Texts that are drawn, with the axes they belong to."""
    return [t for t in figure.findobj(mpl.text.Text) if t.get_visible() and t.get_text().strip()]


def light(colour):
    return float(np.dot(to_rgb(colour), (0.299, 0.587, 0.114)))


def test_every_picture_is_tried():
    assert sorted(DRAW) == PLOTS
    for name in PLOTS:
        parameters = inspect.signature(getattr(ng, name)).parameters
        assert {"ax", "colours", "labels"} <= set(parameters), name


@pytest.mark.parametrize("name", PLOTS)
@pytest.mark.parametrize("style", ["default", "dark_background"])
def test_picture_in_a_grid_of_a_page(name, style):
    """Four on a page of 12 inches, constrained: no state changes, no type under 7 points."""
    with plt.style.context(style):
        figure, axes = plt.subplots(2, 2, figsize=(12, 9), layout="constrained")
        ax = axes[0, 1]
        before = dict(mpl.rcParams)
        assert DRAW[name](ax=ax) is ax
        figure.canvas.draw()
        assert dict(mpl.rcParams) == before
        assert plt.get_fignums() == [figure.number]
        assert figure.get_size_inches().tolist() == [12, 9]
        assert ax.get_xlabel() or ax.get_ylabel() or ax.texts
        assert min(text.get_fontsize() for text in words(figure)) >= 7.0
        page = light(ax.get_facecolor())
        for line in ax.lines:
            marks = (
                [line.get_markeredgecolor()] if line.get_marker() not in ("None", "", " ") else []
            )
            used = [line.get_color()] if line.get_linestyle() != "None" else marks
            for colour in used:
                assert line.get_path_effects() or abs(light(colour) - page) > 0.12, (name, colour)
        for text in [ax.xaxis.label, ax.yaxis.label, *ax.get_xticklabels()]:
            assert abs(light(text.get_color()) - light(figure.get_facecolor())) > 0.5


@pytest.mark.parametrize("name", PLOTS)
def test_picture_takes_colours_and_words(name):
    plain = DRAW[name]()
    shown = plain.get_xlabel() or plain.get_ylabel() or plain.texts[0].get_text()
    ax = DRAW[name](labels={shown: LONG}, colours=["#123456", "#654321"])
    drawn = {text.get_text() for text in words(ax.figure)}
    assert LONG in drawn
    ax.figure.canvas.draw()
    with pytest.raises(InvalidInputError, match="colours"):
        DRAW[name](colours=["no colour"])


def test_thirty_series_are_told_apart():
    pen = Pen(None)
    looks = [pen.series(k) for k in range(30)]
    for one, other in itertools.combinations(looks, 2):
        assert (one["color"], one["linestyle"]) != (other["color"], other["linestyle"])
    ax = ng.plot_time_to_deal({str(k): standoff() for k in range(8)}, days=[0.0, 100.0])
    assert ax.lines[0].get_marker() == "None"
    assert ax.lines[6].get_marker() != "None"


def test_signs_stay_in_their_cells():
    figure, ax = plt.subplots(figsize=(6.3, 4.5), layout="constrained")
    ng.plot_war_gains(war_gains(), ax=ax)
    figure.canvas.draw()
    width = ax.get_window_extent().width / 12
    height = ax.get_window_extent().height / 12
    for text in ax.texts:
        box = text.get_window_extent()
        assert box.width <= width
        assert box.height <= height
    few = ng.plot_war_gains(war_gains(3))
    assert "-123.46" in {text.get_text() for text in few.texts}


@pytest.mark.parametrize("layout", ["constrained", None])
def test_payoffs_stay_in_their_cells(layout):
    short = ng.NormalFormGame(game(9, 9).payoffs)
    figure, ax = plt.subplots(figsize=(6.1, 6.2), layout=layout)
    ng.plot_payoff_matrix(short, ng.nash_equilibria(short).equilibria[:1], ax=ax)
    figure.canvas.draw()
    numbers = [text for text in ax.texts if "." in text.get_text()]
    assert len(numbers) == 162
    cells = ax.get_window_extent()
    for text in numbers:
        box = text.get_window_extent()
        x, y = text.get_position()
        left, right = (cells.x0 + cells.width / 9 * (round(x) + k) for k in (0, 1))
        low, high = (cells.y1 - cells.height / 9 * (round(y) + k) for k in (1, 0))
        assert left <= box.x0 < box.x1 <= right
        assert low <= box.y0 < box.y1 <= high
    small = plt.subplots(figsize=(3.0, 3.0), layout=layout)[1]
    assert not ng.plot_payoff_matrix(short, ax=small).texts


def test_labels_of_lines_stand_apart():
    x = np.geomspace(0.1, 1.2, 30)
    share = 1.0 / (1.0 + (x[:, None] / x[None, :]) ** 40)
    steep = ng.FirstConcessionMap(SIDES, x, x, share, np.ones_like(share))
    assert not ng.plot_first_concession_map(steep).texts
    ax = ng.plot_first_concession_map(concession_map())
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert boxes
    for one, other in itertools.combinations(boxes, 2):
        assert not one.overlaps(other)


def test_marks_of_many_equilibria_stay_in_their_cells():
    many = ng.NormalFormGame(np.ones((2, 3, 3)))
    found = ng.nash_equilibria(many)
    figure, ax = plt.subplots(figsize=(4, 3), layout="constrained")
    ng.plot_payoff_matrix(many, found, ax=ax)
    figure.canvas.draw()
    marks = [c for c in ax.collections if isinstance(c, mpl.collections.PathCollection)]
    assert len(marks) == len(found.equilibria) == 9
    for mark in marks:
        place = np.asarray(mark.get_offsets())
        reach = np.sqrt(np.asarray(mark.get_sizes()).max()) / 72.0 * figure.dpi / 2.0
        cell = ax.transData.transform([[0.5, 0.5], [0.0, 0.0]])
        half = np.abs(cell[0] - cell[1])
        off = np.abs(place - place.round()) * 2.0 * half
        assert (off + reach <= half + 1.0).all()
