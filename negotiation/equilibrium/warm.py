"""Compile the games' kernels once, so that no later process of the machine has to."""

from __future__ import annotations

import numpy as np

from negotiation.equilibrium.batch import nash_equilibria_batch
from negotiation.equilibrium.large import one_equilibrium
from negotiation.equilibrium.polytopes import integer_columns
from negotiation.equilibrium.search import (
    find_vertices_by_float,
    find_vertices_by_integer,
    unit_columns,
)
from negotiation.games.normal_form import NormalFormGame

__all__ = ["warm_kernels"]


def warm_kernels() -> None:
    """Call every compiled entry of this package once, which fills numba's disk cache.

    Examples
    --------
    >>> warm_kernels()
    """
    cycle = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]])
    nash_equilibria_batch(cycle[np.newaxis], -cycle[np.newaxis], threads=1)
    whole, _ = integer_columns(cycle)
    find_vertices_by_float(unit_columns(whole), whole, lambda: True)
    find_vertices_by_integer(whole, lambda: True)
    one_equilibrium(NormalFormGame.from_bimatrix(cycle, -cycle))
