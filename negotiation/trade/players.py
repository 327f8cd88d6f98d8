"""Who plays where nobody is named: the first two regions of the economy."""

from __future__ import annotations

import warnings

from negotiation.errors import InvalidInputError
from negotiation.former_names import FORMER_PLAYERS
from negotiation.trade.economy import Economy

__all__ = ["FIRST_TWO", "first_two"]

#: What an argument says that takes None for every region.
FIRST_TWO = "first_two"


def first_two(economy: Economy) -> tuple[str, str]:
    """Return the first two regions of an economy.

    Until version 0.2 the players of version 0.1 are taken where the economy has them elsewhere,
    with a warning.

    Examples
    --------
    >>> import numpy as np
    >>> from negotiation.trade.economy import TariffSchedule
    >>> names = ("A", "B", "C")
    >>> free = TariffSchedule(names, ("goods",), np.zeros((1, 3, 3)))
    >>> first_two(Economy("three", names, ("goods",), np.ones((1, 3, 3)), free))
    ('A', 'B')
    """
    if len(economy.regions) < 2:
        raise InvalidInputError(
            "one region has nobody to play against",
            where="economy.regions",
            seen=", ".join(economy.regions),
            allowed="2 regions or more",
        )
    pair = economy.regions[0], economy.regions[1]
    if pair != FORMER_PLAYERS and set(FORMER_PLAYERS) <= set(economy.regions):
        warnings.warn(
            f"players are not named: {' and '.join(FORMER_PLAYERS)} are taken, from the next "
            f"version on the first two regions, {' and '.join(pair)}; name them",
            DeprecationWarning,
            stacklevel=3,
        )
        return FORMER_PLAYERS
    return pair
