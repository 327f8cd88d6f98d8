"""Actions of players in tariff games: points added to a baseline, free trade, or measures.

An action is a number, the points added to the player's baseline tariffs on the other players'
goods (1.45 adds 145 points), or ``"free_trade"``, which removes the baseline, or a
:class:`~negotiation.trade.instruments.measures.Measure` in any instrument, or several of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiation.errors import InvalidInputError
from negotiation.trade.instruments.measures import Measure, action_measures
from negotiation.values import FloatArray, number

__all__ = [
    "FREE_TRADE",
    "action_grids",
    "action_label",
    "actions_of",
    "added_points",
    "measures_label",
]

FREE_TRADE = "free_trade"


def action_label(added: float, total: float, *, free: bool = False) -> str:
    """Return how tables print a tariff: points added and the total.

    Examples
    --------
    >>> action_label(1.45, 1.658)
    '+145 (165.8 %)'
    >>> action_label(-0.208, 0.0, free=True)
    'free trade (0 %)'
    """
    if free:
        return "free trade (0 %)"
    points = round(100.0 * added, 4)
    return f"{points:+.4g} ({100.0 * total:.1f} %)" if points else f"0 ({100.0 * total:.1f} %)"


def measures_label(measures: Sequence[Measure]) -> str:
    """Return how tables print measures in other instruments.

    Examples
    --------
    >>> measures_label([Measure("export_ban"), Measure("import_tariff", 0.1)])
    'export ban, import tariff +10 %'
    """
    return ", ".join(measure.label for measure in measures)


def actions_of(value: Any, where: str) -> list[Any]:
    """Return the actions that an argument stands for: one, or several.

    Parameters
    ----------
    value
        A number, ``"free_trade"``, a measure, or a list of these; a package of measures is a tuple
        or list within the list.
    where
        How errors name it.

    Raises
    ------
    InvalidInputError
        If there is none.
    """
    single = isinstance(value, str | Measure) or (
        not isinstance(value, list | tuple) and np.ndim(value) == 0
    )
    items = [value] if single else list(value)
    if not items:
        raise InvalidInputError("empty grid", where=where, allowed="1 rate or more")
    return items


def _grid(value: Any, player: str) -> list[Any]:
    """Actions of a player: distinct numbers, free trade or tuples of measures."""
    where = f"rates[{player}]"
    items = actions_of(value, where)
    out: list[Any] = [
        item
        if isinstance(item, str) and item == FREE_TRADE
        else action_measures(item, f"{where}[{k}]")
        or number(item, name=f"{where}[{k}]", low=-1.0, open_low=True)
        for k, item in enumerate(items)
    ]
    for k, item in enumerate(out):
        if item in out[:k]:
            seen = measures_label(item) if isinstance(item, tuple) else item
            raise InvalidInputError("an action is given twice", where=f"{where}[{k}]", seen=seen)
    return out


def action_grids(
    rates: Mapping[str, Any], players: Sequence[str] | None = None
) -> dict[str, list[Any]]:
    """Return the grid of actions of each player, in the order of play.

    Parameters
    ----------
    rates
        By player, numbers, ``"free_trade"`` or measures.
    players
        Their order; None: that of ``rates``.

    Raises
    ------
    InvalidInputError
        If a grid is missing, empty, repeats an action or holds what is no tariff.
    """
    if not isinstance(rates, Mapping):
        raise InvalidInputError(
            "not a grid a player", where="rates", seen=type(rates).__name__, allowed="a mapping"
        )
    names = tuple(players) if players is not None else tuple(rates)
    if set(names) != set(rates):
        raise InvalidInputError(
            "one grid for each player", where="rates", seen=", ".join(rates), allowed=str(names)
        )
    return {name: _grid(rates[name], name) for name in names}


def added_points(value: Any, name: str) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return the points of some actions ``[action]``, and where they stand for free trade.

    Measures add no points here.
    """
    items = actions_of(value, name)
    free = np.array([isinstance(item, str) and item == FREE_TRADE for item in items])
    added = [
        0.0 if gone or action_measures(item, f"{name}[{k}]") else number(item, name=f"{name}[{k}]")
        for k, (item, gone) in enumerate(zip(items, free, strict=True))
    ]
    return np.array(added), free
