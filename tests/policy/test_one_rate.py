"""One rate to choose: every peak along its interval, and where equilibria end."""

import numpy as np
import pytest

from negotiation.errors import ConvergenceError
from negotiation.policy.noncooperative import nash_tariffs, optimal_tariffs
from negotiation.policy.problem.one_rate import payoff_profile
from negotiation.policy.problem.setting import setting
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.equilibrium import counterfactuals
from negotiation.trade.model import TradeModel
from negotiation.trade.purging import purge_imbalances
from tests.trade.worlds import ignatenko, random_world

MODEL = TradeModel(trade_elasticity=4.0)
RELIEF = TradeModel(trade_elasticity=4.0, labor_supply_elasticity=0.5)


def payer_world() -> Economy:
    """P sells nearly all it makes to A and gives most of the proceeds away."""
    names = ("A", "B", "P")
    flows = np.array([[[60.0, 8.0, 0.5], [10.0, 300.0, 0.5], [9.0, 1.0, 0.5]]])
    return Economy("payer", names, ("all",), flows, TariffSchedule(names, ("all",), 0.0 * flows))


def one_rate(economy, player, model, high=10.0):
    return setting(economy, (player,), "uniform", None, model, None, None, (0.0, high)).problem


@pytest.mark.parametrize("seed", [3, 23, 48])
@pytest.mark.parametrize("model", [MODEL, RELIEF])
def test_nothing_on_a_fine_grid_beats_the_optimum(seed, model):
    economy = random_world(seed, regions=3, tariffs=0.1)
    grid = np.expm1(np.linspace(0.0, np.log(4.0), 400))
    for region in economy.regions:
        best = optimal_tariffs(economy, region, model=model, bounds=(0.0, 3.0))
        schedules = [economy.tariffs.set(importer=region, rate=rate) for rate in grid]
        welfare = counterfactuals(economy, schedules, model).welfare
        highest = welfare[:, economy.region_index(region)].max()
        assert best.objective.value == pytest.approx(highest, abs=1e-3)
        assert best.objective.value > highest - 1e-9
        assert best.certificate.unilateral_gain <= 1e-6


def test_a_profile_is_made_of_equilibria_and_finds_both_peaks():
    names = ("A", "B")
    free = TariffSchedule(names, ("goods",), np.zeros((1, 2, 2)))
    flows = np.array([[[8.0, 0.7], [1.0, 80.0]]])
    economy = Economy("two", names, ("goods",), flows, free)
    profile = payoff_profile(one_rate(economy, "A", MODEL), 0.0)
    welfare = counterfactuals(
        economy,
        [free.set(importer="A", rate=rate) for rate in np.expm1(profile.logs)],
        MODEL,
    ).welfare[:, 0]
    assert profile.values == pytest.approx(welfare, abs=1e-8)
    assert not profile.cut_below
    assert not profile.cut_above
    assert np.expm1(profile.logs[[0, -1]]) == pytest.approx([0.0, 10.0])
    highest, second = profile.peaks()
    assert highest == len(profile.logs) - 1
    assert 0.1 < np.expm1(profile.logs[second]) < 1.0


def test_payoffs_that_rise_until_equilibria_end_have_no_optimum():
    """A payer whose transfer is fixed has no income left to pay it from."""
    economy = payer_world()
    profile = payoff_profile(one_rate(economy, "A", MODEL), 0.2)
    assert profile.cut_above
    assert not profile.cut_below
    assert profile.is_cut(len(profile.logs) - 1)
    assert not profile.is_cut(0)
    assert 0.4 < np.expm1(profile.logs[-1]) < 0.6
    with pytest.raises(ConvergenceError, match="transfer that P pays") as caught:
        optimal_tariffs(economy, "A", model=MODEL)
    partial = caught.value.partial
    assert not partial.converged
    assert 0.4 < partial.tariffs.rates[0, 1, 0] < 0.6
    with pytest.raises(ConvergenceError, match="transfer that P pays"):
        nash_tariffs(economy, ("A", "B"), model=MODEL)
    purged = optimal_tariffs(purge_imbalances(economy, MODEL), "A", model=MODEL)
    assert purged.converged


def test_no_profile_without_an_equilibrium_to_start_from():
    economy = payer_world()
    problem = one_rate(economy, "A", MODEL)
    assert payoff_profile(problem, 5.0) is None
    near = payoff_profile(problem, 0.0).states[:1]
    assert payoff_profile(problem, 5.0, near) is None
    with pytest.raises(ConvergenceError, match="may not exist") as caught:
        optimal_tariffs(economy, "A", model=MODEL, bounds=(4.0, 5.0))
    assert caught.value.partial is None


def test_a_peak_below_the_end_of_equilibria_is_no_optimum():
    """With fixed labour the US payoff has a peak, and rises again until Guinea cannot pay."""
    economy, _ = ignatenko()
    with pytest.raises(ConvergenceError, match="by another reply") as caught:
        optimal_tariffs(economy, "USA", model=MODEL)
    partial = caught.value.partial
    at = economy.region_index("USA")
    assert partial.tariffs.rates[0, 0, at] == pytest.approx(0.46493, abs=1e-4)
    assert partial.certificate.unilateral_gain > 2.5
    assert partial.certificate.relative_gradient < 1e-7
    modest = optimal_tariffs(economy, "USA", model=MODEL, bounds=(0.0, 1.0))
    assert modest.converged


def test_nash_tariffs_of_all_regions_of_a_large_world():
    economy, _ = ignatenko()
    share = economy.flows.sum(axis=(0, 2))
    large = [economy.regions[k] for k in np.argsort(-share)[:10]]
    result = nash_tariffs(economy, large, model=TradeModel.ignatenko2025(revenue="lump_sum"))
    assert result.converged
    assert result.certificate.unilateral_gain <= 1e-6
    assert result.certificate.relative_gradient < 1e-7
