"""Self-enforcing agreements by methods that share neither code nor formula with the library.

Every function returns the largest deviation over a few cases; ``docs/models_a.toml`` states what it
may be at most.
"""

from __future__ import annotations

import itertools

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq, minimize

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
from negotiation.bargaining.agreements.self_enforcing import (
    critical_discounts,
    gradual_cuts,
    managed_trade,
    most_cooperative_tariff,
)
from negotiation.bargaining.solutions.tariff_war_settlement import (
    equivalent_withdrawal,
    settle_tariff_war,
)
from negotiation.trade.markets.linear_tariffs import LinearTariffModel
from tests.bargaining.deviation import worst


def _discounted(stream, delta, tail):
    """Sum of a stream of payoffs with a constant tail, normalised."""
    total = sum(delta**t * x for t, x in enumerate(stream))
    return (1 - delta) * total + delta ** len(stream) * tail


def cooperative_tariff_by_search():
    error = 0.0
    for gap, phi, d in ((1.0, 0.5, 0.4), (2.0, 0.2, 0.3), (1.5, 0.7, 0.55), (1.0, 0.5, 0.7)):
        market = LinearTariffModel(gap / 2, 1.0, phi)
        nash = market.optimal_tariff

        def both(own, other, market=market):
            return float(market.effects(own).importer + market.effects(other).exporter)

        def honest(tau, d=d, nash=nash, both=both):
            stay = _discounted([both(tau, tau)] * 60, d, both(tau, tau))
            cheat = _discounted([both(nash, tau)] + [both(nash, nash)] * 59, d, both(nash, nash))
            return stay - cheat

        grid = np.linspace(0, nash, 102)
        good = [honest(t) >= -1e-15 for t in grid[:-1]]
        k = int(np.argmax(good))
        answer = 0.0 if k == 0 else brentq(honest, grid[k - 1], grid[k], xtol=1e-14)
        error = max(error, abs(answer - most_cooperative_tariff(market, d).tariff))
    return error


def critical_discounts_by_search():
    one, two = LinearTariffModel(0.6, 1.0, 0.4), LinearTariffModel(0.5, 1.3, 0.5)
    tau = (one.optimal_tariff, two.optimal_tariff)
    error = 0.0
    for k, (own, other) in enumerate(((one, two), (two, one))):

        def slack(d, own=own, other=other, k=k):
            war = float(own.effects(tau[k]).importer + other.effects(tau[1 - k]).exporter)
            return -_discounted([float(own.effects(tau[k]).importer)], d, war)

        answer = brentq(slack, 0.01, 0.999, xtol=1e-14)
        error = max(error, abs(answer - critical_discounts(one, two).deltas[k]))
    return error


def managed_trade_by_optimiser():
    """Best state-contingent tariffs subject to the incentive constraints."""
    gaps, p, d = np.array([1.0, 1.5, 2.0]), np.array([0.3, 0.4, 0.3]), 0.42
    markets = [LinearTariffModel.two_good(gap=float(g)) for g in gaps]
    nash = np.array([m.optimal_tariff for m in markets])

    def value(tau):
        return np.array(
            [
                float(m.effects(t).importer + m.effects(t).exporter)
                for m, t in zip(markets, tau, strict=True)
            ]
        )

    def slack(tau):
        cheat = np.array(
            [
                float(m.effects(n).importer - m.effects(t).importer)
                for m, n, t in zip(markets, nash, tau, strict=True)
            ]
        )
        return d / (1 - d) * float(p @ (value(tau) - value(nash))) - cheat

    done = minimize(
        lambda tau: -float(p @ value(tau)),
        0.8 * nash,
        bounds=[(0, n) for n in nash],
        constraints=[{"type": "ineq", "fun": slack}],
        options={"ftol": 1e-14, "maxiter": 500},
        method="SLSQP",
    )
    return worst((managed_trade(d, gaps, p).tariffs, done.x))


def gradual_cuts_by_present_values():
    """Going on and stopping alone are worth the same at every date of the path."""
    error = 0.0
    for phi, d, gap in ((0.5, 0.8, 1.0), (0.3, 0.6, 2.0)):
        market = LinearTariffModel(gap / 2, 1.0, phi)
        cuts = gradual_cuts(market, d, steps=450)
        path = cuts.path
        flow = market.effects(path).importer + market.effects(path).exporter
        for t in range(1, 30):
            stream = flow[t : t + 400]
            go_on = _discounted(list(stream), d, float(flow[t + 400]))
            stop = float(market.effects(path[t - 1]).importer + market.effects(path[t]).exporter)
            error = max(error, abs(go_on - stop) / market.optimal_gain)
    return error


