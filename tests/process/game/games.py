"""Games that tests build."""

import numpy as np

from negotiation.process.game.nodes import Action, Deadline, Ending, Node
from negotiation.process.game.process_game import ProcessGame


def one_node(g, L, F, mu, s, r, eta, lambda0=1.0, *, deadline=None, endings=(), players=None):
    """One node: a side that concedes gets L less mu, the other F, and play ends."""
    actions = (
        Action(0, (L[0], F[1]), mu[0]),
        Action(1, (F[0], L[1]), mu[1]),
    )
    return ProcessGame(
        (Node("standoff", g, actions, tuple(endings), deadline),),
        discount_rates=r,
        shock_scales=s,
        window_rates=eta,
        base_rate=lambda0,
        players=players or ("USA", "CHN"),
    )


#: The node whose numbers the definition of the model prints.
PRINTED = {
    "g": (-0.6, -1.07),
    "L": (0.0, 0.05),
    "F": (0.1, 0.2),
    "mu": (0.3, 0.3),
    "r": (0.05, 0.05),
}


def printed(s=0.2, eta=52.0, **changes):
    """That node with one scale of shocks and one rate of windows for both sides."""
    return one_node(**{**PRINTED, "s": (s, s), "eta": (eta, eta), **changes})


def random_graph(
    rng, most_nodes=8, scales=(0.1, 0.2, 0.4), windows=(12.0, 52.0), loops=True, dated=False
):
    """A graph with forward actions, breakdowns, relapses to earlier nodes, and perhaps dates."""
    count = int(rng.integers(2, most_nodes + 1))
    nodes = []
    for n in range(count):
        actions = []
        if n < count - 1:
            for side in range(2):
                for _ in range(int(rng.integers(0 if rng.random() < 0.2 else 1, 3))):
                    to = int(rng.integers(n + 1, count))
                    if loops and n and rng.random() < 0.1:
                        to = int(rng.integers(0, n))
                    actions.append(Action(side, rng.normal(0.0, 0.1, 2), rng.uniform(0.0, 0.5), to))
        endings = []
        if rng.random() < 0.5:
            endings.append(Ending(rng.uniform(0.1, 1.0), None, rng.uniform(-1.5, 0.3, 2)))
        if loops and n and rng.random() < 0.5:
            endings.append(Ending(rng.uniform(0.1, 0.8), int(rng.integers(0, n)), kind="relapse"))
        deadline = None
        if dated and n < count - 1 and rng.random() < 0.3:
            to = int(rng.integers(n + 1, count)) if rng.random() < 0.7 else None
            deadline = Deadline(rng.uniform(0.05, 0.6), to, rng.uniform(-0.5, 0.1, 2))
        if dated and rng.random() < 0.2:
            days = np.sort(rng.uniform(0.0, 0.8, 2))
            steps = tuple(zip(days.tolist(), rng.uniform(0.0, 3.0, 2).tolist(), strict=True))
            endings.append(Ending(steps, None, rng.uniform(-0.5, 0.1, 2), "court"))
        flow = rng.uniform(-1.0, 0.3, 2)
        nodes.append(Node(f"n{n}", flow, tuple(actions), tuple(endings), deadline))
    s, eta = rng.choice(scales), rng.choice(windows)
    return ProcessGame(
        tuple(nodes),
        discount_rates=rng.uniform(0.03, 0.1, 2),
        shock_scales=np.full(2, s),
        window_rates=np.full(2, eta),
        base_rate=1.0,
    )
