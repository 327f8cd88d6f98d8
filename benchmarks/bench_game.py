"""The Markov game: one solve, a batch, dates, paths, against SciPy and value iteration.

``python -m benchmarks game`` prints one line a task as it ends. Where the peer is a bound, its
seconds are what the bound allows for the same work.
"""

from collections.abc import Iterator
from dataclasses import replace
from time import perf_counter

import numpy as np
from scipy.optimize import root

from benchmarks.peer_game import conditions, value_iteration
from benchmarks.report import Line, bounded, least_seconds
from negotiation.process.batch import solve_processes
from negotiation.process.game.nodes import Action, Ending, Node
from negotiation.process.game.process_game import ProcessGame
from negotiation.process.solve import solve_process
from negotiation.process.tough_types.simulation import simulate_process

NODES = 60


def game(rng, count=NODES, relapses=0.3):
    """A process of some nodes: acts lead on, every node may break down, some relapse."""
    nodes = []
    for n in range(count):
        actions = []
        if n < count - 1:
            for side in range(2):
                for _ in range(int(rng.integers(1, 3))):
                    to = int(min(n + rng.integers(1, 5), count - 1))
                    actions.append(Action(side, rng.normal(0, 0.1, 2), rng.uniform(0, 0.5), to))
        endings = [Ending(rng.uniform(0.1, 1.0), None, rng.uniform(-1.5, 0.3, 2))]
        if n and rng.random() < relapses:
            endings.append(Ending(rng.uniform(0.1, 0.8), int(rng.integers(0, n)), kind="relapse"))
        nodes.append(Node(f"n{n}", rng.uniform(-1, 0.3, 2), tuple(actions), tuple(endings)))
    return ProcessGame(
        tuple(nodes), rng.uniform(0.03, 0.1, 2), (0.2, 0.2), window_rates=52.0, base_rate=1.0
    )


def one_solve() -> Iterator[Line]:
    for relapses, name in ((0.3, "with relapses"), (0.0, "without relapse")):
        process = game(np.random.default_rng(1), relapses=relapses)
        solution = solve_process(process)
        ours = least_seconds(lambda process=process: solve_process(process), 51)
        task = f"process of {NODES} nodes {name}"
        residuals = f"certificate {solution.residual:.1e}"
        yield bounded(task, ours, 1e-3, residuals)
        of = conditions(process)
        start = np.zeros(2 * NODES)

        def plain(of=of, start=start):
            return root(of, start, method="hybr", options={"xtol": 1e-12})

        peer = least_seconds(plain, 3)
        apart = np.abs(plain().x.reshape(-1, 2) - solution.node_values).max()
        note = f"values {apart:.1e} apart"
        yield Line(task, ours, "SciPy's root", peer, peer / ours, "at least", 100.0, note)
        peer = least_seconds(lambda process=process: value_iteration(process), 1)
        apart = np.abs(value_iteration(process) - solution.node_values).max()
        note = f"values {apart:.1e} apart"
        yield Line(task, ours, "value iteration", peer, peer / ours, "at least", None, note)


def batch() -> Iterator[Line]:
    rng = np.random.default_rng(2)
    base = game(rng)
    count = 2000
    began = perf_counter()
    processes = [varied(base, rng) for _ in range(count)]
    built = perf_counter() - began
    solve_processes([varied(base, rng)], workers=1)
    began = perf_counter()
    solve_processes(processes, workers=1)
    seconds = perf_counter() - began
    note = f"beside {1e3 * built / count:.3g} ms of each to build and check it"
    task = f"{count} different processes of {NODES} nodes"
    yield bounded(task, seconds, 20.0 * count / 10_000, note)


def varied(base, rng):
    """The same graph at other scales of shocks and other audience costs."""
    nodes = tuple(
        replace(
            node,
            actions=tuple(
                replace(a, audience_cost=a.audience_cost * factor)
                for a, factor in zip(
                    node.actions, rng.uniform(0.8, 1.2, len(node.actions)).tolist(), strict=True
                )
            ),
        )
        for node in base.nodes
    )
    return replace(base, nodes=nodes, shock_scales=rng.uniform(0.15, 0.3, 2))


def dates_and_paths() -> Iterator[Line]:
    solution = solve_process(game(np.random.default_rng(1)))
    days = np.arange(1.0, 201.0)
    seconds = least_seconds(lambda: solution.node_probabilities(days), 51)
    yield bounded(f"200 days of all {NODES} nodes", seconds, 1e-3)
    count = 500_000
    seconds = least_seconds(
        lambda: simulate_process(solution, count, rng=np.random.default_rng(1)), 3
    )
    yield bounded(f"{count:,} paths", seconds, 1.0, f"{count / seconds:,.0f} a second")


def run() -> list[Line]:
    """Return every line of this file, each printed as it ends."""
    lines = []
    for part in (one_solve, dates_and_paths, batch):
        for line in part():
            print(line.describe(), flush=True)
            lines.append(line)
    return lines


if __name__ == "__main__":
    run()
