"""Readers of published models' files, against printed constants and independent recomputation."""

import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.io import loadmat, savemat
from scipy.optimize import fsolve

from negotiation.data import read_ignatenko2025, read_ignatenko2025_tariffs, read_ossa2014
from negotiation.data.readers.home_sales import calibrate_destination_shares, close_home_sales
from negotiation.errors import ConvergenceError, DataError, InvalidInputError
from tests.reference import reference_path

US, CHINA, CANADA, MEXICO = 184, 33, 30, 114
NU_REST, NU_US = 0.11433521, 0.27047098


@pytest.fixture(scope="module")
def world():
    return read_ignatenko2025(reference_path("ignatenko2025"))


@pytest.fixture
def files(tmp_path):
    """A world of three countries in the authors' layout."""
    (tmp_path / "country_labels.csv").write_text(
        "iso3,iso_code,CountryName\nAAA,1,A\nUSA,2,U\nCCC,3,C\n"
    )
    (tmp_path / "gdp.csv").write_text("gdp\r\n1e12\r\n2e13\r\n5e12\r\n")
    (tmp_path / "trade_cepii.csv").write_text("e1,e2,e3\n,2e8,1e8\n1e8,,3e8\n1e8,4e8,\n")
    (tmp_path / "tariffs.csv").write_text("applied_tariff\n.05\n0\n.54\n")
    return tmp_path


def test_ignatenko_labels_and_units(world):
    assert len(world.regions) == 194
    assert [world.regions[k] for k in (US, CHINA, CANADA, MEXICO)] == ["USA", "CHN", "CAN", "MEX"]
    assert world.flows.shape == (1, 194, 194)
    assert world.gdp[US] == pytest.approx(27_360, rel=0.02)
    assert not world.tariffs.rates.any()


def test_printed_destination_shares(world):
    trade = world.flows[0].copy()
    np.fill_diagonal(trade, 0.0)
    rest, us = calibrate_destination_shares(trade, world.gdp, US)
    assert round(rest, 8) == NU_REST
    assert round(us, 8) == NU_US


def test_destination_shares_solve_their_equations(world):
    """The same two equations, written out and handed to another solver."""
    trade = world.flows[0].copy()
    np.fill_diagonal(trade, 0.0)
    group = np.zeros((2, 194))
    group[0], group[1, US] = 1.0, 1.0
    group[0, US] = 0.0
    X, Y = group @ trade @ group.T, group @ world.gdp

    def gaps(nu):
        E = Y + (1 - nu) * (X.sum(axis=0) - X @ (1 - nu))
        r11 = (E[0] - X[1, 0]) / (E[0] - X[1, 0] + X[0, 1])
        r22 = (E[1] - X[0, 1]) / (E[1] - X[0, 1] + X[1, 0])
        return (
            (1 - r11) * nu[1] + r11 * nu[0] - 0.12,
            r22 * nu[1] + (1 - r22) * nu[0] - 0.26,
        )

    np.testing.assert_allclose(
        calibrate_destination_shares(trade, world.gdp, US),
        fsolve(gaps, [0.1, 0.3], xtol=1e-14),
        rtol=1e-9,
    )


def test_income_follows_from_gdp_where_nothing_is_cut_off(world):
    """The authors' transfers make income GDP plus ``nu`` of what foreign sales earn at home."""
    flows = world.flows[0]
    nu = np.full(194, NU_REST)
    nu[US] = NU_US
    income = flows @ (1 - nu) + nu * flows.sum(axis=0)
    earned_abroad = np.where(np.eye(194, dtype=bool), 0.0, flows) @ (1 - nu)
    inside = flows.diagonal() > 0.0
    assert inside.sum() == 192
    np.testing.assert_allclose(income[inside], (world.gdp + nu * earned_abroad)[inside], rtol=1e-6)


def test_other_destination_shares_are_an_option(world):
    plain = read_ignatenko2025(reference_path("ignatenko2025"), destination_shares=0.0)
    off = ~np.eye(194, dtype=bool)
    assert np.array_equal(plain.flows[0][off], world.flows[0][off])
    exports = np.where(off, plain.flows[0], 0.0).sum(axis=1)
    np.testing.assert_allclose(
        plain.flows[0].diagonal(), np.maximum(plain.gdp - exports, 0.0), rtol=1e-9, atol=1e-9
    )


def test_tariffs_of_2_april():
    folder = reference_path("ignatenko2025")
    rates = read_ignatenko2025_tariffs(folder).rates[0]
    assert rates[CHINA, US] == 0.54
    assert rates[US, US] == 0.0
    assert np.delete(rates[:, US], US).min() == 0.10
    assert not np.delete(rates, US, axis=1).any()
    bare = read_ignatenko2025_tariffs(folder, floor=0.0).rates[0]
    assert np.all(bare <= rates)


