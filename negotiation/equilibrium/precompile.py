"""Compile the games' kernels once, so that no later process of the machine has to."""

from __future__ import annotations

import numpy as np

from negotiation.equilibrium.limits import TimeLimit
from negotiation.equilibrium.many_players.isolation import isolate_equilibria
from negotiation.equilibrium.normal_form.batch import FEW_CELLS, nash_equilibria_batch
from negotiation.equilibrium.normal_form.one_equilibrium import one_equilibrium
from negotiation.equilibrium.normal_form.polytopes import integer_columns
from negotiation.equilibrium.normal_form.vertex_search import (
    find_vertices_by_float,
    find_vertices_by_integer,
    unit_columns,
)
from negotiation.equilibrium.quantal.quantal_response import quantal_response
from negotiation.games.normal_form import NormalFormGame

__all__ = ["compile_kernels"]


def compile_kernels() -> None:
    """Call every compiled entry of this package once, which fills numba's disk cache.

    Examples
    --------
    >>> compile_kernels()
    """
    cycle = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]])
    many = np.repeat(cycle[np.newaxis], FEW_CELLS, axis=0)
    nash_equilibria_batch(many, -many, threads=1)
    whole, _ = integer_columns(cycle)
    find_vertices_by_float(unit_columns(whole), whole, lambda: True)
    find_vertices_by_integer(whole, lambda: True)
    one_equilibrium(NormalFormGame.from_bimatrix(cycle, -cycle))
    quantal_response(NormalFormGame.from_bimatrix(cycle, -cycle), 1.0)
    isolate_equilibria(np.arange(24.0).reshape(3, 2, 2, 2) % 7.0, limit=TimeLimit(None))
