"""Economies and schedules to tidy tables and back."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from negotiation.data import load_economy
from negotiation.errors import InvalidInputError
from negotiation.trade.economy import Economy, TariffSchedule

NAMES = ("USA", "C_N"), ("food", "cars", "s_1")


@given(
    flows=arrays(float, (3, 2, 2), elements=st.floats(0.01, 1e5)),
    rates=arrays(float, (3, 2, 2), elements=st.floats(-0.9, 9.0)),
)
@settings(max_examples=30, deadline=None)
def test_round_trip(flows, rates):
    rates[:, [0, 1], [0, 1]] = 0.0
    economy = Economy("two", *NAMES, flows, TariffSchedule(*NAMES, rates))
    frame = economy.to_frame()
    again = Economy.from_frame(frame)
    assert (again.regions, again.sectors) == NAMES
    np.testing.assert_array_equal(again.flows, flows)
    np.testing.assert_array_equal(again.tariffs.rates, rates)
    schedule = TariffSchedule.from_frame(economy.tariffs.to_frame())
    np.testing.assert_array_equal(schedule.rates, rates)
    shuffled = TariffSchedule.from_frame(
        economy.tariffs.to_frame().sample(frac=1.0, random_state=1),
        regions=NAMES[0],
        sectors=NAMES[1],
    )
    np.testing.assert_array_equal(shuffled.rates, rates)


def test_the_embedded_economy_goes_there_and_back():
    economy = load_economy()
    again = Economy.from_frame(economy.to_frame(), gdp=economy.gdp, year=2022)
    np.testing.assert_array_equal(again.flows, economy.flows)
    np.testing.assert_array_equal(again.gdp, economy.gdp)
    assert again.year == 2022


def frame(**changes):
    table = {
        "sector": ["g"] * 4,
        "exporter": ["A", "A", "B", "B"],
        "importer": ["A", "B", "A", "B"],
        "value": [5.0, 1.0, 1.0, 5.0],
        "rate": [0.0, 20.8, 21.2, 0.0],
    }
    return pd.DataFrame({**table, **changes})


def test_percent_must_be_named():
    with pytest.raises(InvalidInputError, match=r"highest that is expected; seen 20\.8"):
        TariffSchedule.from_frame(frame())
    schedule = TariffSchedule.from_frame(frame(), unit="percent")
    assert schedule.rate("g", exporter="A", importer="B") == pytest.approx(0.208)


def test_a_rate_of_145_is_not_145_percent():
    free = TariffSchedule(("A", "B"), ("g",), np.zeros((1, 2, 2)))
    for change in (free.set, free.add):
        with pytest.raises(InvalidInputError, match=r"seen 145\.0; allowed: <= 10.*divided by 100"):
            change(importer="A", exporter="B", rate=145)
    wall = replace(free, highest_rate=200.0).set(importer="A", exporter="B", rate=145)
    assert wall.rates.max() == 145.0
    assert wall.add(importer="A", rate=1.0).rates.max() == 146.0
    with pytest.raises(InvalidInputError, match="highest_rate"):
        replace(free, highest_rate=float("nan"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"value": [5.0, None, 1.0, 5.0]}, r"row 1 \(g, A, B\), column value"),
        ({"value": ["5", "x", "1", "5"]}, "column value: not numbers"),
        ({"value": [5.0, -1.0, 1.0, 5.0]}, "exporter A, importer B: seen -1.0"),
        ({"importer": ["A", "B", "A", "A"]}, "two rows"),
        ({"importer": ["A", "B", "A", None]}, "row 3, column importer: not a label"),
        ({"sector": [1, 1, 1, 1]}, "column sector: not a label.*must be text"),
        ({"value": [0.0, 1.0, 1.0, 5.0]}, "without sales at home.*such as A"),
    ],
)
def test_bad_frames_are_refused(changes, message):
    with pytest.raises(InvalidInputError, match=message):
        Economy.from_frame(frame(**changes))


def test_other_bad_frames_are_refused():
    with pytest.raises(InvalidInputError, match="DataFrame"):
        Economy.from_frame([1])
    with pytest.raises(InvalidInputError, match="column value: missing column"):
        Economy.from_frame(frame().drop(columns="value"))
    table = frame()
    with pytest.raises(InvalidInputError, match="column rate: repeated column"):
        TariffSchedule.from_frame(pd.concat([table, table[["rate"]]], axis=1))
    with pytest.raises(InvalidInputError, match="no rows"):
        Economy.from_frame(frame().head(0))
    part = frame(rate=[0.0, 0.2, 0.3, 0.0]).head(2)
    with pytest.raises(InvalidInputError, match=r"no row for.*missing=0\.0"):
        TariffSchedule.from_frame(part)
    filled = TariffSchedule.from_frame(part, missing=0.1)
    assert filled.rates.tolist() == [[[0.0, 0.2], [0.1, 0.0]]]
    with pytest.raises(InvalidInputError, match="regions that are not listed; seen B"):
        TariffSchedule.from_frame(part, regions=["A"])
    with pytest.raises(InvalidInputError, match="unit"):
        TariffSchedule.from_frame(part, unit="points")
