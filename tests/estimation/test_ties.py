"""TIES files: the sample of trade threats, both layouts, errors that name the place."""

import math

import numpy as np
import pytest

import negotiation as ng
from negotiation.errors import DataError, InvalidInputError
from tests.estimation.second_methods import cox_efron
from tests.reference import reference_path

RELEASE = (
    "caseid,startmonth,startday,startyear,endmonth,endday,endyear,ongoingasofyear,primarysender,"
    "targetstate,issue1,issue2,threat,imposition,sancimpositionstartyear,"
    "sancimpositionstartmonth,sancimpositionstartday,finaloutcome,anticipatedtargetcosts"
)
CASES = """
1,3,1,1990,3,11,1990,,2,20,13,,1,0,,,,2,1
2,3,1,1990,6,,1990,,2,20,"13,2",,1,0,,,,3,2
3,3,,1990,5,2,1991,,2,20,8,13,1,1,1990,4,2,10,
4,3,1,1990,,,,1995,2,710,13,,1,0,,,,,1
5,3,1,1990,,,,,2,710,13,,1,0,,,,,3
6,3,1,1990,4,1,1990,,2,365,13,,1,0,,,,4,1
7,3,1,1990,4,1,1990,,20,365,8,,0,1,1990,3,1,7,1
8,3,1,1990,4,1,1990,,,365,13,,1,0,,,,,1
9,3,1,1990,,,,1991,2,365,13,,1,0,,,,1,1
"""


@pytest.fixture
def release(tmp_path):
    def write(cases=CASES, header=RELEASE):
        path = tmp_path / "ties.csv"
        path.write_text(header + cases, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("lost", "n", "values"),
    [
        ("drop", 377, (-1204.08, -1190.18, -1193.18, -1186.95)),
        (1826, 517, (None, -1385.86, None, -1364.67)),
    ],
)
def test_trade_threats_by_both_treatments_of_lost_cases(lost, n, values):
    threats = ng.read_ties(reference_path("estimation", "ties_v4.csv"), lost=lost)
    assert (len(threats), int(threats.ended.sum())) == (n, 189)
    for model, value in zip(("exponential", "weibull", "log_normal", "lomax"), values, strict=True):
        fit = ng.fit_concessions(threats, model=model)
        assert fit.converged
        if value is not None:
            assert fit.log_likelihood == pytest.approx(value, abs=0.005)
        if lost == "drop" and model == "weibull":
            assert (fit.shape, fit.scale) == (
                pytest.approx(0.7564, abs=5e-5),
                pytest.approx(410.2, abs=0.05),
            )
        if lost == "drop" and model == "lomax":
            assert 1 / fit.shape == pytest.approx(1.572, abs=5e-4)
            assert fit.scale / fit.shape == pytest.approx(408.5, abs=0.05)


def who_concedes(lost):
    cases = ng.read_ties(
        reference_path("estimation", "ties_v4.csv"), sample="episodes", lost=lost, widest=366
    )
    known = cases.covariates

    def coded(name, holds):
        return np.where(np.isnan(known[name]), np.nan, holds(known[name]))

    cases = cases.with_covariates(
        committed=coded("sender_commitment", lambda v: v == 3),
        specific=coded("demand_specific", lambda v: v == 2),
        target_cost=coded("anticipated_target_cost", lambda v: v >= 2),
        sender_cost=coded("anticipated_sender_cost", lambda v: v >= 2),
        usa=[float(sender == "USA") for sender in cases.senders],
    )
    names = ("committed", "specific", "target_cost", "sender_cost", "usa", "institution")
    whole = ~np.isnan([cases.covariates[name] for name in names]).any(axis=0)
    return cases.take(whole), names


@pytest.mark.parametrize("lost", ["drop", 1826])
@pytest.mark.parametrize("who", ["target", "sender"])
def test_own_cost_speeds_a_side_and_the_rivals_slows_it(who, lost):
    cases, names = who_concedes(lost)
    own, rival = f"{who}_cost", {"target": "sender_cost", "sender": "target_cost"}[who]
    columns = np.stack([cases.covariates[name] for name in names], axis=-1)
    events = np.array([end == who for end in cases.ending]).astype(float)
    b, errors, _ = cox_efron(cases.times, events, columns)
    cox = dict(zip(names, zip(b, errors, strict=True), strict=True))
    assert cox[own][0] > 2 * cox[own][1]
    fit = ng.fit_concessions(cases, "weibull", covariates=names, ending=who)
    # A Weibull's coefficients in proportional hazards are its shape times those of its clock.
    for name in (own, rival):
        mine = fit.shape * fit.coefficients[fit.names.index(name)]
        assert mine == pytest.approx(cox[name][0], abs=0.5 * cox[name][1])
    if lost == "drop":
        size = {"target": (0.64, -0.08), "sender": (0.97, -0.91)}[who]
        assert cox[own][0] == pytest.approx(size[0], abs=0.05)
        assert cox[rival][0] == pytest.approx(size[1], abs=0.05)


