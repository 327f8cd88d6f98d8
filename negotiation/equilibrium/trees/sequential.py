r"""Sequential equilibria: assessments that are rational everywhere and consistent.

An assessment is a sequential equilibrium if nobody gains by another continuation at any
information set, reached or not, and its behaviour and beliefs are together the limit of fully
mixed behaviour and its beliefs by Bayes' rule (Kreps and Wilson 1982). The solver follows the
agent logit responses

.. math:: \ln p_{Ia} - \ln p_{I0} = \lambda \, [v_{Ia}(p) - v_{I0}(p)],

where :math:`v_{Ia}` is what the player expects from a at the information set I under the beliefs
of p, from equal probabilities at :math:`\lambda = 0`; limits of this path as lambda grows are
sequential equilibria (McKelvey and Palfrey 1998). Probabilities are kept as logarithms, so that
beliefs at sets that play leaves stay defined.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from negotiation.arguments import takes
from negotiation.equilibrium.frames import behavior_frame
from negotiation.equilibrium.limits import TimeLimit
from negotiation.equilibrium.path_following import milestones, trace
from negotiation.equilibrium.trees.perfect_bayesian import AssessmentCheck, check_assessment
from negotiation.errors import ConvergenceError
from negotiation.games.extensive_form import ExtensiveFormGame
from negotiation.games.tree import ChanceNode, DecisionNode, TerminalNode
from negotiation.presentation import Presented
from negotiation.values import FloatArray, number, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SequentialEquilibrium", "consistency_gap", "sequential_equilibrium"]

# What a chance move of probability 0 counts as in logarithms.
_NEVER = -1e4


@dataclass(frozen=True, eq=False)
class SequentialEquilibrium(Presented):
    """One sequential equilibrium with its two certificates.

    Attributes
    ----------
    game
        The game that was solved.
    behavior
        Probabilities of the actions at each information set, by its name.
    beliefs
        Probabilities of the nodes of each information set.
    payoffs
        Expected payoff of each player.
    check
        Sequential rationality and Bayes' rule, from the tree alone.
    log_trembles
        Fully mixed behaviour nearby, as logarithms of probabilities.
    consistency
        Largest distance of behaviour and beliefs from the fully mixed behaviour and its beliefs,
        from the tree alone.
    precision
        Where on the path the trembles stand, over the payoff range.
    converged
        Whether gains and distance are within the tolerances.
    elapsed_seconds
        Wall-clock time; never compared.
    """

    game: ExtensiveFormGame
    behavior: Mapping[str, FloatArray]
    beliefs: Mapping[str, FloatArray]
    payoffs: FloatArray
    check: AssessmentCheck
    log_trembles: Mapping[str, FloatArray]
    consistency: float
    precision: float
    converged: bool
    elapsed_seconds: float = field(default=0.0, compare=False)

    def to_frame(self) -> pd.DataFrame:
        """Return one row an information set and action, with its probability."""
        return behavior_frame(self.game, [self.behavior], "equilibrium").iloc[:, 1:]

    def _heading(self) -> str:
        gaps = f"consistency {self.consistency:.2g}"
        return f"sequential equilibrium, payoffs {self.payoffs.round(6).tolist()}, {gaps}"

    @property
    def largest_gain(self) -> float:
        """Largest gain at any information set, relative to the player's payoff range."""
        return max(self.check.gains.values(), default=0.0)


