"""Input-output tables in the layouts of the OECD: same world, same economy; bad ones refused."""

import gzip
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from negotiation.data import FileLimits, read_icio
from negotiation.errors import DataError, InvalidInputError
from negotiation.trade.calibration import calibrate
from negotiation.trade.equilibrium import counterfactual
from negotiation.trade.model import TradeModel
from tests.data.table_files import KINDS, REGIONS, SECTORS, icio, small_world

PARTS = {"CHN": (("CN1", 0.7), ("CN2", 0.3)), "MEX": (("MX1", 0.4), ("MX2", 0.6))}
EDITIONS = {
    "2016, discrepancy, kinds first": ("2016", {"CHN": (("CN1", 0.5), ("CN2", 0.5))}),
    "2018, taxes by country": ("2018", PARTS),
    "2021, taxes by country": ("2021", {}),
    "2023": ("2023", {}),
    "2023 Extended": ("2023", PARTS),
    "no totals in columns": ("none", {}),
}


@pytest.mark.parametrize("edition", EDITIONS, ids=str)
def test_every_edition_is_the_same_economy(write, edition):
    world = small_world()
    economy = read_icio(write(icio(world, *EDITIONS[edition])), year=2022)
    assert (economy.regions, economy.sectors) == (REGIONS, SECTORS)
    np.testing.assert_allclose(economy.flows, world.flows, rtol=1e-8)
    np.testing.assert_allclose(economy.input_shares, world.input_shares, rtol=1e-8)
    np.testing.assert_allclose(
        economy.sector_value_added_share,
        (world.value_added + world.taxes) / world.output,
        rtol=1e-8,
    )
    taxed = world.value_added + (world.taxes if edition.startswith("2016") else 0.0)
    np.testing.assert_allclose(economy.gdp, taxed.sum(axis=1) / 1000, rtol=1e-8)


def test_final_demand_is_that_of_the_table(write):
    """What calibration leaves for final demand is what the table lists as such."""
    world = small_world()
    economy = read_icio(write(icio(world)))
    model = TradeModel.caliendo_parro2015(trade_elasticity=5.0)
    baseline = calibrate(economy, model)
    listed = world.final.sum(axis=(0, 3)) / 1000
    np.testing.assert_allclose(baseline.final_shares, listed / listed.sum(axis=0), rtol=1e-7)
    np.testing.assert_allclose(baseline.expenditure, listed.sum(axis=0), rtol=1e-7)
    war = economy.tariffs.set(importer="USA", exporter="CHN", rate=0.5)
    result = counterfactual(economy, war, model)
    assert result.certificate.largest < 1e-8
    assert result.welfare[1] < 0.0


def test_groups_are_applied_while_reading(write):
    world = small_world()
    path = write(icio(world, "2018", PARTS))
    fine = read_icio(path)
    groups = {"NAFTA": ["USA", "MEX"]}, {"GOODS": ["A01", "C26"]}
    coarse, added = read_icio(path, *groups), fine.aggregate(*groups)
    assert (coarse.regions, coarse.sectors) == (added.regions, added.sectors)
    for name in ("flows", "gdp", "input_shares", "sector_value_added_share"):
        np.testing.assert_allclose(getattr(coarse, name), getattr(added, name), rtol=1e-12)
    kept = read_icio(path, regions=["USA"], sectors=["SERV"])
    assert (set(kept.regions), set(kept.sectors)) == ({"USA", "ROW"}, {"SERV", "REST"})
    parts = read_icio(path, regions={"ZONE": ["CN1"], "CHN": ["CHN", "CN2"]})
    assert "ZONE" in parts.regions
    np.testing.assert_allclose(parts.flows.sum(), fine.flows.sum(), rtol=1e-12)


def test_regions_with_underscores(write):
    world = small_world(regions=("EU_27", "NOT_EU", "CHN"), sectors=("C17_18", "X_1"))
    economy = read_icio(write(icio(world)))
    assert economy.regions == world.regions
    assert economy.sectors == world.sectors
    np.testing.assert_allclose(economy.flows, world.flows, rtol=1e-8)


def test_compressed_files_and_members(write, tmp_path):
    text = icio(small_world())
    plain = read_icio(write(text))
    packed = tmp_path / "table.csv.gz"
    packed.write_bytes(gzip.compress(text.encode()))
    archive = tmp_path / "tables.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("2016_SML.csv", text)
        file.writestr("ReadMe.pdf", "how to read")
    for path in (packed, archive):
        np.testing.assert_array_equal(read_icio(path).flows, plain.flows)
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr("2017_SML.csv", text)
    with pytest.raises(DataError, match=r"not one table in the archive; seen 2016_SML.csv, ReadMe"):
        read_icio(archive)
    np.testing.assert_array_equal(read_icio(archive, member="2017_SML.csv").flows, plain.flows)
    with pytest.raises(DataError, match="not one table"):
        read_icio(archive, member="2015_SML.csv")


