"""Games whose sides are of persistent types: beliefs move along silence and with acts.

`typed_game` is the data. `conditions` says what holds in a node, `silence` solves a node's
boundary problem by `collocation`, `entries` tabulates a node by the beliefs with which it is
entered, `solve` goes through the graph; `solution` is what comes back, `dates` say when play ends.
"""

from negotiation.process.game.persistent_types.solution import TypedSolution
from negotiation.process.game.persistent_types.solve import belief_grid_error, solve_typed_game
from negotiation.process.game.persistent_types.typed_game import TypedGame

__all__ = ["TypedGame", "TypedSolution", "belief_grid_error", "solve_typed_game"]