def test_the_authors_layout(release):
    cases = ng.read_ties(release())
    by = dict(zip(cases.ids, range(len(cases)), strict=True))
    assert set(by) == {"1", "2", "3", "4", "6", "8", "9"}  # 5 is lost, 7 is not over trade
    assert (cases.low[by["1"]], cases.high[by["1"]]) == (9.5, 10.5)
    assert cases.ending[by["1"]] == "target"
    # An end known by month: 1 to 30 June.
    assert (cases.low[by["2"]], cases.high[by["2"]]) == (91.5, 121.5)
    assert cases.ending[by["2"]] == "sender"
    # Imposed on 2 April, threatened in March: open from then on.
    assert (cases.low[by["3"]], cases.high[by["3"]]) == (32.0, math.inf)
    assert cases.low[by["4"]] == 1767.0
    assert cases.high[by["6"]] == math.inf
    assert cases.high[by["9"]] == math.inf
    assert np.isnan(cases.covariates["anticipatedtargetcosts"][by["3"]])


def test_whole_episodes_and_lost_cases(release):
    path = release()
    episodes = ng.read_ties(path, sample="episodes", lost=1826)
    at = episodes.ids.index
    assert len(episodes) == 9
    assert (episodes.low[at("3")], episodes.high[at("3")]) == (396.5, 427.5)
    assert episodes.ending[at("3")] == "other"
    assert episodes.low[at("5")] == 1826.0
    assert episodes.ending[at("7")] == "target"
    assert len(ng.read_ties(path, sample="trade_episodes")) == 7
    assert "3" not in ng.read_ties(path, sample="episodes", widest=10).ids


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("1,3,1,1990", "1,3,31,199x", r"row 2, column startyear: not a number; seen '199x'"),
        ("1,3,1,1990", "1,2,30,1990", r"row 2, columns startyear, .*not a date; seen 1990, 2, 30"),
        ("1,3,1,1990", "1,3,1,", r"row 2, column startyear: empty cell"),
        (",2,1\n2", ",12,1\n2", r"row 2, column finaloutcome: unknown outcome; seen 12"),
        ("13,,1,0,,,,2,1", "13,,,0,,,,2,1", r"row 2, column threat: empty cell"),
    ],
)
def test_a_bad_cell_is_named(release, old, new, message):
    assert old in CASES
    with pytest.raises(DataError, match=message):
        ng.read_ties(release(CASES.replace(old, new, 1)))


def test_a_file_of_neither_layout(release, tmp_path):
    with pytest.raises(DataError, match=r"row 1: neither.*allowed: with startday"):
        ng.read_ties(release(header=RELEASE.replace("startday", "opened")))
    with pytest.raises(DataError, match="no rows"):
        ng.read_ties(release(""))
    with pytest.raises(DataError, match="cannot be read"):
        ng.read_ties(tmp_path / "none.csv")
    (tmp_path / "bytes.csv").write_bytes(b"\xff\xff")
    with pytest.raises(DataError, match="not UTF-8"):
        ng.read_ties(tmp_path / "bytes.csv")
    with pytest.raises(InvalidInputError, match="no case of this sample"):
        ng.read_ties(release("\n7,3,1,1990,4,1,1990,,20,365,8,,0,1,1990,3,1,7,1\n"))
    with pytest.raises(InvalidInputError, match="sample: unknown choice"):
        ng.read_ties(release(), sample="all")
    tidy = "id,sender,target,days_low,days_high,event,imposed,days_to_imposition,issue_trade,"
    path = tmp_path / "tidy.csv"
    path.write_text(tidy + "conceded,censored_how,threat\na,USA,CAN,9,3,1,0,,1,target,,1\n")
    with pytest.raises(DataError, match=r"row 2, columns days_low, days_high: bounds out of order"):
        ng.read_ties(path)
