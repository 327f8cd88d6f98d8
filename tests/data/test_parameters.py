"""Parameters: dates, ranges, sources."""

import re
from datetime import date

import pytest

from negotiation.data import load_table, parameter, parameters, sources
from negotiation.errors import DataError, InformationDateError, InvalidInputError


def test_every_parameter_has_a_source_a_range_and_a_date():
    for name, p in parameters().items():
        assert p.name == name
        assert p.low <= p.value <= p.high
        assert p.source == "assumption" or p.source in sources()
        if p.status == "assumption":
            assert p.low < p.high, f"{name}: an assumption is swept"


def test_information_date():
    known = parameters("2025-05-02")
    assert all(p.known_on <= date(2025, 5, 2) for p in known.values())
    assert set(parameters()) - set(known) == {"exempt_share_chn"}
    with pytest.raises(InformationDateError, match="exempt_share_chn"):
        parameter("exempt_share_chn", as_of="2025-05-02")
    with pytest.raises(InvalidInputError, match="purchase_compliance"):
        parameter("compliance")


def test_derived_values_follow_from_their_sources():
    phase_one = load_table("phase_one").select(period="2020-2021 two years")
    total = next(r for r in phase_one if r["commitment_usd_bn"] == 502.4)
    assert parameter("purchase_compliance").value == pytest.approx(
        total["actual_usd_bn"] / total["commitment_usd_bn"], abs=5e-5
    )
    exports = load_table("macro").row(
        economy="China", year=2024, indicator="goods_exports_to_united_states"
    )["value"]
    goldman = load_table("jobs").row(
        country="CHN",
        estimator="Goldman Sachs",
        scenario="high US-China tariffs persist (145/125)",
    )
    assert goldman["kind"] == "exposed"
    assert parameter("jobs_per_billion_exports_chn").value == pytest.approx(
        goldman["high"] * 1e6 / exports, abs=0.5
    )
    supported = load_table("jobs").row(estimator="US-China Business Council")["high"]
    goods = load_table("macro").row(year=2022, indicator="goods_exports_to_china")["value"]
    services = load_table("macro").row(year=2024, indicator="services_exports_to_china")["value"]
    assert parameter("jobs_per_billion_exports_usa").value == pytest.approx(
        supported * 1e6 / (goods + services), abs=0.5
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("value = 1.7", "value = 17", r"terms_duration.value: value outside its own range"),
        ("value = 1.7", 'value = "x"', r"terms_duration.value: not a number"),
        ("value = 1.7", "value = nan", r"terms_duration.value: not finite"),
        ("value = 1.7", "valu = 1.7", r"terms_duration: unknown key; seen valu"),
        ("value = 1.7\n", "", r"terms_duration: missing key; seen value"),
        ('symbol = "D"', 'symbol = ""', r"terms_duration.symbol: not a text"),
        ("known_on = 2021-12-31", 'known_on = "2021"', r"terms_duration.known_on: not a date"),
        ('status = "assumption"', 'status = "guess"', r"unknown status; seen guess"),
        ('source = "scmp_2025"', 'source = "hearsay"', r"source does not fit"),
        ("[terms_duration]", "x = 1\n[terms_duration]", r"unknown key|not a parameter"),
    ],
)
def test_a_bad_parameter_is_refused_with_its_place(data_folder, old, new, message):
    path = data_folder / "parameters.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=re.compile(message)):
        parameters(folder=data_folder)
    with pytest.raises(DataError):
        parameter("terms_duration", folder=data_folder)


def test_a_stray_value_is_not_a_parameter(data_folder):
    path = data_folder / "parameters.toml"
    path.write_text("rate = 3\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(DataError, match="rate: not a parameter"):
        parameters(folder=data_folder)
