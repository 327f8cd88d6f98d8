from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from negotiation.data.parameters import Parameter
from negotiation.errors import InvalidInputError
from negotiation.process.solve import solve_process
from negotiation.process.stages import MultiStepProcess


def two_stages(**changes):
    data = {
        "stages": [
            {"g": [-0.06, -0.08], "l": [0.2, 0.2], "f": [0.5, 0.5], "B": [-2, -2.5], "beta": 0.03},
            {"g": [-0.02, -0.02], "l": [0.1, 0.05], "f": [0.4, 0.25], "beta": 0.02},
        ],
        "r": [0.01, 0.01],
        "z": [0.1, 0.15],
        "time_unit": "month",
        "start": "2025-04-12",
        "as_of": "2025-05-02",
    }
    return {**data, **changes}


def test_all_mistakes_are_reported_at_once():
    stages = [
        {"g": [-1, -1], "l": [0, 0], "f": [1, 1], "beta": -0.5, "relapse_to": 5},
        {"g": [-1, float("nan")], "l": [0, 0], "f": [1], "deadline": "2025-04-20"},
    ]
    late = {
        "name": "jobs",
        "value": 1,
        "status": "sourced",
        "source": "a bank",
        "known_on": "2025-05-20",
    }
    data = two_stages(
        stages=stages, psi=2, time_unit="fortnight", r=[-1, 0], colour="red", parameters=[late]
    )
    with pytest.raises(InvalidInputError) as caught:
        MultiStepProcess.from_dict(data)
    text = str(caught.value)
    for part in (
        "colour",
        "beta",
        "a stage after the end",
        "deadline",
        "in the past",
        "flows",
        "win",
        "psi",
        "fortnight",
        "discount_rates",
        "jobs",
        "10 mistakes",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"stages": []}, "stages"),
        ({"names": ["one"]}, "names"),
        ({"players": ["USA", "USA"]}, "players"),
        ({"names": ["a", "a"]}, "stands twice"),
        ({"start": "April"}, "start"),
        ({"z": [0.1, 1.2]}, "stubbornness"),
        ({"psi": "much"}, "type_persistence"),
        ({"parameters": [{"name": "D", "value": 1, "status": "guess", "source": "x"}]}, "status"),
        ({"parameters": [{"name": "D", "value": 1, "status": "assumption"}]}, "no source"),
        ({"parameters": [{"name": "D", "status": "assumption", "source": "x"}]}, "value"),
    ],
)
def test_bad_processes(changes, part):
    with pytest.raises(InvalidInputError, match=part):
        MultiStepProcess.from_dict(two_stages(**changes))


@pytest.mark.parametrize(
    ("key", "value", "part"),
    [
        ("g", "x", "flows"),
        ("relapse_to", 0.5, "relapse_to"),
        ("opens", [2], "opens"),
        ("deadline", -1, "deadline"),
        ("hue", 1, "hue"),
        ("beta", "x", "beta"),
        ("rates", [[-2, 0]], "rates"),
    ],
)
def test_bad_stages(key, value, part):
    data = two_stages()
    data["stages"][0][key] = value
    with pytest.raises(InvalidInputError, match=part):
        MultiStepProcess.from_dict(data)


def test_missing_keys_are_named():
    data = two_stages()
    del data["stages"][1]["g"], data["r"], data["z"]
    with pytest.raises(InvalidInputError, match="g \\(flows\\) is missing") as caught:
        MultiStepProcess.from_dict(data)
    assert "r: missing" in str(caught.value)
    assert "z (stubbornness) is missing" in str(caught.value)


def test_deadline_as_date_needs_a_start():
    data = two_stages(start=None)
    data["stages"][0]["deadline"] = "2025-07-09"
    with pytest.raises(InvalidInputError, match="needs the process's start"):
        MultiStepProcess.from_dict(data)


def test_deadline_as_date_becomes_a_span():
    data = two_stages(time_unit="day")
    data["stages"][0]["deadline"] = "2025-07-09"
    assert MultiStepProcess.from_dict(data).stages[0].deadline == 88.0


def test_a_fact_known_at_the_information_date_passes():
    known = Parameter(
        "D", 1.7, "years", "D", "life of terms", 0.25, 5.0, date(2021, 12, 31), "sourced", "PIIE"
    )
    process = MultiStepProcess.from_dict(two_stages(parameters=[known]))
    with pytest.raises(InvalidInputError, match="later than the information date"):
        replace(process, as_of=date(2020, 1, 1), start=None)


