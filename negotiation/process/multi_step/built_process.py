"""A multi-step process that an economy values, with what its demands and stages are worth."""

from __future__ import annotations

from dataclasses import dataclass

from negotiation.payoffs.ensemble import RevealedWeight
from negotiation.process.game.process_game import ProcessGame
from negotiation.process.multi_step.plan import ProcessPlan
from negotiation.process.multi_step.state_flows import StateFlows
from negotiation.values import FloatArray, compact_repr

__all__ = ["BuiltProcess"]


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
    notes
        What a reader of results must know: defaults and proxies that stand in.
    """

    game: ProcessGame
    plan: ProcessPlan
    revenue_weights: tuple[RevealedWeight, RevealedWeight]
    prizes: tuple[tuple[str, str, FloatArray], ...]
    rates: FloatArray
    flows: StateFlows
    notes: tuple[str, ...] = ()

    __repr__ = compact_repr

    @property
    def explained(self) -> bool:
        """Whether both sides' demands in the first cut are explained by what they earn."""
        return all(weight.explained for weight in self.revenue_weights)
