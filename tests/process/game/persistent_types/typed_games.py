"""Games to which tests add types."""

import numpy as np

from negotiation.process.game.nodes import Action, Ending, Node
from negotiation.process.game.process_game import ProcessGame
from tests.process.game.games import printed


def standoff(s, *, cost=(0.0, 0.0), eta=52.0, **options):
    """One node, the one whose numbers the definition of the model prints."""
    return printed(s, eta, mu=cost, **options)


def chain(s=0.2, *, cost=0.0, back=None):
    """Two stages that may break down, the second by who conceded in the first, and terms."""
    breaks = (Ending(0.6, back, np.array([-0.2, -0.2])),)
    ends = (0.0, 0.0) if back is not None else (-0.1, -0.1)

    def acts(first, second, to):
        return (
            Action(0, np.array(first), cost, to[0]),
            Action(1, np.array(second), cost, to[1]),
        )

    nodes = (
        Node("a", np.array([-0.6, -1.07]), acts([0, 0.2], [0.1, 0.05], "bc")),
        Node("b", np.array([-0.3, -0.5]), acts([0, 0.3], [0.3, 0.05], "dd"), breaks),
        Node("c", np.array([-0.3, -0.4]), acts([0, 0.2], [0.1, 0.05], "dd"), breaks),
        Node("d", np.array([0.1, 0.1]), (), (Ending(1 / 1.7, back, np.array(ends), "lapse"),)),
    )
    return ProcessGame(nodes, discount_rates=[0.05, 0.05], shock_scales=[s, s])