def test_sizes_are_known_before_memory_is_taken(write, tmp_path):
    text = icio(small_world())
    with pytest.raises(DataError, match="too large"):
        read_icio(write(text), limits=FileLimits(text_bytes=500))
    with pytest.raises(DataError, match="too many"):
        read_icio(write(text), limits=FileLimits(cells=30))
    bomb = tmp_path / "bomb.csv.gz"
    bomb.write_bytes(gzip.compress(b"0," * 10_000_000))
    with pytest.raises(DataError, match="line too long"):
        read_icio(bomb)
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.csv", b"x,y\n" * 2_000_000)
    with pytest.raises(DataError, match="too large"):
        read_icio(archive, limits=FileLimits(text_bytes=1_000_000))


def test_a_unit_that_is_off_by_a_thousand(write):
    world = small_world()
    path = write(icio(world))
    total = float(world.flows.sum())
    assert read_icio(path, stated_total=total * 1.05).flows.sum() == pytest.approx(total)
    with pytest.raises(DataError, match=r"stated total.*off by 10\^-3"):
        read_icio(path, unit="thousand USD", stated_total=total)
    with pytest.raises(DataError, match=r"stated total.*off by 10\^3"):
        read_icio(path, unit="billion USD", stated_total=total)
    with pytest.raises(DataError, match="do not add up to the stated total"):
        read_icio(path, stated_total=total * 1.5)
    large = small_world()
    large = replace(
        large, **{k: 1e5 * getattr(large, k) for k in ("inputs", "final", "taxes", "value_added")}
    )
    read_icio(write(icio(large)), unit="thousand USD")
    with pytest.raises(DataError, match="more than the world produces"):
        read_icio(write(icio(large)), unit="billion USD")
    lines = icio(world).splitlines()
    cells = lines[1].split(",")
    lines[1] = ",".join([cells[0], *(str(1000 * float(c)) for c in cells[1:])])
    with pytest.raises(DataError, match=r"row 2 \(USA_A01\).*off by a thousand"):
        read_icio(write("\n".join(lines)))


def changed(text, row, column, value):
    """The table with one cell put to another value."""
    rows = [line.split(",") for line in text.splitlines()]
    place = rows[0].index(column)
    line = next(r for r in rows if r[0] == row)
    line[place] = value(line[place]) if callable(value) else value
    return "\n".join(",".join(r) for r in rows)


def swapped_rows(text, first, second):
    rows = text.splitlines()
    index = {line.split(",")[0]: k for k, line in enumerate(rows)}
    a, b = rows[index[first]].split(",", 1)[1], rows[index[second]].split(",", 1)[1]
    rows[index[first]], rows[index[second]] = f"{first},{b}", f"{second},{a}"
    return "\n".join(rows)


def without(text, row=None, column=None):
    rows = [line.split(",") for line in text.splitlines()]
    if column:
        place = rows[0].index(column)
        rows = [r[:place] + r[place + 1 :] for r in rows]
    return "\n".join(",".join(r) for r in rows if r[0] != row)


