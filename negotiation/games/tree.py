"""Nodes of a game tree, and nested calls that write a tree down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, TypeAlias

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.games.exact_numbers import exact_number, is_plain

__all__ = [
    "Branch",
    "ChanceNode",
    "DecisionNode",
    "Node",
    "TerminalNode",
    "chance",
    "decision",
    "kept_exactly",
    "terminal",
]


@dataclass(frozen=True)
class TerminalNode:
    """An end of the game: one payoff a player, and the same ``exact`` where floats round them."""

    payoffs: tuple[Any, ...]
    label: str = ""
    exact: tuple[Fraction, ...] | None = field(default=None, compare=False)

    @property
    def children(self) -> tuple[int, ...]:
        """No children."""
        return ()


@dataclass(frozen=True)
class ChanceNode:
    """A move by chance: ``probabilities`` of ``actions``, which lead to ``children``.

    ``exact`` are the probabilities as fractions where floats round them.
    """

    actions: tuple[str, ...]
    probabilities: tuple[Any, ...]
    children: tuple[int, ...]
    label: str = ""
    exact: tuple[Fraction, ...] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class DecisionNode:
    """A move by ``player`` (from 0), who knows only ``information_set``."""

    player: int
    information_set: str
    actions: tuple[str, ...]
    children: tuple[int, ...]
    label: str = ""


Node: TypeAlias = TerminalNode | ChanceNode | DecisionNode


@dataclass(frozen=True)
class Branch:
    """A subtree under construction; see :func:`decision`, :func:`chance`, :func:`terminal`."""

    player: int | None
    information_set: str
    actions: tuple[str, ...]
    probabilities: tuple[Any, ...]
    subtrees: tuple[Branch, ...]
    payoffs: tuple[Any, ...]
    label: str


@takes
def decision(
    player: int, information_set: str, moves: Mapping[str, Branch], *, label: str = ""
) -> Branch:
    """Return a subtree in which ``player`` (from 0) chooses among ``moves``."""
    return Branch(player, information_set, tuple(moves), (), tuple(moves.values()), (), label)


@takes
def chance(moves: Mapping[str, tuple[Any, Branch]], *, label: str = "") -> Branch:
    """Return a subtree in which chance draws a move with the probability given before it.

    Probabilities as ``Fraction``, ``Decimal`` or text such as ``"1/10"`` are kept exactly.
    """
    return Branch(
        None,
        "",
        tuple(moves),
        tuple(p for p, _ in moves.values()),
        tuple(subtree for _, subtree in moves.values()),
        (),
        label,
    )


@takes
def terminal(*payoffs: Any, label: str = "") -> Branch:
    """Return an end of the game with one payoff a player, kept exactly as in :func:`chance`."""
    return Branch(None, "", (), (), (), tuple(payoffs), label)


def kept_exactly(node: Node, position: int) -> Node:
    """Return a node with floats, and the given numbers in ``exact`` where these are rounded."""
    if isinstance(node, DecisionNode):
        return node
    name = "payoffs" if isinstance(node, TerminalNode) else "probabilities"
    given: Sequence[Any] = getattr(node, name)
    where = f"nodes[{position}].{name}"
    if node.exact is None and all(is_plain(value) for value in given):
        return node
    exact = tuple(exact_number(v, name=where) for v in node.exact or given)
    floats = tuple(_float(v, where) for v in exact)
    if node.exact is not None and floats != tuple(given):
        raise InvalidInputError(
            "exact numbers are not those of the floats",
            where=where,
            seen=given,
            hint="Give the fractions themselves, and exact=None.",
        )
    kept = exact if any(h != v for h, v in zip(floats, exact, strict=True)) else None
    if isinstance(node, TerminalNode):
        return replace(node, payoffs=floats, exact=kept)
    return replace(node, probabilities=floats, exact=kept)


def _float(value: Fraction, where: str) -> float:
    try:
        return float(value)
    except OverflowError as error:
        raise InvalidInputError("number beyond all floats", where=where) from error
