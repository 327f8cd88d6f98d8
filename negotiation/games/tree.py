"""Nodes of a game tree, and nested calls that write a tree down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

__all__ = [
    "Branch",
    "ChanceNode",
    "DecisionNode",
    "Node",
    "TerminalNode",
    "chance",
    "decision",
    "terminal",
]


@dataclass(frozen=True)
class TerminalNode:
    """An end of the game: one payoff a player."""

    payoffs: tuple[float, ...]
    label: str = ""

    @property
    def children(self) -> tuple[int, ...]:
        """No children."""
        return ()


@dataclass(frozen=True)
class ChanceNode:
    """A move by chance: ``probabilities`` of ``actions``, which lead to ``children``."""

    actions: tuple[str, ...]
    probabilities: tuple[float, ...]
    children: tuple[int, ...]
    label: str = ""


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
    probabilities: tuple[float, ...]
    subtrees: tuple[Branch, ...]
    payoffs: tuple[float, ...]
    label: str


def decision(
    player: int, information_set: str, moves: Mapping[str, Branch], *, label: str = ""
) -> Branch:
    """Return a subtree in which ``player`` (from 0) chooses among ``moves``."""
    return Branch(player, information_set, tuple(moves), (), tuple(moves.values()), (), label)


def chance(moves: Mapping[str, tuple[float, Branch]], *, label: str = "") -> Branch:
    """Return a subtree in which chance draws a move with the probability given before it."""
    return Branch(
        None,
        "",
        tuple(moves),
        tuple(p for p, _ in moves.values()),
        tuple(subtree for _, subtree in moves.values()),
        (),
        label,
    )


def terminal(*payoffs: float, label: str = "") -> Branch:
    """Return an end of the game with one payoff a player."""
    return Branch(None, "", (), (), (), tuple(payoffs), label)
