"""A solved process as its dates, its checks and its nodes read it."""

from __future__ import annotations

from typing import Protocol

from negotiation.process.stages import MultiStepProcess
from negotiation.process.tough_types.closed_form import Branches, ProcessArrays

__all__ = ["SolvedProcess"]


class SolvedProcess(Protocol):
    """The numbers of a process and its equilibrium by stage and history."""

    @property
    def process(self) -> MultiStepProcess:
        """The process that was solved."""

    @property
    def arrays(self) -> ProcessArrays:
        """Its numbers by stage and history."""

    @property
    def branch_solution(self) -> Branches:
        """Its equilibrium by stage and history."""
