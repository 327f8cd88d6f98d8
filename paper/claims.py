"""What the sentences of the text rest on: one function a finding, from options to its truth.

Run ``python paper/claims.py [id ...]`` to evaluate the rows of ``claims.toml`` and store them in
``paper/evaluations``; with ``--check`` nothing is written and any difference is an error.
"""

import datetime as dt
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

import negotiation as ng
from negotiation.forecasting.resolve_prior import fit_to_known
from negotiation.payoffs.ensemble import PAYOFF_MODELS, payoff_model
from negotiation.process.analysis.identified_set import dated_moments
from negotiation.process.analysis.scores import brier, constant_hazard, next_cut
from negotiation.process.beliefs.events import read_events
from negotiation.process.multi_step.built_process import BuiltProcess
from negotiation.process.multi_step.graph import build_process
from negotiation.process.multi_step.load import built_process, process_standoff
from negotiation.study.claims import (
    Finding,
    differences,
    evaluate_claim,
    load_claims,
    read_evaluation,
    store_evaluation,
)
from negotiation.study.functions import import_beside

HERE = Path(__file__).resolve().parent
SIDES = ("USA", "CHN")
STANDOFF = (1.45, 1.25)
EXPERIMENTS = HERE.parent / "experiments"
RARE_EARTHS = import_beside(EXPERIMENTS, "rare_earths")
FORECAST_TABLES = import_beside(EXPERIMENTS, "forecast_tables")
DATES = (dt.date(2025, 5, 31), dt.date(2025, 6, 30), dt.date(2025, 12, 31))
AUDIENCE_COSTS = ("audience_cost_usa", "audience_cost_chn")


def known_parameters():
    """Parameters of the process by name."""
    return {**ng.parameters(), **process_standoff("multi-step-2025").own_parameters}


@cache
def economy():
    """The embedded economy; it is the same for every date from 2023 on."""
    return ng.load_economy("us-china-2022")


def payoff_options(as_of, model, horizon, incidence, jobs, elasticities):
    """Options of `ng.tariff_payoffs`; ``jobs`` is a weight, None the sourced one."""
    options = {"model": model, "horizon": horizon, "as_of": as_of, "elasticities": elasticities}
    if model == "export_dependence":
        options["exporter_incidence"] = incidence
    if jobs == 0.0:
        options["objectives"] = ng.Objective()
    elif jobs is not None:
        options["objectives"] = ng.Objective(jobs=jobs)
    return options


def payoffs(rates, **options):
    """Payoffs ``[scenario, side]`` in percent of GDP a year."""
    return ng.tariff_payoffs(economy(), np.atleast_2d(rates), **options).percent_of_gdp


def duties(*, as_of, source="parameters"):
    """The added duties in force, from the parameters or from the table of dated events."""
    if source == "parameters":
        usa, china = (
            ng.parameter(f"standoff_added_{s}", as_of=as_of).value for s in ("usa", "chn")
        )
    else:
        usa, china = [event.rates for event in read_events(as_of=as_of)][-1]
    return Finding(usa > 1.0 and china > 1.0, {"usa": usa, "china": china})


def dependence(*, as_of, sectors="goods"):
    """China sells a larger share of its exports to the United States than the reverse."""
    del as_of
    chosen = None if sectors == "all" else [s for s in economy().sectors if s != "SERV"]
    china, usa = (
        ng.export_dependence(economy(), exporter=a, importer=b, sectors=chosen)
        for a, b in (("CHN", "USA"), ("USA", "CHN"))
    )
    shares = china.total.share_of_exports, usa.total.share_of_exports
    values = {"china": shares[0], "usa": shares[1], "ratio": shares[0] / shares[1]}
    return Finding(shares[0] > shares[1], values)


