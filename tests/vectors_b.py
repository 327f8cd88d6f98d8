"""Reference vectors of attrition, reputation, audiences, commitment, private information, signals.

Each entry maps a short id to a function from the vector's inputs to its outputs, by the symbols
of its formula. Outputs carry the quantities of the model under their natural names; a comparison
looks up the names that a vector asks for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import scipy.stats

from negotiation.bargaining.attrition.audience_costs import audience_cost_crisis_uniform
from negotiation.bargaining.attrition.hazard import concession_hazard
from negotiation.bargaining.attrition.reputation import (
    abreu_gul,
    reputational_bargaining,
    stubbornness_limit,
)
from negotiation.bargaining.attrition.war_of_attrition import (
    private_value_attrition,
    shadow_of_the_future,
    war_of_attrition,
)
from negotiation.bargaining.offers.bilateral_trade import second_best_trade
from negotiation.bargaining.offers.commitment import uncertain_commitment
from negotiation.bargaining.offers.private_information import (
    double_auction,
    screening_offers,
    two_type_screening,
)
from negotiation.bargaining.signals.cheap_talk import cheap_talk_partition, two_audiences
from negotiation.bargaining.signals.crisis_signals import (
    crisis_signalling,
    sunk_cost_signal,
    tying_hands,
)
from negotiation.bargaining.signals.persuasion import bayesian_persuasion
from negotiation.bargaining.signals.sources import (
    electronic_mail,
    source_posterior,
    source_reliability,
    strategic_source,
)

Inputs = dict[str, Any]
Outputs = dict[str, Any]


def number(value: Any) -> Any:
    """Numbers as they are, strings such as "1/3" as fractions, containers entry by entry."""
    if isinstance(value, str):
        try:
            return float(Fraction(value))
        except ValueError:
            return value
    if isinstance(value, list | tuple):
        return [number(item) for item in value]
    if isinstance(value, dict):
        return {name: number(item) for name, item in value.items()}
    return value


def either(inputs: Inputs, *names: str, default: Any = None) -> Any:
    """First of several names of one input that is present."""
    for name in names:
        if name in inputs:
            return number(inputs[name])
    if default is None:
        raise KeyError(f"none of {names} in {sorted(inputs)}")
    return default


def both(value: Any) -> list[float]:
    """A pair; a single number stands for two equal sides."""
    return list(value) if isinstance(value, list | tuple) else [value, value]


def over_list(inputs: Inputs, name: str, model: Callable[[Any], Outputs]) -> Outputs:
    """Outputs for one value of an input, or lists of outputs for a list of values."""
    value = number(inputs[name])
    if not isinstance(value, list):
        return model(value)
    rows = [model(item) for item in value]
    return {key: [row[key] for row in rows] for key in rows[0]}


def distribution(text: str, inputs: Inputs) -> Any:
    """A scipy distribution from names such as "U[0,1]" and "Exp(1)"."""
    found = [float(Fraction(item)) for item in re.findall(r"-?\d+(?:\.\d+)?(?:/\d+)?", text)]
    if text.strip().lower().startswith("u"):
        low, high = found if len(found) == 2 else (0.0, 1.0)
        return scipy.stats.uniform(low, high - low)
    rate = found[0] if found else either(inputs, "rate", "lambda", "lam", default=1.0)
    return scipy.stats.expon(scale=1 / rate)


def _attrition(standoff: Any) -> Outputs:
    out: Outputs = {
        "hazards": list(standoff.hazards),
        "expected_duration": standoff.expected_duration,
        "values": list(standoff.values),
    }
    for k, rate in enumerate(standoff.hazards, start=1):
        out[f"hazard_{k}"] = rate
        out[f"prob_{k}_concedes_first"] = standoff.concedes_first[k - 1]
    return out


def d01(inputs: Inputs) -> Outputs:
    low, high = either(inputs, "concede", "L"), either(inputs, "win", "F")
    rates = number(inputs["r"])
    rates = rates if isinstance(rates, list) else [rates] * len(low)
    return _attrition(war_of_attrition(concede=low, win=high, discount_rates=rates))


def d02(inputs: Inputs) -> Outputs:
    cost, prize = both(number(inputs["c"])), both(number(inputs["v"]))
    return _attrition(
        war_of_attrition(concede=np.zeros(len(cost)), win=prize, flows=-np.array(cost))
    )


def d03(inputs: Inputs, default: str = "U[0,1]") -> Outputs:
    values = distribution(str(inputs.get("dist", default)), inputs)
    cost = either(inputs, "cost", "c", default=1.0)

    def model(v: float) -> Outputs:
        war = private_value_attrition(values, value=v, cost=cost)
        return {
            "t_of_v": war.stopping_time,
            "expected_duration": war.expected_duration,
            "expected_payoff_each": war.expected_payoff,
            "expected_payoff": war.expected_payoff,
            "interim_payoff": war.interim_payoff,
        }

    out = over_list({"v": inputs.get("v", 0.5)}, "v", model)
    for name in ("expected_duration", "expected_payoff_each", "expected_payoff"):
        out[name] = out[name][0] if isinstance(out[name], list) else out[name]
    return out


def d04(inputs: Inputs) -> Outputs:
    return d03(inputs, default="Exp(1)")


def d05(inputs: Inputs) -> Outputs:
    x, rates = number(inputs["x"]), number(inputs["r"])
    many = isinstance(rates, list)
    out: Outputs = {}
    for r in rates if many else [rates]:
        standoff = shadow_of_the_future(x, r)
        row = {
            "hazard": standoff.hazard,
            "expected_delay": standoff.expected_delay,
            "expected_discount": standoff.expected_discount,
        }
        digits = f"{r:.12f}".rstrip("0").partition(".")[2]
        out |= {f"r{digits}": row, f"r{round(100 * r):02d}": row, f"r{r:g}": row}
        if not many:
            out |= row
    return out


def e01(inputs: Inputs) -> Outputs:
    a, bounds = both(number(inputs["a"])), both(either(inputs, "W", "w_max", default=1.0))
    crisis = audience_cost_crisis_uniform(
        prize=either(inputs, "v", default=1.0), cost_rates=a, war_bounds=bounds
    )
    scaled = [rate * crisis.horizon for rate in a]
    back = list(crisis.prob_backs_down)
    out: Outputs = {
        "horizon": crisis.horizon,
        "T": crisis.horizon,
        "candidate_times": list(crisis.candidate_times),
        "atom_quit_at_0": list(crisis.initial_concession),
        "war_prob": crisis.prob_war,
        "prob_war": crisis.prob_war,
        "survive": list(crisis.survival),
        "aT": scaled[0] if scaled[0] == scaled[1] else scaled,
        "mean_time": crisis.mean_time,
    }
    for name in ("prob_backdown", "prob_backs_down", "prob_back_down", "backs_down", "backdown"):
        out[name] = back
        out |= {f"{name}_{k + 1}": back[k] for k in (0, 1)}
    return out


def _reputation(found: Any) -> Outputs:
    return {
        "hazard": list(found.hazards),
        "T": list(found.exhaustion_times),
        "T0": found.horizon,
        "atom_0": list(found.initial_concession),
        "payoff_rational": list(found.values),
        "payoff": list(found.values),
        "prob_deal_at_0": found.prob_deal_at_start,
        "prob_1_first": found.prob_concedes_first[0],
        "prob_2_first": found.prob_concedes_first[1],
        "mean_time_given_deal": found.mean_time_given_deal,
        "prob_never": found.prob_never,
        "prob_deal": found.prob_deal,
        "prob_breakdown": found.prob_breakdown,
    }


def f01(inputs: Inputs) -> Outputs:
    return _reputation(
        abreu_gul(
            number(inputs["alpha"]),
            stubbornness=both(number(inputs["z"])),
            discount_rates=both(number(inputs["r"])),
        )
    )


def f03(inputs: Inputs) -> Outputs:
    alpha, rates = number(inputs["alpha"]), both(number(inputs["r"]))
    limit = stubbornness_limit(alpha, discount_rates=rates)
    out = {"payoff_limit": list(limit.values), "rubinstein": list(limit.rubinstein_shares)}
    return out | (f01(inputs) if "z" in inputs else {})


def f04(inputs: Inputs) -> Outputs:
    cost = inputs.get("flow_cost", inputs.get("c"))
    flows = [-c for c in both(number(cost))] if cost is not None else both(number(inputs["g"]))
    return _reputation(
        reputational_bargaining(
            concede=either(inputs, "L", "l"),
            win=either(inputs, "F", "f"),
            stubbornness=both(number(inputs["z"])),
            discount_rates=both(either(inputs, "r", default=[0.0, 0.0])),
            flows=flows,
            breakdown_rate=either(inputs, "beta", "breakdown", default=0.0),
            breakdown_payoffs=both(either(inputs, "B", default=[0.0, 0.0])),
        )
    )


def g01(inputs: Inputs) -> Outputs:
    q, c = both(number(inputs["q"])), both(number(inputs["c"]))
    found = uncertain_commitment(success=q, costs=c)
    first = found.equilibria[0]
    symmetric = q[0] == q[1] and c[0] == c[1]

    def one(values: tuple[float, float]) -> Any:
        return values[0] if symmetric else list(values)

    return {
        "threshold_c": one(found.thresholds),
        "both_commit": found.kind == "both attempt",
        "impasse_prob": first.impasse,
        "payoff": one(first.payoffs),
        "best_reply_to_max": "s=1" if c[0] < found.thresholds[0] else "no commitment",
    }


def h01(inputs: Inputs) -> Outputs:
    def model(k: float) -> Outputs:
        auction = double_auction(k)
        return {
            "buyer_slope": auction.buyer_slope,
            "buyer_intercept": auction.buyer_intercept,
            "seller_slope": auction.seller_slope,
            "seller_intercept": auction.seller_intercept,
            "trade_if_v_minus_c_ge": auction.trade_gap[0],
            "prob_trade": auction.prob_trade,
            "gains": auction.gains,
            "first_best": auction.first_best,
            "efficiency": auction.efficiency,
            "buyer_payoff": auction.buyer_payoff,
            "seller_payoff": auction.seller_payoff,
        }

    return over_list({"k": inputs.get("k", 0.5)}, "k", model)


def h03(inputs: Inputs) -> Outputs:
    buyer = distribution(str(inputs.get("buyer", inputs.get("dist", "U[0,1]"))), inputs)
    seller = distribution(str(inputs.get("seller", inputs.get("dist", "U[0,1]"))), inputs)
    trade = second_best_trade(buyer, seller)
    return {
        "second_best_gains": trade.gains,
        "first_best": trade.first_best,
        "subsidy_needed": trade.subsidy,
        "welfare_loss": trade.welfare_loss,
        "prob_trade": trade.prob_trade,
    }


def i01(inputs: Inputs) -> Outputs:
    x = number(inputs)
    found = crisis_signalling(
        prob_strong=either(x, "pi_strong", "pi"),
        audience_cost=x["a"],
        war_strong=x["w_strong"],
        war_weak=x["w_weak"],
        target_war_cost=either(x, "cost_war_B", "c_B"),
        target_audience_cost=either(x, "a_B", default=0.0),
    )
    return {
        "threshold_belief": found.threshold_belief,
        "bluff_prob_weak": found.bluff_probability,
        "prob_resist": found.resistance,
        "prob_challenge": found.prob_challenge,
        "prob_war": found.prob_war,
        "prob_backdown": found.prob_backs_down,
        "prob_concession": found.prob_concession,
    }


def i03(inputs: Inputs) -> Outputs:
    x = number(inputs)
    found = sunk_cost_signal(win_probability=x["p"], war_cost=x["c"], valuations=x["v"])
    return {
        "w": list(found.war_values),
        "m_star": found.signal,
        "strong_payoff": found.strong_payoff,
        "strong_prefers_signal": found.strong_prefers_signal,
    }


def i04(inputs: Inputs) -> Outputs:
    x = number(inputs)
    found = tying_hands(x["w_weak"], x["m"])
    locked = list(found.locked_in) if isinstance(x["m"], list) else found.locked_in[0]
    return {"locked_in": locked, "m_min": found.locking_cost}


def j01(inputs: Inputs) -> Outputs:
    size = int(inputs["N"]) if "N" in inputs else None
    talk = cheap_talk_partition(number(inputs["b"]), messages=size)
    return {
        "N": talk.messages,
        "boundaries": list(talk.boundaries),
        "actions": list(talk.actions),
        "receiver_payoff": talk.receiver_payoff,
        "sender_payoff": talk.sender_payoff,
    }


def j02(inputs: Inputs) -> Outputs:
    def model(v: Any, w: Any) -> Outputs:
        found = two_audiences(number(v), number(w))
        row: Outputs = {
            "private_P": found.private_first,
            "private_Q": found.private_second,
            "public": found.public,
        }
        return row | dict.fromkeys(("kind", "class", "case", "regime", "taxonomy"), found.kind)

    if "v" in inputs:
        return model(inputs["v"], inputs["w"])
    if {"v1", "v2", "w1", "w2"} <= set(inputs):
        return model([inputs["v1"], inputs["v2"]], [inputs["w1"], inputs["w2"]])
    cases = inputs.get("cases", inputs)
    if isinstance(cases, dict):
        rows = {name: model(case["v"], case["w"]) for name, case in cases.items()}
        return rows
    rows = [model(case["v"], case["w"]) for case in cases]
    return {key: [row[key] for row in rows] for key in rows[0]}


def k01(inputs: Inputs) -> Outputs:
    found = bayesian_persuasion(either(inputs, "prior", "mu0"), either(inputs, "threshold", "thr"))
    return {
        "prob_high_signal": found.prob_high_signal,
        "pi_high_given_low_state": found.high_given_low_state,
        "posterior_high": found.posterior_high,
        "posterior_low": found.posterior_low,
    }


def k02(inputs: Inputs) -> Outputs:
    sources = [number(inputs[name]) for name in sorted(inputs) if name.startswith("src")]
    sources = sources or number(inputs["sources"])
    found = source_posterior(
        number(inputs["prior"]),
        sensitivities=[source["sens"] for source in sources],
        false_positive_rates=[source["fpr"] for source in sources],
        reports=[source["report"] for source in sources],
    )
    return {
        "posterior_yes": found.posterior,
        "posterior_no": 1 - found.posterior,
        "likelihood_ratios": list(found.likelihood_ratios),
    }


def k03(inputs: Inputs) -> Outputs:
    prior = both(either(inputs, "prior", "beta_prior", default=1.0))
    shape = (
        either(inputs, "a", "alpha", "a0", "alpha0", "prior_a", default=prior[0]),
        either(inputs, "b", "beta", "b0", "beta0", "prior_b", default=prior[1]),
    )
    history = either(inputs, "history", "record", "reports", "outcomes", default=[])
    right = either(
        inputs, "correct", "confirmed", "successes", "hits", "true", "s", "k", default=-1.0
    )
    if right < 0:
        right = float(sum(1 for item in history if item in (1, True, "yes", "true", "correct")))
    total = either(inputs, "n", "total", "trials", default=float(len(history)))
    wrong = either(
        inputs, "wrong", "refuted", "failures", "misses", "false", "f", default=total - right
    )
    found = source_reliability(right, wrong, prior_shape=shape)
    variance = found.standard_deviation**2
    out: Outputs = {"posterior": list(found.shape)}
    out |= dict.fromkeys(("mean", "posterior_mean", "reliability", "predictive"), found.mean)
    out |= dict.fromkeys(("var", "variance", "posterior_var", "posterior_variance"), variance)
    out |= dict.fromkeys(("sd", "posterior_sd", "std"), found.standard_deviation)
    out |= {"a": found.shape[0], "b": found.shape[1], "mode": found.mode}
    return out | {"alpha": found.shape[0], "beta": found.shape[1]}


def k04(inputs: Inputs) -> Outputs:
    found = strategic_source(either(inputs, "h"), either(inputs, "prior", "mu"))
    return {
        "posterior_after_yes": found.posterior_after_yes,
        "honesty_after_yes_confirmed": found.honesty_after_yes_confirmed,
        "honesty_after_yes": found.honesty_after_yes,
        "prob_yes": found.prob_yes,
    }


def k05(inputs: Inputs) -> Outputs:
    wanted = inputs.get("n", [1, 2, 3])
    many = isinstance(wanted, list)
    mail = electronic_mail(
        either(inputs, "loss", "e"),
        messages=wanted if many else [wanted],
        channels=int(inputs.get("channels", 1)),
    )
    return {
        "prob_n_messages": list(mail.prob_messages) if many else mail.prob_messages[0],
        "belief_last_message_lost": mail.belief_last_message_lost,
        "effective_loss": mail.effective_loss,
    }


def b13(inputs: Inputs) -> Outputs:
    def model(discount: float) -> Outputs:
        offers = screening_offers(discount)
        return {
            "price_coeff": offers.price_coefficients[0],
            "cutoff_ratio": offers.cutoff_ratios[0],
            "first_offer": offers.first_offer,
            "prob_settle_per_round": offers.settlement_probability,
            "uninformed_value": offers.uninformed_value,
        }

    return over_list({"d": inputs.get("delta", inputs.get("d"))}, "d", model)


def b14(inputs: Inputs) -> Outputs:
    found = two_type_screening(
        high=either(inputs, "vH", "v_H", "high"),
        low=either(inputs, "vL", "v_L", "low"),
        discount=either(inputs, "delta", "d"),
        prob_high=either(inputs, "pi", "p", "q", "mu", "prior", "prob_high", "pi_H", default=0.5),
    )
    screens = found.screening_value >= found.pooling_value
    out: Outputs = {"p1": found.screening_offer, "p2": either(inputs, "vL", "v_L", "low")}
    out |= dict.fromkeys(
        ("profit", "profit_screen", "profit_screening", "screening_profit", "uninformed_value"),
        found.screening_value,
    )
    out |= dict.fromkeys(("profit_pool", "profit_pooling", "pooling_profit"), found.pooling_value)
    return out | dict.fromkeys(("screens", "screening_better", "screen"), screens)


def p06(inputs: Inputs) -> Outputs:
    def model(case: Inputs) -> float:
        x = number(case)
        if "t" in x:
            return concession_hazard(
                win=x["v"], concede=-x["a"] * x["t"], concede_slope=-x["a"]
            ).hazard
        if "L_i" in x or "L" in x:
            return concession_hazard(
                win=either(x, "F_i", "F"),
                concede=either(x, "L_i", "L"),
                discount_rate=either(x, "r_i", "r", default=0.0),
                concede_slope=either(x, "dL_i", "L_prime", "dL", default=0.0),
                flow=either(x, "g_i", "g", default=0.0),
                breakdown_rate=either(x, "beta", default=0.0),
                breakdown_payoff=either(x, "B_i", "B", default=0.0),
            ).hazard
        return concession_hazard(win=x["v"], concede=0.0, flow=-x["c"]).hazard

    return {name: model(case) for name, case in inputs.items()}


VECTORS: dict[str, Callable[[Inputs], Outputs]] = {
    "B13": b13,
    "B14": b14,
    "D01": d01,
    "D02": d02,
    "D03": d03,
    "D04": d04,
    "D05": d05,
    "E01": e01,
    "E02": e01,
    "E03": e01,
    "F01": f01,
    "F02": f01,
    "F03": f03,
    "F04": f04,
    "G01": g01,
    "H01": h01,
    "H02": h01,
    "H03": h03,
    "I01": i01,
    "I02": i01,
    "I03": i03,
    "I04": i04,
    "J01": j01,
    "J02": j02,
    "K01": k01,
    "K02": k02,
    "K03": k03,
    "K04": k04,
    "K05": k05,
    "P06": p06,
}
