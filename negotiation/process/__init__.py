"""The multi-step negotiation process: solve, simulate, update beliefs."""

from negotiation.process.load import load_process
from negotiation.process.simulate import ProcessPaths, simulate_process
from negotiation.process.solve import ProcessSolution, solve_process
from negotiation.process.stages import MultiStepProcess, Stage

__all__ = [
    "MultiStepProcess",
    "ProcessPaths",
    "ProcessSolution",
    "Stage",
    "load_process",
    "simulate_process",
    "solve_process",
]
