"""Solution of a game: values, hazards, dates, who acts, how many equilibria, certificate."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from negotiation.data.tables import DateLike
from negotiation.presentation import Presented
from negotiation.process.game._kernels import values_between
from negotiation.process.game.branches import (
    Multiplicity,
    fill_passed,
    hazards_of,
    multiplicity,
)
from negotiation.process.game.certificate import GameCertificate, certify
from negotiation.process.game.dates import (
    AGREED,
    CONCESSIONS,
    Eventual,
    chain,
    chances,
    eventual,
)
from negotiation.process.game.layout import Path
from negotiation.process.game.process_game import ProcessGame
from negotiation.process.stage import days_between
from negotiation.values import FloatArray, IntArray, decoding, number, one_of

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["GameSolution"]


@dataclass(frozen=True, eq=False)
class GameSolution(Presented):
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
        size = len(self.node_values)
        return f"GameSolution({size} nodes; values {told}; converged={self.converged})"

    @property
    def values(self) -> FloatArray:
        """Value of the game to each side at its start, ``[side]``."""
        return np.asarray(self.node_values[int(self.process.start_node)])

    @property
    def action_hazards(self) -> tuple[FloatArray, ...]:
        """Hazards at the start, one array a node: side 0's actions, then side 1's."""
        begins = self.process.arrays.act_begin
        return tuple(self.hazards[first:last] for first, last in pairwise(begins.tolist()))

    @cached_property
    def final_hazards(self) -> FloatArray:
        """Hazards after the last date."""
        arrays = self.process.arrays
        return hazards_of(arrays, len(arrays.spans) - 1, self.final_values)

    def values_at(self, day: float | DateLike) -> FloatArray:
        """Values ``[node, side]`` at a number of days from the start or a date."""
        time = self.time_of(day)
        return np.asarray(self.values_along(self._span(time), np.array([time]))[0])

    def hazards_at(self, day: float | DateLike) -> FloatArray:
        """Hazards of every action at a number of days from the start or a date."""
        time = self.time_of(day)
        return self.hazards_in(self._span(time), time)

    def hazards_in(self, k: int, time: float) -> FloatArray:
        """Hazards of every action at a time within span ``k``, in units of the clock."""
        return hazards_of(self.process.arrays, k, self.values_along(k, np.array([time]))[0])

    def _span(self, time: float) -> int:
        return int(np.searchsorted(self.process.arrays.dates, time, side="right"))

    def values_along(self, k: int, times: FloatArray) -> FloatArray:
        """Values ``[time, node, side]`` at times within span ``k``, in units of the clock."""
        out = np.tile(self.final_values, (len(times), 1, 1))
        if k < len(self.paths):
            path, span = self.paths[k], self.process.arrays.spans[k]
            steps = np.searchsorted(-path.dates, -times, side="right") - 1
            steps = np.clip(steps, 0, len(path.dates) - 2)
            for values, time, step in zip(out, times, steps, strict=True):
                values_between(time, step, path.dates, path.values, path.members, values)
                fill_passed(span, values)
        return out

    # Dates ---------------------------------------------------------------------------------------

    def time_of(self, day: float | DateLike) -> float:
        """Time of the clock of a number of days from the start or a date."""
        return float(self.process.times(day)[0])

    def days_until(self, day: DateLike) -> float:
        """Days from the start of the game to a date."""
        return days_between(self.process.start, day)

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

    def _chances(self, stop: str | tuple[int, ...], days: Any) -> FloatArray:
        times = self.process.times(days)
        order = np.argsort(times, kind="stable")
        found = np.empty((len(times), len(self.node_values) + 2))
        found[order] = chances(self, chain(self, stop), times[order])
        return np.clip(found, 0.0, 1.0)

    def _stopped(self, stop: str | tuple[int, ...], days: Any) -> Any:
        """Probability of having stopped: a float for a number or date, an array for an array."""
        out = self._chances(stop, days)[:, -1]
        return float(out[0]) if np.ndim(days) == 0 else out.reshape(np.shape(days))

    def deal_by(self, days: ArrayLike | DateLike) -> Any:
        """Probability that a deal has been reached by a number of days from the start or a date.

        A deal is the first arrival at a node that is one (`Node.deal`), or an act that ends play by
        conceding or accepting. A number or date gives a float, an array an array.
        """
        return self._stopped("deal", days)

    def stage_by(self, stage: str | int, days: ArrayLike | DateLike) -> Any:
        """Probability that a stage is over by a number of days from the start or a date.

        It is over once a node of a stage further down `stages` is reached, or a concession or an
        acceptance ends play. A number or date gives a float, an array an array.

        Parameters
        ----------
        stage
            Name of a stage, or its place in `stages`.
        days
            As in `deal_by`.
        """
        return self._stopped(self._after(stage), days)

    def reaches(self, nodes: ArrayLike, days: ArrayLike | DateLike) -> Any:
        """Probability that play has been in one of some nodes by days from the start or a date.

        Parameters
        ----------
        nodes
            Whether each node is one of them, ``[node]``.
        days
            As in `deal_by`.
        """
        with decoding("nodes"):
            chosen = np.flatnonzero(np.asarray(nodes, dtype=bool))
        return self._stopped(tuple(chosen.tolist()), days)

    @property
    def open_stage(self) -> str:
        """Name of the stage in which play starts."""
        return self.process.nodes[int(self.process.start_node)].stage

    def cut_by(self, days: ArrayLike | DateLike) -> Any:
        """Probability that the open stage is over by days from the start or a date."""
        return self.stage_by(self.open_stage, days)

    def stage_probability(self, stage: str | int) -> float:
        """Probability that a stage is ever over."""
        return float(min(self._eventual(self._after(stage)).absorbed[-1], 1.0))

    def concedes(self, stage: str | int) -> FloatArray:
        """Share of each side among the concessions that end a stage, ``[side]``; NaN: none do."""
        game = self.process
        names = self.stage_names
        stage = names[self._stage(stage)]
        acts = self._eventual(self._after(stage)).acts
        here = [
            action.kind in CONCESSIONS and node.stage == stage
            for node in game.nodes
            for action in node.actions
        ]
        made = np.where(here, acts, 0.0)
        out = np.array([made[game.arrays.act_side == side].sum() for side in range(2)])
        return out / out.sum() if out.sum() > 0.0 else np.full(2, np.nan)

    @property
    def stage_names(self) -> tuple[str, ...]:
        """Names of the stages, in the order of their first nodes."""
        return tuple(dict.fromkeys(node.stage for node in self.process.nodes))

    def _stage(self, stage: str | int) -> int:
        names = self.stage_names
        if isinstance(stage, str):
            return names.index(one_of(stage, names, name="stage"))
        return int(number(stage, name="stage", low=0.0, high=len(names) - 1.0))

    def _after(self, stage: str | int) -> tuple[int, ...]:
        """Nodes of the stages that come after one, and agreements that end play."""
        place = self._stage(stage)
        later = self.stage_names[place + 1 :]
        nodes = enumerate(self.process.nodes)
        return (*(n for n, node in nodes if node.stage in later), AGREED)

    @cached_property
    def deal_probability(self) -> float:
        """Probability that a deal is ever reached."""
        return float(min(self._eventual("deal").absorbed[-1], 1.0))

    def _eventual(self, stop: str | tuple[int, ...]) -> Eventual:
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
        concession = np.isin(kinds, CONCESSIONS)
        return np.array([acts[concession & (arrays.act_side == i)].sum() for i in range(2)])

    @cached_property
    def mean_costs_paid(self) -> FloatArray:
        """Mean audience cost of an act that is taken, net of the shock that comes with it.

        ``mu_a - s E[shock of a | a] = mu_a + s log(h_a / eta)``: always below ``mu_a``, since an
        act is taken when its shock is good. Not a number where the act is never taken.
        """
        arrays, game = self.process.arrays, self.process
        scale, windows = game.shock_scales[arrays.act_side], game.window_rates
        with np.errstate(divide="ignore", invalid="ignore"):
            paid = arrays.audience_cost + scale * np.log(self.hazards / windows[arrays.act_side])
        return np.where(np.isfinite(paid), paid, np.nan)

    # Tables --------------------------------------------------------------------------------------

    @property
    def stages(self) -> pd.DataFrame:
        """One row a stage: visits, time, values, hazards, and which side ends a visit by what.

        Values are at the start, means over the stage's nodes weighted by visits; hazards are acts
        of a side over the time spent in the stage. Where play comes back to a stage for ever, all
        but the number of visits is told of the long run.
        """
        import pandas as pd

        game, names = self.process, list(self.stage_names)
        place = np.array([names.index(node.stage) for node in game.nodes])
        seen = self.eventual.by_stage(place, game.arrays.owners)

        def total(values: FloatArray, places: IntArray) -> FloatArray:
            out = np.zeros((len(names), *values.shape[1:]))
            np.add.at(out, places, values)
            return out

        reached = total(self.eventual.visits, place)
        visits, time = total(seen.visits, place), total(seen.time, place)
        weight = np.where(np.isfinite(seen.visits), seen.visits, 1.0)
        weight = np.where(total(weight, place)[place] > 0.0, weight, 1.0)
        values = total(weight[:, None] * self.node_values, place) / total(weight, place)[:, None]
        table: dict[str, Any] = {"stage": names, "reached": reached}
        act_place = place[game.arrays.owners[0]]
        kinds = np.array([action.kind for node in game.nodes for action in node.actions])
        with np.errstate(invalid="ignore", divide="ignore"):
            table["mean_time"] = time / visits
            for i, player in enumerate(game.players):
                mine = game.arrays.act_side == i
                acts = total(np.where(mine, seen.acts, 0.0), act_place)
                conceded = mine & np.isin(kinds, CONCESSIONS)
                table[f"value_{player}"] = values[:, i]
                table[f"hazard_{player}"] = acts / time
                table[f"{player}_acts_first"] = acts / visits
                table[f"{player}_concedes_first"] = (
                    total(np.where(conceded, seen.acts, 0.0), act_place) / visits
                )
        return pd.DataFrame(table)

    @property
    def nodes(self) -> pd.DataFrame:
        """One row a node: stage, history, visits, values and total hazards by side."""
        import pandas as pd

        game, seen = self.process, self.eventual
        table: dict[str, Any] = {
            "node": game.labels,
            "stage": [node.stage for node in game.nodes],
            "history": [node.history for node in game.nodes],
            "deal": game.deals,
            "reached": seen.visits,
        }
        owner = game.arrays.owners[0]
        for i, player in enumerate(game.players):
            mine = np.where(game.arrays.act_side == i, self.hazards, 0.0)
            table[f"value_{player}"] = self.node_values[:, i]
            table[f"hazard_{player}"] = np.bincount(owner, mine, minlength=len(game.nodes))
        return pd.DataFrame(table)

    @property
    def actions(self) -> pd.DataFrame:
        """One row an action: who, what, audience cost, the mean cost paid, hazard, how often."""
        import pandas as pd

        game = self.process
        rows = [
            {
                "node": node.label,
                "player": game.players[action.side],
                "kind": action.kind,
                "to": "end" if action.to is None else game.labels[int(action.to)],
                "audience_cost": action.audience_cost,
            }
            for node in game.nodes
            for action in node.actions
        ]
        table = pd.DataFrame(rows, columns=["node", "player", "kind", "to", "audience_cost"])
        table["mean_cost_paid"] = self.mean_costs_paid
        table["hazard"] = self.hazards
        table["expected_number"] = self.eventual.acts
        return table

    def to_frame(self) -> pd.DataFrame:
        """Return `nodes`."""
        return self.nodes

    # How many equilibria, and is this one ---------------------------------------------------------

    @cached_property
    def multiplicity(self) -> Multiplicity:
        """What is known about other equilibria."""
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
        return certify(self)

    @property
    def residual(self) -> float:
        """Largest violation of the equilibrium, over the largest payoff at stake."""
        return self.certificate.residual