def trigger_phase_by_markov_chain():
    """Values of the states of the automaton by a linear system."""
    error = 0.0
    for d, g, loss, p0, p1 in ((0.95, 0.8, 1.0, 0.05, 0.5), (0.9, 0.3, 1.0, 0.02, 0.8)):
        ours = trigger_phase(d, gain_from_cheating=g, war_loss=loss, false_alarm=p0, detection=p1)
        for length in range(1, ours.periods + 1):
            size = length + 1
            move, flow = np.zeros((size, size)), np.full(size, -loss)
            flow[0] = 0.0
            move[0, 0], move[0, 1] = 1 - p0, p0
            for k in range(1, size):
                move[k, (k + 1) % size] = 1.0
            v = np.linalg.solve(np.eye(size) - d * move, (1 - d) * flow)
            cheat = (1 - d) * g + d * (p1 * v[1] + (1 - p1) * v[0])
            if length < ours.periods:
                error = max(error, v[0] - cheat)
        error = max(
            error,
            worst(
                (ours.value, v[0]), (ours.gap, v[0] - v[1]), (ours.incentive_slack, v[0] - cheat)
            ),
        )
    return error


def detection_lag_by_streams():
    g, loss = 1 / 24, 1 / 36
    pairs = []
    for lag in (1, 2, 4, 8):

        def slack(d, lag=lag):
            return _discounted([g] * lag, d, -loss)

        answer = brentq(slack, 0.01, 0.9999, xtol=1e-14)
        pairs.append((detection_lag_discounts(g, loss, [lag])[0], answer))
    return worst(*pairs)


def _deviation_proof(automaton, payoffs, d):
    """Whether no one-shot deviation pays in any state of a symmetric pair of automata."""
    actions, moves = automaton
    size = len(actions)
    move = np.zeros((size, size))
    flow = np.zeros((size, 2))
    for k, (a, b) in enumerate(actions):
        move[k, moves(k, a, b)] = 1
        flow[k] = payoffs[a, b], payoffs[b, a]
    v = np.linalg.solve(np.eye(size) - d * move, (1 - d) * flow)
    for k, (a, b) in enumerate(actions):
        one = (1 - d) * payoffs[1 - a, b] + d * v[moves(k, 1 - a, b), 0]
        two = (1 - d) * payoffs[1 - b, a] + d * v[moves(k, a, 1 - b), 1]
        if one > v[k, 0] + 1e-13 or two > v[k, 1] + 1e-13:
            return False
    return True


def thresholds_by_automata():
    """Bisection on the discount factor at which one-shot deviations stop to pay."""
    t, r, p, s = 5.0, 3.5, 1.0, 0.0
    payoffs = np.array([[r, s], [t, p]])  # action 0 cooperates
    grim = (((0, 0), (1, 1)), lambda k, a, b: 0 if k == 0 and a == b == 0 else 1)

    def penance_moves(k, a, b):
        # States: cooperate, player 1 repents, player 2 repents; whoever strays repents.
        wanted = ((0, 0), (0, 1), (1, 0))[k]
        if (a, b) == wanted:
            return 0
        if a != wanted[0] and b != wanted[1]:
            return k
        return 1 if a != wanted[0] else 2

    penance = (((0, 0), (0, 1), (1, 0)), penance_moves)
    ours = cooperation_thresholds(t, r, p, s)
    pairs = []
    for automaton, claimed in ((grim, ours.grim), (penance, ours.one_period_penance)):
        low, high = 0.0, 0.999
        for _ in range(60):
            middle = (low + high) / 2
            if _deviation_proof(automaton, payoffs, middle):
                high = middle
            else:
                low = middle
        pairs.append((claimed, high))
    # Tit for tat as a best reply to itself: against it, every periodic plan of up to four periods.
    low, high = 0.0, 0.999
    for _ in range(60):
        d = (low + high) / 2
        best = -np.inf
        for n in (1, 2, 3, 4):
            for plan in itertools.product((0, 1), repeat=n):
                other, total = 0, 0.0
                for k in range(4000 if d > 0.99 else 400):
                    mine = plan[k % n]
                    total += d**k * payoffs[mine, other]
                    other = mine
                best = max(best, (1 - d) * total)
        low, high = (low, d) if best <= r + 1e-9 else (d, high)
    pairs.append((ours.tit_for_tat, high))
    return worst(*pairs)


def settlement_with_transfers_by_optimiser():
    one, two = LinearTariffModel.two_good(gap=1.2), LinearTariffModel.two_good(gap=1.0)
    deal = settle_tariff_war(one, two, transfers=True)
    d = deal.disagreement

    def payoffs(x):
        a, b = one.effects(x[0]), two.effects(x[1])
        return np.array(
            [float(a.importer + b.exporter) + x[2], float(b.importer + a.exporter) - x[2]]
        )

    done = minimize(
        lambda x: -float(np.sum(np.log(np.maximum(payoffs(x) - d, 1e-12)))),
        [0.1, 0.1, 0.0],
        bounds=[(0, 0.4), (0, 0.3), (-0.1, 0.1)],
        options={"ftol": 1e-16, "maxiter": 500},
        method="SLSQP",
    )
    return worst((deal.payoffs, payoffs(done.x)), (deal.transfer_to_first, done.x[2]))


