"""Spoilt files of every reader: only the library's errors leave, in bounded time and memory.

Each input is a valid file with a few bytes, cells, rows or columns changed by a seeded generator.
A table with accounts is accepted only where it still is the same world.
"""

import gzip
import io
import zipfile
from contextlib import suppress

import numpy as np
import pytest
from scipy.io import savemat

from negotiation.data import (
    FileLimits,
    read_caliendo_parro2015,
    read_concordance,
    read_icio,
    read_ignatenko2025,
    read_ignatenko2025_tariffs,
    read_ossa2014,
    read_tariffs,
    read_trade,
    read_wiod,
)
from negotiation.errors import NegotiationError
from tests.data.table_files import WIOD_KINDS, baci, icio, itpd, small_world, wiod
from tests.spoilt import little_memory, read_spoilt, spoilt, stream

WORLD = small_world(5)
WIOT = small_world(6, kinds=WIOD_KINDS, inventories=4)
CODES = {"01": "A01", "85": "C26", "*": "SERV"}
RATES = (
    "reporter,partner,hs6,rate,weight\nUSA,WLD,010121,2,1\nUSA,CHN,854231,30,3\nCHN,000,01,5,1\n"
)
LABELS = "iso3,iso_code,CountryName\nAAA,1,A\nUSA,2,U\nCCC,3,C\n"


def ossa_mat():
    """A small .mat file in the author's layout."""
    rng = np.random.default_rng(0)
    trade = np.tile(rng.uniform(1, 2, (7, 7)), (33, 1))
    trade = (trade.reshape(33, 7, 7) + trade.reshape(33, 7, 7).transpose(0, 2, 1)).reshape(231, 7)
    out = io.BytesIO()
    savemat(
        out,
        {
            "TRADE": trade,
            "TARIFF": np.zeros((231, 7)),
            "SIGMA": np.full((33, 1), 3.0),
            "LAMBDABAS": np.ones((7, 33)),
        },
        do_compression=True,
    )
    return out.getvalue()


def zipped(text):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("t.csv", text)
    return out.getvalue()


LIMITS = FileLimits(text_bytes=20_000_000, line_bytes=1_000_000, rows=200_000, cells=2_000_000)
ITPD, BACI = itpd(WORLD), baci(WORLD, {"A01": ["010121"], "C26": ["854231"], "SERV": ["99"]})
CASES = {
    "icio 2023": (icio(WORLD).encode(), lambda p: read_icio(p, limits=LIMITS)),
    "icio 2018": (
        icio(WORLD, "2018").encode(),
        lambda p: read_icio(p, blank="zero", limits=LIMITS),
    ),
    "icio gz": (gzip.compress(icio(WORLD).encode()), lambda p: read_icio(p, limits=LIMITS)),
    "icio zip": (zipped(icio(WORLD)), lambda p: read_icio(p, limits=LIMITS)),
    "wiod": (wiod(WIOT).encode(), lambda p: read_wiod(p, limits=LIMITS)),
    "wiod sheet": (wiod(WIOT, "sheet").encode(), lambda p: read_wiod(p, limits=LIMITS)),
    "itpd": (ITPD.encode(), lambda p: read_trade(p, year=2019, limits=LIMITS)),
    "baci": (
        BACI.encode(),
        lambda p: read_trade(p, concordance=CODES, home_sales="as_given", limits=LIMITS),
    ),
    "tariffs": (
        RATES.encode(),
        lambda p: read_tariffs(
            p, ("USA", "CHN"), ("A01", "C26"), unit="percent", concordance=CODES, missing=0.0,
            limits=LIMITS,
        ),
    ),
    "concordance": (b"hs6,sector\n01,A01\n85,C26\n", lambda p: read_concordance(p, limits=LIMITS)),
    "ossa2014": (ossa_mat(), read_ossa2014),
}  # fmt: skip


def accepted(result):
    """What a reader returned is whole: labels, and finite flows or rates that are not negative."""
    tables = [getattr(result, name) for name in ("flows", "rates") if hasattr(result, name)]
    return all(np.isfinite(table).all() and (table >= -1.0).all() for table in tables)


def same_world(result, good):
    """Whether an economy is another one up to the order of its labels."""
    if set(result.regions) != set(good.regions) or set(result.sectors) != set(good.sectors):
        return False
    regions = [result.regions.index(label) for label in good.regions]
    sectors = [result.sectors.index(label) for label in good.sectors]
    flows = result.flows[np.ix_(sectors, regions, regions)]
    return np.abs(flows - good.flows).max() <= 1e-5 * good.flows.max()


def fuzz(path, name, count, seed):
    """Read ``count`` spoilt files; returns how many were accepted and the most CPU seconds."""
    content, read = CASES[name]
    rng = stream(seed, name, CASES)
    path.write_bytes(content)
    good = read(path)
    checked = name.startswith(("icio", "wiod"))

    def check(result):
        return accepted(result) and (not checked or same_world(result, good))

    return read_spoilt(path, content, read, rng, count, check)


@pytest.mark.parametrize("name", CASES, ids=str)
def test_only_the_librarys_errors_leave(tmp_path, name):
    path = tmp_path / "file"
    path.write_bytes(CASES[name][0])
    assert accepted(CASES[name][1](path))
    fuzz(path, name, 150, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES, ids=str)
def test_only_the_librarys_errors_leave_100000_files(tmp_path, name):
    """The same at full size; CPU seconds and memory of each stay far under 5 s and 1 GB."""
    with little_memory():
        _, slowest = fuzz(tmp_path / "file", name, 100_000, seed=2)
    assert slowest < 5.0


def test_folders_of_spoilt_files(tmp_path):
    """Readers of folders: one file of the folder is spoilt."""
    files = {
        "country_labels.csv": LABELS.encode(),
        "gdp.csv": b"gdp\r\n1e12\r\n2e13\r\n5e12\r\n",
        "trade_cepii.csv": b"e1,e2,e3\n,2e8,1e8\n1e8,,3e8\n1e8,4e8,\n",
        "tariffs.csv": b"applied_tariff\n.05\n0\n.54\n",
    }
    rng = np.random.default_rng(3)
    for k in range(400):
        spoil = sorted(files)[k % len(files)]
        for file, content in files.items():
            (tmp_path / file).write_bytes(spoilt(content, rng) if file == spoil else content)
        for read in (read_ignatenko2025, read_ignatenko2025_tariffs, read_caliendo_parro2015):
            with suppress(NegotiationError):
                assert accepted(read(tmp_path))