def us_share(*, as_of):
    """The table's share of US goods exports to China exceeds that of customs."""
    table = ng.load_table("macro", as_of=as_of)
    sold = [
        table.row(economy="United States", year=2022, indicator=f"goods_exports_{to}")["value"]
        for to in ("to_china", "world")
    ]
    goods = [s for s in economy().sectors if s != "SERV"]
    found = ng.export_dependence(economy(), exporter="USA", importer="CHN", sectors=goods)
    shares = found.total.share_of_exports, sold[0] / sold[1]
    return Finding(
        round(shares[0], 3) != round(shares[1], 3), {"table": shares[0], "customs": shares[1]}
    )


def both_lose(*, as_of, model="general_equilibrium", incidence=0.0, jobs=None, elasticities=None):
    """Both lose a tenth of a percent or more a year in the standoff, at either horizon."""
    options = [
        payoff_options(as_of, model, horizon, incidence, jobs, chosen)
        for horizon, chosen in (("short_run", None), ("long_run", elasticities))
    ]
    short, long = (payoffs(STANDOFF, **given)[0] for given in options)
    values = {"short_usa": short[0], "short_china": short[1]}
    values |= {"long_usa": long[0], "long_china": long[1]}
    return Finding(max(values.values()) < -0.1, values)


def losses(*, as_of, **options):
    """China loses more with one-year elasticities, the United States with long-run ones."""
    values = both_lose(as_of=as_of, **options).values
    holds = (
        values["short_china"] < values["short_usa"] and values["long_usa"] < values["long_china"]
    )
    return Finding(holds, values)


def best_replies(
    *,
    as_of,
    model="general_equilibrium",
    horizon="short_run",
    incidence=0.0,
    jobs=None,
    elasticities=None,
    step=0.01,
    lowest="free trade",
    highest=2.0,
):
    """Each side's best reply to the other's duty is at least 10 points below its own duty."""
    options = payoff_options(as_of, model, horizon, incidence, jobs, elasticities)
    replies, gains = [], []
    for side in range(2):
        base = ng.average_tariff(SIDES[side], SIDES[1 - side])
        low = 0.0 if lowest == "base" else -base
        own = np.append(low, np.arange(np.ceil(low / step), highest / step + 0.5) * step)
        rates = np.tile(STANDOFF, (len(own) + 1, 1))
        rates[:-1, side] = own
        found = payoffs(rates, **options)[:, side]
        replies.append(own[found[:-1].argmax()])
        gains.append(found.max() - found[-1])
    holds = all(reply <= duty - 0.1 for reply, duty in zip(replies, STANDOFF, strict=True))
    values = {"usa": replies[0], "china": replies[1]}
    return Finding(holds, values | {"gain_usa": gains[0], "gain_china": gains[1]})


def crossing(
    *,
    as_of,
    model="general_equilibrium",
    horizon="short_run",
    incidence=0.0,
    jobs=None,
    elasticities=None,
    points=9,
    game_step=None,
    highest=2.0,
):
    """Best replies cross once, each side at least 80 points below its duty."""
    options = payoff_options(as_of, model, horizon, incidence, jobs, elasticities)
    if game_step is None:
        base = [ng.average_tariff(a, b) for a, b in (SIDES, SIDES[::-1])]
        bounds = {side: (-low, highest) for side, low in zip(SIDES, base, strict=True)}
        curves = ng.best_response_curves(economy(), partner_rates=points, bounds=bounds, **options)
        found = [tuple(point.rates) for point in curves.nash_points]
        totals = curves.baseline
    else:
        grid = [float(k * game_step) for k in range(round(0.6 / game_step) + 1)]
        rates = {
            side: ["free_trade", *grid, duty] for side, duty in zip(SIDES, STANDOFF, strict=True)
        }
        game = ng.tariff_game(economy(), rates, **options)
        best = [game.payoffs[k] >= game.payoffs[k].max(axis=k, keepdims=True) for k in (0, 1)]
        at = np.argwhere(best[0] & best[1])
        found = [(game.added_rates[0][i], game.added_rates[1][j]) for i, j in at]
        totals = [
            total[1] - added[1]
            for total, added in zip(game.total_rates, game.added_rates, strict=True)
        ]
    usa, china = found[0]
    holds = len(found) == 1 and usa <= STANDOFF[0] - 0.8 and china <= STANDOFF[1] - 0.8
    values = {"usa": usa + totals[0], "china": china + totals[1], "crossings": len(found)}
    return Finding(holds, values)


