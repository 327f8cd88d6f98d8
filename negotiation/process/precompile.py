"""Compile the process's kernels once, so that no later process of the machine has to."""

from __future__ import annotations

from negotiation.process.solve import solve_all
from negotiation.process.stages import MultiStepProcess

__all__ = ["compile_kernels"]


def compile_kernels() -> None:
    """Solve a small process without and with persistent types, which fills numba's disk cache.

    Examples
    --------
    >>> compile_kernels()
    """
    solve_all(
        [
            MultiStepProcess.from_payoffs(
                flows=[[-1.0, -1.0]] * 2,
                terms=[[[0.3, 0.6], [0.7, 0.4]]] * 2,
                discount_rates=[0.1, 0.1],
                stubbornness=[0.1, 0.2],
                type_persistence=persistence,
            )
            for persistence in (0.0, 0.5)
        ]
    )
