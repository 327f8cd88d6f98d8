"""Conclusions by name, each a margin that is positive where it holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from negotiation.data.labels import region_names
from negotiation.data.tables import as_date
from negotiation.errors import InvalidInputError
from negotiation.former_names import former_players
from negotiation.process.game.solution import GameSolution
from negotiation.values import FloatArray

__all__ = ["Conclusion", "conclusion_named"]

_FORMS = (
    "<side> concedes first; first cut by <date> more likely than not; deal by <date> more likely "
    "than not; <side> loses more; both sides lose in the standoff; <side> loses more a year in "
    "the standoff"
)


@dataclass(frozen=True)
class Conclusion:
    """A statement that a process makes true or false.

    Attributes
    ----------
    name
        The statement.
    margin
        Positive where it holds.
    """

    name: str
    margin: Callable[[GameSolution], float]


def _standoff(found: GameSolution) -> FloatArray:
    """What each side earns a unit of time while play stays where it starts, ``[side]``."""
    return np.asarray(found.process.nodes[int(found.process.start_node)].flow)


def _share(found: GameSolution, side: int) -> float:
    shares = found.concedes(found.open_stage)
    return float(np.nan_to_num(shares, nan=0.5)[side])


def conclusion_named(name: str | Conclusion, players: tuple[str, str]) -> Conclusion:
    """Return a conclusion by its sentence.

    Parameters
    ----------
    name
        ``"<side> concedes first"``, ``"first cut by <date> more likely than not"``, ``"deal by
        <date> more likely than not"``, ``"<side> loses more"``, ``"<side> loses more a year in the
        standoff"`` or ``"both sides lose in the standoff"``, or a conclusion of one's own.
    players
        Sides of the process, which sentences call by code or by the region's name.

    Raises
    ------
    InvalidInputError
        If the sentence is not understood.

    Examples
    --------
    >>> conclusion_named("China concedes first", ("USA", "CHN")).name
    'China concedes first'
    """
    if isinstance(name, Conclusion):
        return name

    def side(word: str) -> int:
        spoken = {name: code for code, name in region_names().items()}
        player = spoken.get(word.removeprefix("the "), word)
        sides = former_players(players, [player])
        if player not in sides:
            raise InvalidInputError(
                "unknown side", where="conclusion", seen=word, allowed=", ".join(players)
            )
        return sides.index(player)

    if found := re.fullmatch(r"(.+) concedes first", name):
        i = side(found[1])
        return Conclusion(name, lambda out: _share(out, i) - 0.5)
    if found := re.fullmatch(r"(first cut|deal) by (\d{4}-\d\d-\d\d) more likely than not", name):
        day = as_date(found[2], name="conclusion")
        if found[1] == "deal":
            return Conclusion(name, lambda out: float(out.deal_by(day)) - 0.5)
        return Conclusion(name, lambda out: float(out.cut_by(day)) - 0.5)
    if name == "both sides lose in the standoff":
        return Conclusion(name, lambda out: -float(_standoff(out).max()))
    if found := re.fullmatch(r"(.+) loses more a year in the standoff", name):
        i = side(found[1])
        return Conclusion(name, lambda out: float(_standoff(out)[1 - i] - _standoff(out)[i]))
    if found := re.fullmatch(r"(.+) loses more", name):
        i = side(found[1])
        return Conclusion(name, lambda out: float(out.values[1 - i] - out.values[i]))
    raise InvalidInputError("unknown conclusion", where="conclusion", seen=name, allowed=_FORMS)