def nash_solution(
    *,
    as_of,
    model="general_equilibrium",
    horizon="short_run",
    incidence=0.0,
    jobs=None,
    lowest="free trade",
    points=24,
):
    """Nash's solution removes all additions, and cuts ten points or more below where it may."""
    options = payoff_options(as_of, model, horizon, incidence, jobs, None)
    base = [ng.average_tariff(a, b) for a, b in (SIDES, SIDES[::-1])]
    low = [-item for item in base] if lowest == "free trade" else [0.0, 0.0]
    axes = [np.linspace(a, b, points) for a, b in zip(low, STANDOFF, strict=True)]
    rates = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=1)
    found = payoffs(rates, **options)
    problem = ng.BargainingProblem(
        frontier=found, disagreement=found[-1], parameters=rates, players=SIDES
    )
    solution = ng.nash_bargaining(problem)
    usa, china = solution.parameters
    holds = max(usa, china) <= (0.0 if lowest == "base" else -0.1)
    product = float(np.prod(solution.gains))
    return Finding(holds, {"usa": usa, "china": china, "product": product})


def cooperation(*, as_of, elasticities="fontagne_2022", inputs=True):
    """The pair's cooperative tariffs give both together more than their Nash point, in one unit."""
    del as_of
    goods = tuple(s for s in economy().sectors if s != "SERV")
    without = {} if inputs else {"value_added_share": 1.0}
    model = ng.TradeModel(trade_elasticity=elasticities, **without)
    given = {"exporters": "players", "model": model, "sectors": goods}
    scope = "most_favored_nation"
    agreed = ng.cooperative_tariffs(economy(), "factual", SIDES, scope, **given)
    nash = ng.nash_tariffs(economy(), SIDES, scope, check_starts=0, **given)
    at = [economy().region_index(side) for side in SIDES]
    gdp = np.array([economy().gdp[k] for k in at])
    both = [result.equilibrium.welfare[at] for result in (agreed, nash)]
    totals = [float(gains @ gdp / gdp.sum()) for gains in both]
    values = {"cooperative": totals[0], "nash": totals[1]}
    names = ("usa", "china")
    for word, gains in zip(("cooperative", "nash"), both, strict=True):
        values |= {f"{word}_{name}": float(gains[k]) for k, name in enumerate(names)}
    return Finding(totals[0] > totals[1], values)


def aim_of(jobs):
    """The objective with a weight on job losses; None is the sourced one."""
    return None if jobs is None else ng.Objective(jobs=jobs)


def restricted_sectors(as_of, wider):
    """The narrow and the wide list of China's export bans."""
    narrow = RARE_EARTHS.licensed_sectors(as_of)
    if wider == "all goods":
        wider = [s for s in economy().sectors if s != "SERV"]
    return narrow, (*narrow, *(s for s in wider if s not in narrow))


@cache
def losses_from_bans(as_of, wider, usa, tariff, control, jobs, options):
    """Both sides' losses ``[setting, measure, side]`` under a wide ban and a tariff."""
    _, wide = restricted_sectors(as_of, wider)
    ban = ng.Measure("export_ban", sectors=wide)
    if control is not None:
        ban = ng.Measure("export_control", control, sectors=wide)
    actions = [0.0, ban, tariff]
    chosen = RARE_EARTHS.models(economy(), (1.0, 3.0, 10.0), **dict(options))
    found = []
    for model in chosen.values():
        values = ng.tariff_payoffs(
            economy(),
            {"USA": [usa] * len(actions), "CHN": actions},
            model="general_equilibrium",
            trade_model=model,
            objectives=aim_of(jobs),
            as_of=as_of,
        ).percent_of_gdp
        found.append(values[0] - values[1:])
    return tuple(chosen), np.array(found)


