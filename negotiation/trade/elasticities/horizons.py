"""Trade elasticities by the time that a policy has been in force.

Trade reacts little in the first year and settles in seven to ten (Boehm, Levchenko, Pandalai-Nayar
2020: .7 after one year, 1.5 to 2 in the long run). With ``epsilon`` the long-run elasticity and
``r = .7/1.75``, the elasticity after ``t`` years is::

    epsilon(t) = epsilon [r + (1 - r) log(t)/log(10)],   1 <= t <= 10

and constant outside. Both ends are sourced; that elasticities rise with the logarithm of time in
between, and that those of all sectors rise alike, are assumptions.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.values import FloatArray, float_array, number

__all__ = ["FIRST_YEAR", "LAST_YEAR", "SHORT_OVER_LONG", "elasticities_at", "share_of_long_run"]

FIRST_YEAR, LAST_YEAR = 1.0, 10.0
SHORT_OVER_LONG = 0.7 / 1.75


def share_of_long_run(years: float, *, short_over_long: float = SHORT_OVER_LONG) -> float:
    """Return the share of its long-run value that an elasticity has reached.

    Parameters
    ----------
    years
        Time in force, above 0.
    short_over_long
        The share after one year, in (0, 1].

    Raises
    ------
    InvalidInputError
        If a number is out of bounds.

    Examples
    --------
    >>> [round(share_of_long_run(t), 3) for t in (0.5, 1, 3, 10, 20)]
    [0.4, 0.4, 0.686, 1.0, 1.0]
    """
    time = number(years, name="years", low=0.0, open_low=True)
    first = number(short_over_long, name="short_over_long", low=0.0, high=1.0, open_low=True)
    inside = min(max(time, FIRST_YEAR), LAST_YEAR)
    return first + (1.0 - first) * math.log(inside) / math.log(LAST_YEAR)


@takes
def elasticities_at(
    long_run: ArrayLike, years: float, *, short_over_long: float = SHORT_OVER_LONG
) -> FloatArray:
    """Return trade elasticities after so many years in force.

    Parameters
    ----------
    long_run
        Long-run elasticities, any shape.
    years, short_over_long
        As in :func:`share_of_long_run`.

    Examples
    --------
    >>> elasticities_at([1.75, 5.0], 1.0).round(9).tolist()
    [0.7, 2.0]
    """
    values = float_array(long_run, name="long_run", low=0.0)
    return np.asarray(values * share_of_long_run(years, short_over_long=short_over_long))
