"""Exemptions that both sides choose before a stage, as a game.

Players: the two sides. Timing: before a stage each picks the share x_i of its listed sectors that
it exempts from its added tariffs, at once. Information: complete. Payoffs:

    V_i(x_U, x_C) - rho kappa x_i^2 / 2,

V_i the value of the process when the stage's flows are those at the exemptions chosen, rho the
probability that an exemption is seen and kappa the curvature of the audience cost. A side that
mixes over when to concede is kept at its value of conceding: its own flow matters here only
through the other side's hazard and atom. The myopic benchmark keeps what an exemption earns while
the stage lasts, x_i = min(1, benefit / (rho kappa)), and leaves the bargaining out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.equilibrium.normal_form.nash import NashResult, nash_equilibria
from negotiation.errors import InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from negotiation.presentation import Presented
from negotiation.process.batch import solve_processes
from negotiation.process.solve import ProcessSolution, solve_process
from negotiation.process.stages import MultiStepProcess
from negotiation.values import FloatArray, float_array, number

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ExemptionChoice", "choose_exemptions", "exemption_game", "myopic_exemption"]


@dataclass(frozen=True, eq=False)
class ExemptionChoice(Presented):
    """The exemption game of a stage and its equilibria.

    Attributes
    ----------
    game
        Payoffs in percent of GDP; actions are exempt shares.
    equilibria
        All equilibria, each certified by its regret.
    shares
        Exempt shares of the grid, one array a side.
    values
        Value of the process ``[share of the first, share of the second, side]``.
    myopic
        Exempt shares that only weigh what an exemption earns against its audience cost.
    benefits
        What exempting everything listed earns a side while the stage lasts, if the other side
        exempts nothing ``[side]``, percent of GDP.
    """

    game: NormalFormGame
    equilibria: NashResult
    shares: tuple[FloatArray, FloatArray]
    values: FloatArray
    myopic: FloatArray
    benefits: FloatArray

    @property
    def expected_shares(self) -> FloatArray:
        """Mean exempt share ``[equilibrium, side]`` of every equilibrium."""
        return np.array(
            [
                [float(p @ x) for p, x in zip(found.probabilities, self.shares, strict=True)]
                for found in self.equilibria.equilibria
            ]
        )

    def myopic_at(self, weight: float) -> FloatArray:
        """Exempt shares that leave the bargaining out, ``[side]``, at another rho kappa."""
        return np.array([myopic_exemption(float(gain), weight) for gain in self.benefits])

    def to_frame(self) -> pd.DataFrame:
        """One row an equilibrium: mean shares, payoffs, regret; the last row is myopic."""
        import pandas as pd

        rows = []
        names = self.game.players
        for found, mean in zip(self.equilibria.equilibria, self.expected_shares, strict=True):
            row: dict[str, object] = {"kind": "equilibrium", "regret": found.regret}
            for i, name in enumerate(names):
                row[f"share_{name}"], row[f"payoff_{name}"] = mean[i], found.payoffs[i]
            rows.append(row)
        row = {"kind": "myopic", "regret": np.nan}
        row |= {f"share_{name}": self.myopic[i] for i, name in enumerate(names)}
        return pd.DataFrame([*rows, row])


@takes
def myopic_exemption(benefit: float, curvature: float) -> float:
    """Return the exempt share that maximises ``benefit x - curvature x^2 / 2`` on [0, 1].

    Examples
    --------
    >>> myopic_exemption(0.12, 0.5)
    0.24
    """
    benefit = number(benefit, name="benefit")
    curvature = number(curvature, name="curvature", low=0.0)
    if benefit <= 0.0:
        return 0.0
    return 1.0 if benefit >= curvature else benefit / curvature


@takes
def choose_exemptions(
    process: MultiStepProcess,
    flows: Callable[[float, float], ArrayLike],
    *,
    shares: Mapping[str, ArrayLike] | ArrayLike = (0.0, 0.25, 0.5, 0.75, 1.0),
    stages: tuple[int, ...] = (0, 1),
    visibility: float,
    curvature: float,
    regret_bound: float = 1e-9,
) -> ExemptionChoice:
    """Solve the exemption game before a stage.

    Parameters
    ----------
    process
        The process without exemptions in these stages.
    flows
        What each side earns per unit of the process's clock, ``[side]``, at exempt shares of the
        first and the second side; see `negotiation.process.multi_step.load.standoff_flows`.
    shares
        Grid of exempt shares in [0, 1], one for both sides or one a side by name.
    stages
        Numbers of the stages whose flows the exemptions change.
    visibility, curvature
        rho in [0, 1] and kappa >= 0, percent of GDP.
    regret_bound
        Largest relative regret of an equilibrium.

    Raises
    ------
    InvalidInputError
        If a grid is empty or a number is out of bounds.
    """
    visibility = number(visibility, name="visibility", low=0.0, high=1.0)
    curvature = number(curvature, name="curvature", low=0.0)
    grids = _grids(shares, process.players)
    unknown = [k for k in stages if not 0 <= k < len(process.stages)]
    if unknown or not stages:
        raise InvalidInputError(
            "no such stage",
            where="stages",
            seen=unknown,
            allowed=f"0 to {len(process.stages) - 1}",
        )
    first, second = grids
    cells = [(float(a), float(b)) for a in first for b in second]
    earned = [float_array(flows(a, b), name="flows", shape=(2,)) for a, b in cells]
    solutions = solve_processes([_with_flows(process, stages, flow) for flow in earned])
    values = np.array([found.values for found in solutions]).reshape(len(first), len(second), 2)
    weight = visibility * curvature
    game = exemption_game(values, grids, weight, players=process.players)
    benefits = _benefits(process, flows, stages)
    return ExemptionChoice(
        game=game,
        equilibria=nash_equilibria(game, tolerance=regret_bound),
        shares=grids,
        values=values,
        myopic=np.array([myopic_exemption(float(gain), weight) for gain in benefits]),
        benefits=benefits,
    )


@takes
def exemption_game(
    values: FloatArray,
    shares: tuple[FloatArray, FloatArray],
    weight: float,
    *,
    players: tuple[str, str],
) -> NormalFormGame:
    """Return the game of exempt shares, given the value of the process at each pair.

    Parameters
    ----------
    values
        ``[share of the first, share of the second, side]``.
    shares
        Grids of exempt shares, one a side.
    weight
        rho kappa, percent of GDP.
    players
        Names of the sides.
    """
    first, second = shares
    names = [tuple(f"{100 * x:g} %" for x in grid) for grid in shares]
    costs = (0.5 * weight * first[:, None] ** 2, 0.5 * weight * second[None, :] ** 2)
    return NormalFormGame(
        np.stack([values[:, :, side] - cost for side, cost in enumerate(costs)]),
        players,
        (names[0], names[1]),
        title="exempt shares before the stage",
    )


def _grids(
    shares: Mapping[str, ArrayLike] | ArrayLike, players: tuple[str, str]
) -> tuple[FloatArray, FloatArray]:
    if isinstance(shares, Mapping):
        if set(shares) != set(players):
            raise InvalidInputError(
                "one grid a side", where="shares", seen=sorted(shares), allowed=", ".join(players)
            )
        given = [shares[player] for player in players]
    else:
        given = [shares, shares]
    grids = [
        float_array(grid, name=f"shares of {player}", ndim=1, low=0.0, high=1.0)
        for grid, player in zip(given, players, strict=True)
    ]
    for grid, player in zip(grids, players, strict=True):
        if np.any(np.diff(grid) <= 0.0):
            raise InvalidInputError(
                "shares must ascend", where=f"shares of {player}", seen=grid.tolist()
            )
    return grids[0], grids[1]


def _with_flows(
    process: MultiStepProcess, stages: tuple[int, ...], flow: FloatArray
) -> MultiStepProcess:
    changed = [
        replace(stage, flows=np.broadcast_to(flow, stage.flows.shape)) if k in stages else stage
        for k, stage in enumerate(process.stages)
    ]
    return replace(process, stages=tuple(changed))


def _benefits(
    process: MultiStepProcess,
    flows: Callable[[float, float], ArrayLike],
    stages: tuple[int, ...],
) -> FloatArray:
    """What full exemption earns each side over the mean time that the stages last."""
    plain = np.asarray(flows(0.0, 0.0), dtype=np.float64)
    alone = (np.asarray(flows(1.0, 0.0)), np.asarray(flows(0.0, 1.0)))
    lasting = _mean_time(solve_process(_with_flows(process, stages, plain)), stages)
    return np.array([(alone[i][i] - plain[i]) * lasting for i in range(2)])


def _mean_time(solution: ProcessSolution, stages: tuple[int, ...]) -> float:
    """Mean time until the last of the stages is over, given that it ends."""
    last = max(stages)
    longest = float(np.max(solution.exhaustion_times[: last + 1]))
    days = np.linspace(0.0, 5.0 * max(longest, 1e-9), 401) * solution.days_per_unit
    done = np.asarray(solution.stage_by(last, days))
    if done[-1] <= 0.0:
        return float(days[-1] / solution.days_per_unit)
    left = 1.0 - done / done[-1]
    spans = np.diff(days) / solution.days_per_unit
    return float(0.5 * ((left[1:] + left[:-1]) * spans).sum())
