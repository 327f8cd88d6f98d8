"""Caliendo and Parro (2015): files in the authors' layout, the base year, the printed welfare."""

from dataclasses import replace

import numpy as np
import pytest

from negotiation.data import read_caliendo_parro2015
from negotiation.data.published.caliendo_parro2015 import consistent_base_year
from negotiation.errors import ConvergenceError, DataError, InvalidInputError
from negotiation.trade.analysis.first_order_welfare import first_order_welfare
from negotiation.trade.calibration import calibrate
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.equilibrium import counterfactual
from negotiation.trade.model import TradeModel
from negotiation.trade.purging import purge_imbalances
from tests.reference import caliendo_parro2015_folder

MODEL = TradeModel.caliendo_parro2015()


@pytest.fixture(scope="module")
def nafta():
    data = read_caliendo_parro2015(caliendo_parro2015_folder(), negative_final_demand="zero")
    schedule = data.tariffs_between("MEX", "CAN", "USA")
    return data, counterfactual(data.economy, schedule, MODEL)


def test_the_printed_welfare_of_nafta(nafta):
    """Table 2 of the paper: Mexico 1.31, Canada -.06, United States .08, by its formula."""
    _, world = nafta
    table = first_order_welfare(world).to_frame().loc[["MEX", "CAN", "USA"]].round(2)
    assert table["first_order"].tolist() == [1.31, -0.06, 0.08]
    assert world.certificate.largest < 1e-9


def test_exact_real_income_is_another_figure(nafta):
    """Mexico's gain is nearly all volume of trade, which large changes of trade overstate."""
    _, world = nafta
    table = first_order_welfare(world).to_frame().loc["MEX"]
    assert table["volume_of_trade"] > 1.7
    assert 0.0 < table["exact"] < 0.05


def test_what_was_changed_is_listed(nafta):
    data, _ = nafta
    assert len(data.zeroed_final_demand) == 185
    assert all(amount < 0.0 for *_, amount in data.zeroed_final_demand)
    assert [row[:3] for row in data.zeroed_inputs] == [("CAN", "Other", "Basic metals")]
    assert len(data.raised_output) == 26
    assert np.abs(calibrate(data.economy, MODEL).transfers).max() < 1e-5


# -- the same layout, made here -----------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    """A synthetic world in the authors' layout, with one negative final demand."""
    rng = np.random.default_rng(4)
    n, kinds, traded = 31, 40, 20
    trade = rng.uniform(0, 2e6, (traded, n, n))
    trade[:, range(n), range(n)] = 0.0
    output = rng.uniform(2e11, 4e11, (kinds, n))
    added = rng.uniform(0.4, 0.6, (kinds, n))
    mix = rng.uniform(0.5, 1.0, (n, kinds, kinds))
    mix[0, 3] += 60.0
    mix /= mix.sum(axis=1, keepdims=True)
    rates = rng.uniform(0, 20, (2, traded, n, n))
    rates[:, :, range(n), range(n)] = 0.0
    tables = {
        "xbilat1993": trade.reshape(-1, n),
        "tariffs1993": rates[0].reshape(-1, n),
        "tariffs2005": rates[1].reshape(-1, n),
        "GO": output,
        "B": added,
        "IO": mix.reshape(-1, kinds),
        "T": rng.uniform(1, 8, (traded, 1)),
    }
    for name, table in tables.items():
        np.savetxt(tmp_path / f"{name}.txt", table, fmt="%.12g", delimiter="\t")
    return tmp_path


def test_negative_final_demand_is_refused_or_listed(folder):
    with pytest.raises(DataError, match=r"ARG, Textile: final demand is negative.*\"zero\""):
        read_caliendo_parro2015(folder)
    data = read_caliendo_parro2015(folder, negative_final_demand="zero", deficits="kept")
    assert {row[:2] for row in data.zeroed_final_demand} == {("ARG", "Textile")}
    final = calibrate(data.economy, MODEL).final_shares
    assert final[3, 0] == pytest.approx(0.0, abs=1e-9)
    assert data.economy.flows.shape == (40, 31, 31)
    assert data.tariffs_2005.rates[20:].max() == 0.0
    exports = np.loadtxt(folder / "xbilat1993.txt").reshape(20, 31, 31)[0, 5, 7] * 1e-6
    assert 0.2 * exports < data.economy.flows[0, 7, 5] < 5 * exports