def export_ban(
    *,
    as_of,
    years=(0.0, 1.0, 3.0, 10.0),
    counted=(True, False),
    wider=("C26", "C27"),
    usa=0.0,
    tariff=1.25,
    control=None,
    jobs=0.0,
    options=None,
):
    """China's ban costs the US more than China in all settings, its tariff in under a fifth."""
    more = wider if isinstance(wider, str) else tuple(wider)
    given = tuple(sorted((options or {}).items()))
    settings, losses = losses_from_bans(as_of, more, usa, tariff, control, jobs, given)
    kept = [time in years and inputs in counted for _, time, inputs in settings]
    ban, duty = np.moveaxis(losses[kept], 1, 0)
    values = {
        "settings": len(ban),
        "ban": int((ban[:, 0] > ban[:, 1]).sum()),
        "tariff": int((duty[:, 0] > duty[:, 1]).sum()),
        "ratio": float((ban[:, 0] / ban[:, 1]).min()),
    }
    return Finding(values["ban"] == len(ban) and values["tariff"] < 0.2 * len(ban), values)


def controls_unused(
    *,
    as_of,
    years=(1.0, 3.0, 10.0),
    counted=(True, False),
    wider=("C26", "C27"),
    step=None,
    taxes=True,
    packages=False,
    american=(),
    jobs=0.0,
    options=None,
):
    """China's export controls and bans are played in no equilibrium."""
    settings = RARE_EARTHS.AnalysisSettings()
    narrow, wide = restricted_sectors(as_of, wider)
    if step is None:
        points = [list(settings.tariffs_usa), list(settings.tariffs_china)]
    else:
        points = [["free_trade", *(float(k * step) for k in range(round(2.0 / step) + 1))]] * 2
    barred = list(RARE_EARTHS.restrictions(narrow, wide, settings.control).values())
    if packages:
        barred += [
            ng.Measure("export_control", rate, sectors=on)
            for rate in (0.02, 0.1, 0.3)
            for on in (narrow, wide)
        ]
        barred += [
            (ng.Measure("import_tariff", rate), item)
            for rate in settings.tariffs_china[1:]
            for item in barred[:3]
        ]
    earning = RARE_EARTHS.export_taxes(narrow, wide, settings.export_tax).values() if taxes else ()
    own = [ng.Measure("export_ban", sectors=[sector]) for sector in american]
    grids = {"USA": [*points[0], *own], "CHN": [*points[1], *barred, *earning]}
    first = len(points[1])
    chosen = RARE_EARTHS.models(economy(), tuple(years), tuple(counted), **(options or {}))
    count = 0
    for model in chosen.values():
        game = ng.tariff_game(
            economy(),
            grids,
            model="general_equilibrium",
            trade_model=model,
            objectives=aim_of(jobs),
            as_of=as_of,
        )
        found = ng.nash_equilibria(game).equilibria
        labels = set(game.actions[1][first : first + len(barred)])
        count += bool(labels & RARE_EARTHS.actions_used(game, found))
    return Finding(count == 0, {"settings": len(chosen), "with_controls": count})


class Member(NamedTuple):
    """A payoff model with what it makes of the process and of the silence so far."""

    weight: float
    built: BuiltProcess
    solved: ng.GameSolution
    silent: float


@cache
def solved_models(as_of, model, changes, plan, weigh):
    """Members of the ensemble by name, or one alone whether or not it explains the demands."""
    models = PAYOFF_MODELS if model is None else (payoff_model(model),)
    members = ng.process_ensemble(as_of=as_of, models=models, values=dict(changes))
    found = {}
    for member in members:
        if member.weight == 0.0:
            continue
        given = {"as_of": as_of, "model": member.model, "values": dict(changes)}
        games = [member.built, built_process(**given, from_opening=True)]
        if plan:
            games = [build_process(replace(b.plan, **dict(plan)), b.flows) for b in games]
        now, opening = (ng.solve_process(item.game) for item in games)
        here = [node.stage == now.open_stage for node in opening.process.nodes]
        seen = float(opening.node_probabilities(as_of)[0][:-1] @ here)
        silent = 1.0 - opening.stage_by(now.open_stage, as_of)
        weight = member.weight * (seen if weigh else 1.0)
        found[member.model.name] = Member(weight, games[0], now, silent)
    total = sum(member.weight for member in found.values())
    return {name: item._replace(weight=item.weight / total) for name, item in found.items()}


