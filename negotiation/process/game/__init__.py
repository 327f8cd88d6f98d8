"""The process as a Markov game with private shocks: data, solution, certificate, paths.

Begin with `nodes` (what a side can do in a node) and `process_game` (the game); `checks` lists
mistakes, `reading` reads mappings and files, `layout` turns a game into arrays. `solve` finds the
equilibrium by `branches` and the compiled `_kernels`, `solution` is what comes back, `dates` and
`paths` say when and how play ends, `certificate` checks, and `history` weighs games by what was
seen.
"""

from negotiation.process.game.history import (
    ObservedEvent,
    ObservedHistory,
    weigh_by_history,
)
from negotiation.process.game.nodes import Action, Deadline, Ending, Node
from negotiation.process.game.paths import GamePaths, simulate_game
from negotiation.process.game.process_game import ProcessGame
from negotiation.process.game.solution import GameSolution
from negotiation.process.game.solve import solve_games

__all__ = [
    "Action",
    "Deadline",
    "Ending",
    "GamePaths",
    "GameSolution",
    "Node",
    "ObservedEvent",
    "ObservedHistory",
    "ProcessGame",
    "simulate_game",
    "solve_games",
    "weigh_by_history",
]
