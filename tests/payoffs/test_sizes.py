"""Curves and planes in which players choose the size of any instrument."""

import numpy as np
import pytest

from negotiation.errors import InvalidInputError
from negotiation.payoffs.curves import best_response_curves
from negotiation.payoffs.plane import tariff_plane
from negotiation.policy.noncooperative import optimal_tariffs
from negotiation.policy.objectives.objective import Objective
from negotiation.trade.equilibrium import counterfactual
from negotiation.trade.instruments.measures import Measure
from negotiation.trade.instruments.policy import Policy
from negotiation.trade.model import TradeModel
from tests.trade.worlds import random_world

PLAYERS = ("R0", "R1")
MODEL = TradeModel(trade_elasticity=4.0, value_added_share=1.0)
OPTIONS = {
    "players": PLAYERS,
    "model": "general_equilibrium",
    "trade_model": MODEL,
    "objectives": Objective(),
}
FLOW = {"exporter": "R1", "importer": "R0"}


@pytest.fixture(scope="module")
def economy():
    return random_world(6, regions=3, sectors=1, tariffs=0.0)


@pytest.fixture(scope="module")
def curves(economy):
    return {
        kind: best_response_curves(
            economy,
            instruments=None if kind == "import_tariff" else {"R0": kind},
            bounds={"R0": interval, "R1": (0.0, 0.2)},
            partner_rates=[0.1],
            grid_size=5,
            tol=1e-3,
            **OPTIONS,
        )
        for kind, interval in {
            "import_tariff": (0.0, 0.5),
            "export_tax": (0.0, 0.5),
            "quota": (0.3, 0.9),
        }.items()
    }


def test_replies_in_tariffs_and_export_taxes_are_the_optimal_ones(economy, curves):
    """The first-order solution knows nothing of grids."""
    given = Policy(economy.tariffs).with_import_tariff(importer="R1", exporter="R0", rate=0.1)
    for kind in ("import_tariff", "export_tax"):
        best = optimal_tariffs(
            economy, "R0", exporters="R1", tariffs=given, model=MODEL, instrument=kind
        )
        rates, own = best.rates_of("R0")
        assert curves[kind].replies[0, 0] == pytest.approx(float(rates[own > 0][0]), abs=2e-3)
        assert curves[kind].instruments == (kind, "import_tariff")
        assert curves[kind].converged


def test_the_best_quota_does_what_the_best_tariff_does(economy, curves):
    """Against a tariff of the other side: a quota is its tariff equivalent."""
    quota, tariff = (curves[kind].replies[0, 0] for kind in ("quota", "import_tariff"))
    given = Policy(economy.tariffs).with_import_tariff(importer="R1", exporter="R0", rate=0.1)
    limited = counterfactual(economy, given.with_quota(limit=quota, **FLOW), MODEL)
    assert limited.tariffs.rates[0, 1, 0] == pytest.approx(tariff, abs=3e-3)
    assert curves["quota"].payoffs[0, 0] == pytest.approx(
        curves["import_tariff"].payoffs[0, 0], abs=1e-5
    )


def test_retaliation_against_a_quota_is_another_than_against_a_tariff(curves):
    """The quantity stays where the other side raises its tariff, so that the points differ."""
    points = {kind: curves[kind].nash_points[0] for kind in ("quota", "import_tariff")}
    assert abs(points["quota"].rates[1] - points["import_tariff"].rates[1]) > 1e-3
    frame = curves["quota"].to_frame()
    assert list(frame["instrument"]) == ["quota", "import_tariff"]
    np.testing.assert_allclose(frame["reply_total"], frame["reply_added"])


@pytest.mark.parametrize(
    ("choice", "sizes", "put"),
    [
        (
            Measure("purchase", partners="R1"),
            [0.0, 0.05],
            lambda policy, size: policy.with_purchase(value=size, **FLOW),
        ),
        (
            Measure("trade_cost"),
            [1.0, 1.3],
            lambda policy, size: policy.with_trade_cost(factor=size, **FLOW),
        ),
        (
            Measure("import_tariff", sectors="S0"),
            [0.0, 0.3],
            lambda policy, size: policy.with_import_tariff(rate=size, **FLOW),
        ),
    ],
)
def test_planes_are_of_the_policies(economy, choice, sizes, put):
    plane = tariff_plane(
        economy, rates={"R0": sizes, "R1": [0.0, 0.2]}, instruments={"R0": choice}, **OPTIONS
    )
    assert plane.status_quo is None
    for row, size in enumerate(sizes):
        for column, rate in enumerate((0.0, 0.2)):
            policy = Policy(economy.tariffs).with_import_tariff(
                importer="R1", exporter="R0", rate=rate
            )
            world = counterfactual(economy, put(policy, size), MODEL)
            np.testing.assert_allclose(plane.payoffs[:, row, column], world.welfare[:2], atol=1e-7)


def test_intervals_by_instrument(economy):
    def grid(kind, **options):
        plane = tariff_plane(economy, rates=2, instruments={"R0": kind}, **OPTIONS, **options)
        return plane.added_rates[0].tolist()

    assert grid("export_tax") == [0.0, 2.0]
    assert grid("export_control", highest=1.0) == [0.0, 1.0]
    assert grid("trade_cost", highest=0.5) == [1.0, 1.5]
    assert grid("quota") == [0.0, 1.0]


def test_refusals(economy):
    cases = [
        ({"R0": "export_ban"}, "no size"),
        ({"R0": "embargo"}, "instrument"),
        ({"XX": "quota"}, "not a player"),
        ({"R0": "purchase"}, "billion USD"),
        (["quota", "quota"], "by player"),
    ]
    for given, word in cases:
        with pytest.raises(InvalidInputError, match=word):
            best_response_curves(economy, instruments=given, **OPTIONS)
    with pytest.raises(InvalidInputError, match="general_equilibrium"):
        best_response_curves(economy, players=PLAYERS, instruments={"R0": "quota"})