def kept_models(as_of, model=None, changes=None, plan=None, weigh=True):
    """Payoff models that explain what the sides ask for, weighed by what was seen.

    ``model``: one alone; ``changes``: of parameters; ``plan``: of how demands are found; ``weigh``:
    whether models weigh as much as what was seen is likely.
    """
    fixed = {k: tuple(v) if isinstance(v, list) else v for k, v in (plan or {}).items()}
    given = (tuple(sorted(item.items())) for item in (changes or {}, fixed))
    return solved_models(as_of, model, *given, weigh)


def over_models(found, measure):
    """Weighted mean, smallest and largest of a number over payoff models."""
    values = np.array([float(measure(member)) for member in found.values()])
    weights = np.array([member.weight for member in found.values()])
    return float(weights @ values), float(values.min()), float(values.max())


def first_cut(*, as_of, draws=0, seed=20250502, weighting=True, fit="disputes", **options):
    """A first cut by 31 May is less likely than not."""
    if draws:
        drawn = forecast(as_of, None, draws, seed, weighting, fit)
        may, june, december = (drawn.cut_by(day) for day in DATES)
        ends = may, may
    else:
        found = kept_models(as_of, **options)
        (may, *ends), (june, *_), (december, *_) = (
            over_models(found, lambda m, day=day: m.solved.cut_by(day)) for day in DATES
        )
    values = {"may": may, "june": june, "december": december}
    return Finding(may < 0.5, values | {"lowest": ends[0], "highest": ends[1]})


def model_spread(*, as_of, **options):
    """By payoff model the probability of a first cut by 31 May differs by a factor above three."""
    found = kept_models(as_of, **options)
    _, low, high = over_models(found, lambda m: m.solved.cut_by(DATES[0]))
    return Finding(high > 3.0 * low, {"lowest": low, "highest": high})


def who_first(*, as_of, draws=0, seed=20250502, weighting=True, fit="disputes", **options):
    """China is the likelier to make the first cut."""
    if draws:
        share = float(forecast(as_of, None, draws, seed, weighting, fit).concedes_first()[0])
        low = high = share
    else:
        found = kept_models(as_of, **options)
        share, low, high = over_models(found, lambda m: m.solved.concedes(m.solved.open_stage)[0])
    return Finding(share < 0.5, {"usa": share, "lowest": low, "highest": high})


def silence(*, as_of, **options):
    """That there was no cut from 12 April to the date is likelier than not, in every model."""
    _, low, high = over_models(kept_models(as_of, **options), lambda m: m.silent)
    return Finding(low > 0.5, {"lowest": low, "highest": high})


def deal(*, as_of, **options):
    """A comprehensive agreement by the end of the year has less than one in twenty."""
    found = kept_models(as_of, **options)
    mean, low, high = over_models(found, lambda m: m.solved.deal_by(DATES[-1]))
    return Finding(high < 0.05, {"mean": mean, "lowest": low, "highest": high})


def revealed(*, as_of, changes=None):
    """Ten-year general equilibrium alone has no weight on revenue that explains the demands."""
    members = ng.process_ensemble(as_of=as_of, values=changes or {})
    left = [member.model.name for member in members if member.weight == 0.0]
    values = {"kept": len(members) - len(left), "models": len(members)}
    for member in members:
        for name, item in zip(("usa", "china"), member.built.revenue_weights, strict=True):
            values[f"{name}_{member.model.name}"] = item.weight
    return Finding(left == ["equilibrium_ten_years"], values)


