"""The analytic Jacobian against central differences, in every setting."""

from dataclasses import replace

import numpy as np
import pytest

from negotiation.trade.calibration import calibrate
from negotiation.trade.model import TradeModel
from negotiation.trade.solver.jacobian import jacobian_at
from negotiation.trade.solver.system import System
from tests.trade.worlds import random_world

FULL = {
    "labor_supply_elasticity": 0.5,
    "scale_elasticity": 0.12,
    "tariff_exponent": 1.3,
    "destination_share": 0.1,
}


@pytest.mark.parametrize(
    ("sectors", "options"),
    [
        (1, {**FULL, "value_added_share": 1.0, "numeraire": "prices", "transfers": "given"}),
        (1, FULL),
        (3, {"value_added_share": 1.0, "profit_share": "monopolistic", "transfers": "given"}),
        (3, {**FULL, "profit_share": 0.1}),
        (3, {"value_added_share": 1.0, "scale_elasticity": 0.1}),
    ],
)
@pytest.mark.parametrize("dense", [False, True])
def test_jacobian(sectors, options, dense):
    economy = random_world(1, regions=3, sectors=sectors)
    if sectors == 3:
        flows = economy.flows.copy()
        flows[1, 0, 1] = 0.0
        flows[2, :, 1] = 0.0
        economy = replace(economy, flows=flows)
    system = System(calibrate(economy, TradeModel(**options)))
    rng = np.random.default_rng(0)
    state = rng.normal(0.0, 0.05, (3, system.size))
    tariffs = np.stack([economy.tariffs.rates] * 3)
    tariffs[1, :, 1, 0] += 0.3
    if dense:
        tariffs[1] *= 1.5
    shares = system.shares(tariffs)
    assert shares.dense == dense
    analytic = jacobian_at(system, system.outcome(state, shares), shares, 1)
    step = 1e-6
    numeric = np.empty_like(analytic)
    for k, unit in enumerate(np.eye(system.size)):
        up = system.outcome(state + step * unit, shares).residual[1]
        down = system.outcome(state - step * unit, shares).residual[1]
        numeric[:, k] = (up - down) / (2.0 * step)
    assert np.allclose(analytic, numeric, atol=2e-8)