def test_from_payoffs_equals_from_dict():
    data = two_stages()
    first = MultiStepProcess.from_dict(data)
    terms = [
        [[s["l"][0], s["f"][1]], [s["f"][0], s["l"][1]]] for s in data["stages"]
    ]  # [conceder, side]
    second = MultiStepProcess.from_payoffs(
        flows=[s["g"] for s in data["stages"]],
        terms=terms,
        discount_rates=[0.01, 0.01],
        stubbornness=[0.1, 0.15],
        breakdown=[[-2, -2.5], [0, 0]],
        breakdown_hazard=[0.03, 0.02],
    )
    assert np.array_equal(solve_process(first).values, solve_process(second).values)


@pytest.mark.parametrize(
    ("terms", "names", "part"),
    [
        ([[[0, 1], [1, 0]]], None, "terms"),
        ([[0, 1], [1, 0]], None, "shape"),
        (None, ["a"], "names"),
    ],
)
def test_from_payoffs_refuses(terms, names, part):
    good = [[[0.0, 1.0], [1.0, 0.0]]] * 2
    with pytest.raises(InvalidInputError, match=part):
        MultiStepProcess.from_payoffs(
            flows=[[-1, -1], [-1, -1]],
            terms=good if terms is None else terms,
            discount_rates=[0, 0],
            stubbornness=[0.1, 0.1],
            names=names,
        )


@pytest.mark.parametrize("unit", ["day", "month", "year"])
def test_time_unit_does_not_matter(unit):
    data = two_stages()
    data["stages"][0]["a"] = [0.01, 0.02]
    process = MultiStepProcess.from_dict(data)
    first, second = solve_process(process), solve_process(process.with_time_unit(unit))
    assert np.allclose(first.values, second.values, rtol=1e-12)
    assert np.allclose(first.atoms, second.atoms, rtol=1e-10, atol=1e-14)
    with pytest.raises(InvalidInputError, match="time_unit"):
        process.with_time_unit("fortnight")


def test_toml(tmp_path):
    path = tmp_path / "process.toml"
    path.write_text(
        'time_unit = "month"\nr = [0.05, 0.05]\nz = [0.1, 0.1]\n'
        "[[stages]]\ng = [-0.05, -0.08]\nl = [0.3, 0.4]\nf = [0.7, 0.6]\n"
    )
    solution = solve_process(MultiStepProcess.from_toml(path))
    assert solution.hazards == pytest.approx(np.array([[0.5, 0.1625]]))
    path.write_text("stages = [")
    with pytest.raises(InvalidInputError, match="cannot be read"):
        MultiStepProcess.from_toml(path)


def test_a_stage_is_checked_again_in_another_place():
    # Two histories fit after a remembered stage, and not at the opening.
    process = MultiStepProcess.from_dict(
        {
            "stages": [
                {"g": [-0.1, -0.1], "l": [0.1, 0.1], "f": [0.4, 0.4]},
                {"g": [[-0.1, -0.1], [-0.2, -0.1]], "l": [0.1, 0.1], "f": [0.4, 0.4]},
            ],
            "r": [0.1, 0.1],
            "z": [0.1, 0.1],
        }
    )
    assert replace(process, time_unit="day").stages[1] is process.stages[1]
    with pytest.raises(InvalidInputError, match="flows"):
        replace(process, stages=process.stages[1:])
    with pytest.raises(InvalidInputError, match="flows"):
        replace(process, stages=(replace(process.stages[0], flows=[np.nan, 0.0]),))


_GIVEN = {
    "flows": [[-1, -1]],
    "terms": [[[-2, 0], [0, -2]]],
    "discount_rates": [0.0, 0.0],
    "stubbornness": [0.01, 0.01],
    "breakdown": [-2.5, -2.5],
    "breakdown_hazard": 0.0,
    "relapse_to": [None],
    "relapse_lump": [0.0, 0.0],
    "audience_cost": [0.0, 0.0],
    "audience_growth": [0.0, 0.0],
    "deadlines": [5.0],
    "names": ["first"],
    "players": ("A", "B"),
    "time_unit": "month",
    "parameters": (),
}
_MAPPING = {
    "stages": [{"g": [-0.1, -0.1], "l": [0.2, 0.2], "f": [0.5, 0.5], "deadline": 2.0}],
    "r": [0.01, 0.01],
    "z": [0.1, 0.2],
}


@pytest.mark.parametrize("wrong", ["a", 1j, {}, object(), [["a", "b"]]])
def test_whatever_is_wrong_is_said_by_name(wrong):
    for name in _GIVEN:
        if name in {"names", "deadlines"} and isinstance(wrong, list):
            continue
        with pytest.raises(InvalidInputError, match=name):
            MultiStepProcess.from_payoffs(**{**_GIVEN, name: wrong})
    for name in ("stages", "r", "parameters", "time_unit"):
        with pytest.raises(InvalidInputError, match="discount_rates" if name == "r" else name):
            MultiStepProcess.from_dict({**_MAPPING, name: wrong})
