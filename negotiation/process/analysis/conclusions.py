"""Conclusions by name, each a margin that is positive where it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from negotiation.arguments import takes
from negotiation.data.tables import as_date
from negotiation.errors import InvalidInputError
from negotiation.process.analysis.forecast import Outlook
from negotiation.values import FloatArray

__all__ = ["CONCLUSIONS", "Conclusion", "conclusion_named", "shares_of_concessions"]

#: How the sides are called in sentences.
_SPOKEN: Mapping[str, str] = {"the United States": "USA", "China": "CHN"}

#: The conclusions of the paper.
CONCLUSIONS = (
    "the United States concedes first",
    "China concedes first",
    "first cut by 2025-05-31 more likely than not",
    "first cut by 2025-12-31 more likely than not",
    "deal by 2025-12-31 more likely than not",
    "the United States loses more",
    "China loses more",
    "the standoff needs an audience cost of the United States",
    "the standoff needs an audience cost of China",
    "both sides lose income in the standoff",
    "the United States loses more income a year in the standoff",
    "China loses more income a year in the standoff",
)

_FORMS = (
    "<side> concedes first; first cut by <date> more likely than not; deal by <date> more likely "
    "than not; <side> loses more; the standoff needs an audience cost of <side>; both sides lose "
    "income in the standoff; <side> loses more income a year in the standoff"
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
    margin: Callable[[Outlook], float]


@takes
def shares_of_concessions(found: Outlook) -> FloatArray:
    """Return each side's share of the concessions that may still end the open stage.

    Where they are over, the shares are those that the stage had at its opening.
    """
    success = found.solution.success[0]
    if success.sum() <= 0.0:
        k = len(found.whole.process.stages) - len(found.solution.process.stages)
        success = found.whole.success[k]
    if success.sum() <= 0.0:
        return np.full(2, 0.5)
    return np.asarray(success / success.sum())


def _opened(found: Outlook) -> int:
    return len(found.whole.process.stages) - len(found.solution.process.stages)


def _standoff(found: Outlook) -> FloatArray:
    """What each side earns a unit of time while the open stage lasts, ``[side]``."""
    return np.asarray(found.whole.process.stages[_opened(found)].flows[0])


def conclusion_named(name: str | Conclusion, players: tuple[str, str]) -> Conclusion:
    """Return a conclusion by its sentence.

    Parameters
    ----------
    name
        One of `CONCLUSIONS`, the same about other sides and dates, or a conclusion of one's own.
    players
        Sides of the process, which sentences may call by name.

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
        player = _SPOKEN.get(word, word)
        if player not in players:
            raise InvalidInputError(
                "unknown side", where="conclusion", seen=word, allowed=", ".join(players)
            )
        return players.index(player)

    if found := re.fullmatch(r"(.+) concedes first", name):
        i = side(found[1])
        return Conclusion(name, lambda out: float(shares_of_concessions(out)[i]) - 0.5)
    if found := re.fullmatch(r"(first cut|deal) by (\d{4}-\d\d-\d\d) more likely than not", name):
        day = as_date(found[2], name="conclusion")
        if found[1] == "deal":
            return Conclusion(name, lambda out: float(out.deal_by(day)) - 0.5)
        return Conclusion(name, lambda out: float(out.cut_by(day)) - 0.5)
    if name == "both sides lose income in the standoff":
        return Conclusion(name, lambda out: -float(_standoff(out).max()))
    if found := re.fullmatch(r"(.+) loses more income a year in the standoff", name):
        i = side(found[1])
        return Conclusion(name, lambda out: float(_standoff(out)[1 - i] - _standoff(out)[i]))
    if found := re.fullmatch(r"(.+) loses more", name):
        i = side(found[1])
        return Conclusion(name, lambda out: float(out.whole.values[1 - i] - out.whole.values[i]))
    if found := re.fullmatch(r"the standoff needs an audience cost of (.+)", name):
        i = side(found[1])
        return Conclusion(
            name, lambda out: float(out.whole.audience_cost_bound[_opened(out), i]) - 1e-9
        )
    raise InvalidInputError("unknown conclusion", where="conclusion", seen=name, allowed=_FORMS)
