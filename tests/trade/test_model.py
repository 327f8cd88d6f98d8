"""Options of the model and its calibration: bad ones are refused with the place named."""

from dataclasses import replace

import numpy as np
import pytest

from negotiation.errors import InvalidInputError
from negotiation.trade.calibration import calibrate
from negotiation.trade.model import TradeModel
from tests.trade.worlds import ossa, random_world


@pytest.mark.parametrize(
    ("option", "value", "place"),
    [
        ("trade_elasticity", 0.0, "trade_elasticity"),
        ("trade_elasticity", [4.0, 0.0], r"trade_elasticity\[1\]"),
        ("trade_elasticity", [4.0, float("nan")], r"trade_elasticity\[1\]"),
        ("destination_share", {"USA": 1.0}, r"destination_share\[USA\]"),
        ("profit_share", [0.1, 1.0], r"profit_share\[1\]"),
        ("labor_supply_elasticity", -1, "labor_supply_elasticity"),
        ("revenue", "burnt", "revenue"),
        ("transfers", "none", "transfers"),
        ("home_sales", "net", "home_sales"),
        ("numeraire", "gold", "numeraire"),
        ("value_added_share", "mine", "value_added_share"),
        ("profit_share", "all", "profit_share"),
    ],
)
def test_bad_options(option, value, place):
    with pytest.raises(InvalidInputError, match=place):
        TradeModel(**{option: value})


def test_equal_options_are_equal_models():
    one = TradeModel(trade_elasticity=[4.0, 5.0], tariff_exponent={"USA": 1.2, "*": 1.1})
    two = TradeModel(trade_elasticity=np.array([4.0, 5.0]), tariff_exponent={"*": 1.1, "USA": 1.2})
    assert one == two
    assert hash(one) == hash(two)
    assert one != replace(one, revenue="lump_sum")
    assert one != "model"
    assert TradeModel.krugman() == TradeModel.eaton_kortum()
    economy = random_world(0, sectors=2)
    assert calibrate(economy, TradeModel()) is calibrate(economy, TradeModel())


def test_published_exponents():
    exponent = TradeModel.ignatenko2025().tariff_exponent
    assert exponent["*"] == pytest.approx(1.15071883, abs=1e-8)
    assert exponent["USA"] == pytest.approx(1.43284758, abs=1e-8)
    partial = TradeModel.ignatenko2025(pass_through=0.25).tariff_exponent
    assert partial["USA"] == pytest.approx(exponent["USA"] - 0.75)


def test_options_by_region_and_sector():
    model = TradeModel(tariff_exponent={"R0": 1.5}, scale_elasticity=[0.1, 0.2])
    assert model.by_sector("scale_elasticity", ("a", "b")).tolist() == [0.1, 0.2]
    with pytest.raises(InvalidInputError, match=r"no value for a region.*R1"):
        model.by_region("tariff_exponent", ("R0", "R1"))
    with pytest.raises(InvalidInputError, match="wrong number of values by sector"):
        model.by_sector("scale_elasticity", ("a", "b", "c"))


def test_calibration_adds_up():
    economy = random_world(3, regions=4, sectors=3)
    cal = calibrate(economy, TradeModel(profit_share=0.1, destination_share=0.1))
    assert cal.transfers.sum() == pytest.approx(0.0, abs=1e-9)
    assert np.allclose(cal.shares.sum(axis=1), 1.0)
    assert np.allclose(cal.final_shares.sum(axis=0), 1.0)
    income = cal.wage_bill + cal.profits + cal.revenue + cal.transfers
    assert np.allclose(income, cal.expenditure)
    value_added = economy.flows.sum(axis=(0, 2)) * economy.value_added_share
    assert np.allclose(calibrate(economy, TradeModel()).wage_bill, value_added)


def test_ossa_baseline_has_balanced_trade():
    economy, _ = ossa()
    cal = calibrate(economy, TradeModel.ossa2014())
    assert np.abs(cal.transfers / cal.expenditure).max() < 1e-6


def test_bad_calibrations():
    economy = random_world(0, regions=3, sectors=2)

    def refuse(match, world=economy, **options):
        with pytest.raises(InvalidInputError, match=match):
            calibrate(world, TradeModel(**options))

    refuse("no set of trade elasticities", replace(economy, elasticities={}))
    refuse("unknown set.*drawn", trade_elasticity="mine")
    refuse("wrong number of values by sector", trade_elasticity=[1.0, 2.0, 3.0])
    refuse("region R1", replace(economy, value_added_share=np.array([0.5, 0.0, 0.5])))
    refuse("wrong shape", value_added_share=np.full((2, 2), 0.5))
    refuse("wrong shape", input_shares=np.full((2, 2, 2), 0.2))
    inputs = np.zeros((3, 2, 2))
    inputs[:, 0, :] = 0.5
    refuse("add to 1", input_shares=inputs)
    idle = economy.flows.copy()
    idle[:, 2, :] = 0.0
    refuse("exporter R2", replace(economy, flows=idle))
    hermit = economy.flows.copy()
    hermit[:, :, 1] = 0.0
    refuse("buys nothing", replace(economy, flows=hermit))
    inputs[:, 0, :] = 0.9
    scarce = economy.flows.copy()
    scarce[0] *= 0.1
    refuse(
        "region R[0-2], sector S0",
        replace(economy, flows=scarce),
        value_added_share=0.1,
        input_shares=inputs,
    )
    by_sector = np.full((3, 2), 0.5)
    assert np.all(calibrate(economy, TradeModel(value_added_share=by_sector)).labor_share == 0.5)
    inputs[:, 0, :] = 0.25
    inputs[:, 1, :] = 0.25
    cal = calibrate(economy, TradeModel(value_added_share=0.5, input_shares=inputs))
    assert np.array_equal(cal.input_shares, inputs)


def test_a_mapping_by_sector_is_read_as_one_by_region():
    world = random_world(1, sectors=2)
    named = TradeModel(trade_elasticity={"S0": 4.0, "*": 3.0}, profit_share={"S1": 0.1, "*": 0.0})
    listed = TradeModel(trade_elasticity=[4.0, 3.0], profit_share=[0.0, 0.1])
    assert calibrate(world, named).theta.tolist() == calibrate(world, listed).theta.tolist()
    assert calibrate(world, named).profit.tolist() == calibrate(world, listed).profit.tolist()
    with pytest.raises(InvalidInputError, match="no value for a sector; seen S1"):
        calibrate(world, TradeModel(trade_elasticity={"S0": 4.0}))


@pytest.mark.parametrize("alone", [[0], [1], [2, 3]])
def test_regions_that_trade_with_none_of_the_others_are_named(alone):
    world = random_world(2, regions=5)
    flows = world.flows.copy()
    rest = [i for i in range(5) if i not in alone]
    flows[:, alone[0] : alone[-1] + 1, rest] = 0.0
    flows[:, rest, alone[0] : alone[-1] + 1] = 0.0
    names = ", ".join(world.regions[i] for i in alone)
    with pytest.raises(InvalidInputError, match=f"none of the others; seen {names}"):
        calibrate(replace(world, flows=flows), TradeModel())
    # One way is enough to tie prices to one another.
    flows[:, rest[0], alone[0]] = 1.0
    calibrate(replace(world, flows=flows), TradeModel())
