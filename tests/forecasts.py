"""A small forecast by hand: two draws beside the central values, two payoff models, two dates."""

import datetime as dt

import numpy as np

from negotiation.process.analysis.forecast import ProcessForecast

MADE, DAY, LAST = dt.date(2025, 5, 2), dt.date(2025, 5, 31), dt.date(2025, 12, 31)


def forecast(**changed):
    """Both draws are equally likely under both models unless ``seen`` says otherwise."""
    cut = np.array([[[0.5, 0.5], [0.5, 0.5]], [[0.1, 0.4], [0.2, 0.6]], [[0.3, 0.8], [0.4, 0.9]]])
    terms = np.array([[0.5, 0.1], [0.2, 0.1]])
    given = {
        "as_of": MADE,
        "stage": "de-escalation",
        "players": ("USA", "CHN"),
        "models": ("equilibrium", "partial_0"),
        "left_out": (),
        "model_weights": np.array([0.5, 0.5]),
        "dates": (DAY, LAST),
        "parameters": ("audience_cost_usa",),
        "values": np.array([[0.45], [0.3], [0.6]]),
        "middle": np.array([0.425]),
        "seen": np.ones((3, 2)),
        "cut": cut,
        "deal": cut / 10.0,
        "lowered": np.stack([cut, cut], axis=-1),
        "concedes": np.tile([0.25, 0.75], (3, 2, 1)),
        "after": np.tile(terms[::-1], (3, 2, 1, 1)),
    }
    return ProcessForecast(**{**given, **changed})
