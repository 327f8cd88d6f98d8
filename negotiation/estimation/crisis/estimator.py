"""Estimating a crisis-signalling game by pseudo- and nested pseudo-likelihood.

The pseudo-likelihood puts first-stage estimates of both sides' later choices on the right-hand
sides of `negotiation.estimation.crisis.game`; the nested one replaces them by what its estimates
imply, until neither changes: Crisman-Cox and Gibilisco (2019), Estimating signaling games in
international relations: problems and solutions. Variance of the nested estimator: Aguirregabiria
and Mira (2007), Sequential estimation of dynamic discrete games.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.errors import ConvergenceError, InvalidInputError, NonFiniteError
from negotiation.estimation.crisis.game import PAYOFFS, SignallingGame, crisis_equilibria
from negotiation.presentation import Presented
from negotiation.values import FloatArray, float_array, number, one_of, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CrisisFit", "fit_crisis_signalling"]

_CHALLENGER, _TARGET = ("SA", "VA", "WA", "a"), ("CB", "WB", "VB")
#: Beliefs stay this far from 0 and 1 while the nested estimator iterates.
_EDGE = 1e-4


@dataclass(frozen=True, eq=False)
class _Design:
    """Scaled regressors of each payoff, numbers of payoffs that are fixed, units of parameters."""

    columns: dict[str, FloatArray]
    names: tuple[str, ...]
    fixed: dict[str, float]
    units: FloatArray

    def parts(self, parameters: FloatArray) -> list[FloatArray]:
        """Return the parameters of each payoff."""
        sizes = [self.columns[name].shape[1] for name in PAYOFFS]
        return np.split(parameters, np.cumsum(sizes)[:-1])

    def payoffs(self, parameters: FloatArray) -> dict[str, FloatArray]:
        """Return every payoff ``[game]``."""
        return {
            name: self.columns[name] @ part + self.fixed.get(name, 0.0)
            for name, part in zip(PAYOFFS, self.parts(parameters), strict=True)
        }

    def scores(self, slopes: Mapping[str, FloatArray]) -> FloatArray:
        """Return derivatives by parameter ``[game, parameter]`` from those by payoff."""
        n = self.columns[PAYOFFS[0]].shape[0]
        zero = np.zeros(n)
        parts = [self.columns[name] * slopes.get(name, zero)[:, None] for name in PAYOFFS]
        return np.concatenate(parts, axis=1)


@dataclass(frozen=True, eq=False, repr=False)
class CrisisFit(Presented):
    """An estimated crisis-signalling game.

    Attributes
    ----------
    names
        "payoff:regressor" of each parameter.
    coefficients, covariance
        ``[parameter]``, ``[parameter, parameter]``; for the pseudo-likelihood the covariance takes
        the first stage as known, which is too small.
    log_likelihood
        Log pseudo-likelihood at the estimates and the last beliefs.
    resist, firm
        Beliefs: that B resists, that A having challenged stands firm ``[game]``.
    payoffs
        By name ``[game]``.
    method
        "npl" or "pl".
    iterations
        Of the nested estimator.
    gradient_norm
        Largest derivative of the log pseudo-likelihood by real finite differences, in standard
        errors (certificate of the maximum).
    equilibrium_violation
        Largest distance of B's probability of resisting from its best reply to what it implies
        (certificate of equilibrium; large for a pseudo-likelihood, whose beliefs are given).
    converged
        Whether the certificates of the method hold.
    """

    names: tuple[str, ...]
    coefficients: FloatArray
    covariance: FloatArray
    log_likelihood: float
    resist: FloatArray
    firm: FloatArray
    payoffs: Mapping[str, FloatArray]
    method: str
    iterations: int
    gradient_norm: float
    equilibrium_violation: float
    converged: bool

    @property
    def aic(self) -> float:
        """Akaike's criterion of the pseudo-likelihood."""
        return 2.0 * len(self.names) - 2.0 * self.log_likelihood

    @property
    def standard_errors(self) -> FloatArray:
        """Roots of the covariance's diagonal."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    def __repr__(self) -> str:
        return (
            f"<crisis signalling by {self.method}, {self.resist.size} games, {len(self.names)} "
            f"parameters: log-likelihood {self.log_likelihood:.4f}>"
        )

    def equilibria(self, game: int) -> FloatArray:
        """Return the equilibria of one game at the estimates: see `crisis_equilibria`."""
        return crisis_equilibria({name: float(v[game]) for name, v in self.payoffs.items()})

    def to_frame(self) -> pd.DataFrame:
        """Return one row a parameter."""
        import pandas as pd

        return pd.DataFrame(
            {
                "parameter": self.names,
                "estimate": self.coefficients,
                "standard_error": self.standard_errors,
            }
        )


def _climb(
    design: _Design,
    tallies: FloatArray,
    beliefs: tuple[FloatArray, FloatArray],
    start: FloatArray,
    max_iter: int,
) -> FloatArray:
    """Return the maximum of the pseudo-likelihood by Newton steps, damped and made positive."""

    def game(at: FloatArray) -> SignallingGame:
        return SignallingGame(design.payoffs(at), *beliefs)

    def value(at: FloatArray) -> float:
        with np.errstate(all="ignore"):
            total = float(game(at).log_likelihoods(tallies).sum())
        return total if np.isfinite(total) else -np.inf

    def slope(at: FloatArray) -> FloatArray:
        return np.asarray(design.scores(game(at).gradient(tallies)).sum(axis=0))

    at, best = start, value(start)
    if not np.isfinite(best):
        raise NonFiniteError("log pseudo-likelihood at the start", where="fit_crisis_signalling")
    for _ in range(max_iter):
        gradient = slope(at)
        curve = np.empty((at.size, at.size))
        for k in range(at.size):
            move = np.zeros(at.size)
            move[k] = 1e-5 * (1.0 + abs(at[k]))
            curve[k] = (slope(at - move) - slope(at + move)) / (2.0 * move[k])
        values, vectors = np.linalg.eigh(0.5 * (curve + curve.T))
        values = np.maximum(np.abs(values), 1e-10 * np.abs(values).max())
        step = vectors @ ((vectors.T @ gradient) / values)
        gain = 0.5 * float(gradient @ step)
        if gain < 1e-15 * (1.0 + abs(best)):
            return np.asarray(at + step)
        # No payoff moves by more than one standard deviation of its shock at a time.
        reach = max(
            float(np.abs(x @ part).max(initial=0.0))
            for x, part in zip(design.columns.values(), design.parts(step), strict=True)
        )
        size = min(1.0, 1.0 / reach)
        while size > 1e-9 and not value(at + size * step) > best:
            size *= 0.5
        if size <= 1e-9:
            return at
        at = at + size * step
        best = value(at)
    return at


def _nested_covariance(design: _Design, game: SignallingGame, tallies: FloatArray) -> FloatArray:
    """Return the variance of the nested estimator; games are independent, beliefs their own.

    At the estimates beliefs move with the parameters by (1 - Psi_p)^(-1) Psi_theta. The package
    sigInt transposes the inverse; simulated samples side with the form here.
    """
    slopes = game.gradient(tallies)
    score = design.scores(slopes)
    of_r, of_f = game.implied_slopes()
    psi_r, psi_f = design.scores(of_r), design.scores(of_f)
    # (1 - Psi_p)^(-1) game by game: Psi_p has R's slope in F and F's slope in R off its diagonal.
    det = 1.0 - of_r["F"] * of_f["R"]
    lead_r = (slopes["R"] + slopes["F"] * of_f["R"]) / det
    lead_f = (slopes["R"] * of_r["F"] + slopes["F"]) / det
    outer = score.T @ score
    chain = score.T @ (lead_r[:, None] * psi_r + lead_f[:, None] * psi_f)
    left = np.linalg.inv(outer + chain)
    return np.asarray(left @ outer @ left.T)


def _designed(
    table: Mapping[str, ArrayLike],
    payoffs: Mapping[str, Sequence[str]],
    fixed: Mapping[str, float],
    n: int,
) -> _Design:
    columns, names = {}, []
    for name in (*payoffs, *fixed):
        one_of(name, PAYOFFS, name="payoffs")
    for name in PAYOFFS:
        regressors = list(payoffs.get(name, ()))
        if regressors and name in fixed:
            raise InvalidInputError(
                "fixed and estimated", where=f"payoffs, {name}", seen=regressors
            )
        parts = []
        for regressor in regressors:
            if regressor == "constant":
                parts.append(np.ones(n))
            else:
                one_of(regressor, (*table, "constant"), name=f"payoffs, {name}")
                parts.append(float_array(table[regressor], name=regressor, shape=(n,)))
            names.append(f"{name}:{regressor}")
        columns[name] = np.stack(parts, axis=-1) if parts else np.zeros((n, 0))
    for side, own in (("A", _CHALLENGER), ("B", _TARGET)):
        shared = set.intersection(*(set(payoffs.get(name, ())) for name in own))
        if shared:
            raise InvalidInputError(
                f"not identified: in every payoff of {side}",
                where="payoffs",
                seen=", ".join(sorted(shared)),
                hint=f"Leave it out of one of {', '.join(own)}.",
            )
    if not names:
        raise InvalidInputError("nothing to estimate", where="payoffs", seen="none")
    values = {name: number(value, name=f"fixed, {name}") for name, value in fixed.items()}
    # Columns of order 1, so that units do not matter to derivatives; undone after the fit.
    largest = {name: np.maximum(np.abs(x).max(axis=0), 1e-300) for name, x in columns.items()}
    scaled = {name: x / largest[name] for name, x in columns.items()}
    units = 1.0 / np.concatenate([largest[name] for name in PAYOFFS])
    return _Design(scaled, tuple(names), values, units)


@takes
def fit_crisis_signalling(
    tallies: ArrayLike,
    table: Mapping[str, ArrayLike],
    payoffs: Mapping[str, Sequence[str]],
    *,
    resist: ArrayLike,
    firm: ArrayLike,
    method: str = "npl",
    fixed: Mapping[str, float] | None = None,
    start: ArrayLike | None = None,
    tol: float = 1e-7,
    max_iter: int = 200,
    raise_on_failure: bool = True,
) -> CrisisFit:
    """Estimate a crisis-signalling game.

    Parameters
    ----------
    tallies
        How often each game ended in the status quo, a concession, standing firm, backing down
        ``[game, 4]``.
    table
        Regressors by name ``[game]``.
    payoffs
        Regressors of each of "SA", "VA", "CB", "WA", "WB", "a", "VB"; "constant" is a column of
        ones; a payoff without any is 0 or as ``fixed``.
    resist, firm
        First-stage estimates of the probabilities that B resists, and that A having challenged
        stands firm ``[game]``, inside (0, 1).
    method
        "npl" or "pl".
    fixed
        Payoffs that are given numbers.
    start
        Parameters to start from; None: zeros.
    tol
        Largest last change of parameters and beliefs, and largest ``gradient_norm``.
    max_iter
        Of the nested iteration, and of each Newton climb.

    Raises
    ------
    InvalidInputError
        If a name is unknown, a side's payoffs share a regressor (not identified), or numbers are
        out of range.
    ConvergenceError
        If a certificate fails; carries the partial fit.

    Notes
    -----
    The game can have several equilibria; the nested estimator follows the one that its first stage
    leads to. Beliefs are kept within [1e-4, 1 - 1e-4] while it iterates.
    """
    one_of(method, ("npl", "pl"), name="method")
    counts = float_array(tallies, name="tallies", shape=(None, 4), low=0.0)
    n = counts.shape[0]
    design = _designed(table, payoffs, fixed or {}, n)
    tiny = np.finfo(float).tiny
    beliefs = (
        float_array(resist, name="resist", shape=(n,), low=tiny, high=1.0 - 1e-16),
        float_array(firm, name="firm", shape=(n,), low=tiny, high=1.0 - 1e-16),
    )
    size = len(design.names)
    at = np.zeros(size) if start is None else float_array(start, name="start", shape=(size,))
    at = at / design.units
    at = _climb(design, counts, beliefs, at, max_iter)
    count, change = 0, 0.0
    if method == "npl":
        change = np.inf
        while change > tol and count < max_iter:
            implied = SignallingGame(design.payoffs(at), *beliefs).implied()
            new = (np.clip(implied[0], _EDGE, 1.0 - _EDGE), np.clip(implied[1], _EDGE, 1.0 - _EDGE))
            moved = _climb(design, counts, new, at, max_iter)
            moves = [moved - at, new[0] - beliefs[0], new[1] - beliefs[1]]
            change = max(float(np.abs(move).max()) for move in moves)
            at, beliefs, count = moved, new, count + 1
    game = SignallingGame(design.payoffs(at), *beliefs)
    scores = design.scores(game.gradient(counts))
    outer = np.linalg.inv(scores.T @ scores)
    covariance = _nested_covariance(design, game, counts) if method == "npl" else outer
    if not np.isfinite(covariance).all():
        raise NonFiniteError("covariance", where="fit_crisis_signalling")
    slope = np.empty(size)
    for k in range(size):
        move = np.zeros(size)
        move[k] = 1e-4 * np.sqrt(outer[k, k])

        def likelihood(steps: float, move: FloatArray = move) -> float:
            moved = SignallingGame(design.payoffs(at + steps * move), *beliefs)
            return float(moved.log_likelihoods(counts).sum())

        near = 8.0 * (likelihood(1.0) - likelihood(-1.0))
        slope[k] = (near - likelihood(2.0) + likelihood(-2.0)) / 12.0 * 1e4
    # Best reply to the reply to it: how far beliefs are from an equilibrium of the estimates.
    share = game.implied()[1]
    violation = SignallingGame(game.u, beliefs[0], share).implied()[0] - beliefs[0]
    fit = CrisisFit(
        names=design.names,
        coefficients=read_only(at * design.units),
        covariance=read_only(covariance * np.outer(design.units, design.units)),
        log_likelihood=float(game.log_likelihoods(counts).sum()),
        resist=read_only(beliefs[0]),
        firm=read_only(beliefs[1]),
        payoffs={name: read_only(value) for name, value in game.u.items()},
        method=method,
        iterations=count,
        gradient_norm=float(np.abs(slope).max()),
        equilibrium_violation=float(np.abs(violation).max()),
        converged=bool(change <= tol and np.abs(slope).max() <= 1e-4),
    )
    if raise_on_failure and not fit.converged:
        raise ConvergenceError(
            f"last change {change:.1e}, gradient {fit.gradient_norm:.1e} standard errors",
            where="fit_crisis_signalling",
            partial=fit,
            hint="Try another first stage or start.",
        )
    return fit
