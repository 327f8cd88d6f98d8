"""What the process's law holds fixed, and the node of a dispute as a game.

A dispute is one node of the process: while it lasts each side earns a flow; at a window a side may
concede, which puts terms in force that last a mean life and then lapse to the dispute. The law of
a dispute's end is that of `negotiation.solve_process` on `concession_node`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.process.game.nodes import Action, Deadline, Ending, Node
from negotiation.process.game.process_game import ProcessGame
from negotiation.values import FloatArray, float_array, number, read_only

__all__ = ["FixedTerms", "concession_node"]


@dataclass(frozen=True)
class FixedTerms:
    """What durations cannot tell apart from resolve: assumed, named, and held fixed.

    Attributes
    ----------
    window_rate
        Windows a year in which a side may concede (eta).
    base_rate
        Rate a year at which an indifferent side concedes (lambda_0).
    discount_rate
        Of both sides, a year (r).
    life
        Mean life of what is conceded, years (D).
    demand
        What conceding costs the side that concedes, and gains the other, while it is in force: a
        share of the flow that a dispute of reference costs a side.
    """

    window_rate: float = 52.0
    base_rate: float = 1.0
    discount_rate: float = 0.05
    life: float = 1.7
    demand: float = 0.25

    def __post_init__(self) -> None:
        for name in ("window_rate", "base_rate", "discount_rate", "life"):
            number(getattr(self, name), name=name, low=0.0, open_low=True)
        number(self.demand, name="demand", low=0.0, high=1.0)
        number(self.base_rate, name="base_rate", high=0.5 * self.window_rate)

    @property
    def worth(self) -> float:
        """What a flow of 1 while terms are in force is worth when they begin, years."""
        return 1.0 / (self.discount_rate + 1.0 / self.life)

    @property
    def leak(self) -> float:
        """Share of the value of the dispute that terms put off for good: r / (r + 1/D)."""
        return self.discount_rate * self.worth

    def kernel(self, shock_scale: float, outside_rate: float) -> FloatArray:
        """Return what the kernels take: s, eta, w, r, leak, gamma."""
        return np.array(
            [
                shock_scale,
                self.window_rate,
                self.base_rate / self.window_rate,
                self.discount_rate,
                self.leak,
                outside_rate,
            ]
        )


@takes
def concession_node(
    flows: ArrayLike,
    losses: ArrayLike,
    gains: ArrayLike,
    audience_costs: ArrayLike,
    shock_scale: float,
    *,
    terms: FixedTerms | None = None,
    outside_rate: float = 0.0,
    deadline: float | None = None,
    deadline_loss: float = 0.0,
) -> ProcessGame:
    """Return the game whose hazards the process's law takes; sender first, target second.

    Parameters
    ----------
    flows
        What each side earns a year while the dispute lasts ``[side]``.
    losses, gains
        What each pays a year under terms it conceded, and earns under terms the other did.
    audience_costs
        Of conceding ``[side]``.
    shock_scale
        Of the private shocks of both.
    terms
        What is held fixed; None: `FixedTerms()`.
    outside_rate
        Rate a year of endings nobody chooses, at which the dispute is gone.
    deadline
        Years to a date at which both lose ``deadline_loss`` and the dispute goes on; None: none.

    Examples
    --------
    >>> import negotiation as ng
    >>> game = concession_node([-1, -1], [0.25, 0.25], [0.25, 0.25], [0.9, 1.0], 0.4)
    >>> ng.solve_process(game).action_hazards[0].round(3)
    array([0.866, 0.165])
    """
    fixed = terms or FixedTerms()
    flow, loss, gain, cost = (
        float_array(values, name=name, shape=(2,))
        for name, values in (
            ("flows", flows),
            ("losses", losses),
            ("gains", gains),
            ("audience_costs", audience_costs),
        )
    )
    outside = (Ending(outside_rate, None, kind="outside"),) if outside_rate > 0.0 else ()

    def dispute(label: str, date: Deadline | None) -> Node:
        acts = tuple(Action(i, np.zeros(2), float(cost[i]), f"terms of {i}") for i in range(2))
        return Node(label, flow, acts, outside, date, stage="dispute")

    def conceded(side: int) -> Node:
        earned = np.where(np.arange(2) == side, -loss, gain)
        lapse = Ending.lapse(fixed.life, "dispute")
        return Node(f"terms of {side}", read_only(earned), (), (lapse,), deal=True)

    dated: tuple[Node, ...] = ()
    if deadline is not None:
        lost = np.full(2, -deadline_loss)
        dated = (dispute("dispute before its deadline", Deadline(deadline, "dispute", lost)),)
    return ProcessGame(
        (*dated, dispute("dispute", None), conceded(0), conceded(1)),
        discount_rates=np.full(2, fixed.discount_rate),
        shock_scales=np.full(2, shock_scale),
        window_rates=np.full(2, fixed.window_rate),
        base_rate=np.full(2, fixed.base_rate),
        players=("sender", "target"),
    )
