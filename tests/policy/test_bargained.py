"""Bargained tariffs against direct maximisation of the Nash product on public equilibria."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from negotiation.data import load_economy
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.policy.bargained import bargained_tariffs
from negotiation.policy.noncooperative import nash_tariffs
from negotiation.trade.calibration import calibrate
from negotiation.trade.equilibrium import counterfactual, counterfactuals
from negotiation.trade.model import TradeModel
from tests.policy.test_noncooperative import symmetric
from tests.trade.worlds import balanced_world, random_world

FLAT = TradeModel(trade_elasticity=4.0, value_added_share=1.0)
PAIR = [("R0", "R1")]


def standoff(economy, one=1.45, two=1.25):
    war = economy.tariffs.set(importer="R0", exporter="R1", rate=one)
    return war.set(importer="R1", exporter="R0", rate=two)


def welfare(economy, schedule, model, payment=0.0):
    if payment:
        own = calibrate(economy, model).new_transfers
        moved = np.zeros(len(own))
        moved[:2] = payment, -payment
        model = replace(model, transfer_values=own + moved)
    return counterfactual(economy, schedule, model).welfare


def direct(economy, war, model, power=(0.5, 0.5), payment=False):
    """The Nash bargain by a search without derivatives over public results."""
    fallback = welfare(economy, war, model)[:2]

    def loss(x):
        rates = np.abs(x[:2])
        schedule = war.set(importer="R0", exporter="R1", rate=rates[0])
        schedule = schedule.set(importer="R1", exporter="R0", rate=rates[1])
        gain = welfare(economy, schedule, model, x[2] if payment else 0.0)[:2] - fallback
        return 1e3 if np.any(gain <= 0) else -float(np.dot(power, np.log(gain)))

    start = [0.1, 0.1, 0.01] if payment else [0.1, 0.1]
    found = minimize(
        loss,
        start,
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-14, "maxiter": 4000, "maxfev": 4000},
    )
    return np.abs(found.x[:2]), -found.fun, found.x[2:]


@pytest.mark.parametrize("power", [(0.5, 0.5), (0.8, 0.2)])
def test_pair_maximises_the_nash_product(power):
    economy = random_world(21, regions=3, sectors=1)
    war = standoff(economy)
    result = bargained_tariffs(economy, PAIR, war, weights=power, model=FLAT)
    rates, product, _ = direct(economy, war, FLAT, power)
    got = result.tariffs.rates[0, [1, 0], [0, 1]]
    gain = result.payoffs[:2] - welfare(economy, war, FLAT)[:2]
    assert float(np.dot(power, np.log(gain))) == pytest.approx(product, abs=1e-8)
    assert got == pytest.approx(rates, abs=1e-4)
    assert result.certificate.relative_gradient < 1e-7
    assert result.certificate.condition < 1e-6
    assert result.certificate.equilibrium_residual < 1e-9
    assert result.method == "bargained"
    untouched = result.tariffs.rates != war.rates
    assert untouched.sum() == 2


def test_side_payment_raises_the_nash_product():
    economy = random_world(22, regions=3, sectors=1)
    war = standoff(economy, 1.45, 0.2)
    plain = bargained_tariffs(economy, PAIR, war, model=FLAT)
    paid = bargained_tariffs(economy, PAIR, war, transfers=True, model=FLAT)
    fallback = welfare(economy, war, FLAT)[:2]

    def product(result):
        return float(np.log(result.payoffs[:2] - fallback).sum() / 2.0)

    assert product(paid) > product(plain)
    _, best, payment = direct(economy, war, FLAT, payment=True)
    assert product(paid) == pytest.approx(best, abs=1e-7)
    assert paid.side_payments[0] == pytest.approx(payment[0], rel=1e-2)
    assert paid.equilibrium.certificate.world_transfers < 1e-12
    gain = 100.0 * ((1 + paid.payoffs[:2] / 100) / (1 + fallback / 100) - 1)
    assert paid.objective.gain_pct == pytest.approx(gain, abs=1e-9)
    assert plain.side_payments is None


def test_symmetric_pair_shares_equally():
    economy = symmetric()
    war = standoff(economy, 1.0, 1.0)
    result = bargained_tariffs(economy, PAIR, war, model=FLAT)
    assert result.objective.gain_pct[0] == pytest.approx(result.objective.gain_pct[1])
    paid = bargained_tariffs(economy, PAIR, war, transfers=True, model=FLAT)
    assert paid.side_payments[0] == pytest.approx(0.0, abs=1e-6)


def test_several_pairs_are_nash_in_nash():
    economy = balanced_world(23, regions=3, sectors=2)
    model = TradeModel(trade_elasticity=[3.0, 5.0], value_added_share=1.0)
    war = nash_tariffs(economy, None, "discriminatory", model=model).tariffs
    pairs = [("R0", "R1"), ("R1", "R2")]
    result = bargained_tariffs(economy, pairs, war, scope="discriminatory", model=model)
    assert abs(result.certificate.unilateral_gain) < 1e-5
    for a, b in ((0, 1), (1, 2)):
        others = result.tariffs.rates.copy()
        others[:, a, b], others[:, b, a] = war.rates[:, a, b], war.rates[:, b, a]
        back = type(war)(war.regions, war.sectors, others)
        fallback = counterfactual(economy, back, model).welfare[[a, b]]
        best = np.log(result.payoffs[[a, b]] - fallback).sum()
        rng = np.random.default_rng(a)
        for size in (0.003, 0.03):
            for _ in range(12):
                rates = result.tariffs.rates.copy()
                for i, j in ((a, b), (b, a)):
                    rates[:, i, j] = np.maximum(0.0, rates[:, i, j] + size * rng.normal(size=2))
                moved = type(war)(war.regions, war.sectors, rates)
                gain = counterfactual(economy, moved, model).welfare[[a, b]] - fallback
                assert np.all(gain <= 0.0) or np.log(gain).sum() < best + 1e-9


def test_a_pair_with_nothing_to_gain_is_named_and_the_others_agree():
    """R0 and R2 trade freely: no tariff helps both, whatever R0 and R1 agree on."""
    economy = balanced_world(23, regions=3, sectors=1)
    war = standoff(economy)
    pairs = [("R0", "R1"), ("R0", "R2")]
    with pytest.raises(ConvergenceError, match=r"pair R0-R2: no tariffs") as caught:
        bargained_tariffs(economy, pairs, war, model=FLAT)
    partial = caught.value.partial
    alone = bargained_tariffs(economy, PAIR, war, model=FLAT)
    assert not partial.converged
    assert partial.tariffs.rates == pytest.approx(alone.tariffs.rates, abs=1e-7)
    free = economy.tariffs
    with pytest.raises(ConvergenceError, match=r"pair R0-R1 and pair R0-R2") as caught:
        bargained_tariffs(economy, pairs, free, model=FLAT)
    assert not caught.value.partial.converged
    subsidies = bargained_tariffs(economy, pairs, war, model=FLAT, bounds=(-0.5, 10.0))
    assert subsidies.converged
    assert subsidies.certificate.unilateral_gain < 1e-4


def test_bargains_that_do_not_settle_or_are_not_the_best_are_refused(monkeypatch):
    economy = balanced_world(23, regions=3, sectors=1)
    war = nash_tariffs(economy, None, "discriminatory", model=FLAT).tariffs
    pairs = [("R0", "R1"), ("R1", "R2")]
    with pytest.raises(ConvergenceError) as caught:
        bargained_tariffs(economy, PAIR, war, model=FLAT, max_iter=1)
    assert "did not settle" in str(caught.value)
    monkeypatch.setattr("negotiation.policy.bargains.nash_in_nash._CYCLES", 1)
    with pytest.raises(ConvergenceError, match="did not settle"):
        bargained_tariffs(economy, pairs, war, model=FLAT)
    monkeypatch.undo()
    monkeypatch.setattr("negotiation.policy.bargained.pair_gains", lambda *_: [0.01])
    with pytest.raises(ConvergenceError, match="product rises by 1 %"):
        bargained_tariffs(economy, pairs, war, model=FLAT)


def test_two_most_favoured_nation_bargains_of_the_embedded_economy():
    """Each importer's one rate: a step of either rate of a pair lowers the pair's product."""
    economy = load_economy("us-china-2022")
    pairs = [("USA", "CHN"), ("USA", "EU27")]
    result = bargained_tariffs(economy, pairs, most_favored_nation=True)
    assert result.certificate.unilateral_gain < 1e-4
    assert result.certificate.relative_gradient < 1e-7
    agreed, base = result.tariffs.rates, economy.tariffs.rates
    groups = {name: economy.region_index(name) for name in ("USA", "CHN", "EU27")}
    bought = economy.flows.sum(axis=0)[:, groups["USA"]]
    assert bought[groups["EU27"]] > bought[groups["CHN"]]
    owners = {("USA", "CHN"): ("CHN",), ("USA", "EU27"): ("USA", "EU27")}
    for pair, owned in owners.items():
        back = agreed.copy()
        for name in owned:
            back[:, :, groups[name]] = base[:, :, groups[name]]
        at = [groups[name] for name in pair]
        tables = [back, agreed]
        for name in owned:
            for step in (-0.01, 0.01):
                moved = agreed.copy()
                column = result.chosen[:, :, groups[name]] > 0.0
                moved[:, :, groups[name]][column] += step
                tables.append(moved)
        welfare = counterfactuals(economy, np.stack(tables)).welfare[:, at]
        products = np.log(welfare[1:] - welfare[0]).sum(axis=1)
        assert np.all(products[1:] < products[0])


def test_most_favoured_nation_rates_hold_for_all():
    economy = balanced_world(24, regions=3, sectors=2)
    war = nash_tariffs(economy, None, "discriminatory", model=FLAT).tariffs
    result = bargained_tariffs(
        economy, PAIR, war, scope="most_favored_nation", most_favored_nation=True, model=FLAT
    )
    assert np.allclose(result.tariffs.rates[:, 1, 0], result.tariffs.rates[:, 2, 0])
    assert result.chosen.sum() == 8
    both = bargained_tariffs(
        economy,
        [("R0", "R1"), ("R0", "R2")],
        war,
        scope="discriminatory",
        most_favored_nation=True,
        model=FLAT,
        raise_on_failure=False,
    )
    assert both.chosen[:, :, 0].sum() == 4


def test_named_weights_and_refusals():
    economy = random_world(25, regions=3)
    war = standoff(economy)
    named = bargained_tariffs(economy, PAIR, war, {"R0": 4.0, "R1": 1.0}, model=FLAT)
    listed = bargained_tariffs(economy, PAIR, war, (0.8, 0.2), model=FLAT)
    assert named.payoffs == pytest.approx(listed.payoffs)

    def refuse(match, *args, **options):
        with pytest.raises(InvalidInputError, match=match):
            bargained_tariffs(economy, *args, model=FLAT, **options)

    refuse("not a pair", [("R0", "R0")])
    refuse("not a pair", ["R0"])
    refuse("unknown region", [("R0", "X")])
    refuse("twice", [("R0", "R1"), ("R1", "R0")])
    refuse("no pair", [])
    refuse("no weight", PAIR, war, {"R0": 1.0})
    refuse("two weights", PAIR, war, (1.0, 1.0, 1.0))
    refuse("weights", PAIR, war, (1.0, 0.0))
    refuse("one pair at a time", [("R0", "R1"), ("R1", "R2")], war, transfers=True)
    flows = economy.flows.copy()
    flows[:, 0, 1] = flows[:, 1, 0] = 0.0
    strangers = replace(economy, flows=flows)
    with pytest.raises(InvalidInputError, match="no tariff to bargain over"):
        bargained_tariffs(strangers, PAIR, model=FLAT)


def test_nothing_to_gain_is_said():
    economy = symmetric()
    with pytest.raises(ConvergenceError, match="prefer to disagreement") as caught:
        bargained_tariffs(economy, PAIR, economy.tariffs, model=FLAT, max_iter=50)
    assert not caught.value.partial.converged
