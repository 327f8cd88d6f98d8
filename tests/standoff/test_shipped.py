"""The standoffs that come with the library, against the tables of dated facts."""

import datetime as dt

import numpy as np
import pytest

import negotiation as ng
from negotiation.data.standoffs.tariffs import mean_baseline

NAMES = ng.standoff_names()
DISPUTES = {
    "us-eu-2025": "us_eu_2025",
    "us-japan-2025": "us_japan_2025",
    "us-india-2025": "us_india_2025",
    "us-brazil-2025": "us_brazil_2025",
    "us-switzerland-2025": "us_switzerland_2025",
}
#: Spans in which a rate of the table includes most-favoured-nation duties.
_VOID, _LAST = dt.date(2026, 2, 20), dt.date(2026, 7, 24)
TOTALS = (
    ("us-eu-2025", dt.date(2025, 8, 7), _VOID),
    ("us-eu-2025", _LAST, dt.date.max),
    ("us-japan-2025", dt.date(2025, 9, 4), _VOID),  # stacked by mistake until then
    ("us-japan-2025", _LAST, dt.date.max),
    ("us-switzerland-2025", dt.date(2025, 12, 17), _VOID),
    ("us-switzerland-2025", _LAST, dt.date.max),
)


def test_at_least_twelve_are_shipped():
    assert len(NAMES) >= 12
    assert {
        "us-china-2025-spring", "us-china-2025-autumn", "us-china-2026", "us-china-2018",
        "us-eu-2025", "us-japan-2025", "us-canada-2025", "us-mexico-2019", "us-india-2025",
        "us-brazil-2025", "us-switzerland-2025", "eu-china-electric-vehicles-2024",
    } <= set(NAMES)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_row_has_a_source_and_a_day(name):
    found = ng.load_standoff(name)
    rows = [
        *found.changes, *found.threats, *found.exemptions, *found.measures, *found.deadlines,
        *found.endings, *found.events, *found.moments,
        *(demand for stage in found.stages for demand in stage.demands.values()),
    ]  # fmt: skip
    known = {*ng.sources(), "assumption"}
    assert {row.source for row in rows} <= known
    assert all(row.known_on >= dt.date(2018, 1, 1) for row in rows)
    assert found.events
    assert found.stages
    assert found.deadlines or found.endings
    assert found.remarks


@pytest.mark.parametrize("name", NAMES)
def test_games_bargains_and_dependence_follow(name):
    found = ng.load_standoff(name)
    day = found.deadlines[0].known_on if found.deadlines else found.start
    game = found.game(day)
    assert np.isfinite(game.payoffs).all()
    assert ng.nash_equilibria(game).equilibria
    problem = found.bargaining(day)
    agreed = ng.nash_bargaining(problem)
    assert np.all(agreed.payoffs >= problem.disagreement - 1e-9)
    shares = [row.total.share_of_exports for row in found.dependence().values()]
    assert all(0.0 < share < 1.0 for share in shares)


@pytest.mark.parametrize("name", DISPUTES)
def test_points_on_every_day_of_the_table_are_those_of_the_table(name):
    found = ng.load_standoff(name)
    first, second = found.sides
    base = mean_baseline(found.economy, importer=first, exporter=second)
    last = {}
    for row in ng.load_table("dispute_events").select(dispute_id=DISPUTES[name]):
        last[row["date"]] = row["sender_added_pct"]
    for day, percent in last.items():
        if percent is not None:
            total = any(k == name and begin <= day < end for k, begin, end in TOTALS)
            points = percent / 100 - (base if total else 0.0)
            assert found.points(day)[first] == pytest.approx(points, abs=1e-9), day
            assert found.points(day)[second] == 0.0


@pytest.mark.parametrize(
    ("name", "day", "points"),
    [
        # Joint statement of Geneva, and the orders around it.
        ("us-china-2025-spring", "2025-04-11", (1.45, 0.84)),
        ("us-china-2025-spring", "2025-05-02", (1.45, 1.25)),
        ("us-china-2025-spring", "2025-05-14", (0.30, 0.10)),
        ("us-china-2025-autumn", "2025-10-15", (0.30, 0.10)),
        ("us-china-2025-autumn", "2025-11-10", (0.20, 0.10)),
        ("us-china-2026", "2026-02-20", (0.0, 0.10)),
        ("us-china-2026", "2026-03-01", (0.10, 0.10)),
        ("us-china-2026", "2026-10-08", (0.125, 0.10)),
        ("us-canada-2025", "2025-03-05", (0.25, 0.0)),
        ("us-canada-2025", "2025-08-02", (0.35, 0.0)),
        ("us-canada-2025", "2026-02-21", (0.0, 0.0)),
        ("us-mexico-2019", "2019-06-10", (0.0, 0.0)),
    ],
)
def test_points_in_force(name, day, points):
    found = ng.load_standoff(name)
    assert tuple(found.points(day).values()) == pytest.approx(points)


