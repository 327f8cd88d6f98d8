"""Compile the kernels once, so that no later process has to."""

from __future__ import annotations

import numpy as np

from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.equilibrium import counterfactuals
from negotiation.trade.model import TradeModel
from negotiation.trade.solver.kernels import fill_kernels

__all__ = ["compile_kernels"]


def compile_kernels() -> None:
    """Call every compiled entry of this package once, which fills numba's disk cache.

    Examples
    --------
    >>> compile_kernels()
    """
    free = TariffSchedule(("A", "B"), ("goods",), np.zeros((1, 2, 2)))
    world = Economy("two", ("A", "B"), ("goods",), np.array([[[8.0, 2.0], [2.0, 8.0]]]), free)
    rates = np.array([[0.0, 0.1], [0.2, 0.0]])[None, None]
    counterfactuals(world, np.concatenate([rates, 2.0 * rates]), TradeModel(trade_elasticity=4.0))
    place, table = np.zeros(1), np.empty((1, 1))
    fill_kernels(np.ones((1, 1)), place, place, place, place, place, table, table)