def prizes(*, as_of, **options):
    """What the first cut is about is positive for both and below what conceding it costs."""
    found = kept_models(as_of, **options)
    values = {}
    for k, name in enumerate(("usa", "china")):
        _, low, high = over_models(found, lambda m, k=k: first_prize(m)[k])
        values |= {f"{name}_lowest": low, f"{name}_highest": high}
    low = min(values["usa_lowest"], values["china_lowest"])
    high = max(values["usa_highest"], values["china_highest"])
    cost = min(known_parameters()[name].value for name in AUDIENCE_COSTS)
    return Finding(low > 0.0 and high < cost, values | {"cost": cost})


def first_prize(member):
    """F - L of the stage that is open at the start, by side."""
    stage = member.solved.open_stage
    return next(prize for name, _, prize in member.built.prizes if name == stage)


def standoff_flows(*, as_of, model="equilibrium", changes=None):
    """Counted as its demand reveals, a year of the standoff costs China, not the United States."""
    (member,) = kept_models(as_of, model, changes).values()
    usa, china = map(float, member.built.game.nodes[int(member.built.game.start_node)].flow)
    return Finding(usa > 0.0 > china, {"usa": usa, "china": china})


def terms(*, as_of, name="leaked_terms_usa", changes=None, **options):
    """What is asked for moves the first cut by 31 May, by less than the payoff model does."""
    item = known_parameters()[name]
    found = [
        kept_models(as_of, changes={**(changes or {}), name: value}, **options)
        for value in (item.low, item.value, item.high)
    ]
    cuts = [over_models(case, lambda m: m.solved.cut_by(DATES[0])) for case in found]
    moved = max(cut[0] for cut in cuts) - min(cut[0] for cut in cuts)
    return Finding(0.001 < moved < cuts[1][2] - cuts[1][1], {"moved": moved})


def audience_costs(*, as_of, step=0.01, changes=None, **options):
    """Costs of conceding that are 1 % higher make a cut by 31 May less likely, by under 1.2 %."""
    known = known_parameters()
    logs = []
    for factor in (1.0 - step, 1.0 + step):
        given = dict(changes or {})
        given |= {k: factor * given.get(k, known[k].value) for k in AUDIENCE_COSTS}
        found = kept_models(as_of, changes=given, **options)
        logs.append(np.log(over_models(found, lambda m: m.solved.cut_by(DATES[0]))[0]))
    elasticity = float((logs[1] - logs[0]) / np.log((1.0 + step) / (1.0 - step)))
    return Finding(-1.2 <= elasticity < 0.0, {"elasticity": elasticity})


def several(*, as_of, **options):
    """Under some payoff models another equilibrium was found, and each has a certificate."""
    found = [member.solved for member in kept_models(as_of, **options).values()]
    known = [solved.unique for solved in found]
    residual = max(solved.residual for solved in found)
    values = {"several": known.count(False), "proven": known.count(True), "models": len(known)}
    return Finding(False in known and residual < 1e-9, values | {"residual": residual})


@cache
def forecast_of(as_of, draws, seed, fit):
    """Forecast over payoff models and draws, of resolve from a fit or over its assumed range."""
    return ng.forecast_process(as_of=as_of, dates=DATES, draws=draws, rng=seed, fit=fit)


def forecast(as_of, model=None, draws=64, seed=20250502, weighting=True, fit="disputes"):
    """The forecast of one payoff model or of all, draws weighed by what was seen or not.

    ``fit``: "disputes", those known at the date; "none": resolve over its assumed range.
    """
    found = forecast_of(as_of, draws, seed, None if fit == "none" else fit)
    return part_of(found, model, weighting)


def part_of(found, model, weighting):
    """One payoff model of a forecast, None for all, draws weighed by what was seen or not."""
    if not weighting:
        found = replace(found, seen=np.ones_like(found.seen))
    if model is None:
        return found
    k = found.models.index(model)
    columns = ("seen", "cut", "deal", "lowered", "concedes", "after")
    kept = {name: getattr(found, name)[:, k : k + 1] for name in columns}
    return replace(found, models=(model,), model_weights=np.ones(1), **kept)