def edit(folder, name, change):
    path = folder / f"{name}.txt"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(change(lines)) + "\n")


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("GO", lambda rows: rows[1:], "GO.txt: wrong number of rows; seen 39; allowed: 40"),
        ("GO", lambda rows: [*rows, rows[0]], "GO.txt, row 41"),
        ("B", lambda rows: [rows[0] + "\t1", *rows[1:]], "B.txt, row 1: wrong number of cells"),
        ("B", lambda rows: ["2" + rows[0][1:], *rows[1:]], "B.txt, row 1, column 1"),
        ("T", lambda rows: ["0", *rows[1:]], "T.txt, row 1, column 1: number out of range"),
        ("T", lambda rows: ["", "x", *rows[2:]], "T.txt"),
        ("IO", lambda rows: [rows[0].replace("0.", "0.9", 1), *rows[1:]], "add up to 1"),
        ("xbilat1993", lambda rows: ["5" + rows[0][1:], *rows[1:]], "the diagonal must be empty"),
        ("tariffs1993", lambda rows: [r.replace("\t", "\t-", 1) for r in rows], "out of range"),
        ("tariffs2005", lambda rows: [r.replace("\t", ",") for r in rows], "wrong number of cells"),
    ],
)  # fmt: skip
def test_bad_files_are_refused(folder, name, change, message):
    edit(folder, name, change)
    with pytest.raises(DataError, match=message):
        read_caliendo_parro2015(folder, negative_final_demand="zero")


def test_missing_files_and_bad_options(folder):
    (folder / "T.txt").unlink()
    with pytest.raises(DataError, match=r"T.txt: cannot be read"):
        read_caliendo_parro2015(folder)
    with pytest.raises(InvalidInputError, match="negative_final_demand"):
        read_caliendo_parro2015(folder, negative_final_demand="drop")
    with pytest.raises(InvalidInputError, match="deficits"):
        read_caliendo_parro2015(folder, deficits="half")
    with pytest.raises(InvalidInputError, match="path is not a|folder is not a"):
        read_caliendo_parro2015(None)


# -- the base year against the solver of counterfactuals ----------------------------------------


def uneven_world():
    """Three regions, three sectors; one final demand is negative, trade is not balanced."""
    rng = np.random.default_rng(8)
    flows = rng.uniform(1, 4, (3, 3, 3))
    flows[:, [0, 1, 2], [0, 1, 2]] += 12.0
    inputs = rng.uniform(0.05, 0.2, (3, 3, 3))
    inputs[0, 1] += 0.35
    rates = rng.uniform(0, 0.3, (3, 3, 3))
    rates[:, [0, 1, 2], [0, 1, 2]] = 0.0
    names = ("A", "B", "C"), ("x", "y", "z")
    return Economy(
        "uneven", *names, flows, TariffSchedule(*names, rates),
        elasticities={"own": np.array([3.0, 8.0, 20.0])},
        sector_value_added_share=1.0 - inputs.sum(axis=1), input_shares=inputs,
    )  # fmt: skip


@pytest.mark.parametrize("balanced", [True, False])
def test_base_year_is_what_newton_steps_find(balanced):
    raw = uneven_world()
    with pytest.raises(
        InvalidInputError, match="A, sector y: more is used as input than is bought"
    ):
        calibrate(raw, MODEL)
    zero = replace(MODEL, negative_final_demand="zero")
    base = consistent_base_year(raw, balanced=balanced, tol=1e-11)
    if balanced:
        other = purge_imbalances(raw, zero)
    else:
        other = replace(raw, flows=counterfactual(raw, raw.tariffs, zero).flows)
    scale = base.flows.sum() / other.flows.sum()
    np.testing.assert_allclose(base.flows, scale * other.flows, rtol=1e-8)
    cal = calibrate(base, MODEL)
    np.testing.assert_allclose(cal.final_shares, calibrate(raw, zero).final_shares, atol=1e-9)
    assert (np.abs(cal.transfers).max() < 1e-8) == balanced
    assert np.abs(counterfactual(base, base.tariffs, MODEL).welfare).max() < 1e-7


def test_base_year_says_where_it_stops():
    with pytest.raises(ConvergenceError, match="no consistent base year"):
        consistent_base_year(uneven_world(), balanced=True, max_iter=2)
    bare = replace(uneven_world(), sector_value_added_share=None, input_shares=None)
    with pytest.raises(InvalidInputError, match="no inputs by sector"):
        consistent_base_year(bare, balanced=True)
