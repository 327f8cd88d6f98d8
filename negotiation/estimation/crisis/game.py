r"""A crisis-signalling game with private payoffs: probabilities, derivatives, equilibria.

Lewis and Schultz (2003), Revealing preferences: empirical estimation of a crisis bargaining game
with incomplete information. A may challenge B (else the status quo: S_A and 0); B may concede
(V_A, C_B) or resist; A then stands firm (W_A + e_A, W_B + e_B) or backs down (a + e_a, V_B). The
three shocks are independent standard normals, each seen by its owner alone. With R the probability
that B resists and F that A, having challenged, stands firm,

.. math::
   c = (S_A - (1-R) V_A)/R, \qquad
   R = \Phi\{(F W_B + (1-F) V_B - C_B)/F\},

   C = 1 - \Phi(c-W_A)\,\Phi(c-a), \qquad
   F C = \Phi_2\{(W_A-a)/\sqrt2,\; W_A-c;\; 1/\sqrt2\}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from negotiation.arguments import takes
from negotiation.values import FloatArray, number, one_of

__all__ = ["PAYOFFS", "SignallingGame", "crisis_equilibria"]

#: Payoffs in the order of their parameters.
PAYOFFS = ("SA", "VA", "CB", "WA", "WB", "a", "VB")
_RHO = np.sqrt(0.5)
#: Angles from 0 to the arcsine of the correlation, and weights that sum to their span over 2 pi.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)
_ANGLES = 0.125 * np.pi * (_NODES + 1.0)
_WEIGHTS = _WEIGHTS / 16.0


def _both_below(h: FloatArray, k: FloatArray) -> FloatArray:
    """Return the normal probability below (h, k) at correlation sqrt(1/2).

    The independent one plus an integral over the correlation's angle (Plackett 1954, A reduction
    formula for normal multivariate integrals): all terms are positive, so tails keep their digits.
    """
    from scipy.special import ndtr

    sine, cosine = np.sin(_ANGLES), np.cos(_ANGLES)
    product, squares = (h * k)[..., None], (h * h + k * k)[..., None]
    joint = np.exp((product * sine - 0.5 * squares) / cosine**2) @ _WEIGHTS
    return np.asarray(np.maximum(ndtr(h) * ndtr(k) + joint, 1e-300))


@dataclass(frozen=True, eq=False)
class SignallingGame:
    """Payoffs of every game, with the beliefs that stand on the right-hand sides."""

    u: dict[str, FloatArray]
    resist: FloatArray
    firm: FloatArray

    @property
    def threshold(self) -> FloatArray:
        """c: what challenging must be worth to A once B resists."""
        u = self.u
        return np.asarray((u["SA"] - (1.0 - self.resist) * u["VA"]) / self.resist)

    @property
    def resolve(self) -> FloatArray:
        """z: R is its normal probability."""
        u, f = self.u, self.firm
        return np.asarray((f * u["WB"] + (1.0 - f) * u["VB"] - u["CB"]) / f)

    def ways(self) -> tuple[FloatArray, FloatArray]:
        """Return probabilities that A would stand firm, and would back down, and challenges."""
        u, c = self.u, self.threshold
        gap = (u["WA"] - u["a"]) * _RHO
        return _both_below(gap, u["WA"] - c), _both_below(-gap, u["a"] - c)

    def implied(self) -> tuple[FloatArray, FloatArray]:
        """Return R and F as these payoffs and beliefs imply them."""
        from scipy.special import ndtr

        firm, down = self.ways()
        return np.asarray(ndtr(self.resolve)), np.asarray(firm / (firm + down))

    def outcomes(self) -> FloatArray:
        """Return probabilities of status quo, concession, standing firm, backing down."""
        from scipy.special import ndtr

        u, c, z = self.u, self.threshold, self.resolve
        firm, down = self.ways()
        quiet = ndtr(c - u["WA"]) * ndtr(c - u["a"])
        rows = quiet, (firm + down) * ndtr(-z), firm * ndtr(z), down * ndtr(z)
        return np.stack(rows, axis=-1)

    def log_likelihoods(self, tallies: FloatArray) -> FloatArray:
        """Return the log pseudo-likelihood of each game."""
        from scipy.special import log_ndtr

        u, c, z = self.u, self.threshold, self.resolve
        firm, down = self.ways()
        quiet, yielded, stood, backed = tallies.T
        return np.asarray(
            quiet * (log_ndtr(c - u["WA"]) + log_ndtr(c - u["a"]))
            + yielded * (np.log(firm + down) + log_ndtr(-z))
            + stood * np.log(firm)
            + backed * np.log(down)
            + (stood + backed) * log_ndtr(z)
        )

    def _slopes(self) -> tuple[FloatArray, ...]:
        """Derivatives of the two ways with respect to W_A, a and c (a pair of each)."""
        from scipy.special import ndtr

        u, c = self.u, self.threshold
        gap, top, low = (u["WA"] - u["a"]) * _RHO, u["WA"] - c, u["a"] - c

        def phi(x: FloatArray) -> FloatArray:
            return np.asarray(np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi))

        firm_gap = phi(gap) * ndtr((top - _RHO * gap) / _RHO) * _RHO
        firm_top = phi(top) * ndtr((gap - _RHO * top) / _RHO)
        down_gap = phi(gap) * ndtr((low + _RHO * gap) / _RHO) * _RHO
        down_low = phi(low) * ndtr((-gap - _RHO * low) / _RHO)
        return (
            firm_gap + firm_top, -firm_gap, -firm_top,
            -down_gap, down_gap + down_low, -down_low,
        )  # fmt: skip

    def gradient(self, tallies: FloatArray) -> dict[str, FloatArray]:
        """Return derivatives of each game's log-likelihood by payoff, and by "R" and "F"."""
        from scipy.special import log_ndtr

        u, c, z = self.u, self.threshold, self.resolve
        quiet, yielded, stood, backed = tallies.T
        firm, down = self.ways()
        firm_w, firm_a, firm_c, down_w, down_a, down_c = self._slopes()

        def mills(x: FloatArray) -> FloatArray:
            return np.asarray(np.exp(-0.5 * x * x - log_ndtr(x)) / np.sqrt(2.0 * np.pi))

        w_side, a_side = quiet * mills(c - u["WA"]), quiet * mills(c - u["a"])
        by_firm = yielded / (firm + down) + stood / firm
        by_down = yielded / (firm + down) + backed / down
        by_c = w_side + a_side + by_firm * firm_c + by_down * down_c
        by_z = (stood + backed) * mills(z) - yielded * mills(-z)
        r, f = self.resist, self.firm
        return {
            "SA": by_c / r,
            "VA": -by_c * (1.0 - r) / r,
            "CB": -by_z / f,
            "WA": -w_side + by_firm * firm_w + by_down * down_w,
            "WB": by_z,
            "a": -a_side + by_firm * firm_a + by_down * down_a,
            "VB": by_z * (1.0 - f) / f,
            "R": -by_c * (u["SA"] - u["VA"]) / r**2,
            "F": -by_z * (u["VB"] - u["CB"]) / f**2,
        }

    def implied_slopes(self) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
        """Return derivatives of the implied R and F by payoff, and by belief."""
        u, z = self.u, self.resolve
        r, f = self.resist, self.firm
        density = np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)
        firm, down = self.ways()
        firm_w, firm_a, firm_c, down_w, down_a, down_c = self._slopes()
        total = (firm + down) ** 2

        def share(of_firm: FloatArray, of_down: FloatArray) -> FloatArray:
            return np.asarray((of_firm * down - firm * of_down) / total)

        by_c = share(firm_c, down_c)
        of_r = {"CB": -density / f, "WB": density, "VB": density * (1.0 - f) / f}
        of_r["F"] = -density * (u["VB"] - u["CB"]) / f**2
        of_f = {"SA": by_c / r, "VA": -by_c * (1.0 - r) / r}
        of_f |= {"WA": share(firm_w, down_w), "a": share(firm_a, down_a)}
        of_f["R"] = -by_c * (u["SA"] - u["VA"]) / r**2
        return of_r, of_f