def fitted_cut(*, as_of, **options):
    """A first cut by 31 May is less likely than not, costs of conceding fitted."""
    found = forecast(as_of, **options)
    mean = found.cut_by(DATES[0])
    values = {"mean": mean, "december": found.cut_by(DATES[-1]), "disputes": found.disputes}
    return Finding(mean < 0.5, values)


def interval_of_dates(*, as_of, **options):
    """The 90 % interval of a cut by 31 May runs from below ten percent to above a third."""
    found = forecast(as_of, **options)
    low, high = map(float, found.interval(DATES[0]))
    values = {"low": low, "high": high, "mean": found.cut_by(DATES[0])}
    values |= {"december": found.cut_by(DATES[-1]), "draws": found.effective_draws}
    return Finding(low < 0.1 and high > 1.0 / 3.0, values)


def score(*, as_of, **options):
    """The forecast scores better than the constant hazard of earlier confrontations."""
    found = forecast(as_of, **options)
    cut = next_cut(read_events(), as_of)
    outcomes = [float(cut.day <= day) for day in DATES]
    opened = process_standoff("multi-step-2025").start
    base = constant_hazard(as_of=as_of, current_days=(as_of - opened).days)
    own = brier([found.cut_by(day) for day in DATES], outcomes)
    flat = brier([base.by((d - as_of).days) for d in DATES], outcomes)
    return Finding(own < flat, {"model": own, "hazard": flat, "days": (cut.day - as_of).days})


@cache
def later_forecasts(as_of, draws, seed, fit):
    """Forecasts of the month ends after, all with resolve from what was known at the date."""
    settings = ng.load_study(EXPERIMENTS / "backtest.toml").settings_for("fast")
    known = None if fit == "none" else fit_to_known(as_of)
    return settings.horizon, {
        day: ng.forecast_process(
            settings.process,
            as_of=day,
            fit=known,
            dates=[day + dt.timedelta(days=settings.horizon)],
            draws=draws,
            rng=seed,
        )
        for day in settings.later_dates
    }


def later_score(*, as_of, model=None, draws=4, seed=20250502, weighting=True, fit="disputes"):
    """Forecasts of the later month ends score worse than the constant hazard."""
    horizon, found = later_forecasts(as_of, draws, seed, fit)
    parts = {day: part_of(forecast, model, weighting) for day, forecast in found.items()}
    _, numbers, _ = FORECAST_TABLES.later_scores(
        parts, read_events(), horizon=horizon, probability=0.9
    )
    own, flat = (numbers[f"later_{name}brier"].value for name in ("", "baseline_"))
    return Finding(own > flat, {"model": own, "hazard": flat})


def outcome(*, as_of):
    """Both sides cut on the first day on which either did, by as much each."""
    cut = next_cut(read_events(), as_of)
    fell = [before - after for before, after in zip(cut.before, cut.after, strict=True)]
    holds = min(fell) > 0.0 and abs(fell[0] - fell[1]) < 0.005
    return Finding(holds, {"days": (cut.day - as_of).days, "usa": fell[0], "china": fell[1]})


def readings(*, as_of, **options):
    """How April's events are read moves the probability of a cut by 31 May by under 10 points."""
    found = forecast(as_of, **options)
    settings = ng.load_study(EXPERIMENTS / "beliefs.toml").settings_for("fast")
    cuts = [found.cut_by(DATES[0])]
    cuts += [found.read(ratios).cut_by(DATES[0]) for ratios in settings.readings.values()]
    values = {"low": min(cuts), "high": max(cuts), "silence": cuts[0]}
    return Finding(max(cuts) - min(cuts) < 0.1, values)


@cache
def passing(as_of, model, draws, seed):
    """Points of the sensitivity study's ranges with their moments and conclusions."""
    settings = ng.load_study(EXPERIMENTS / "sensitivity.toml").settings_for("fast")
    return ng.identified_set(
        ng.load_process(as_of=as_of, model=model),
        dated_moments(as_of=as_of, start=process_standoff("multi-step-2025").start),
        settings.parameters,
        conclusions=settings.conclusions,
        draws=draws,
        rng=seed,
        model=model,
    )


