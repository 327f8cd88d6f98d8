"""Gains from deviating along silence, and beliefs by Bayes, computed apart from the solver.

Given are what the other side does and what entering a node is worth. The value of the best plan of
a type then follows backward in time from an initial-value problem of SciPy's, with choices at a
window by quadrature over the shocks; beliefs follow from hazards alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.integrate import solve_ivp
from scipy.interpolate import CubicSpline
from scipy.special import softmax

from negotiation.process.game.certificate import Side, choices, gain_of_window
from negotiation.process.game.persistent_types.conditions import Ahead, NodeConditions, Play
from negotiation.process.game.persistent_types.silence import SilentPath
from negotiation.process.game.persistent_types.typed_game import TypedGame
from negotiation.values import FloatArray, compact_repr

__all__ = ["TypedCertificate", "certify_types"]

#: Points of the path at which what a side faces is read.
_POINTS = 2001
#: Loss, in scales of the shocks, at which an act has no chance in floating point.
_NEVER = 1e5


@dataclass(frozen=True, eq=False)
class TypedCertificate:
    """How far silence in the node in which play starts is from an equilibrium.

    Attributes
    ----------
    best_reply_gain
        Gain ``[side]`` of ``[type]`` of the best plan over the value.
    belief_gap
        Largest difference between a belief and what Bayes' rule makes of the hazards.
    scale
        Largest value of a type, or the largest scale of the shocks if that is larger.
    """

    best_reply_gain: tuple[FloatArray, FloatArray]
    belief_gap: float
    scale: float

    __repr__ = compact_repr

    @property
    def residual(self) -> float:
        """Largest violation: of values over the scale, of beliefs as they are."""
        most = max(float(np.abs(gain).max()) for gain in self.best_reply_gain)
        return max(most / self.scale, self.belief_gap)


def certify_types(typed: TypedGame, path: SilentPath, ahead: Ahead) -> TypedCertificate:
    """Return the certificate of silence in the node in which play starts."""
    node = NodeConditions(typed, int(typed.game.start_node), ahead)
    points = np.linspace(0.0, 1.0, _POINTS)
    times, speed = path.clock.times(points), path.clock.slopes(points)
    values, logs = path.at(times)
    play, beliefs = node.play(values, logs), (np.exp(logs[0]), np.exp(logs[1]))
    gains, gap = [], 0.0
    for i in range(2):
        spent = CubicSpline(points, play.hazards[i].sum(axis=0) * speed, axis=1).antiderivative()
        with np.errstate(divide="ignore"):
            silent = np.log(typed.priors[i])[:, None] - spent(points)
        gap = max(gap, float(np.abs(softmax(silent, axis=0) - beliefs[i]).max()))
        rate = _faced(node, play, beliefs, i)
        best = [
            _best(node, i, CubicSpline(points, item), CubicSpline(points, speed), own[-1])
            for item, own in zip(rate, values[i], strict=True)
        ]
        gains.append(np.array(best) - values[i][:, 0])
    scale = max(float(typed.game.shock_scales.max()), *(float(np.abs(v).max()) for v in values))
    return TypedCertificate((gains[0], gains[1]), gap, scale)


def _faced(
    node: NodeConditions, play: Play, beliefs: tuple[FloatArray, FloatArray], i: int
) -> list[FloatArray]:
    """What each type of a side faces: ``[point, (ends, brings, acts...)]``.

    ``ends`` is the rate at which the node ends other than by the side's acts, ``brings`` what the
    flow and these ends bring a unit of time, ``acts`` what each act is worth.
    """
    j = 1 - i
    ends = node.ending_rate + play.mean_hazards[j].sum(axis=0)
    brings = np.full_like(beliefs[i], node.flow[i])
    acts = []
    for side in (i, j):
        for a, action in enumerate(node.actions[side]):
            known = [beliefs[0], beliefs[1]]
            known[side] = play.posteriors[side][a]
            worth = action.payoff[i] + node.entering(action.to, known[0], known[1])[i]
            if side == i:
                floor = -_NEVER * node.scale[i]
                acts.append(np.maximum(worth - node.costs[i][:, a, None], floor))
            else:
                brings += play.mean_hazards[j][a] * worth
    for ending in node.endings:
        brings += ending.rate * (ending.payoff[i] + node.entering(ending.to, *beliefs)[i])
    types = range(len(brings))
    return [np.stack([ends, brings[k], *(act[k] for act in acts)], axis=1) for k in types]


def _best(
    node: NodeConditions,
    i: int,
    faced: Callable[[float], FloatArray],
    speed: Callable[[float], FloatArray],
    last: float,
) -> float:
    """Value at entry of the best plan of one type, backward from the end of the path."""
    scale, weight, windows = (float(x[i]) for x in (node.scale, node.weight, node.windows))
    count = len(node.actions[i])
    constant = scale * np.log([[1.0 - count * weight, *[weight] * count]])
    to = np.array([[0] + [-1] * count])

    def slope(back: float, value: FloatArray) -> FloatArray:
        ends, brings, *acts = faced(1.0 - back)
        side = Side(np.array([[0.0, *acts]]), to, constant, to)
        gain = gain_of_window(side, value, *choices(side, value, scale, "best"))
        outside = brings - (ends + node.discount[i]) * value
        return np.asarray(speed(1.0 - back) * (outside + windows * gain))

    found = solve_ivp(slope, (0.0, 1.0), [last], method="LSODA", rtol=1e-9, atol=1e-11 * scale)
    return float(found.y[0, -1])
