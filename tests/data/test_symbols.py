"""One symbol, one meaning; and the page says what the code says."""

import importlib.util

import pytest

from tests.reference import ROOT

SPEC = importlib.util.spec_from_file_location("symbols", ROOT / "docs" / "symbols.py")
symbols = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(symbols)


@pytest.fixture(scope="module")
def entries():
    return [*symbols.field_entries(), *symbols.parameter_entries()]


def test_one_symbol_has_one_meaning(entries):
    assert symbols.clashes(entries) == []


def test_the_page_is_not_stale(entries):
    page = (ROOT / "docs" / "symbols.md").read_text(encoding="utf-8")
    assert page == symbols.page(entries), "run python docs/symbols.py"


def test_two_meanings_are_found():
    one = symbols.Entry("library", "t", "tariff", "fraction", "A.rate")
    two = symbols.Entry("library", "t", "time", "year", "B.time")
    elsewhere = symbols.Entry("negotiation.bargaining.x.B", "t", "time", "year", "B.time")
    assert symbols.clashes([one, two]) == ["t (library): 'tariff' in A.rate; 'time' in B.time"]
    assert symbols.clashes([one, elsewhere]) == []


def test_shape_is_no_part_of_a_meaning():
    assert symbols._without_axes("tariff [sector, importer]") == "tariff"


def test_every_entry_is_on_the_page(entries):
    page = symbols.page(entries)
    for entry in entries:
        assert entry.carrier in page
        assert f"`{entry.symbol}`".replace("|", "\\|") in page
