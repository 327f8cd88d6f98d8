"""Reference vectors of solutions, alternating offers, agenda, ratification, agreements, strategies.

Each entry maps a short id to a function from the vector's inputs to its outputs, by the symbols
of its formula.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from negotiation.bargaining.agreements.flexibility import (
    escape_clause,
    quiet_exemption,
    reassurance,
)
from negotiation.bargaining.agreements.monitoring import (
    cooperation_thresholds,
    detection_lag_discounts,
    trigger_phase,
)
from negotiation.bargaining.agreements.purchases import (
    purchase_compliance,
    self_enforcing_purchases,
)
from negotiation.bargaining.agreements.repeated_strategies import long_run_play, play_match
from negotiation.bargaining.agreements.self_enforcing import (
    critical_discounts,
    gradual_cuts,
    managed_trade,
    most_cooperative_tariff,
)
from negotiation.bargaining.agreements.staged_exchange import stage_chain, staged_exchange
from negotiation.bargaining.offers.alternating_offers import (
    alternating_offers_breakdown,
    alternating_offers_commitment,
    alternating_offers_fixed_costs,
    alternating_offers_flows,
    alternating_offers_outside_options,
    rubinstein,
    rubinstein_limit,
)
from negotiation.bargaining.offers.finite_horizon import stahl_finite_horizon
from negotiation.bargaining.offers.random_proposer import (
    optimism_deadline,
    random_proposer,
    stochastic_surplus,
)
from negotiation.bargaining.offers.ratification import (
    domestic_constraints,
    ratification_offer,
    win_sets,
)
from negotiation.bargaining.solutions.agenda import issue_linkage, sequential_agenda
from negotiation.bargaining.solutions.axiomatic import (
    deal_me_out,
    egalitarian,
    kalai_smorodinsky,
    nash_bargaining,
    split_the_difference,
    utilitarian,
)
from negotiation.bargaining.solutions.fairness import inequity_averse_ultimatum
from negotiation.bargaining.solutions.problem import BargainingProblem
from negotiation.bargaining.solutions.stepwise import discrete_raiffa, maschler_perles
from negotiation.bargaining.solutions.tariff_war_settlement import (
    equivalent_withdrawal,
    settle_tariff_war,
)
from negotiation.bargaining.solutions.transferable import nash_risk_averse, nash_transferable
from negotiation.bargaining.solutions.variable_threats import variable_threats
from negotiation.games.normal_form import NormalFormGame
from negotiation.trade.markets.linear_tariffs import LinearTariffModel, linear_tariff_war

Inputs = dict[str, Any]
Outputs = dict[str, Any]

_BINARY = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_FUNCTIONS = {"sqrt": math.sqrt, "exp": math.exp, "log": math.log, "ln": math.log}


def num(value: Any) -> Any:
    """Numbers as they are, strings such as "1/3" as fractions, lists entry by entry."""
    if isinstance(value, str):
        return float(Fraction(value))
    if isinstance(value, (list, tuple)):
        return [num(item) for item in value]
    return value


def expression(text: str, variable: str) -> Callable[[float], float]:
    """Arithmetic in one variable as a function; anything else is refused."""

    def run(node: ast.AST, x: float) -> float:
        if isinstance(node, ast.Expression):
            return run(node.body, x)
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            return float(node.value)
        if isinstance(node, ast.Name) and node.id == variable:
            return x
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            return -run(node.operand, x) if isinstance(node.op, ast.USub) else run(node.operand, x)
        if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
            return _BINARY[type(node.op)](run(node.left, x), run(node.right, x))
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in _FUNCTIONS
        ):
            return _FUNCTIONS[node.func.id](run(node.args[0], x))
        raise ValueError(f"not arithmetic: {ast.dump(node)}")

    tree = ast.parse(text.replace("^", "**"), mode="eval")
    return lambda x: run(tree, float(x))


def frontier(value: Any) -> Any:
    """A curve from "u2=1-u1**2", or points."""
    if isinstance(value, str):
        return expression(value.split("=")[-1].strip(), "u1")
    return num(value)


def _problem(inputs: Inputs) -> BargainingProblem:
    return BargainingProblem(
        frontier(inputs["frontier"]),
        num(inputs.get("d", [0, 0])),
        weights=num(inputs["weights"]) if "weights" in inputs else None,
    )


def a01(inputs: Inputs) -> Outputs:
    solution = nash_transferable(
        num(inputs["S"]),
        num(inputs["d"]),
        weights=num(inputs["weights"]) if "weights" in inputs else None,
    )
    return {"u": list(solution.payoffs)}


def a02(inputs: Inputs) -> Outputs:
    a = num(inputs["a"])
    exponents = a if isinstance(a, list) else [a, num(inputs.get("b", 1.0))]
    share = nash_risk_averse(exponents, weights=num(inputs.get("weights")) or None).payoffs
    return {"x": list(share) if isinstance(a, list) else share[0]}


def a04(inputs: Inputs) -> Outputs:
    return {"u": list(kalai_smorodinsky(_problem(inputs)).payoffs)}


def a05(inputs: Inputs) -> Outputs:
    problem = _problem(inputs)
    return {
        "nash": list(nash_bargaining(problem).payoffs),
        "kalai_smorodinsky": list(kalai_smorodinsky(problem).payoffs),
        "egalitarian": list(egalitarian(problem).payoffs),
        "utilitarian": list(utilitarian(problem).payoffs),
        "ideal": list(problem.ideal),
    }


def a06(inputs: Inputs) -> Outputs:
    return {"u": list(maschler_perles(_problem(inputs)).payoffs)}


def a07(inputs: Inputs) -> Outputs:
    return {"u": list(discrete_raiffa(_problem(inputs)).payoffs)}


def a03(inputs: Inputs) -> Outputs:
    return {"u": list(nash_bargaining(_problem(inputs)).payoffs)}


def a08(inputs: Inputs) -> Outputs:
    s, o, total = num(inputs.get("s", [0, 0])), num(inputs["o"]), num(inputs.get("S", 1))
    low = [min(a, b) for a, b in zip(s, o, strict=True)]
    line = [[low[0], total - low[0]], [total - low[1], low[1]]]
    problem = BargainingProblem(line, s, outside_options=o)
    return {
        "deal_me_out": list(deal_me_out(problem).payoffs),
        "split_the_difference": list(split_the_difference(problem).payoffs),
    }


def a09(inputs: Inputs) -> Outputs:
    game = NormalFormGame.from_bimatrix(num(inputs["A"]), num(inputs["B"]))
    solution = variable_threats(game)
    return {
        "S": solution.joint_surplus,
        "D": solution.threat_value,
        "u": list(solution.payoffs),
    }


def _delta(inputs: Inputs) -> list[float]:
    """Discount factors of both sides, from factors or from rates and the time between offers."""
    if "delta" in inputs or "d" in inputs:
        given = num(inputs.get("delta", inputs.get("d")))
        return given if isinstance(given, list) else [given, given]
    rates = num(inputs["r"])
    rates = rates if isinstance(rates, list) else [rates, rates]
    gap = num(first_of(inputs, "Delta", "dt", "interval", "h", "period", "tau", default=1.0))
    return [math.exp(-r * gap) for r in rates]


def first_of(inputs: Inputs, *names: str, default: Any = None) -> Any:
    """The first of several names that the inputs use."""
    for name in names:
        if name in inputs:
            return num(inputs[name])
    if default is None:
        raise KeyError(names)
    return default


def b01(inputs: Inputs) -> Outputs:
    division = rubinstein(
        _delta(inputs), surplus=num(inputs.get("S", 1)), proposer=inputs.get("proposer", 1)
    )
    mover = division.proposer - 1
    return {
        "x": list(division.payoffs),
        "x1": division.payoffs[0],
        "x2": division.payoffs[1],
        "x1_when_1_proposes": division.when_proposing[0],
        "x1_when_2_proposes": division.when_responding[0],
        "proposer_share": division.when_proposing[mover],
        "responder_share": division.payoffs[1 - mover],
        "rent": division.first_mover_rent[mover],
        "first_mover_rent": division.first_mover_rent[mover],
        "first_mover_advantage": division.first_mover_rent[mover],
    }


def b02(inputs: Inputs) -> Outputs:
    share = rubinstein_limit(
        num(inputs["r"]), surplus=num(inputs.get("S", 1)), disagreement=num(inputs.get("d"))
    )
    return {"x": list(share), "x1": share[0]}


def b03(inputs: Inputs) -> Outputs:
    outputs = b01(inputs)
    if "r" in inputs:
        limit = rubinstein_limit(num(inputs["r"]))
        outputs |= {"limit": list(limit), "x_limit": list(limit), "x1_limit": limit[0]}
    return outputs


def b04(inputs: Inputs) -> Outputs:
    cases = num(inputs["c_cases"]) if "c_cases" in inputs else [num(inputs["c"])]
    shares: list[Any] = []
    for costs in cases:
        division = alternating_offers_fixed_costs(costs, proposer=inputs.get("proposer", 1))
        top = float(division.payoffs[0])
        shares.append(top if division.unique else [float(costs[0]), top])
    return {"x1": shares if "c_cases" in inputs else shares[0]}


def b05(inputs: Inputs) -> Outputs:
    b = num(inputs["b"])
    delta = num(inputs.get("delta", 1.0))
    division = alternating_offers_breakdown(num(inputs["p"]), b, delta=delta)
    limit = nash_transferable(1.0, b).payoffs
    return {
        "x1_first": division.when_proposing[0],
        "x1_second": division.when_responding[0],
        "x": list(division.payoffs),
        "limit_p0": limit[0],
    }


def b06(inputs: Inputs) -> Outputs:
    s = num(inputs["s"])
    division = alternating_offers_flows(_delta(inputs), s, proposer=inputs.get("proposer", 1))
    limit = rubinstein_limit([1.0, 1.0], disagreement=s)
    outputs = {
        "x1": division.payoffs[0],
        "x": list(division.payoffs),
        "limit_equal_r": limit[0],
    }
    if "r" in inputs:
        outputs["limit"] = rubinstein_limit(num(inputs["r"]), disagreement=s)[0]
    return outputs


def b07(inputs: Inputs) -> Outputs:
    cases = num(inputs["cases"]) if "cases" in inputs else [num(inputs["o"])]
    names = ("no_bind", "o2_bind", "o1_bind")
    delta = _delta(inputs)
    shares = [alternating_offers_outside_options(delta, case).when_proposing[0] for case in cases]
    outputs: Outputs = dict(zip(names, shares, strict=False))
    free = rubinstein(delta).when_proposing[0]
    for case, share in zip(cases, shares, strict=True):
        if abs(share - free) <= 1e-12:
            key = "no_bind"
        elif abs(share - (1 - case[1])) <= 1e-12:
            key = "o2_bind"
        else:
            key = "o1_bind"
        outputs[key] = share
    return outputs | {"x1": shares if "cases" in inputs else shares[0]}


def b08(inputs: Inputs) -> Outputs:
    periods = int(first_of(inputs, "T", "n", "N", "periods", "rounds", "horizon"))
    game = stahl_finite_horizon(_delta(inputs), periods, proposer=inputs.get("proposer", 1))
    division, path = game.division, game.offers
    return {
        "x": list(division.payoffs),
        "x1": division.payoffs[0],
        "x2": division.payoffs[1],
        "x1_first": division.when_proposing[0],
        "proposer_share": division.when_proposing[division.proposer - 1],
        "path": [list(row) for row in path],
        "limit": rubinstein(_delta(inputs)).payoffs[0],
        "rubinstein": rubinstein(_delta(inputs)).payoffs[0],
    }


def b09(inputs: Inputs) -> Outputs:
    result = random_proposer(num(inputs["p"]), num(inputs["delta"]))
    outputs: Outputs = {"V": list(result.values), "offers": list(result.offers)}
    for i, offer in enumerate(result.offers):
        outputs[f"offer_to_{i + 1}"] = offer
    return outputs


def b10(inputs: Inputs) -> Outputs:
    pies = first_of(inputs, "pies", "pie", "S", "sizes", "states", "c", "y")
    chances = first_of(
        inputs, "P", "transition", "Q", "pi", "prob", "probs", "probabilities", "q", "p"
    )
    if not isinstance(chances, list):
        chances = [1 - chances, chances]
    recognition = num(inputs.get("recognition", inputs.get("proposer_prob", [0.5, 0.5])))
    result = stochastic_surplus(pies, chances, num(inputs["delta"]), recognition=recognition)
    joint = list(result.joint_value)
    values = [list(row) for row in result.values]
    return {
        "W": joint,
        "joint_value": joint,
        "value": joint,
        "V": values,
        "values": values,
        "agree": list(result.agree),
        "agreement": list(result.agree),
        "threshold": result.threshold[0],
        "reservation": result.threshold[0],
        "EW": result.ex_ante,
        "ex_ante": result.ex_ante,
        "expected_value": result.ex_ante,
        "expected_delay": list(result.expected_delay),
    }


def b11(inputs: Inputs) -> Outputs:
    y = num(inputs["y"]) if "y" in inputs else sum(num(inputs["p"])) - 1
    result = optimism_deadline(y, num(inputs["delta"]))
    return {"L_delay_periods": result.delay_periods, "S_infinite": result.perceived_surplus}


def b12(inputs: Inputs) -> Outputs:
    result = inequity_averse_ultimatum(
        responder_envy=num(first_of(inputs, "alpha_responder", "alpha")),
        proposer_guilt=num(first_of(inputs, "beta_proposer", "beta", default=0.0)),
    )
    return {
        "min_accept": result.minimum_accepted,
        "offer_if_beta_lt_half": result.minimum_accepted,
        "offer": result.offer,
    }


def c01(inputs: Inputs) -> Outputs:
    linked = issue_linkage(
        num(inputs["u1"]),
        num(inputs["u2"]),
        weights=num(inputs.get("weights")),
        disagreement=num(inputs.get("d", [0, 0])),
    )
    shares = [float(x) for x in linked.package_shares]
    return {
        "package": {
            "u": list(linked.package_payoffs),
            "shares": shares,
            **dict(zip(("x", "y", "z"), shares, strict=False)),
        },
        "separate": {"u": list(linked.separate_payoffs)},
        "linkage_gain": list(linked.linkage_gain),
        "u": list(linked.package_payoffs),
    }


def c03(inputs: Inputs) -> Outputs:
    outputs: Outputs = {}
    for name, stakes in inputs.items():
        if name in ("delta", "proposer"):
            continue
        result = sequential_agenda(
            num(inputs["delta"]), num(stakes), proposer=inputs.get("proposer", 1)
        )
        outputs[name] = {"x1_issue1": result.first_shares[0], "U": list(result.payoffs)}
    return outputs


def g03(inputs: Inputs) -> Outputs:
    division = alternating_offers_commitment(
        num(inputs["delta"]), surplus=num(inputs.get("S", 1)), proposer=inputs.get("proposer", 1)
    )
    return {"x": list(division.payoffs)}


def l01(inputs: Inputs) -> Outputs:
    result = domestic_constraints(
        _delta(inputs), [num(inputs.get("k1", 0)), num(inputs.get("k2", 0))]
    )
    return {
        "x1_when_1_proposes": result.when_1_proposes,
        "x1_when_2_proposes": result.when_2_proposes,
        "unconstrained": result.unconstrained,
        "gain": result.gain_to_first,
        "a": result.when_1_proposes,
        "b": result.when_2_proposes,
        "x1": result.when_1_proposes,
    }


def l03(inputs: Inputs) -> Outputs:
    zone = win_sets(num(inputs["m"]), num(inputs["Q"]))
    return {
        "min_share_1": zone.least_first,
        "max_share_1": zone.most_first,
        "zopa": zone.overlap,
        "nbs_midpoint": zone.midpoint,
        "agreement": zone.agreement_possible,
    }


def l04(inputs: Inputs) -> Outputs:
    best = ratification_offer(num(inputs["m"]), num(inputs["d"]))
    return {"offer": best.offer, "prob_ratify": best.probability, "payoff": best.payoff}


def _market(gap: float, inputs: Inputs) -> LinearTariffModel:
    slope = num(first_of(inputs, "beta", "b", "m", default=1.0))
    incidence = num(inputs.get("phi", 0.5))
    return LinearTariffModel(gap / 2, slope, incidence)


def _two_markets(inputs: Inputs) -> tuple[LinearTariffModel, LinearTariffModel]:
    slope = num(first_of(inputs, "beta", "b", default=1.0))
    slopes = slope if isinstance(slope, list) else [slope, slope]
    incidence = num(inputs.get("phi", 0.5))
    shares = incidence if isinstance(incidence, list) else [incidence, incidence]
    volumes = [g / 2 for g in num(inputs["G"])] if "G" in inputs else num(inputs["M0"])
    one, two = (
        LinearTariffModel(v, m, phi) for v, m, phi in zip(volumes, slopes, shares, strict=True)
    )
    return one, two


def m01(inputs: Inputs) -> Outputs:
    effects = _market(num(inputs["G"]), inputs).effects(num(inputs["tau"]))
    return {
        "dW_importer": effects.importer,
        "dW_exporter": effects.exporter,
        "imports": effects.imports,
        "dW_world": effects.world,
    }


def m02(inputs: Inputs) -> Outputs:
    market = _market(num(inputs["G"]), inputs)
    return {
        "tau_N": market.optimal_tariff,
        "prohibitive": market.prohibitive_tariff,
        "u_nash_war": market.optimal_gain + market.victim_loss,
        "u_unilateral": market.optimal_gain,
        "u_victim": market.victim_loss,
    }


def m03(inputs: Inputs) -> Outputs:
    one, two = _two_markets(inputs)
    war = linear_tariff_war(one, two)
    return {
        "tau_N": list(war.tariffs),
        "u_war": list(war.payoffs),
        "joint": war.joint,
        "win_threshold_ratio": one.win_threshold_ratio,
    }


def m04(inputs: Inputs) -> Outputs:
    market = _market(num(inputs.get("G", 1)), inputs)
    result = most_cooperative_tariff(market, num(inputs["delta"]))
    return {
        "tau_c": result.tariff,
        "tau_N": result.nash_tariff,
        "critical_delta_free_trade": result.critical_delta,
    }


def m05(inputs: Inputs) -> Outputs:
    result = critical_discounts(*_two_markets(inputs))
    deltas = list(result.deltas)
    names = ("delta", "delta_star", "d_star", "critical_delta", "critical_deltas", "deltas")
    return {
        **dict.fromkeys(names, deltas),
        "critical_delta_free_trade": deltas,
        "delta_1": deltas[0],
        "delta_2": deltas[1],
        "binding": max(deltas),
        "max": max(deltas),
        "common": max(deltas),
        "sustainable": result.sustainable,
        "feasible": result.sustainable,
        "free_trade_sustainable": result.sustainable,
    }


def m06(inputs: Inputs) -> Outputs:
    result = managed_trade(
        num(inputs["delta"]),
        num(inputs["G"]),
        num(inputs["p"]),
        slope=num(first_of(inputs, "beta", "b", default=1.0)),
        incidence=num(inputs.get("phi", 0.5)),
    )
    return {
        "tau_c": list(result.tariffs),
        "omega": result.omega,
        "tau_N": list(result.nash_tariffs),
        "slack": list(result.slack),
    }


def m07(inputs: Inputs) -> Outputs:
    market = _market(num(inputs.get("G", 1)), inputs)
    start = num(inputs["tau_0"]) if "tau_0" in inputs else None
    result = gradual_cuts(market, num(inputs["delta"]), start=start)
    return {
        "limit_tariff": result.limit,
        "never_free_trade": not result.free_trade_reached,
        "first_step_efficient_path_approx": result.path[1],
        "path": list(result.path),
    }


def m08(inputs: Inputs) -> Outputs:
    result = trigger_phase(
        num(inputs["delta"]),
        gain_from_cheating=num(inputs["gain_cheat"]),
        war_loss=num(inputs["loss_punish"]),
        false_alarm=num(inputs["false_alarm"]),
        detection=num(inputs["detection"]),
    )
    return {
        "T_min": result.periods,
        "V": result.value,
        "gap": result.gap,
        "ic_slack": result.incentive_slack,
    }


def m09(inputs: Inputs) -> Outputs:
    deltas = detection_lag_discounts(num(inputs["g"]), num(inputs["L"]), num(inputs["lags"]))
    return {"delta": list(deltas)}


def m10(inputs: Inputs) -> Outputs:
    payoffs = inputs.get("payoffs", inputs)
    if "R" in payoffs:
        t, r, p, s = (num(payoffs[name]) for name in "TRPS")
    else:
        market = _market(num(payoffs.get("G", 1)), payoffs)
        t, s = market.optimal_gain, market.victim_loss
        r, p = 0.0, t + s
    result = cooperation_thresholds(t, r, p, s)
    outputs: Outputs = {}
    for value, names in (
        (result.grim, ("grim", "grim_trigger", "delta_grim", "d_grim", "GRIM")),
        (
            result.tit_for_tat,
            ("tft", "tit_for_tat", "delta_tft", "d_tft", "TFT"),
        ),
        (
            result.one_period_penance,
            (
                "wrp",
                "WRP",
                "penance",
                "delta_wrp",
                "d_wrp",
                "renegotiation_proof",
                "weakly_renegotiation_proof",
                "delta_penance",
                "wrp_penance",
            ),
        ),
    ):
        outputs |= dict.fromkeys(names, value)
    return outputs


def m11(inputs: Inputs) -> Outputs:
    deal = settle_tariff_war(
        *_two_markets(inputs), transfers=True, weights=num(inputs.get("weights"))
    )
    return {
        "d": list(deal.disagreement),
        "u": list(deal.payoffs),
        "transfer_to_1": deal.transfer_to_first,
    }


def m12(inputs: Inputs) -> Outputs:
    deal = settle_tariff_war(
        *_two_markets(inputs), transfers=False, weights=num(inputs.get("weights"))
    )
    larger = int(np.argmax(deal.nash_tariffs))
    return {
        "d": list(deal.disagreement),
        "u": list(deal.payoffs),
        "tau": list(deal.tariffs),
        "tariffs": list(deal.tariffs),
        "tau_N": list(deal.nash_tariffs),
        "tau_1": deal.tariffs[0],
        "tau_2": deal.tariffs[1],
        "tau1": deal.tariffs[0],
        "tau2": deal.tariffs[1],
        "gains": list(deal.gains),
        "tau_kept": deal.tariffs[larger],
        "nash_product": float(np.prod(deal.gains)),
    }


def m13(inputs: Inputs) -> Outputs:
    slopes = num(inputs["beta"])
    # Free-trade volumes do not enter the answer; these keep both markets open.
    volume = 10.0 * max(slopes) * max(num(inputs["d_tau_1"]), 1.0)
    one, two = (LinearTariffModel(volume, m, num(inputs.get("phi", 0.5))) for m in slopes)
    ratio = num(inputs.get("world_price_ratio", 1))
    result = equivalent_withdrawal(one, two, num(inputs["d_tau_1"]), prices=(ratio, 1.0))
    return {"volume_lost": result.volume_lost, "d_tau_2": result.tariff_increase}


def m14(inputs: Inputs) -> Outputs:
    result = purchase_compliance(
        num(inputs["target_bn"]),
        num(inputs["actual_bn"]),
        prior=num(inputs["prior"]),
        shortfall_if_willing=num(inputs["p_short_willing"]),
        shortfall_if_unwilling=num(inputs["p_short_unwilling"]),
    )
    return {
        "fulfilment": result.fulfilment,
        "shortfall_bn": result.shortfall,
        "posterior_willing": result.posterior_willing,
    }


def m15(inputs: Inputs) -> Outputs:
    result = self_enforcing_purchases(
        num(inputs["cost_per_unit"]),
        num(inputs["relief"]),
        num(inputs["delta"]),
        lag=num(inputs.get("lag", 1)),
    )
    return {"q_max": result.quantity}


def m16(inputs: Inputs) -> Outputs:
    result = escape_clause(num(inputs["k"]), largest_temptation=num(inputs.get("X", 1)))
    return {"prob_use": result.use_probability, "expected_private_gain": result.expected_gain}


def m17(inputs: Inputs) -> Outputs:
    market = _market(num(inputs.get("G", 1)), inputs)
    result = quiet_exemption(market, num(inputs["tau"]), num(inputs["kappa"]))
    return {"benefit": result.benefit, "x_star": result.share}


def m18(inputs: Inputs) -> Outputs:
    good, bad = inputs["trustworthy"], inputs["untrustworthy"]
    result = reassurance(
        tuple(num(good[name]) for name in "TRPS"),
        (num(bad["T"]), num(bad["R"]), num(bad.get("P", 0))),
        delta=num(inputs.get("delta", 1)),
    )
    return {
        "trust_threshold": result.trust_threshold,
        "separating_first_stake": result.separating_stake,
    }


def m19(inputs: Inputs) -> Outputs:
    market = LinearTariffModel(num(inputs["M0"]), num(inputs.get("m", 1)), num(inputs["phi"]))
    return {
        "tau_N": market.optimal_tariff,
        "gain": market.optimal_gain,
        "victim": market.victim_loss,
        "win_ratio": market.win_threshold_ratio,
        "critical_delta": market.critical_discount_factor,
    }


def n01(inputs: Inputs) -> Outputs:
    horizon = num(inputs.get("horizon", []))
    dates = horizon if isinstance(horizon, list) else [horizon]
    chain = stage_chain(
        num(inputs["lam"]),
        num(inputs.get("breakdown", inputs.get("b", 0.0))),
        discount_rate=num(inputs.get("rho", 0.0)),
        horizons=dates,
    )
    outputs: Outputs = {
        "prob_deal": chain.deal_probability,
        "discounted_deal": chain.discounted_deal,
        "mean_time_given_deal": chain.mean_time_given_deal,
        "stage_probabilities": list(chain.stage_probabilities),
    }
    for date, value in zip(dates, chain.deal_by, strict=True):
        outputs[f"prob_deal_by_{date:g}"] = value
    return outputs


def n02(inputs: Inputs) -> Outputs:
    return n01(inputs) if "lam" in inputs else n03(inputs)


def n03(inputs: Inputs) -> Outputs:
    result = staged_exchange(
        num(inputs["delta"]),
        first_cost=num(inputs["cC"]),
        first_gain=num(inputs["gC"]),
        second_cost=num(inputs["cU"]),
        second_gain=num(inputs["gU"]),
        terminal=num(inputs.get("terminal", [0, 0])),
    )
    return {"stages_performed": result.stages_performed, "values": list(result.values)}


def _prisoners(inputs: Inputs) -> list[float]:
    payoffs = inputs.get("payoffs", {"R": 3, "S": 0, "T": 5, "P": 1})
    return [num(payoffs[name]) for name in "RSTP"]


def o01(inputs: Inputs) -> Outputs:
    play = long_run_play(
        num(inputs["p"]),
        num(inputs.get("q", [1, 1, 1, 1])),
        payoffs=_prisoners(inputs),
        noise=num(inputs.get("noise", 0.0)),
    )
    return {
        "score_X": play.scores[0],
        "score_Y": play.scores[1],
        "coop_X": play.cooperation[0],
        "coop_Y": play.cooperation[1],
    }


def o02(inputs: Inputs) -> Outputs:
    play = long_run_play(
        "tit_for_tat", "tit_for_tat", payoffs=_prisoners(inputs), noise=num(inputs["noise"])
    )
    return {"score": play.scores[0], "coop": play.cooperation[0]}


def o03(inputs: Inputs) -> Outputs:
    match = play_match("tit_for_tat", "always_defect", inputs["turns"], payoffs=_prisoners(inputs))
    return {"scores": list(match.scores)}


_NAMED_OTHERWISE = {"C02": c01, "L02": l01, "N04": n03}
_OURS = {
    name.upper(): function
    for name, function in globals().items()
    if len(name) == 3 and name[1:].isdigit() and callable(function)
}
VECTORS: dict[str, Callable[[Inputs], Outputs]] = _OURS | _NAMED_OTHERWISE