CORRUPTED = {
    "cell changed": lambda t: changed(t, "USA_C26", "CHN_C26", lambda c: f"{float(c) * 1.01}"),
    "cell blank": lambda t: changed(t, "USA_C26", "CHN_C26", ""),
    "cell not a number": lambda t: changed(t, "USA_C26", "CHN_C26", ".."),
    "digits with a mark": lambda t: changed(t, "USA_C26", "CHN_C26", lambda c: f"1_0{c}"),
    "cell nan": lambda t: changed(t, "USA_C26", "CHN_C26", "nan"),
    "cell infinite": lambda t: changed(t, "USA_C26", "CHN_HFCE", "1e999"),
    "cell zeroed": lambda t: changed(t, "CHN_SERV", "CHN_HFCE", "0"),
    "sign changed": lambda t: changed(t, "CHN_SERV", "CHN_HFCE", lambda c: f"-{c}"),
    "decimal comma": lambda t: t.replace("USA_C26,", "USA_C26,1,", 1).replace("1,USA", "USA"),
    "total changed": lambda t: changed(t, "MEX_A01", "OUT", lambda c: f"{float(c) + 1}"),
    "output changed": lambda t: changed(t, "OUT", "MEX_A01", lambda c: f"{float(c) + 1}"),
    "value added changed": lambda t: changed(t, "VA", "MEX_A01", lambda c: f"{float(c) + 1}"),
    "taxes changed": lambda t: changed(t, "TLS", "MEX_A01", lambda c: f"{float(c) + 1}"),
    "value added negative": lambda t: changed(t, "VA", "MEX_A01", "-1"),
    "rows swapped": lambda t: swapped_rows(t, "USA_A01", "CHN_SERV"),
    "row left out": lambda t: without(t, row="CHN_C26"),
    "row twice": lambda t: t + next(r for r in t.splitlines() if r.startswith("USA_A01")) + "\n",
    "value added twice": lambda t: t + next(r for r in t.splitlines() if r[:3] == "VA,") + "\n",
    "column left out": lambda t: without(t, column="CHN_C26"),
    "final demand left out": lambda t: without(t, column="CHN_HFCE"),
    "column twice": lambda t: t.replace("CHN_HFCE", "USA_HFCE", 1),
    "taxes left out": lambda t: without(t, row="TLS"),
    "label without sector": lambda t: t.replace("\nUSA_C26,", "\nUSAC26,"),
    "label of another sector": lambda t: t.replace("\nUSA_C26,", "\nUSA_C27,"),
    "label empty": lambda t: t.replace("\nUSA_C26,", "\n,"),
    "row cut off": lambda t: t[: len(t) // 2],
    "half a row": lambda t: t[: t.index("\nCHN_SERV") + 40] + "\n" + t[t.index("\nMEX_A01") + 1 :],
    "semicolons": lambda t: t.replace(",", ";"),
    "quote left open": lambda t: t.replace("USA_C26", '"USA_C26', 1),
    "zero bytes": lambda t: t.replace("USA_C26,", "USA_C26,\0", 1),
    "header left out": lambda t: t.split("\n", 1)[1],
    "a thousand in a row": lambda t: "\n".join(
        r if not r.startswith("USA_A01")
        else ",".join([r.split(",")[0], *(f"{1000 * float(c):.12g}" for c in r.split(",")[1:])])
        for r in t.splitlines()
    ),
    "empty": lambda _: "",
}  # fmt: skip


def test_thirty_corruptions_are_at_hand():
    assert len(CORRUPTED) >= 30
    good = icio(small_world())
    assert all(damage(good) != good for damage in CORRUPTED.values())


@pytest.mark.parametrize("name", CORRUPTED, ids=str)
def test_no_corrupted_file_is_accepted(write, name):
    with pytest.raises((DataError, InvalidInputError)) as caught:
        read_icio(write(CORRUPTED[name](icio(small_world()))))
    assert len(str(caught.value)) < 600


def test_damaged_archives_are_refused(tmp_path):
    text = icio(small_world()).encode()
    whole = gzip.compress(text)
    broken = bytearray(whole)
    broken[len(broken) // 2] ^= 0xFF
    for k, content in enumerate((whole[: len(whole) // 2], bytes(broken), b"PK\x03\x04" + text)):
        path = tmp_path / f"{k}.gz"
        path.write_bytes(content)
        with pytest.raises(DataError):
            read_icio(path)
    workbook = tmp_path / "ICIO.xlsx"
    with zipfile.ZipFile(workbook, "w") as file:
        file.writestr("xl/workbook.xml", "<x/>")
    with pytest.raises(DataError, match="a workbook, not a text file.*csv"):
        read_icio(workbook)


def test_inputs_beyond_output_are_named_until_the_sector_is_grouped(write):
    world = small_world()
    inputs, added = world.inputs.copy(), world.value_added.copy()
    inputs[0, 1, 2, 0] += added[2, 0] + 50.0
    worse = replace(world, inputs=inputs)
    added = worse.output - inputs.sum(axis=(0, 1)) - world.taxes
    path = write(icio(replace(worse, value_added=added)))
    with pytest.raises(DataError, match="column MEX, A01.*inputs must lie between"):
        read_icio(path)
    grouped = read_icio(path, sectors={"ALL": ["A01", "SERV"]})
    assert (grouped.sector_value_added_share > 0.0).all()


def test_inventories_that_fall_by_more_than_all_uses(write):
    world = small_world()
    final = world.final.copy()
    final[0, 0, 1] = 0.0
    final[0, 0, 1, KINDS.index("INVNT")] = -world.inputs[0, 0, 1].sum() - 5.0
    worse = replace(world, final=final)
    added = worse.output - world.inputs.sum(axis=(0, 1)) - world.taxes
    path = write(icio(replace(worse, value_added=added)))
    with pytest.raises(DataError, match=r"sector A01, exporter USA, importer CHN.*-0\.005"):
        read_icio(path)
    assert read_icio(path, negative="zero").flows[0, 0, 1] == 0.0


@pytest.mark.parametrize("path", [5, None, b"x", "a\0b", ["x"]])
def test_no_path(path):
    with pytest.raises(InvalidInputError, match="path is not a|not a path"):
        read_icio(path)


@pytest.mark.parametrize("groups", [5, [1, 2], {"A": 5}, {"A": [None]}])
def test_no_groups(write, groups):
    with pytest.raises(InvalidInputError, match="regions"):
        read_icio(write(icio(small_world())), regions=groups)
