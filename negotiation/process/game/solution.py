"""Solution of a game: values, hazards, dates, who acts, how many equilibria, certificate."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from negotiation.data.tables import DateLike, as_date
from negotiation.errors import InvalidInputError
from negotiation.process.game.nodes import ProcessGame
from negotiation.process.stages import DAYS_IN
from negotiation.values import FloatArray, IntArray, compact_repr, float_array

if TYPE_CHECKING:
    import pandas as pd

    from negotiation.process.game.certificate import GameCertificate
    from negotiation.process.game.dates import Eventual
    from negotiation.process.game.branches import Multiplicity, Path

__all__ = ["GameSolution"]


@dataclass(frozen=True, eq=False)
class GameSolution:
    """Equilibrium of a Markov game with private shocks.

    Attributes
    ----------
    process
        The game that was solved.
    node_values
        Value of each node to each side at the start, ``[node, side]``, in units of payoff.
    hazards
        Hazard of every action at the start, nodes in order, in each node those of side 0 first.
    final_values
        Values after the last date.
    paths
        Values between the dates before it, one a span.
    branch_steps
        Steps along the branch from large shocks, one a block of nodes that lead to one another.
    converged
        Whether every branch was followed to the game and every date reached.
    tol
        Error allowed in a step through time, in scales of the shocks.
    elapsed_seconds
        Time spent; not compared.
    """

    process: ProcessGame
    node_values: FloatArray
    hazards: FloatArray
    final_values: FloatArray
    paths: tuple[Path, ...]
    branch_steps: IntArray
    converged: bool
    tol: float
    elapsed_seconds: float = field(default=0.0, compare=False)

    def __repr__(self) -> str:
        names, values = self.process.players, self.values
        told = ", ".join(f"{name} {value:.4g}" for name, value in zip(names, values, strict=True))
        return f"GameSolution({len(self.node_values)} nodes; values {told}; converged={self.converged})"

    @property
    def values(self) -> FloatArray:
        """Value of the game to each side at its start, ``[side]``."""
        return np.asarray(self.node_values[int(self.process.start_node)])

    @property
    def action_hazards(self) -> tuple[FloatArray, ...]:
        """Hazards at the start, one array a node: side 0's actions, then side 1's."""
        begins = self.process.arrays.act_begin
        return tuple(
            self.hazards[first:last] for first, last in zip(begins, begins[1:], strict=False)
        )

    @cached_property
    def final_hazards(self) -> FloatArray:
        """Hazards after the last date."""
        from negotiation.process.game.branches import hazards_of

        arrays = self.process.arrays
        return hazards_of(arrays, len(arrays.spans) - 1, self.final_values)

    @property
    def days_per_unit(self) -> float:
        """Days in a unit of the process's clock."""
        return DAYS_IN[self.process.time_unit]

    def values_at(self, day: float | DateLike) -> FloatArray:
        """Values ``[node, side]`` at a number of days from the start or a date."""
        return self._at(float(self._times(day)[0]))[1]

    def hazards_at(self, day: float | DateLike) -> FloatArray:
        """Hazards of every action at a number of days from the start or a date."""
        from negotiation.process.game.branches import hazards_of

        k, values = self._at(float(self._times(day)[0]))
        return hazards_of(self.process.arrays, k, values)

    def _at(self, time: float) -> tuple[int, FloatArray]:
        """Span and values at a time in units of the clock."""
        from negotiation.process.game._kernels import values_between

        arrays = self.process.arrays
        k = int(np.searchsorted(arrays.dates, time, side="right"))
        values = np.array(self.final_values)
        if k < len(self.paths):
            path, span = self.paths[k], arrays.spans[k]
            step = int(np.searchsorted(-path.dates, -time, side="right")) - 1
            step = min(max(step, 0), len(path.dates) - 2)
            values_between(time, step, path.dates, path.values, path.members, values)
            for n in np.setdiff1d(np.arange(len(values)), span.active):
                to = span.later_to[n]
                values[n] = span.later_pay[n] + (values[to] if to >= 0 else 0.0)
        return k, values

    # Dates ---------------------------------------------------------------------------------------

    def _times(self, days: Any) -> FloatArray:
        """Days from the start, or a date, as times of the clock."""
        if isinstance(days, str) or hasattr(days, "isoformat"):
            days = self.days_until(days)
        asked = float_array(np.atleast_1d(days), name="days", low=0.0)
        return np.ravel(self.process.in_time(asked))

    def days_until(self, day: DateLike) -> float:
        """Days from the start of the game to a date."""
        start, end = self.process.start, as_date(day, name="day")
        if start is None or end is None or end < start:
            raise InvalidInputError(
                "no such span of days", where="day", seen=day, allowed=f"on or after {start}"
            )
        return float((end - start).days)

    def node_probabilities(self, days: ArrayLike | DateLike) -> FloatArray:
        """Probability of standing in each node, ``[day, node + 1]``; the last column is "ended".

        Parameters
        ----------
        days
            Number or array of days from the start, or a date. At the date of a deadline it has
            passed.
        """
        found = self._chances("never", days)
        return np.concatenate([found[:, :-2], found[:, -2:].sum(axis=1, keepdims=True)], axis=1)

    def _chances(self, stop: str, days: Any) -> FloatArray:
        from negotiation.process.game.dates import chain, chances

        times = self._times(days)
        order = np.argsort(times, kind="stable")
        found = np.empty((len(times), len(self.node_values) + 2))
        found[order] = chances(self, chain(self, stop), times[order])
        return np.clip(found, 0.0, 1.0)

    def deal_by(self, days: ArrayLike | DateLike) -> Any:
        """Probability that a deal has been reached by a number of days from the start or a date.

        A deal is the first arrival at a node that is one (`Node.deal`), or an act that ends play by
        conceding or accepting. A number or date gives a float, an array an array.
        """
        out = self._chances("deal", days)[:, -1]
        return float(out[0]) if np.ndim(days) == 0 else out.reshape(np.shape(days))  # type: ignore[arg-type]  # a date has no axes

    @cached_property
    def deal_probability(self) -> float:
        """Probability that a deal is ever reached."""
        return float(min(self._eventual("deal").absorbed[-1], 1.0))

    def _eventual(self, stop: str) -> Eventual:
        from negotiation.process.game.dates import chain, eventual

        return eventual(self, chain(self, stop))

    @cached_property
    def eventual(self) -> Eventual:
        """Expected visits, acts and endings over the whole of play."""
        return self._eventual("never")

    @cached_property
    def concedes_first(self) -> FloatArray:
        """Probability that a side is the first to concede or to accept, ``[side]``."""
        acts = self._eventual("concession").acts
        arrays = self.process.arrays
        kinds = [action.kind for node in self.process.nodes for action in node.actions]
        concession = np.isin(kinds, ("concede", "accept"))
        return np.array([acts[concession & (arrays.act_side == i)].sum() for i in range(2)])

    @cached_property
    def mean_costs_paid(self) -> FloatArray:
        """Mean audience cost of an act that is taken, net of the shock that comes with it.

        ``mu_a - s E[shock of a | a] = mu_a + s log(h_a / eta)``: always below ``mu_a``, since an
        act is taken when its shock is good. Not a number where the act is never taken.
        """
        arrays, game = self.process.arrays, self.process
        scale, windows = game.shock_scales[arrays.act_side], game.window_rates
        assert windows is not None
        with np.errstate(divide="ignore", invalid="ignore"):
            paid = arrays.audience_cost + scale * np.log(self.hazards / windows[arrays.act_side])
        return np.where(np.isfinite(paid), paid, np.nan)

    # Tables --------------------------------------------------------------------------------------

    @property
    def stages(self) -> pd.DataFrame:
        """One row a stage: visits, time, values, hazards and how its visits end."""
        from negotiation.process.game.tables import stage_table

        return stage_table(self)

    @property
    def nodes(self) -> pd.DataFrame:
        """One row a node: stage, history, visits, values and hazards by side."""
        from negotiation.process.game.tables import node_table

        return node_table(self)

    @property
    def actions(self) -> pd.DataFrame:
        """One row an action: who, what, audience cost, the mean cost paid, hazard, how often."""
        from negotiation.process.game.tables import action_table

        return action_table(self)

    def to_frame(self) -> pd.DataFrame:
        """Return `nodes`."""
        return self.nodes

    # How many equilibria, and is this one ---------------------------------------------------------

    @cached_property
    def multiplicity(self) -> Multiplicity:
        """What is known about other equilibria."""
        from negotiation.process.game.branches import multiplicity

        return multiplicity(self)

    @property
    def unique(self) -> bool | None:
        """Whether this is the only equilibrium; None: not proven.

        True where all nodes that can be reached from one another are single nodes and each has one
        solution by interval bisection; False where another was found.
        """
        return self.multiplicity.unique

    @property
    def other_solutions(self) -> tuple[FloatArray, ...]:
        """Values ``[node, side]`` at the start of other equilibria that were found."""
        return self.multiplicity.others

    @cached_property
    def certificate(self) -> GameCertificate:
        """Gains from deviating, computed apart from the solver."""
        from negotiation.process.game.certificate import certify

        return certify(self)

    @property
    def residual(self) -> float:
        """Largest violation of the equilibrium, over the largest payoff at stake."""
        return self.certificate.residual
