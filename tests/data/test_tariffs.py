"""Dated tariffs, averages and exemptions."""

import csv
import io
from datetime import date

import numpy as np
import pytest

from negotiation.data import average_tariff, exempt_sectors, load_economy, tariff_history
from negotiation.errors import InformationDateError, InvalidInputError


def test_rates_of_the_standoff_in_order():
    steps = tariff_history("USA", "CHN", as_of="2025-05-02")
    rates = list(dict.fromkeys(step.added_rate for step in steps))
    assert rates == [0.0, 0.1, 0.2, 0.3, 1.04, 1.45]
    assert [s.added_rate for s in tariff_history("CHN", "USA", as_of="2025-05-02")] == [
        0,
        0.84,
        1.25,
    ]
    assert all(step.known_on <= date(2025, 5, 2) for step in steps)


def test_measures_on_everybody_count():
    assert tariff_history("USA", "CHN")[-2].measure.startswith("Section 122")


def test_series_and_status_are_kept_apart():
    listed = tariff_history("CHN", "USA", series="listed_goods", as_of="2025-04-01")
    assert {step.series for step in listed} == {"listed_goods"}
    announced = tariff_history("USA", "CHN", status="announced")
    assert [step.added_rate for step in announced] == [0.54]
    assert [s.added_rate for s in tariff_history("USA", "CHN", status="threatened")] == [1.3]


@pytest.mark.parametrize(
    ("imposer", "day", "rate"),
    [
        ("USA", "2018-06-30", 0.038),
        ("CHN", "2018-06-30", 0.072),
        ("USA", "2019-12-31", 0.21),
        ("CHN", "2019-12-31", 0.211),
        ("USA", "2025-01-20", 0.208),
        ("CHN", "2025-01-20", 0.212),
        ("USA", "2025-04-11", 1.241),
        ("USA", "2025-05-14", 0.511),
        ("CHN", "2025-05-14", 0.326),
    ],
)
def test_published_averages(imposer, day, rate):
    target = "CHN" if imposer == "USA" else "USA"
    assert average_tariff(imposer, target, date=day) == rate


def test_an_average_known_later_is_refused():
    with pytest.raises(InformationDateError, match="2026-01-31"):
        average_tariff("CHN", "USA", date="2025-04-30", as_of="2025-05-02")
    with pytest.raises(InvalidInputError, match="allowed: .*2018-06-30"):
        average_tariff("CHN", "USA", date="2018-01-01")


def test_exemptions_by_side_and_date():
    sectors = set(load_economy().sectors)
    for pair in (("USA", "CHN"), ("CHN", "USA")):
        assert {e.sector for e in exempt_sectors(*pair)} <= sectors
    april = exempt_sectors("USA", "CHN", date="2025-04-11")
    assert [(e.sector, e.residual_added_rate) for e in april][-1] == ("C26", 0.2)
    assert len(exempt_sectors("USA", "CHN", date="2025-04-10")) == 3
    assert exempt_sectors("CHN", "USA", date="2025-04-24") == ()
    assert exempt_sectors("CHN", "USA", as_of="2025-04-24") == ()


def test_unknown_sides_are_refused():
    with pytest.raises(InvalidInputError, match="imposer"):
        tariff_history("EU27", "CHN")
    with pytest.raises(InvalidInputError, match="does not tax itself"):
        exempt_sectors("CHN", "CHN")
    with pytest.raises(InvalidInputError, match="series"):
        tariff_history("USA", "CHN", series="all")


def _later_rows_changed(column):
    """Double a number in every row known after 2 May 2025."""

    def edit(lines):
        header = lines[0].split(",")
        place, known = header.index(column), header.index("known_on")
        out = [lines[0]]
        for cells in csv.reader(lines[1:]):
            if cells[known] > "2025-05-02":
                cells[place] = str(2 * float(cells[place]) + 1)
            text = io.StringIO()
            csv.writer(text, lineterminator="").writerow(cells)
            out.append(text.getvalue())
        return out

    return edit


def test_later_facts_change_nothing_at_the_information_date(spoil):
    spoil("tariff_averages", _later_rows_changed("rate_pct"))
    spoil("elasticities", _later_rows_changed("value"))
    folder = spoil("tariff_rates", _later_rows_changed("rate_pct"))
    for pair in (("USA", "CHN"), ("CHN", "USA")):
        known = tariff_history(*pair, as_of="2025-05-02")
        assert tariff_history(*pair, as_of="2025-05-02", folder=folder) == known
        assert tariff_history(*pair, folder=folder) != tariff_history(*pair)
    before, after = (
        load_economy(as_of="2025-05-02"),
        load_economy(as_of="2025-05-02", folder=folder),
    )
    assert np.array_equal(before.tariffs.rates, after.tariffs.rates)
    for name, values in before.elasticities.items():
        assert np.array_equal(values, after.elasticities[name])