class _AgentLogit:
    """Equations of the path; unknowns are log-probabilities by information set, and precision."""

    def __init__(self, game: ExtensiveFormGame) -> None:
        self.game = game
        self.sets = game.information_sets
        self.blocks: dict[str, slice] = {}
        size = 0
        for s in self.sets:
            self.blocks[s.name] = slice(size, size + len(s.actions))
            size += len(s.actions)
        self.size = size
        ends = [np.array(n.payoffs) for n in game.nodes if isinstance(n, TerminalNode)]
        self.low = np.min(ends, axis=0)
        self.unit = np.where(game.payoff_range > 0, game.payoff_range, 1.0)

    def start(self) -> FloatArray:
        z = np.zeros(self.size + 1)
        for block in self.blocks.values():
            z[block] = -np.log(block.stop - block.start)
        return z

    def residuals(self, z: NDArray[Any]) -> NDArray[Any]:
        """Value of each equation at each of several points ``[point, unknown]``."""
        game = self.game
        points = len(z)
        reach: list[Any] = [None] * len(game.nodes)
        reach[0] = np.zeros(points, dtype=z.dtype)
        values: list[Any] = [None] * len(game.nodes)
        for position in game.order:
            node = game.nodes[position]
            if isinstance(node, ChanceNode):
                for child, p in zip(node.children, node.probabilities, strict=True):
                    reach[child] = reach[position] + (np.log(p) if p > 0.0 else _NEVER)
            elif isinstance(node, DecisionNode):
                block = self.blocks[node.information_set]
                for k, child in enumerate(node.children):
                    reach[child] = reach[position] + z[:, block.start + k]
        for position in reversed(game.order):
            node = game.nodes[position]
            if isinstance(node, TerminalNode):
                share = (np.array(node.payoffs) - self.low) / self.unit
                values[position] = np.broadcast_to(share.astype(z.dtype), (points, len(share)))
            elif isinstance(node, ChanceNode):
                values[position] = sum(
                    p * values[c] for p, c in zip(node.probabilities, node.children, strict=True)
                )
            else:
                weights = np.exp(z[:, self.blocks[node.information_set]])
                values[position] = sum(
                    weights[:, k, np.newaxis] * values[c] for k, c in enumerate(node.children)
                )
        out = np.empty((points, self.size), dtype=z.dtype)
        for s in self.sets:
            block = self.blocks[s.name]
            logs = np.array([reach[n] for n in s.nodes])
            beliefs = np.exp(logs - logs.real.max(axis=0))
            beliefs = beliefs / beliefs.sum(axis=0)
            worth = [
                sum(
                    b * values[game.nodes[n].children[k]][:, s.player]
                    for b, n in zip(beliefs, s.nodes, strict=True)
                )
                for k in range(len(s.actions))
            ]
            out[:, block.start] = np.exp(z[:, block]).sum(axis=1) - 1.0
            for k in range(1, len(s.actions)):
                out[:, block.start + k] = (
                    z[:, block.start + k] - z[:, block.start] - z[:, -1] * (worth[k] - worth[0])
                )
        return out

    def residual(self, z: FloatArray) -> FloatArray:
        return np.asarray(self.residuals(z[np.newaxis])[0], dtype=np.float64)

    def jacobian(self, z: FloatArray) -> FloatArray:
        """Derivatives by a complex step, exact to rounding (Squire and Trapp 1998)."""
        step = 1e-30
        shifted = z[np.newaxis] + 1j * step * np.eye(len(z))
        return np.asarray(self.residuals(shifted).imag.T / step, dtype=np.float64)

    def logs(self, z: FloatArray) -> dict[str, FloatArray]:
        out = {}
        for name, block in self.blocks.items():
            x = z[block]
            out[name] = x - x.max() - np.log(np.exp(x - x.max()).sum())
        return out


