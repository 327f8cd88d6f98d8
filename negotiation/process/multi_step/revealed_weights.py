"""What the demands of the first cut reveal of the weight that each side puts on revenue."""

from __future__ import annotations

import numpy as np

from negotiation.payoffs.ensemble import RevealedWeight, revealed_weight
from negotiation.process.multi_step.plan import ProcessPlan
from negotiation.process.multi_step.state_flows import State, StateFlows
from negotiation.values import FloatArray

__all__ = ["revealed_weights"]

#: Own tariffs below a demand at which a revealed weight is looked for.
_POINTS = 24


def revealed_weights(
    plan: ProcessPlan, flows: StateFlows, life: FloatArray
) -> tuple[RevealedWeight, RevealedWeight]:
    """Return the weight on revenue that each side's demand reveals.

    Parameters
    ----------
    plan
        Its demands: an own tariff that is not raised reveals nothing.
    flows
        What each side earns in a state.
    life
        Share of the discounted life of terms spent at each horizon, ``[step, side]``.
    """
    out = []
    for side in range(2):
        demand = plan.demands[side]
        own = float(demand[side]) if np.isfinite(demand).all() else 0.0
        if own <= 0.0:
            out.append(RevealedWeight(0.0, True))
            continue
        states = []
        for rate in np.linspace(0.0, own, _POINTS):
            pair = [float(demand[0]), float(demand[1])]
            pair[side] = float(rate)
            states.append(State((pair[0], pair[1])))
        parts = np.asarray(
            sum(
                life[step, side] * flows.parts(states, step)[:, side] for step in range(flows.steps)
            )
        )
        income = parts[:, 0] - plan.numbers.job_costs[side] * parts[:, 2]
        out.append(revealed_weight(income, parts[:, 1]))
    return out[0], out[1]
