"""One stage of the multi-step process as data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from negotiation.data.tables import DateLike, as_date
from negotiation.errors import InvalidInputError
from negotiation.values import FloatArray, compact_repr, quantity

__all__ = ["DAYS_IN", "PLAYERS", "Stage", "days_between"]

#: What the sides are called where nobody names them.
PLAYERS = ("player 1", "player 2")
#: Length of a unit of the process's clock in days.
DAYS_IN = {"day": 1.0, "week": 7.0, "month": 365.25 / 12.0, "year": 365.25}


def days_between(start: date | None, day: DateLike) -> float:
    """Return the days from the start of play to a date, which is not before it."""
    end = as_date(day, name="day")
    if start is None:
        raise InvalidInputError(
            "a date, where play has no day on which it starts",
            where="day",
            seen=day,
            allowed="a number of days from the start",
            hint='Or give the process its start: start="2025-05-02".',
        )
    if end is None or end < start:
        raise InvalidInputError(
            "no such span of days", where="day", seen=day, allowed=f"on or after {start}"
        )
    return float((end - start).days)


@dataclass(frozen=True, eq=False)
class Stage:
    """One step of the process.

    Payoff arrays have the shape ``[side]`` or ``[history, side]``. Histories before a stage are
    the integers below 2^n, n the number of remembered stages before it: each concession in such
    a stage appends a binary digit, 0 when the first side conceded and 1 when the second did.

    Attributes
    ----------
    name
        Label of the stage.
    flows
        What each side earns per unit of time while the stage lasts.
    concede, win
        What a side gets at once when it concedes, and when the other side does.
    stubbornness
        Prior probability that a side is of the tough type in this stage. Where it is zero for both
        sides there is more than one equilibrium; see `solve_process`.
    breakdown_hazard
        Rate at which the stage breaks down.
    breakdown
        Payoff of a breakdown, where play does not return to a stage.
    relapse_to
        Number of the stage to which a breakdown returns, with beliefs reset; None: the payoff
        ``breakdown`` ends the process.
    relapse_lump
        What each side gets at once at such a return.
    audience_cost
        One-off cost of conceding, taken off ``concede``.
    audience_growth
        Rate at which conceding becomes dearer while the stage lasts (Fearon's audience cost).
    deadline
        Time after the opening of the stage, or ISO date, at which it breaks down if nobody has
        conceded until then; a coin decides which of two concessions at that time counts.
    rates
        Headline additional tariffs in force while the stage lasts, ``[history, side]``.
    opens
        Whether the stage is played at all after a history; where it is not, play passes to the
        next stage at once.
    remembered
        Whether later payoffs may depend on who conceded in this stage.
    """

    name: str
    flows: FloatArray = quantity("g", "payoff per unit of time", "flow while the stage lasts")
    concede: FloatArray = quantity("l", "payoff", "lump sum of the side that concedes")
    win: FloatArray = quantity("f", "payoff", "lump sum of the side that is conceded to")
    stubbornness: FloatArray = quantity("z", "probability", "prior of the tough type")
    breakdown_hazard: float = quantity("beta", "1/time", "breakdown hazard", default=0.0)
    breakdown: FloatArray = quantity("B", "payoff", "value of a breakdown", default=(0.0, 0.0))
    relapse_to: int | None = None
    relapse_lump: FloatArray = quantity(
        "b", "payoff", "lump sum at a return to an earlier stage", default=(0.0, 0.0)
    )
    audience_cost: FloatArray = quantity(
        "A", "payoff", "one-off cost of conceding", default=(0.0, 0.0)
    )
    audience_growth: FloatArray = quantity(
        "a", "payoff per unit of time", "growth of the cost of conceding", default=(0.0, 0.0)
    )
    deadline: float | str | None = None
    rates: FloatArray | None = quantity(
        "tau", "fraction", "additional tariffs in force", default=None
    )
    opens: FloatArray | None = None
    remembered: bool = True

    __repr__ = compact_repr
