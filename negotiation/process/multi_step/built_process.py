"""A multi-step process that an economy values, with what its demands and stages are worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from negotiation.payoffs.ensemble import RevealedWeight
from negotiation.process.game.process_game import ProcessGame
from negotiation.process.multi_step.plan import ProcessPlan
from negotiation.process.multi_step.state_flows import StateFlows
from negotiation.values import FloatArray, compact_repr

__all__ = ["BuiltProcess", "nothing_at_stake"]

#: A change of flows that is none, in scales of the private shocks a year.
_NOTHING = 1e-9


@dataclass(frozen=True, eq=False)
class BuiltProcess:
    """A process that an economy values, with what its demands reveal and what each stage is about.

    Attributes
    ----------
    game
        The Markov game.
    plan
        What it was built from.
    revenue_weights
        What the demands of each side reveal, one a side.
    prizes
        F - L of each stage, its name and history: what a side earns a year of terms, over their
        discounted life, where the other concedes less where it does itself.
    rates
        Added tariffs in force in each node of the game, ``[node, side]``.
    flows
        What values it.
    nothing_at_stake
        Where the economy gives no side a reason to hold out in the open stage: that it does not,
        and what dates rest on then. Empty elsewhere.
    notes
        What a reader of results must know: defaults and proxies that stand in, and
        ``nothing_at_stake``.
    """

    game: ProcessGame
    plan: ProcessPlan
    revenue_weights: tuple[RevealedWeight, RevealedWeight]
    prizes: tuple[tuple[str, str, FloatArray], ...]
    rates: FloatArray
    flows: StateFlows
    nothing_at_stake: str = ""
    notes: tuple[str, ...] = ()

    __repr__ = compact_repr

    @property
    def explained(self) -> bool:
        """Whether both sides' demands in the first cut are explained by what they earn."""
        return all(weight.explained for weight in self.revenue_weights)


def nothing_at_stake(stage: str, flows: FloatArray) -> str:
    """Return what is to be said of a stage in which no side earns anything by holding out.

    Parameters
    ----------
    stage
        Its name.
    flows
        What is earned in force, and after each side that can concede does, ``[state, side]``, in
        scales of the private shocks a year.
    """
    gains = np.abs(flows[1:] - flows[0])
    if len(gains) and np.all(gains <= _NOTHING):
        return (
            f"{stage}: a concession changes nothing in the economy; dates rest on the base rate, "
            "the costs of conceding and what follows the stage alone"
        )
    if len(gains) == 2 and np.all(np.abs(flows[1] - flows[2]) <= _NOTHING):
        return (
            f"{stage}: both sides ask for what is worth the same to them, so that nobody gains "
            "where the other concedes rather than itself; dates rest on what ending the stage is "
            "worth, the base rate and the costs of conceding"
        )
    return ""
