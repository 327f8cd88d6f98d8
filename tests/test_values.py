"""Representations of value objects."""

from dataclasses import dataclass

import numpy as np

import negotiation as ng
from negotiation.values import FloatArray, compact_repr


@dataclass(frozen=True, eq=False)
class Holder:
    array: FloatArray
    items: tuple[object, ...]
    table: dict[str, float]

    __repr__ = compact_repr


def test_large_values_are_named_by_shape_and_number() -> None:
    inner = Holder(np.zeros(2), (1, "a"), {})
    outer = Holder(np.zeros((4, 5)), (inner, inner), {"x": 1.0})
    assert repr(inner) == "Holder(array=[0., 0.], items=(1, 'a'), table=<0 entries>)"
    assert repr(outer) == (
        "Holder(array=<4 x 5 float64>, items=<2 x Holder>, table=<1 entries: x>)"
    )
    long = Holder(np.zeros(1), tuple(range(20)), {})
    assert "items=<20 x int>" in repr(long)


def test_results_fit_on_a_few_lines() -> None:
    economy = ng.load_economy("us-china-2022")
    found = ng.counterfactual(economy, economy.tariffs)
    for item in (economy, economy.tariffs, found):
        text = repr(item)
        assert "\n" not in text
        assert len(text) < 1500
    assert "economy=Economy(us-china-2022)" in repr(found)
