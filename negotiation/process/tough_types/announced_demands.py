"""Several demands a side: which one a normal type imitates.

Players: the two sides. Timing: both announce a demand at once, then the process is played with
the terms of those demands. Information: a side is of the tough type with probability z_i, and a
tough type announces demand a with probability pi_i(a) and insists on it; a normal type picks one
with probabilities sigma_i(a). After the announcement the belief that a side is tough is

    x_i(a) = z_i pi_i(a) / (z_i pi_i(a) + (1 - z_i) sigma_i(a)),

and a normal type's payoff of announcing a is the mean of V_i(a, b; x_i(a), x_j(b)) over what the
other side announces. In equilibrium sigma_i puts weight on best announcements only.

Source: Abreu and Gul (2000), Bargaining and reputation (with announcements at once).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.presentation import Presented
from negotiation.process.batch import solve_processes
from negotiation.process.stages import MultiStepProcess
from negotiation.process.tough_types.solution import ProcessSolution
from negotiation.values import FloatArray, decoding, float_array

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DemandSolution", "solve_demands"]


@dataclass(frozen=True, eq=False)
class DemandSolution(Presented):
    """Equilibrium announcements, and the processes they lead to.

    Attributes
    ----------
    demands
        Names of the demands, one tuple a side.
    imitation
        sigma_i: probability with which a normal type announces each demand, one array a side.
    beliefs
        x_i: belief that a side is tough after each announcement.
    announced
        Probability of each announcement by either type.
    solutions
        ``[demand of the first][demand of the second]``.
    values
        Payoff of a normal type, ``[side]``.
    regret
        Largest gain of a normal type from another announcement, over the range of payoffs.
    converged
        Whether the regret is within the tolerance.
    elapsed_seconds
        Time spent; not compared.
    """

    demands: tuple[tuple[str, ...], tuple[str, ...]]
    imitation: tuple[FloatArray, FloatArray]
    beliefs: tuple[FloatArray, FloatArray]
    announced: tuple[FloatArray, FloatArray]
    solutions: tuple[tuple[ProcessSolution, ...], ...]
    values: FloatArray
    regret: float
    converged: bool
    elapsed_seconds: float = field(default=0.0, compare=False)

    def _mean(self, of: Callable[[ProcessSolution], Any]) -> Any:
        """Mean over announcements of something of each process."""
        first, second = self.announced
        return sum(
            first[a] * second[b] * np.asarray(of(found))
            for a, row in enumerate(self.solutions)
            for b, found in enumerate(row)
        )

    def deal_by(self, days: ArrayLike) -> Any:
        """Probability of a deal by a number of days, over all announcements."""
        out = self._mean(lambda found: found.deal_by(days))
        return float(out) if np.ndim(days) == 0 else out

    @property
    def deal_probability(self) -> float:
        """Probability of a deal at any date, over all announcements."""
        return float(self._mean(lambda found: found.deal_probability))

    def to_frame(self, stage: int = 0) -> pd.DataFrame:
        """One row a pair of demands and conceder: how likely it is, and the tariffs after it.

        Parameters
        ----------
        stage
            Number of the stage that the concession ends.
        """
        import pandas as pd

        first, second = self.announced
        rows = []
        for a, row in enumerate(self.solutions):
            for b, found in enumerate(row):
                players = found.process.players
                chance = first[a] * second[b]
                for c in range(2):
                    entry: dict[str, Any] = {
                        f"demand_{players[0]}": self.demands[0][a],
                        f"demand_{players[1]}": self.demands[1][b],
                        "concedes": players[c],
                        "probability": chance * found.reached[stage] * found.success[stage, c],
                    }
                    stages = found.process.stages
                    after = (
                        stages[stage + 1].rates
                        if stage + 1 < len(stages)
                        else found.process.rates_after
                    )
                    if after is not None:
                        for i, player in enumerate(players):
                            entry[f"tariff_{player}"] = after[c if len(after) > 1 else 0, i]
                    rows.append(entry)
        return pd.DataFrame(rows)


@takes
def solve_demands(
    build: Callable[[int, int, FloatArray], MultiStepProcess],
    *,
    demands: tuple[Sequence[str], Sequence[str]],
    stubbornness: ArrayLike,
    tough: tuple[ArrayLike, ArrayLike] | None = None,
    tol: float = 1e-6,
    max_iter: int = 4000,
    raise_on_failure: bool = True,
) -> DemandSolution:
    """Solve for the demands that normal types imitate.

    Parameters
    ----------
    build
        From the numbers of both demands and the beliefs ``[side]`` after them to the process.
    demands
        Names of the demands of each side.
    stubbornness
        z ``[side]``, each strictly between 0 and 1.
    tough
        pi_i: how likely a tough type insists on each demand, one array a side; None: evenly.
    tol
        Largest regret, over the range of payoffs.
    max_iter
        Rounds of adjustment allowed.
    raise_on_failure
        Raise where the regret stays above ``tol``; otherwise return ``converged=False``.

    Raises
    ------
    InvalidInputError
        If a distribution is no distribution.
    ConvergenceError
        With the best result as ``.partial``.

    Examples
    --------
    >>> def build(a, b, beliefs):
    ...     asks = (0.6, 0.8)[a], (0.6, 0.8)[b]
    ...     return MultiStepProcess.from_payoffs(
    ...         flows=[[0.0, 0.0]],
    ...         terms=[[[1 - asks[1], asks[1]], [asks[0], 1 - asks[0]]]],
    ...         discount_rates=[0.1, 0.1],
    ...         stubbornness=beliefs,
    ...     )
    >>> found = solve_demands(
    ...     build, demands=(("60", "80"), ("60", "80")), stubbornness=[0.1, 0.1])
    >>> found.converged
    True
    """
    started = perf_counter()
    with decoding("demands"):
        names = (tuple(str(x) for x in demands[0]), tuple(str(x) for x in demands[1]))
    if not names[0] or not names[1]:
        raise InvalidInputError("no demands", where="demands", seen=names, allowed="1 or more")
    z = float_array(stubbornness, name="stubbornness", shape=(2,), low=0.0, high=1.0)
    if np.any((z <= 0.0) | (z >= 1.0)):
        raise InvalidInputError(
            "tough types must be possible and not certain", where="stubbornness", seen=z.tolist()
        )
    given: tuple[ArrayLike, ArrayLike] = (
        (np.full(len(names[0]), 1 / len(names[0])), np.full(len(names[1]), 1 / len(names[1])))
        if tough is None
        else tough
    )
    pi = [_distribution(given[i], len(names[i]), f"tough[{i}]") for i in range(2)]
    game = _Announcements(build, names, z, (pi[0], pi[1]), tol)
    best = game.play((pi[0], pi[1]))
    step, mixed = 1.0, (pi[0].copy(), pi[1].copy())
    for _ in range(max_iter):
        current = game.play(mixed)
        if current.regret < best.regret:
            best = current
        elif current.regret > 4.0 * best.regret:
            # Overshooting: go back and take smaller steps.
            step, mixed = max(0.5 * step, 1e-3), best.imitation
            current = best
        if best.regret <= tol:
            break
        mixed = game.adjusted(current, step)
    result = replace(best, elapsed_seconds=perf_counter() - started)
    if not result.converged and raise_on_failure:
        raise ConvergenceError(
            f"announcements keep a regret of {result.regret:.3g}",
            where="solve_demands",
            partial=result,
            hint="Raise max_iter or tol.",
        )
    return result


def _distribution(value: ArrayLike, size: int, name: str) -> FloatArray:
    out = float_array(value, name=name, shape=(size,), low=0.0, high=1.0)
    if abs(float(out.sum()) - 1.0) > 1e-9 or np.any(out <= 0.0):
        raise InvalidInputError(
            "not a distribution with every demand possible", where=name, seen=out.tolist()
        )
    return out


class _Announcements:
    """Payoffs of announcements against each other."""

    def __init__(
        self,
        build: Callable[[int, int, FloatArray], MultiStepProcess],
        names: tuple[tuple[str, ...], tuple[str, ...]],
        z: FloatArray,
        pi: tuple[FloatArray, FloatArray],
        tol: float,
    ) -> None:
        self.build, self.names, self.z, self.pi, self.tol = build, names, z, pi, tol

    def play(self, mixed: tuple[FloatArray, FloatArray]) -> DemandSolution:
        """Solve every pair of demands at the beliefs that the announcements lead to."""
        announced, beliefs = [], []
        for i in range(2):
            tough = self.z[i] * self.pi[i]
            announced.append(tough + (1.0 - self.z[i]) * mixed[i])
            beliefs.append(tough / announced[i])
        rows, columns = len(self.names[0]), len(self.names[1])
        solutions = solve_processes(
            [
                self.build(a, b, np.array([beliefs[0][a], beliefs[1][b]]))
                for a in range(rows)
                for b in range(columns)
            ],
            workers=1,
        )
        table = tuple(solutions[a * columns : (a + 1) * columns] for a in range(rows))
        worth, spread = _worth(table, announced)
        regret = max(float((worth[i].max() - worth[i])[mixed[i] > 1e-9].max()) for i in range(2))
        return DemandSolution(
            demands=self.names,
            imitation=mixed,
            beliefs=(beliefs[0], beliefs[1]),
            announced=(announced[0], announced[1]),
            solutions=table,
            values=np.array([float(worth[i] @ mixed[i]) for i in range(2)]),
            regret=regret / spread,
            converged=regret / spread <= self.tol,
        )

    def adjusted(self, now: DemandSolution, step: float) -> tuple[FloatArray, FloatArray]:
        """Shift weight to announcements that are worth more; drop those that fade away."""
        out = []
        worth, spread = _worth(now.solutions, now.announced)
        for i in range(2):
            gain = (worth[i] - worth[i].max()) / spread
            weight = np.maximum(now.imitation[i], 1e-12) * np.exp(
                np.maximum(step * 4.0 * gain, -50)
            )
            weight /= weight.sum()
            weight[weight < 1e-10] = 0.0
            out.append(weight / weight.sum())
        return out[0], out[1]


def _worth(
    solutions: tuple[tuple[ProcessSolution, ...], ...], announced: Sequence[FloatArray]
) -> tuple[tuple[FloatArray, FloatArray], float]:
    """What each announcement is worth to a normal type, by side, and the range of payoffs."""
    values = np.array([[found.values for found in row] for row in solutions])
    worth = (values[:, :, 0] @ announced[1], announced[0] @ values[:, :, 1])
    return worth, max(float(np.ptp(values[:, :, i])) for i in range(2)) or 1.0