def _beliefs(game: ExtensiveFormGame, logs: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Beliefs of fully mixed behaviour by Bayes' rule, in logarithms, node by node."""
    out = {}
    for s in game.information_sets:
        paths = []
        for node in s.nodes:
            total, child, parent = 0.0, node, game.parents[node]
            while parent >= 0:
                above = game.nodes[parent]
                k = above.children.index(child)
                if isinstance(above, DecisionNode):
                    total += float(logs[above.information_set][k])
                elif isinstance(above, ChanceNode):
                    p = above.probabilities[k]
                    total += float(np.log(p)) if p > 0.0 else _NEVER
                child, parent = parent, game.parents[parent]
            paths.append(total)
        weights = np.exp(np.array(paths) - max(paths))
        out[s.name] = weights / weights.sum()
    return out


@takes
def consistency_gap(
    game: ExtensiveFormGame,
    behavior: Mapping[str, FloatArray],
    beliefs: Mapping[str, FloatArray],
    log_trembles: Mapping[str, FloatArray],
) -> float:
    """Return how far an assessment is from fully mixed behaviour and the beliefs that it implies.

    Parameters
    ----------
    game
        Any number of players with perfect recall.
    behavior, beliefs
        The assessment, by information set.
    log_trembles
        Logarithms of the probabilities of the fully mixed behaviour.
    """
    near = _beliefs(game, log_trembles)
    return max(
        (
            max(
                float(np.abs(np.exp(log_trembles[name]) - behavior[name]).max()),
                float(np.abs(near[name] - beliefs[name]).max()),
            )
            for name in behavior
        ),
        default=0.0,
    )


def _simple(vector: FloatArray, largest: int) -> FloatArray:
    """Return probabilities rounded to simple fractions where these sum to 1."""
    rounded = [Fraction(float(p)).limit_denominator(largest) for p in vector]
    return np.array([float(p) for p in rounded]) if sum(rounded) == 1 else vector


def _without(vector: FloatArray, threshold: float) -> FloatArray:
    kept = np.where(vector < threshold, 0.0, vector)
    return np.asarray(kept / kept.sum())


def _on_path(
    game: ExtensiveFormGame, behavior: Mapping[str, FloatArray], near: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    """Beliefs by Bayes' rule where play comes, and near ones elsewhere."""
    reach = game.reach(behavior)
    out = {}
    for s in game.information_sets:
        weights = reach[list(s.nodes)]
        out[s.name] = weights / weights.sum() if weights.sum() > 0.0 else near[s.name]
    return out


@takes
def sequential_equilibrium(
    game: ExtensiveFormGame,
    *,
    tol: float = 1e-6,
    consistency_tol: float = 1e-3,
    max_precision: float = 1e8,
    max_steps: int = 20_000,
    max_seconds: float | None = None,
    raise_on_failure: bool = True,
) -> SequentialEquilibrium:
    """Return one sequential equilibrium: behaviour and beliefs at every information set.

    Parameters
    ----------
    game
        Any number of players with perfect recall, and chance.
    tol
        Largest gain at any information set, relative to the player's payoff range.
    consistency_tol
        Largest distance of the assessment from fully mixed behaviour and its beliefs. The path
        comes closer as precision grows; the result says how close it came.
    max_precision
        Largest precision along the path, over the payoff range.
    max_steps, max_seconds
        Limits of the path; the best assessment so far is judged.
    raise_on_failure
        Whether a larger gain or distance raises.

    Raises
    ------
    InvalidInputError
        If recall is imperfect or an option is out of range.
    ConvergenceError
        If no assessment on the path can be certified; ``.partial`` has the best one.

    Examples
    --------
    >>> from negotiation.games.tree import decision, terminal
    >>> entry = ExtensiveFormGame.from_tree(
    ...     decision(0, "entrant", {
    ...         "out": terminal(0, 2),
    ...         "in": decision(1, "incumbent", {"fight": terminal(-1, -1),
    ...                                         "share": terminal(1, 1)})}),
    ...     players=["entrant", "incumbent"])
    >>> found = sequential_equilibrium(entry)
    >>> {name: p.tolist() for name, p in found.behavior.items()}
    {'entrant': [0.0, 1.0], 'incumbent': [0.0, 1.0]}
    """
    limit = TimeLimit(max_seconds)
    number(tol, name="tol", low=0.0)
    number(consistency_tol, name="consistency_tol", low=0.0)
    number(max_precision, name="max_precision", low=0.0, open_low=True)
    number(max_steps, name="max_steps", low=1)
    game.require_perfect_recall("sequential_equilibrium")
    system = _AgentLogit(game)
    best: SequentialEquilibrium | None = None
    problem = "no assessment on the path could be certified"
    points = trace(system.residual, system.jacobian, system.start(), max_steps=max_steps)
    try:
        for point in milestones(points, 0.0, max_precision, limit):
            found = _assessment(system, point.position, tol, consistency_tol, limit)
            if best is None or _error(found, tol, consistency_tol) < _error(
                best, tol, consistency_tol
            ):
                best = found
            if best.converged or not system.sets:
                break
    except ConvergenceError as error:
        problem = str(error)
    if best is not None and (best.converged or not raise_on_failure):
        return best
    raise ConvergenceError(
        limit.reached(problem),
        where="sequential_equilibrium",
        partial=best,
        hint="Raise tol or the limit that was reached.",
    )


def _error(found: SequentialEquilibrium, tol: float, consistency_tol: float) -> float:
    """How far a result is from both tolerances, as a multiple of them."""
    return max(
        found.largest_gain / max(tol, 1e-300), found.consistency / max(consistency_tol, 1e-300)
    )


def _assessment(
    system: _AgentLogit, z: FloatArray, tol: float, consistency_tol: float, limit: TimeLimit
) -> SequentialEquilibrium:
    """Judge the limits that a point of the path suggests, and return the best."""
    game = system.game
    logs = system.logs(z)
    near = _beliefs(game, logs)
    candidates = []
    for threshold in (1e-2, 1e-4, 1e-8, 0.0):
        cut = {name: _without(np.exp(x), threshold) for name, x in logs.items()}
        candidates += [{n: _simple(p, 1_000) for n, p in cut.items()}, cut]
    best: SequentialEquilibrium | None = None
    for behavior in candidates:
        beliefs = {
            name: _simple(_without(b, 1e-8), 1_000)
            for name, b in _on_path(game, behavior, near).items()
        }
        for trial in (beliefs, _on_path(game, behavior, near)):
            check = check_assessment(game, behavior, trial, tol=tol)
            gap = consistency_gap(game, behavior, trial, logs)
            found = SequentialEquilibrium(
                game=game,
                behavior={name: read_only(p) for name, p in behavior.items()},
                beliefs={name: read_only(p) for name, p in trial.items()},
                payoffs=read_only(game.expected_payoffs(behavior)),
                check=check,
                log_trembles={name: read_only(x) for name, x in logs.items()},
                consistency=gap,
                precision=float(z[-1]),
                converged=check.is_perfect_bayesian and gap <= consistency_tol,
                elapsed_seconds=limit.elapsed_seconds(),
            )
            if found.converged:
                return found
            if best is None or _error(found, tol, consistency_tol) < _error(
                best, tol, consistency_tol
            ):
                best = found
    assert best is not None
    return best