@takes
def crisis_equilibria(payoffs: Mapping[str, float], *, grid: int = 20_000) -> FloatArray:
    """Return equilibria of one crisis-signalling game ``[equilibrium, 3]``.

    Columns: probability that A challenges, that B resists, that A having challenged stands firm.
    They are the sign changes of B's best reply less its belief on an even grid of beliefs, each
    then solved; two equilibria within one step of the grid are missed.

    Parameters
    ----------
    payoffs
        A number for each of `PAYOFFS`; absent ones are 0.
    grid
        Points of the grid.

    Examples
    --------
    >>> crisis_equilibria({"VA": 1, "WA": -1.9, "WB": -2.85, "a": -1.2, "VB": 1}).round(4)
    array([[0.9855, 0.2708, 0.3087],
           [0.4721, 0.5311, 0.2546],
           [0.1892, 0.8494, 0.2048]])
    """
    from scipy.optimize import brentq

    for name in payoffs:
        one_of(name, PAYOFFS, name="payoffs")
    u = {name: np.array([number(payoffs.get(name, 0.0), name=name)]) for name in PAYOFFS}

    def replies(resist: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        wide = {name: np.broadcast_to(value, resist.shape) for name, value in u.items()}
        first = SignallingGame(wide, resist, np.ones_like(resist))
        firm, down = first.ways()
        share = np.maximum(firm / (firm + down), 1e-300)
        return SignallingGame(wide, resist, share).implied()[0], firm + down, share

    def excess(resist: float) -> float:
        return float(replies(np.array([resist]))[0][0] - resist)

    points = np.linspace(0.0, 1.0, int(number(grid, name="grid", low=10)) + 1)[1:-1]
    points = np.concatenate([[1e-12], points, [1.0 - 1e-12]])
    values = replies(points)[0] - points
    change = np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) <= 0.0)
    roots = sorted(
        {round(brentq(excess, points[k], points[k + 1], xtol=1e-14), 13) for k in change}
    )
    at = np.array(roots)
    _, challenge, firm = replies(at)
    return np.stack([challenge, at, firm], axis=-1)