def settlement_without_transfers_by_search():
    error = 0.0
    for g in ((3.0, 1.0), (1.2, 1.0), (1.0, 1.8)):
        one, two = (LinearTariffModel.two_good(gap=x) for x in g)
        deal = settle_tariff_war(one, two, transfers=False)
        d = deal.disagreement

        def gains(x, one=one, two=two, d=d):
            a, b = one.effects(x[0]), two.effects(x[1])
            return np.array([float(a.importer + b.exporter), float(b.importer + a.exporter)]) - d

        low, high = np.zeros(2), np.array(deal.nash_tariffs)
        for _ in range(30):
            axes = [np.linspace(a, b, 9) for a, b in zip(low, high, strict=True)]
            tries = list(itertools.product(*axes))
            best = max(tries, key=lambda x, gains=gains: float(np.prod(np.maximum(gains(x), 0))))
            width = (high - low) / 5
            low = np.maximum(np.array(best) - width, 0)
            high = np.minimum(np.array(best) + width, deal.nash_tariffs)
        error = max(error, worst((deal.payoffs, gains(best) + d)))
    return error


def withdrawal_by_trade_flows():
    one, two = LinearTariffModel(2.0, 2.0, 0.3), LinearTariffModel(1.0, 1.0, 0.6)
    ours = equivalent_withdrawal(one, two, 0.05, prices=(1.5, 2.0))
    lost = 1.5 * float(one.effects(0.2).imports - one.effects(0.25).imports)
    answer = brentq(
        lambda x: 2.0 * float(two.effects(0.1).imports - two.effects(0.1 + x).imports) - lost,
        0,
        0.9,
    )
    return worst((ours.tariff_increase, answer), (ours.value_lost, lost))


def compliance_by_simulation():
    """Share of willing buyers among simulated histories with the observed outcomes."""
    rng = np.random.default_rng(3)
    willing = rng.random(2_000_000) < 0.4
    chance = np.where(willing, 0.35, 0.9)
    first, second = (rng.random(willing.size) < chance for _ in range(2))
    match = first & ~second
    ours = purchase_compliance(
        [100, 50], [60, 55], prior=0.4, shortfall_if_willing=0.35, shortfall_if_unwilling=0.9
    )
    return worst((ours.posterior_willing, willing[match].mean()))


def purchases_by_streams():
    pairs = []
    for c, b, d, lag in ((0.3, 0.12, 0.97, 1), (0.5, 0.2, 0.9, 3)):

        def slack(q, c=c, b=b, d=d, lag=lag):
            return _discounted([b - c * q], d, b - c * q) - _discounted([b] * lag, d, 0.0)

        answer = brentq(slack, 0.0, b / c, xtol=1e-14)
        pairs.append((self_enforcing_purchases(c, b, d, lag=lag).quantity, answer))
    return worst(*pairs)


def escape_clause_by_value_iteration():
    error = 0.0
    draws = (np.arange(200_000) + 0.5) / 200_000
    for k, top, r, d in ((0.6, 1.0, 0.05, 0.8), (0.2, 2.0, 0.3, 0.6), (0.4, 1.0, 0.5, 0.9)):
        x = top * draws
        v = 0.0
        for _ in range(400):
            v = r + float(np.maximum(x, d * v).mean())
        ours = escape_clause(k, largest_temptation=top, cooperation=r, delta=d)
        net = np.maximum(x - k, 0)
        error = max(
            error,
            worst(
                (ours.value_without_clause, v),
                (ours.use_probability, (net > 0).mean()),
                (ours.expected_gain, net.mean()),
                (ours.value_with_clause, (r + net.mean()) / (1 - d)),
            ),
        )
    return error


def exemption_by_quadrature():
    """Marginal gain of lowering the tariff, integrated from tau to the optimal tariff."""
    market = LinearTariffModel(0.5, 1.0, 0.5)
    error = 0.0
    for tau, kappa in ((0.9, 0.5), (0.6, 0.01), (0.2, 0.5)):
        ours = quiet_exemption(market, tau, kappa)
        step = 1e-5

        def marginal(t, step=step):
            high, low = market.effects(t + step).importer, market.effects(t - step).importer
            return -float(high - low) / (2 * step)

        best = quad(marginal, market.optimal_tariff, max(tau, market.optimal_tariff))[0]
        shares = np.linspace(0, 1, 100_001)
        chosen = shares[np.argmax(best * shares - kappa * shares**2 / 2)]
        error = max(error, abs(ours.benefit - best), abs(ours.share - chosen) / 10)
    return error


def reassurance_by_enumeration():
    """All plans of an untrustworthy side over two stages, for every stake."""
    good, bad = (2.0, 3.0, 0.0, -3.0), (4.0, 3.0, 0.5)
    stakes = np.linspace(0, 1, 200_001)
    t, r, p = bad
    for d in (1.0, 0.8):
        defect = stakes * t + d * (1 - stakes) * p
        imitate = stakes * r + d * (1 - stakes) * t
        separating = stakes[defect >= imitate - 1e-12][0]
        ours = reassurance(good, bad, delta=d)
        beliefs = np.linspace(0, 1, 200_001)
        keep = beliefs * good[1] + (1 - beliefs) * good[3]
        leave = beliefs * good[0] + (1 - beliefs) * good[2]
        threshold = beliefs[keep >= leave - 1e-12][0]
    return worst((ours.separating_stake, separating), (ours.trust_threshold, threshold))
