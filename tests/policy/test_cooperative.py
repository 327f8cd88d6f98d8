"""Cooperative tariffs: gains are common, largest, and those of known cases."""

import numpy as np
import pytest

from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.policy.cooperative import cooperative_tariffs
from negotiation.policy.noncooperative import nash_tariffs
from negotiation.policy.problem.outcome import payoffs_at
from negotiation.policy.problem.setting import setting
from negotiation.trade.economy import TariffSchedule
from negotiation.trade.model import TradeModel
from tests.policy.test_noncooperative import OSSA, symmetric
from tests.trade.worlds import ossa, random_world

FLAT = TradeModel(trade_elasticity=4.0, value_added_share=1.0)


def test_symmetric_talks_end_the_war():
    economy = symmetric()
    talks = cooperative_tariffs(economy, "nash", scope="discriminatory", model=FLAT)
    war = nash_tariffs(economy, None, "discriminatory", model=FLAT)
    assert np.abs(talks.tariffs.rates).max() < 1e-6
    gain = 100.0 * ((1.0 + talks.payoffs / 100.0) / (1.0 + war.payoffs / 100.0) - 1.0)
    assert talks.objective.gain_pct == pytest.approx(gain, abs=1e-6)
    again = cooperative_tariffs(economy, "free_trade", model=FLAT)
    assert again.objective.gain_pct == pytest.approx(np.zeros(3), abs=1e-6)


def test_nothing_nearby_is_better_for_all():
    economy = random_world(5, regions=3, sectors=2, tariffs=0.6)
    talks = cooperative_tariffs(economy, model=OSSA_LIKE)
    gains = talks.objective.gain_pct
    assert np.ptp(gains) < 1e-6
    assert gains[0] > 0.01
    place = setting(
        economy, economy.regions, "discriminatory", None, OSSA_LIKE, None, None, (0.0, 10.0)
    )
    rng = np.random.default_rng(0)
    chosen = talks.chosen > 0
    for size in (0.003, 0.03, 0.3):
        for _ in range(40):
            rates = talks.tariffs.rates.copy()
            rates[chosen] = np.maximum(0.0, rates[chosen] + size * rng.normal(size=chosen.sum()))
            other = payoffs_at(place, place.world_at(rates))
            assert other.min() < talks.payoffs.min() + 1e-9


OSSA_LIKE = TradeModel(value_added_share=1.0, profit_share="monopolistic")


def test_ossa_cooperation_from_factual_tariffs():
    economy, _ = ossa()
    talks = cooperative_tariffs(economy, "factual", model=OSSA)
    assert talks.objective.gain_pct == pytest.approx(np.full(7, 0.524), abs=1e-3)
    assert talks.certificate.condition < 1e-6
    assert talks.certificate.relative_gradient < 1e-7
    assert talks.certificate.equilibrium_residual < 1e-9
    assert np.isnan(talks.certificate.unilateral_gain)


def test_two_of_three_and_another_start():
    economy = random_world(6, regions=3, sectors=2, tariffs=0.5)
    war = economy.tariffs.add(importer="R0", exporter="R1", rate=1.0)
    war = war.add(importer="R1", exporter="R0", rate=1.0)
    pair = cooperative_tariffs(
        economy, players=("R0", "R1"), exporters="players", scope="uniform", tariffs=war
    )
    assert pair.players == ("R0", "R1")
    assert pair.chosen.sum() == 4
    assert np.ptp(pair.objective.gain_pct) < 1e-6
    assert np.all(pair.objective.gain_pct > 0.0)
    assert isinstance(pair.tariffs, TariffSchedule)


def test_refusals():
    economy = random_world(6, regions=3)
    with pytest.raises(InvalidInputError, match="start"):
        cooperative_tariffs(economy, "yesterday")
    with pytest.raises(InvalidInputError, match="two or more"):
        cooperative_tariffs(economy, players="R0")
    with pytest.raises(ConvergenceError) as caught:
        cooperative_tariffs(economy, max_iter=1)
    assert not caught.value.partial.converged
    assert not cooperative_tariffs(economy, max_iter=1, raise_on_failure=False).converged


def test_few_rates_leave_gains_unequal():
    economy = random_world(2, regions=4, sectors=2, tariffs=0.8)
    talks = cooperative_tariffs(economy, "factual", scope="uniform", model=OSSA_LIKE)
    gains = talks.objective.gain_pct
    found = talks.certificate
    assert max(found.relative_gradient, found.bound_violation, found.condition) < 1e-6
    place = setting(economy, economy.regions, "uniform", None, OSSA_LIKE, None, None, (0.0, 10.0))
    owned = place.problem.instruments
    rates = owned.mean(talks.tariffs.rates)
    before = payoffs_at(place, place.world_at(place.base))
    rng = np.random.default_rng(0)
    for size in (0.01, 0.1, 0.5):
        for _ in range(30):
            other = np.maximum(0.0, rates + size * rng.normal(size=owned.count))
            table = owned.spread(place.base, other)
            after = payoffs_at(place, place.world_at(table))
            gain = (after - before) / (1.0 + before / 100.0)
            assert gain.min() < gains.min() + 1e-8


def test_least_gain_with_inputs_is_common_to_those_with_weight():
    economy = random_world(5, regions=3, sectors=3, tariffs=0.5)
    model = TradeModel(trade_elasticity=[4.0, 6.0, 3.0], value_added_share=0.6)
    talks = cooperative_tariffs(economy, "nash", scope="uniform", model=model)
    assert talks.objective.gain_pct.min() > 0.0
    assert talks.certificate.condition < 1e-6
    assert talks.certificate.relative_gradient < 1e-6
