"""Events as news about who is tough: ratios by hand, and draws weighed by them."""

from datetime import date

import numpy as np
import pytest

from negotiation.errors import InvalidInputError
from negotiation.process.beliefs.events import (
    DatedEvent,
    event_ratios,
    learned_reliability,
    read_events,
)
from tests.forecasts import forecast

EVENTS = (
    DatedEvent(date(2025, 4, 1), "USA", "threat", "a"),
    DatedEvent(date(2025, 4, 5), "USA", "escalation", "a"),
    DatedEvent(date(2025, 4, 6), "USA", "escalation", "b"),
    DatedEvent(date(2025, 4, 6), "USA", "escalation", "b", number=2),
    DatedEvent(date(2025, 4, 7), "CHN", "escalation", "b"),
    DatedEvent(date(2025, 4, 8), "USA", "threat", "b"),
    DatedEvent(date(2025, 4, 9), "BOTH", "talks", "b"),
)


def test_an_act_says_what_it_does_and_a_claim_as_much_as_it_is_believed():
    found = event_ratios(EVENTS, "USA", {"escalation": 3.0, "threat": 2.0})
    # The first threat was carried out: one success on a uniform prior.
    assert learned_reliability(EVENTS, "USA", day=date(2025, 4, 8)) == pytest.approx(2 / 3)
    assert [ratio for _, ratio in found] == pytest.approx([1.5, 3.0, 3.0, 5 / 3])
    assert [event.day.day for event, _ in found] == [1, 5, 6, 8]


def test_what_both_do_is_news_of_each():
    for player in ("USA", "CHN"):
        assert [r for _, r in event_ratios(EVENTS, player, {"talks": 0.5})] == [0.5]
    with pytest.raises(InvalidInputError, match="ratios"):
        event_ratios(EVENTS, "USA", {"talks": 0.0})


def test_a_reading_moves_weight_to_the_tough_or_from_them():
    found = forecast()
    ratios = {"escalation": 3.0}
    told = [r for _, r in event_ratios(read_events(as_of=found.as_of), "USA", ratios)]
    read = found.read(ratios)
    factor = float(np.prod(told))
    assert factor > 1.0
    assert read.weights[1] == pytest.approx(0.5 / (1.0 + factor))
    assert read.weights[2] == pytest.approx(0.5 * factor / (1.0 + factor))
    assert found.read({}).weights == pytest.approx(found.weights)
