"""Processes with tough types that tests build."""

from negotiation.process.solve import solve_process
from negotiation.process.stages import MultiStepProcess


def fight(stages=1, z=(0.1, 0.1), **changes):
    """Stages by bare payoffs, all the same."""
    given = {
        "flows": [[-0.05, -0.08]] * stages,
        "terms": [[[0.3, 0.6], [0.7, 0.4]]] * stages,
        "discount_rates": [0.05, 0.05],
        "stubbornness": z,
    }
    return MultiStepProcess.from_payoffs(**{**given, **changes})


def staged(**changes):
    stages = [
        {
            "g": [-0.06, -0.08],
            "l": [-0.05, -0.05],
            "f": [0.05, 0.05],
            "B": [-2, -2.5],
            "beta": 0.02,
        },
        {"g": [-0.06, -0.08], "l": [0.2, 0.2], "f": [0.5, 0.5], "B": [-2, -2.5], "beta": 0.03},
        {"g": [-0.02, -0.02], "l": [0.1, 0.05], "f": [0.4, 0.25], "B": [-2, -2.5], "beta": 0.02},
    ]
    data = {"stages": stages, "r": [0.01, 0.01], "z": [0.1, 0.15], "time_unit": "month"}
    return MultiStepProcess.from_dict({**data, **changes})


def random_process(rng):
    depends = bool(rng.integers(2))
    stages = []
    for k in range(int(rng.integers(1, 5))):
        shape = (2**k, 2) if depends else (2,)
        low = rng.uniform(-0.2, 0.3, shape)
        stages.append(
            {
                "g": rng.uniform(-0.2, -0.02, shape),
                "l": low,
                "f": low + rng.uniform(0.1, 0.5, shape),
                "B": rng.uniform(-3, -1, 2),
                "beta": rng.uniform(0, 0.05) * (rng.random() < 0.7),
            }
        )
    return MultiStepProcess.from_dict(
        {
            "stages": stages,
            "r": rng.uniform(0.005, 0.03, 2),
            "z": rng.uniform(0.02, 0.4, 2),
        }
    )


def solved_draws(rng, draw, count):
    """Solutions of the first so many processes that settle, of those drawn."""
    while count:
        solution = solve_process(draw(rng), raise_on_failure=False)
        if solution.converged:
            count -= 1
            yield solution


def with_history(**changes):
    """The second stage pays more after the first side has conceded; the third may be passed."""
    stages = [
        {"g": [-0.06, -0.08], "l": [0.2, 0.2], "f": [0.5, 0.5], "rates": [1.45, 1.25]},
        {
            "g": [[-0.02, -0.02], [-0.05, -0.01]],
            "l": [[0.1, 0.05], [0.0, 0.1]],
            "f": [[0.4, 0.25], [0.3, 0.5]],
            "beta": 0.02,
            "opens": [1, 0],
            "rates": [[0.2, 0.1], [0.6, 0.1]],
        },
        {
            "g": [-0.02, -0.03],
            "l": [0.1, 0.1],
            "f": [0.3, 0.3],
            "beta": 0.01,
            "rates": [[0.2, 0.1], [0.2, 0.0], [0.6, 0.1], [0.6, 0.0]],
            "remembered": False,
        },
    ]
    data = {"stages": stages, "r": [0.01, 0.01], "z": [0.1, 0.15]}
    data["rates_after"] = [[0.0, 0.0], [0.1, 0.0], [0.2, 0.0], [0.3, 0.0]]
    data["start"] = "2025-04-12"
    return MultiStepProcess.from_dict({**data, **changes})
