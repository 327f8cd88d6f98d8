"""The multi-step negotiation process: solve, simulate, update beliefs.

Begin with `game` (the Markov game with private shocks, the default model) and `solve`.
`multi_step` builds it from an economy, `analysis` asks what the answers rest on, and `tough_types`
is its limit without shocks, with types that never concede, whose data are `stage` and `stages` and
whose beliefs `beliefs` follows over events.
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