def test_tariffs_are_baseline_and_points():
    spring = ng.load_standoff("us-china-2025-spring")
    schedule = spring.tariffs("2025-05-02")
    assert schedule.rate("C13T15", importer="USA", exporter="CHN") == pytest.approx(0.208 + 1.45)
    assert schedule.rate("C13T15", importer="CHN", exporter="USA") == pytest.approx(0.212 + 1.25)
    # Drugs keep the 20 points of February and March; of electronics 22.3 % of all goods do.
    assert schedule.rate("C21", importer="USA", exporter="CHN") == pytest.approx(0.408)
    economy = spring.economy
    bought = economy.flows[:, economy.region_index("CHN"), economy.region_index("USA")]
    goods = bought.sum() - bought[economy.sector_index("SERV")]
    free = 0.223 * goods / bought[economy.sector_index("C26")]
    assert schedule.rate("C26", importer="USA", exporter="CHN") == pytest.approx(
        0.208 + (1 - free) * 1.45 + free * 0.20
    )
    assert schedule.rate("SERV", importer="USA", exporter="CHN") == 0.0
    deal = ng.load_standoff("us-eu-2025").tariffs("2025-08-08")
    assert deal.rate("C28", importer="USA", exporter="EU27") == pytest.approx(0.15)
    assert deal.rate("C28", importer="USA", exporter="CHN") == pytest.approx(0.208 + 0.30)
    assert deal.rate("C28", importer="USA", exporter="IND") == pytest.approx(0.0150 + 0.25)
    energy = ng.load_standoff("us-canada-2025").tariffs("2025-09-01")
    assert energy.rate("B06", importer="USA", exporter="CAN") == pytest.approx(0.10)
    assert energy.rate("C28", importer="USA", exporter="CAN") == pytest.approx(0.35)
    truce = ng.load_standoff("us-china-2018")
    assert truce.tariffs("2019-12-31").rate("C28", importer="USA", exporter="CHN") == pytest.approx(
        0.12
    )


def test_deadlines_as_they_stood():
    europe = ng.load_standoff("us-eu-2025")
    assert europe.next_deadline("2025-05-24").date == dt.date(2025, 6, 1)
    assert europe.next_deadline("2025-05-26").date == dt.date(2025, 7, 9)
    assert europe.next_deadline("2025-07-20").rates["USA"] == 0.2
    assert europe.next_deadline("2025-07-26").rates["USA"] == 0.3
    assert europe.next_deadline("2025-07-28") is None
    china = ng.load_standoff("us-china-2026")
    assert china.next_deadline("2026-09-22").date == dt.date(2026, 11, 10)
    assert china.next_deadline("2026-10-08").date == dt.date(2027, 1, 10)


def test_events_of_the_two_countries_are_those_of_the_table():
    found = ng.load_standoff("us-china-2026")
    table = ng.load_table("events")
    rows = [r for r in table if r["date"] >= dt.date(2025, 10, 30)]
    assert [(e.date, e.event) for e in found.events] == [(r["date"], r["event"]) for r in rows]


@pytest.mark.parametrize(("side", "year", "share"), [("USA", 2022, 0.074), ("CHN", 2024, 0.147)])
def test_customs_shares_stand_beside_those_of_the_table(side, year, share):
    found = ng.load_standoff("us-china-2025-spring").dependence()[side]
    printed = {"USA": 0.099, "CHN": 0.163}[side]  # of the table's own goods exports
    assert found.total.share_of_exports == pytest.approx(printed, abs=5e-4)
    customs = [
        item.share_of_exports
        for item in found.customs
        if item.year == year and item.share_of_exports is not None
    ]
    assert customs == pytest.approx([share], abs=5e-4)
