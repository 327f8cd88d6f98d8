"""The process as a Markov game with private shocks: data, solution, certificate, paths."""

from negotiation.process.game.history import (
    ObservedEvent,
    ObservedHistory,
    weigh_by_history,
)
from negotiation.process.game.nodes import Action, Deadline, Ending, Node, ProcessGame
from negotiation.process.game.paths import GamePaths, simulate_game
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
