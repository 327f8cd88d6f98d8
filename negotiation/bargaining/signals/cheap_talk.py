"""Talk without commitment or cost: partitions under a bias, and two audiences at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from negotiation.arguments import takes
from negotiation.bargaining.conditions import pair, require
from negotiation.presentation import Pictured, Presented
from negotiation.values import FloatArray, number, quantity

__all__ = ["CheapTalkPartition", "TwoAudiences", "cheap_talk_partition", "two_audiences"]


@dataclass(frozen=True)
class CheapTalkPartition(Pictured):
    """A partition equilibrium of cheap talk; ``messages`` is None where talk reveals everything."""

    messages: int | None = quantity("N", "", "intervals told apart, None for full revelation")
    max_messages: int | None = quantity("N(b)", "", "most intervals that an equilibrium has")
    boundaries: tuple[float, ...] = quantity("a_i", "state", "ends of the intervals")
    actions: tuple[float, ...] = quantity("y_i", "state", "receiver's action in each interval")
    receiver_payoff: float = quantity("E U_R", "payoff", "minus the mean squared error")
    sender_payoff: float = quantity("E U_S", "payoff", "minus the mean squared distance to x + b")
    bias: float = quantity("b", "state", "sender's ideal action less the state")
    assumptions: tuple[str, ...] = ()

    _picture = "plot_cheap_talk_partition"


@takes
def cheap_talk_partition(
    bias: float, *, messages: int | None = None, low: float = 0.0, high: float = 1.0
) -> CheapTalkPartition:
    """Partition equilibrium of cheap talk with a uniform state and quadratic losses.

    Players: a sender who knows the state x and wants the action ``x + b``, and a receiver who wants
    x. Timing: a message, then an action. Information: x is uniform on ``[low, high]``.

    On [0, 1] with ``b > 0``: ``a_i = i/N + 2 b i (i - N)``, at most ``N = ceil(-1/2 + 1/2 sqrt(1 +
    2/b))`` messages, ``E U_R = -(1/(12 N^2) + b^2 (N^2 - 1)/3)`` and ``E U_S = E U_R - b^2``
    (Crawford and Sobel 1982, "Strategic Information Transmission"). A negative bias mirrors the
    partition; without bias talk reveals the state.

    Parameters
    ----------
    bias
        b, of either sign.
    messages
        Number of intervals; the most informative equilibrium where left out.
    low, high
        Support of the state.

    Raises
    ------
    InvalidInputError
        If no equilibrium has that many messages, or the support is empty.

    Examples
    --------
    >>> talk = cheap_talk_partition(0.05)
    >>> talk.messages, [round(a, 6) for a in talk.boundaries]
    (3, [0.0, 0.133333, 0.466667, 1.0])
    """
    b = number(bias, name="bias")
    low = number(low, name="low")
    high = number(high, name="high")
    require(low < high, "low < high", where="cheap_talk_partition", seen=(low, high))
    width = high - low
    size = abs(b) / width
    assumptions = (
        "uniform state, quadratic losses, constant bias",
        "messages cost nothing and bind nobody",
        "the equilibrium named; others, babbling included, exist",
    )
    if b == 0 and messages is None:
        return CheapTalkPartition(None, None, (), (), 0.0, 0.0, 0.0, assumptions)
    require(
        b == 0 or size > 1e-12,
        "a bias of 0, or above 1e-12 of the width",
        where="bias",
        seen=b,
        hint="With a bias this small talk reveals the state; pass 0.",
    )
    require(
        max(size, width) <= 1e100,
        "a width, and a bias in widths, of at most 1e100",
        where="bias",
        seen=(b, width),
    )
    most = _most_messages(size) if b != 0 else None
    count = int(number(most if messages is None else messages, name="messages", low=1, high=most))
    inner = [i / count + 2 * size * i * (i - count) for i in range(count + 1)]
    if b < 0:
        inner = [1 - a for a in reversed(inner)]
    ends = [low + width * a for a in inner]
    ends[0], ends[-1] = low, high
    receiver = -(1 / (12 * count**2) + size**2 * (count**2 - 1) / 3) * width**2
    return CheapTalkPartition(
        messages=count,
        max_messages=most,
        boundaries=tuple(ends),
        actions=tuple((ends[i] + ends[i + 1]) / 2 for i in range(count)),
        receiver_payoff=receiver,
        sender_payoff=receiver - b**2,
        bias=b,
        assumptions=assumptions,
    )


def _most_messages(size: float) -> int:
    """Largest N with 2 N (N - 1) b < 1: the first interval keeps a positive length.

    The closed form with a ceiling is exact only up to rounding, so its neighbours are tried; at
    equality the first interval is empty and does not count.
    """
    count = max(math.ceil(-0.5 + 0.5 * math.sqrt(1 + 2 / size)), 1)
    while count > 1 and 2 * count * (count - 1) * size >= 1 - 1e-12:
        count -= 1
    return count


@dataclass(frozen=True)
class TwoAudiences(Presented):
    """What a sender can credibly tell two audiences, apart and together.

    ``kind`` is "full", "one-sided discipline", "mutual discipline", "subversion" or "none".
    """

    kind: str
    private_first: bool
    private_second: bool
    public: bool
    disciplined_audience: int | None = None
    assumptions: tuple[str, ...] = ()


@takes
def two_audiences(
    first_gains: Sequence[float] | FloatArray, second_gains: Sequence[float] | FloatArray
) -> TwoAudiences:
    """Can a sender be believed in private, and in public before both audiences?

    Players: a sender of type 1 or 2 and two audiences P and Q. Timing: a message to P alone, to Q
    alone, or to both at once; then each audience acts. Information: only the sender knows its type.
    ``v_k`` and ``w_k`` are what type k gains when P, or Q, believes the truth instead of the
    opposite.

    Separation is an equilibrium in private with P iff ``v_1, v_2 >= 0``, with Q iff
    ``w_1, w_2 >= 0``, and in public iff ``v_k + w_k >= 0`` for both types (Farrell and Gibbons
    1989, "Cheap Talk with Two Audiences"). Public talk works alone: mutual
    discipline; with one private audience and in public: one-sided discipline; with one private
    audience but not in public: subversion.

    Raises
    ------
    InvalidInputError
        If gains are not two finite numbers an audience.

    Examples
    --------
    >>> two_audiences([1.0, 1.0], [-2.0, 0.5]).kind
    'subversion'
    """
    v = pair(first_gains, name="first_gains")
    w = pair(second_gains, name="second_gains")
    private = (min(v) >= 0, min(w) >= 0)
    public = v[0] + w[0] >= 0 and v[1] + w[1] >= 0
    disciplined = None
    if all(private):
        kind = "full"
    elif any(private):
        kind = "one-sided discipline" if public else "subversion"
        disciplined = (2 if private[0] else 1) if public else None
    else:
        kind = "mutual discipline" if public else "none"
    return TwoAudiences(
        kind=kind,
        private_first=private[0],
        private_second=private[1],
        public=public,
        disciplined_audience=disciplined,
        assumptions=(
            "two types, two audiences, payoffs additive over audiences",
            "an indifferent sender tells the truth",
            "a separating equilibrium is played where one exists",
        ),
    )
