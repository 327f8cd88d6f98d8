"""Representations of value objects."""

from dataclasses import dataclass

import numpy as np
import pytest

import negotiation as ng
from negotiation.errors import InvalidInputError
from negotiation.values import FloatArray, compact_repr, random_generator


@dataclass(frozen=True, eq=False)
class Holder:
    array: FloatArray
    items: tuple[object, ...]
    table: dict[str, float]

    __repr__ = compact_repr


def test_sources_of_randomness():
    generator = np.random.default_rng(3)
    assert random_generator(generator) is generator
    assert random_generator(3).random() == generator.random()
    for wrong in ("seed", -1, 0.5):
        with pytest.raises(InvalidInputError, match="rng: no source of randomness"):
            random_generator(wrong)


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
    for item in (economy, economy.tariffs):
        assert "\n" not in repr(item)
        assert len(repr(item)) < 1500
    lines = repr(found).splitlines()
    assert lines[0] == "trade equilibrium of us-china-2022, percent changes"
    assert [line.split()[0] for line in lines[2:]] == list(economy.regions)