def left_open(
    *,
    as_of,
    model="equilibrium",
    draws=128,
    seed=20250502,
    split=0.05,
    level=0.05,
    within=0.25,
):
    """Most conclusions hold in some and fail in other points that pass the dated facts."""
    found = passing(as_of, model, draws, seed)
    start = process_standoff("multi-step-2025").start
    moments = dated_moments(as_of=as_of, start=start, level=level, within=within)
    low, high = ([getattr(m, end) for m in moments] for end in ("low", "high"))
    with np.errstate(invalid="ignore"):
        kept = ((found.measured >= low) & (found.measured <= high)).all(axis=1)
    told = [column[np.isfinite(column)] for column in found.margins[kept].T]
    # Of no point there is no share, and nothing is left open.
    shares = [float(np.mean(margins > 0.0)) if margins.size else np.nan for margins in told]
    count = sum(split < share < 1.0 - split for share in shares)
    values = {"open": count, "conclusions": len(shares), "points": int(kept.sum())}
    return Finding(values["points"] == 0, values)


def ties_apart(*, as_of, treatment="left out"):
    """On threats of the TIES data it beats a constant rate and is not told apart from Lomax."""
    del as_of
    stored = import_beside(EXPERIMENTS, "ties_scores").read()["whole"][treatment]["process_less"]
    (flat, flat_error), (lomax, lomax_error) = (
        stored[law]["log"] for law in ("exponential", "lomax")
    )
    values = {"exponential": flat, "exponential_error": flat_error}
    values |= {"lomax": lomax, "lomax_error": lomax_error}
    return Finding(flat > 2.0 * flat_error and abs(lomax) < 2.0 * lomax_error, values)


def _paired(knows, fitted, score):
    """Differences of the process's law to constant, Weibull and Lomax rates, and their errors."""
    table, _ = import_beside(EXPERIMENTS, "resolve_parts").read("scores")
    at = table.columns.index(score)
    return {
        row[2]: (row[at].value, row[at + 1].value)
        for row in table.rows
        if row[:2] == (fitted, knows) and row[2] in ("exponential", "weibull", "lomax")
    }


def _told(gaps):
    values = {law: gap for law, (gap, _) in gaps.items()}
    return values | {f"{law}_error": error for law, (_, error) in gaps.items()}


def law_ahead(*, as_of, fitted="other dyads", score="log score", better=1.0):
    """Where it alone knows of deadlines it beats all three by two standard errors."""
    del as_of
    gaps = _paired("the process's law", fitted, score)
    ahead = all(better * gap > 2.0 * error for gap, error in gaps.values())
    return Finding(ahead, _told(gaps))


def nobody_ahead(*, as_of, fitted="other dyads", score="log score"):
    """Where all may know of deadlines it is not told apart from any of the three."""
    del as_of
    gaps = _paired("both", fitted, score)
    return Finding(all(abs(gap) < 2.0 * error for gap, error in gaps.values()), _told(gaps))


def main(arguments):
    """Evaluate rows and store them, or compare with what is stored."""
    check = "--check" in arguments
    claims = load_claims(HERE / "claims.toml")
    names = [name for name in arguments if name != "--check"] or list(claims)
    wrong = 0
    for name in names:
        path = HERE / "evaluations" / f"{name}.json"
        found = evaluate_claim(claims[name], HERE / "claims.py")
        for case, item in found.findings.items():
            shown = ", ".join(f"{key} {value:g}" for key, value in item.values.items())
            print(f"{name} | {case}: {'holds' if item.holds else 'fails'} ({shown})")
        if check:
            lines = differences(found, read_evaluation(path))
            wrong += len(lines)
            for line in lines:
                print(f"{name} differs: {line}", file=sys.stderr)
        else:
            store_evaluation(path, found)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
