"""The multi-step negotiation process: solve, simulate, update beliefs."""

from negotiation.process.batch import solve_processes
from negotiation.process.load import load_process
from negotiation.process.simulate import ProcessPaths, simulate_process
from negotiation.process.solve import ProcessSolution, solve_process
from negotiation.process.stages import MultiStepProcess, Stage
from negotiation.process.strategy_check import StrategyCheck, check_strategies

__all__ = [
    "MultiStepProcess",
    "ProcessPaths",
    "ProcessSolution",
    "Stage",
    "StrategyCheck",
    "check_strategies",
    "load_process",
    "simulate_process",
    "solve_process",
    "solve_processes",
]
