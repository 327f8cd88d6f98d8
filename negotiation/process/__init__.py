"""The multi-step negotiation process: solve, simulate, update beliefs.

Begin with `stage` and `stages` (a process as data) and `solve`; `tough_types` is the equilibrium
behind. `multi_step` builds the process of spring 2025, `beliefs` follows events, `choices` adds
demands, exemptions and escalation, and `analysis` asks what the answers rest on.
"""

from negotiation.process.batch import solve_processes
from negotiation.process.multi_step.load import load_process
from negotiation.process.solve import ProcessSolution, solve_process
from negotiation.process.stage import Stage
from negotiation.process.stages import MultiStepProcess
from negotiation.process.tough_types.deviations import StrategyCheck, check_strategies
from negotiation.process.tough_types.simulation import ProcessPaths, simulate_process

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
