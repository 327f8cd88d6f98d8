"""Cheap talk against numerical best replies, and two audiences by enumerated deviations."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq

from negotiation.bargaining.signals.cheap_talk import cheap_talk_partition, two_audiences
from negotiation.errors import InvalidInputError


def shoot(b, count):
    """Boundaries from the sender's indifference, by shooting on the first interval."""

    def ends(first):
        points = [0.0, first]
        for _ in range(count - 1):
            y = (points[-2] + points[-1]) / 2
            # The type at the boundary is as far from the last action as from the next one.
            points.append(2 * (2 * (points[-1] + b) - y) - points[-1])
        return points

    first = brentq(lambda x: ends(x)[-1] - 1, 0, 1, xtol=1e-15)
    return ends(first)


@pytest.mark.parametrize("b", [0.05, 0.2, 0.26, 0.01, 0.003])
def test_partition_by_shooting(b):
    talk = cheap_talk_partition(b)
    deviation = np.abs(np.subtract(talk.boundaries, shoot(b, talk.messages))).max()
    with pytest.raises(ValueError, match="sign"):
        shoot(b, talk.messages + 1)  # one interval more would need a negative one
    receiver = sender = 0.0
    for low, high, y in zip(talk.boundaries, talk.boundaries[1:], talk.actions, strict=False):
        receiver -= quad(lambda x, y=y: (y - x) ** 2, low, high)[0]
        sender -= quad(lambda x, y=y: (y - x - b) ** 2, low, high)[0]
    deviation = max(
        deviation, abs(receiver - talk.receiver_payoff), abs(sender - talk.sender_payoff)
    )
    assert deviation < 1e-13


@given(st.floats(0.002, 2), st.floats(0, 1), st.booleans())
def test_every_type_prefers_its_own_message(size, x, negative):
    b = -size if negative else size
    talk = cheap_talk_partition(b, low=-1.0, high=3.0)
    state = -1.0 + 4.0 * x
    losses = (np.array(talk.actions) - state - b) ** 2
    own = min(np.searchsorted(talk.boundaries[1:-1], state), talk.messages - 1)
    assert losses[own] <= losses.min() + 1e-9


@given(st.floats(0.002, 1), st.floats(1.01, 3))
def test_bias_destroys_information(b, factor):
    near, far = cheap_talk_partition(b), cheap_talk_partition(b * factor)
    assert far.messages <= near.messages
    assert far.receiver_payoff <= near.receiver_payoff + 1e-12
    mirrored = cheap_talk_partition(-b)
    assert mirrored.receiver_payoff == near.receiver_payoff
    assert mirrored.boundaries == pytest.approx([1 - a for a in near.boundaries[::-1]])


def test_corners():
    full = cheap_talk_partition(0.0)
    assert (full.messages, full.receiver_payoff) == (None, 0.0)
    for count in range(2, 300):  # at these biases one interval more would be empty
        assert cheap_talk_partition(1 / (2 * count * (count - 1))).messages == count - 1
    assert cheap_talk_partition(0.05, messages=1).boundaries == (0.0, 1.0)
    even = cheap_talk_partition(0.0, messages=4)
    assert even.boundaries == pytest.approx((0, 0.25, 0.5, 0.75, 1))
    with pytest.raises(InvalidInputError, match="messages"):
        cheap_talk_partition(0.05, messages=4)
    with pytest.raises(InvalidInputError, match="low < high"):
        cheap_talk_partition(0.05, low=1, high=1)
    with pytest.raises(InvalidInputError, match="bias"):
        cheap_talk_partition(1e-300)


@given(st.tuples(*[st.floats(-2, 2)] * 4))
def test_two_audiences_by_enumerated_deviations(gains):
    v, w = gains[:2], gains[2:]

    def separates(audiences):
        """No type gains by the other's message when each audience believes what it hears."""
        for kind, message in itertools.product((0, 1), repeat=2):
            truthful = sum(payoff[kind] for payoff in audiences)
            if message != kind and truthful < 0:
                return False
        return True

    found = two_audiences(v, w)
    assert found.private_first == separates([v])
    assert found.private_second == separates([w])
    assert found.public == separates([v, w])


@pytest.mark.parametrize(
    ("v", "w", "kind", "disciplined"),
    [
        ([1, 1], [1, 2], "full", None),
        ([1, 3], [-1, 2], "one-sided discipline", 2),
        ([-1, 3], [2, 2], "one-sided discipline", 1),
        ([1, 1], [-2, 0.5], "subversion", None),
        ([-1, 2], [2, -1], "mutual discipline", None),
        ([-1, 2], [0.5, -3], "none", None),
        ([0, 0], [0, 0], "full", None),
    ],
)
def test_taxonomy(v, w, kind, disciplined):
    found = two_audiences(v, w)
    assert (found.kind, found.disciplined_audience) == (kind, disciplined)
