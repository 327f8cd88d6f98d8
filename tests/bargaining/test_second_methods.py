"""Every declared model stays within its stated deviation from a second method."""

import inspect
import tomllib

import pytest

from tests.bargaining.agreements import second_methods_agreements, second_methods_stages
from tests.bargaining.offers import second_methods_offers, second_methods_screening
from tests.bargaining.solutions import second_methods_solutions
from tests.reference import ROOT

ROWS = tomllib.loads((ROOT / "docs" / "models_a.toml").read_text(encoding="utf-8"))["model"]
BOUNDS = {}
for _row in ROWS:
    if "check" in _row:
        BOUNDS[_row["check"]] = min(_row["deviation"], BOUNDS.get(_row["check"], 1.0))
FILES = (
    second_methods_agreements,
    second_methods_offers,
    second_methods_screening,
    second_methods_solutions,
    second_methods_stages,
)
WRITTEN = {
    name: function
    for file in FILES
    for name, function in vars(file).items()
    if inspect.isfunction(function)
    and function.__module__ == file.__name__
    and not name.startswith("_")
    and name != "backward_offers"
}
STATISTICAL = {"stage_chain_by_simulation": 5e-3, "long_run_by_simulation": 1e-2}


@pytest.mark.parametrize("check", [*BOUNDS, *STATISTICAL])
def test_deviation(check):
    assert WRITTEN[check]() <= (BOUNDS | STATISTICAL)[check]


def test_every_second_method_is_declared():
    assert set(WRITTEN) == set(BOUNDS) | set(STATISTICAL)