@given(
    trade=arrays(float, (4, 4), elements=st.floats(0, 10)),
    gdp=arrays(float, 4, elements=st.floats(50, 1000)),
    nu=arrays(float, 4, elements=st.floats(0, 0.5)),
)
@settings(max_examples=60, deadline=None)
def test_transfers_add_to_zero(trade, gdp, nu):
    closed = close_home_sales(trade, gdp, nu)
    scale = closed.expenditure.sum()
    assert abs(closed.transfers.sum()) <= 1e-12 * scale
    np.testing.assert_allclose(closed.expenditure, closed.flows.sum(axis=0))
    inside = closed.flows.diagonal() > 0.0
    off = ~np.eye(4, dtype=bool)
    earned_abroad = np.where(off, trade, 0.0) @ (1 - nu)
    np.testing.assert_allclose(closed.income[inside], (gdp + nu * earned_abroad)[inside], rtol=1e-9)
    assert np.array_equal(closed.flows[off], trade[off])


def test_destination_shares_that_do_not_settle_say_so():
    trade = np.array([[0.0, 5.0], [9.0, 0.0]])
    with pytest.raises(ConvergenceError, match="do not settle") as caught:
        calibrate_destination_shares(trade, [20.0, 30.0], 1, max_iter=1)
    assert len(caught.value.partial) == 2


def test_small_world_reads(files):
    economy = read_ignatenko2025(files, destination_shares=0.0)
    assert economy.regions == ("AAA", "USA", "CCC")
    np.testing.assert_allclose(
        economy.flows[0], [[700, 200, 100], [100, 19600, 300], [100, 400, 4500]]
    )
    assert read_ignatenko2025_tariffs(files).rates[0].tolist() == [
        [0, 0.1, 0], [0, 0, 0], [0, 0.54, 0],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("trade_cepii.csv", "3e8", "-3e8", r"trade_cepii.csv, row 3 \(USA\), column 3 \(CCC\)"),
        ("trade_cepii.csv", "3e8", "nan", r"row 3 \(USA\), column 3 \(CCC\): number out of range"),
        ("trade_cepii.csv", "3e8", "x", r"column 3 \(CCC\): not a number; seen 'x'"),
        ("trade_cepii.csv", "1e8,4e8,", "1e8,4e8", r"row 4 \(CCC\): wrong number of cells"),
        ("trade_cepii.csv", ",2e8,1e8\n", "", "wrong number of rows; seen 2; allowed: 3"),
        (
            "trade_cepii.csv",
            ",2e8",
            "7,2e8",
            r"row 2 \(AAA\).*: the diagonal|diagonal must be empty",
        ),
        ("gdp.csv", "2e13", "-1", "gdp.csv, row 3, column gdp: number out of range"),
        ("gdp.csv", "2e13\r\n", "", "gdp.csv: wrong number of rows"),
        ("country_labels.csv", "iso3", "code", "column iso3: missing column|missing column"),
        ("country_labels.csv", "CCC", "AAA", "codes must be distinct"),
        ("country_labels.csv", "USA", "UUU", "no row for the United States"),
    ],
)
def test_bad_ignatenko_files_are_refused_with_their_place(files, file, old, new, message):
    text = (files / file).read_bytes().decode()
    assert old in text
    (files / file).write_bytes(text.replace(old, new, 1).encode())
    with pytest.raises(DataError, match=message):
        read_ignatenko2025(files)


def test_bad_tariffs_and_missing_files(files):
    (files / "tariffs.csv").write_text("applied_tariff\n.05\n-2\n.54\n")
    with pytest.raises(DataError, match="tariffs.csv, row 3"):
        read_ignatenko2025_tariffs(files)
    with pytest.raises(InvalidInputError, match="floor"):
        read_ignatenko2025_tariffs(files, floor=-0.1)
    (files / "gdp.csv").write_text("gdp\n")
    with pytest.raises(DataError, match="gdp.csv: no rows"):
        read_ignatenko2025(files)
    (files / "gdp.csv").unlink()
    with pytest.raises(DataError, match="gdp.csv: cannot be read"):
        read_ignatenko2025(files)
    (files / "country_labels.csv").write_bytes(b"\xff\xfe\x00iso3")
    with pytest.raises(DataError, match="country_labels.csv: not a csv file"):
        read_ignatenko2025(files)


def test_ossa_flows_tariffs_and_elasticities():
    path = reference_path("ossa2014", "DATA.mat")
    economy = read_ossa2014(path)
    raw = loadmat(path)
    assert economy.flows.shape == (33, 7, 7)
    for s, i, j in ((0, 0, 0), (4, 6, 1), (30, 1, 6), (32, 6, 6)):
        assert economy.flows[s, i, j] == raw["TRADE"][s * 7 + i, j] / 1000
        assert economy.tariffs.rates[s, i, j] == raw["TARIFF"][s * 7 + i, j]
    assert economy.elasticities["ossa_2014"].mean() == pytest.approx(2.4216, abs=5e-5)
    assert economy.regions[-1] == "USA"
    assert economy.sectors[1] == "wht"
    assert np.all(economy.political_weights == 1.0)
    exports, imports = economy.flows.sum(axis=(0, 2)), economy.flows.sum(axis=(0, 1))
    np.testing.assert_allclose(exports, imports, rtol=1e-9)


