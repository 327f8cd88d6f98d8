"""Public functions of data and trade: a wrong argument leaves as one of the library's errors."""

from contextlib import suppress

import numpy as np
import pytest

import negotiation as ng
from negotiation.errors import NegotiationError
from negotiation.trade.elasticities.elasticity_sets import trade_elasticities
from negotiation.trade.tariff_scenarios import tariff_scenarios
from tests.trade.worlds import random_world

WRONG = [
    *(3, None, "zzz", b"x", [1], {"a": 1}, (), 3.5, float("nan"), object(), True, -1, [None]),
    *(np.zeros(3), np.array(["a"]), {"a": None}, lambda: 0),
]
ECONOMY = random_world(1, regions=2, sectors=2)
MODEL = ng.TradeModel(trade_elasticity=4.0)
WORLD = ng.counterfactual(ECONOMY, ECONOMY.tariffs.set(importer="R0", rate=0.2), MODEL)
ESTIMATES = ng.ElasticityEstimates("own", ECONOMY.sectors, [3.0, 4.0], [0.2, 0.3], ("X", "Y"))
CALLS = {
    "counterfactual": (
        ng.counterfactual, {"economy": ECONOMY, "tariffs": ECONOMY.tariffs, "model": MODEL},
    ),
    "counterfactuals": (
        ng.counterfactuals, {"economy": ECONOMY, "schedules": [ECONOMY.tariffs], "model": MODEL},
    ),
    "purge_imbalances": (ng.purge_imbalances, {"economy": ECONOMY, "model": MODEL}),
    "export_dependence": (
        ng.export_dependence, {"economy": ECONOMY, "exporter": "R0", "importer": "R1"},
    ),
    "decompose_welfare": (ng.decompose_welfare, {"result": WORLD}),
    "trade_diversion": (ng.trade_diversion, {"result": WORLD, "exporter": "R0", "importer": "R1"}),
    "first_order_welfare": (
        ng.first_order_welfare, {"equilibrium": WORLD, "changes": "proportional"},
    ),
    "counterfactual_draws": (
        ng.counterfactual_draws,
        {
            "economy": ECONOMY, "schedules": ECONOMY.tariffs, "estimates": ESTIMATES, "draws": 1,
            "model": MODEL, "lowest": 0.1,
        },
    ),
    "trade_elasticities": (trade_elasticities, {"economy": ECONOMY, "choice": 4.0}),
    "tariff_scenarios": (
        tariff_scenarios, {"economy": ECONOMY, "rates": [0.1, 0.2], "players": ("R0", "R1")},
    ),
    "Economy.from_frame": (ng.Economy.from_frame, {"frame": ECONOMY.to_frame()}),
    "TariffSchedule.from_frame": (
        ng.TariffSchedule.from_frame,
        {"frame": ECONOMY.tariffs.to_frame(), "unit": "fraction", "highest_rate": 10.0},
    ),
    "TariffSchedule": (
        ng.TariffSchedule,
        {"regions": ("A", "B"), "sectors": ("g",), "rates": np.zeros((1, 2, 2))},
    ),
    "TariffSchedule.set": (ECONOMY.tariffs.set, {"importer": "R0", "rate": 0.2, "sectors": None}),
    "Economy": (
        ng.Economy,
        {
            "name": "x", "regions": ECONOMY.regions, "sectors": ECONOMY.sectors,
            "flows": ECONOMY.flows, "tariffs": ECONOMY.tariffs, "elasticities": {"a": [1.0, 2.0]},
        },
    ),
    "load_economy": (ng.load_economy, {"name": "us-china-2022", "as_of": "2025-05-02"}),
    "load_table": (ng.load_table, {"name": "jobs", "as_of": "2025-05-02"}),
    "load_elasticities": (ng.load_elasticities, {"name": "ignatenko_2025", "as_of": None}),
    "average_tariff": (ng.average_tariff, {"imposer": "USA", "target": "CHN", "as_of": None}),
    "read_icio": (ng.read_icio, {"path": "nowhere.csv"}),
    "read_trade": (ng.read_trade, {"path": "nowhere.csv"}),
    "read_wiod": (ng.read_wiod, {"path": "nowhere.csv"}),
    "read_caliendo_parro2015": (ng.read_caliendo_parro2015, {"folder": "nowhere"}),
    "read_ignatenko2025": (ng.read_ignatenko2025, {"folder": "nowhere"}),
    "read_ossa2014": (ng.read_ossa2014, {"path": "nowhere.mat"}),
    "read_concordance": (ng.read_concordance, {"path": "nowhere.csv"}),
    "Concordance": (ng.Concordance, {"sector_of": {"1": "a"}}),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS, ids=str)
def test_wrong_arguments_leave_as_the_librarys_errors(name):
    call, given = CALLS[name]
    for argument in given:
        for wrong in WRONG:
            with suppress(NegotiationError):
                call(**{**given, argument: wrong})