def test_ossa_lobbying_weights():
    path = reference_path("ossa2014", "DATA.mat")
    economy = read_ossa2014(path, lobbying=True)
    raw = loadmat(path)["LAMBDAPOL"]
    assert np.array_equal(economy.political_weights, raw)
    np.testing.assert_allclose(economy.political_weights.mean(axis=1), 1.0, rtol=1e-9)


def test_ossa_sectors_are_those_of_its_list():
    lines = reference_path("ossa2014", "sectors.csv").read_text().splitlines()[1:34]
    economy = read_ossa2014(reference_path("ossa2014", "DATA.mat"))
    assert list(economy.sectors) == [line.split(",")[1] for line in lines]


@pytest.fixture
def mat():
    """A balanced world in the author's layout."""
    block = np.full((7, 7), 2.0) + 5.0 * np.eye(7)
    tariff = np.where(np.eye(7, dtype=bool), 0.0, 0.1)
    return {
        "TRADE": np.tile(block, (33, 1)),
        "TARIFF": np.tile(tariff, (33, 1)),
        "SIGMA": np.full((33, 1), 3.0),
        "LAMBDABAS": np.ones((7, 33), dtype=np.uint8),
        "LAMBDAPOL": np.full((7, 33), 1.0),
    }


def _changed(mat, name, place, value):
    out = {key: np.array(values, dtype=float) for key, values in mat.items()}
    out[name][place] = value
    return out


def test_ossa_layout_reads(mat, tmp_path):
    savemat(tmp_path / "d.mat", mat)
    economy = read_ossa2014(tmp_path / "d.mat")
    assert economy.flows[5, 2, 2] == 0.007
    assert economy.tariffs.rate("tex", exporter="CHN", importer="USA") == 0.1


@pytest.mark.parametrize(
    ("name", "place", "value", "message"),
    [
        ("TRADE", (15, 3), -1.0, r"TRADE, row 16, column 4 \(gro, exporter CHN, importer IND\)"),
        ("TRADE", (15, 3), np.nan, r"TRADE, row 16, column 4"),
        ("TRADE", (15, 3), 9.0, r"trade is not balanced.*"),
        ("TARIFF", (15, 3), -0.5, r"TARIFF, row 16, column 4"),
        (
            "TARIFF",
            (14, 0),
            0.5,
            r"TARIFF, row 15, column 1 \(gro, exporter BRA.*cannot tax its own",
        ),
        ("SIGMA", (4, 0), 0.9, r"SIGMA, row 5 \(osd\)"),
        ("LAMBDABAS", (1, 1), -1.0, r"LAMBDABAS, row 2, column 2"),
    ],
)
def test_bad_ossa_numbers_are_refused_with_their_place(mat, tmp_path, name, place, value, message):
    savemat(tmp_path / "d.mat", _changed(mat, name, place, value))
    with pytest.raises(DataError, match=message):
        read_ossa2014(tmp_path / "d.mat")


def test_an_accepted_imbalance(mat, tmp_path):
    savemat(tmp_path / "d.mat", _changed(mat, "TRADE", (15, 3), 2.1))
    read_ossa2014(tmp_path / "d.mat", balance_tolerance=1e-3)


def test_foreign_mat_files_are_refused(mat, tmp_path):
    path = tmp_path / "d.mat"
    with pytest.raises(DataError, match=r"d.mat: cannot be read"):
        read_ossa2014(path)
    with pytest.raises(DataError, match="seen a folder"):
        read_ossa2014(tmp_path)
    path.write_text("no matlab file, but long enough to hold a header" * 10)
    with pytest.raises(DataError, match=r"d.mat: not a .mat file that can be read"):
        read_ossa2014(path)
    savemat(path, {"A": np.eye(2)})
    with pytest.raises(DataError, match=r"d.mat, TRADE: missing variable; seen A"):
        read_ossa2014(path)
    savemat(path, mat | {"TRADE": np.ones((7, 231))})
    with pytest.raises(DataError, match=r"TRADE: wrong shape; seen \(7, 231\)"):
        read_ossa2014(path)
    savemat(path, mat | {"TRADE": "text"})
    with pytest.raises(DataError, match=r"TRADE: not an array of real numbers"):
        read_ossa2014(path)
    savemat(path, mat | {"TRADE": np.zeros((231, 7))})
    with pytest.raises(DataError, match=r"TRADE, BRA: a region sells nothing"):
        read_ossa2014(path)


def test_a_damaged_copy_of_the_authors_file_is_refused(tmp_path):
    path = tmp_path / "DATA.mat"
    shutil.copy(reference_path("ossa2014", "DATA.mat"), path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError):
        read_ossa2014(path)
