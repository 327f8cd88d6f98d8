"""All equilibria of generic three-player games by elimination: cross products and resultants.

On a support where two players have k actions each and the third has fewer or as many as three,
fix the third's mixture z. Indifference of the first is linear in the second's mixture, so that this
is the cross product of k - 1 rows that are linear in z; the first's mixture likewise. What remains
is the indifference of the third: one polynomial in one variable, or two in two, of degree
2 (k - 1); these are solved by the eigenvalues of a companion matrix, in two variables of the
Sylvester matrix whose entries are polynomials.
"""

import itertools

import numpy as np
from scipy.linalg import eig


def _normal(rows):
    """Vector orthogonal to k - 1 rows ``[..., k - 1, k]``, by minors."""
    k = rows.shape[-1]
    if k == 1:
        return np.ones((*rows.shape[:-2], 1), dtype=rows.dtype)
    minors = [np.linalg.det(np.delete(rows, j, axis=-1)) * (-1) ** j for j in range(k)]
    return np.stack(minors, axis=-1)


def _differences(table, axis):
    """Payoffs of each action of a support less those of its first."""
    moved = np.moveaxis(table, axis, 0)
    return moved[1:] - moved[0]


class _Support:
    """Equations on one support, the players in an order with the third one hidden."""

    def __init__(self, u):
        self.first = _differences(u[0], 0)  # [., own action, y, z]
        self.second = _differences(u[1], 1)  # [own action, x, z]
        self.third = _differences(u[2], 2)  # [own action, x, y]
        self.degree = 2 * (u.shape[1] - 1)

    def others(self, z):
        """Mixtures of the first two, not yet scaled, where the third plays z ``[..., k]``."""
        y = _normal(np.einsum("ayz,...z->...ay", self.first, z))
        x = _normal(np.einsum("bxz,...z->...bx", self.second, z))
        return x, y

    def values(self, *free):
        """Indifference of the third where its actions but the first have these weights."""
        z = np.stack([1.0 - sum(free), *free], axis=-1)
        x, y = self.others(z)
        return np.moveaxis(np.einsum("cxy,...x,...y->...c", self.third, x, y), -1, 0)

    def roots(self):
        """Real candidates for the third's weights."""
        d = self.degree
        circle = np.exp(2j * np.pi * np.arange(d + 1) / (d + 1))
        if len(self.third) == 0:
            return [()]
        if len(self.third) == 1:
            coefficients = np.fft.fft(self.values(circle)[0]) / (d + 1)
            found = np.roots(coefficients.real[::-1])
            return [(r.real,) for r in found if abs(r.imag) < 1e-6]
        s, t = np.meshgrid(circle, circle, indexing="ij")
        f, g = (np.fft.fft2(v).real / (d + 1) ** 2 for v in self.values(s, t))
        # Sylvester's matrix in t, one matrix a power of s.
        powers = np.zeros((d + 1, 2 * d, 2 * d))
        for row in range(d):
            powers[:, row, row : row + d + 1] = f[:, ::-1]
            powers[:, d + row, row : row + d + 1] = g[:, ::-1]
        size = 2 * d * d
        left, right = np.eye(size, k=2 * d), np.eye(size)
        left[-2 * d :] = -np.hstack(powers[:-1])
        right[-2 * d :, -2 * d :] = powers[-1]
        top, low = eig(left, right, homogeneous_eigvals=True)[0]
        keep = np.abs(low) > 1e-12 * np.abs(top)
        out = []
        for s in top[keep] / low[keep]:
            if abs(s.imag) < 1e-4 and -0.1 < s.real < 1.1:
                line = np.polynomial.polynomial.polyval(s.real, f)
                out += [
                    self.polished((s.real, t.real))
                    for t in np.roots(line[::-1])
                    if abs(t.imag) < 1e-2 and -0.1 < t.real < 1.1 - s.real
                ]
        return out

    def polished(self, point):
        """The point after some steps of Newton's method."""
        point = np.array(point)
        for _ in range(20):
            here = self.values(*point)
            ahead, behind = (
                np.stack([self.values(*(point + h)) for h in step * np.eye(2)], axis=1)
                for step in (1e-6, -1e-6)
            )
            slope = (ahead - behind) / 2e-6
            if abs(np.linalg.det(slope)) < 1e-30:
                break
            step = np.linalg.solve(slope, here)
            point = point - step
            if not 1e-13 < np.abs(step).max() < 1e6:
                break
        return tuple(point)


def _is_equilibrium(u, profile):
    if any(not np.all(np.isfinite(x)) or x.min() < -1e-9 for x in profile):
        return False
    for i, own in enumerate(profile):
        others = [profile[j] for j in range(3) if j != i]
        earned = np.einsum("abc,b,c->a", np.moveaxis(u[i], i, 0), *others)
        if earned.max() - own @ earned > 1e-8:
            return False
    return True


def equilibria_by_elimination(u):
    """Equilibria of a generic game ``[player, action, action, action]``: a row of weights each."""
    low, high = (f(u, axis=(1, 2, 3), keepdims=True) for f in (np.min, np.max))
    u = (u - low) / (high - low)
    found = []
    supports = [
        list(
            itertools.chain.from_iterable(
                itertools.combinations(range(n), k) for k in range(1, n + 1)
            )
        )
        for n in u.shape[1:]
    ]
    for chosen in itertools.product(*supports):
        sizes = [len(s) for s in chosen]
        # Two have as many actions; the third is hidden. Elsewhere generic games have none.
        hidden = next(
            (
                h for h in range(3)
                if len({sizes[i] for i in range(3) if i != h}) == 1
                and sizes[h] - 1 <= 2 * (sizes[h - 1] - 1)
            ),
            None,
        )  # fmt: skip
        if hidden is None:
            continue
        order = [i for i in range(3) if i != hidden] + [hidden]
        part = u[np.ix_(order, *chosen)].transpose(0, *(1 + np.array(order)))
        support = _Support(part)
        for free in support.roots():
            z = np.array([1.0 - sum(free), *free])
            profile = [np.zeros(n) for n in u.shape[1:]]
            with np.errstate(all="ignore"):
                for i, weights in zip(order, (*support.others(z), z), strict=True):
                    profile[i][list(chosen[i])] = weights / weights.sum()
            if not _is_equilibrium(u, profile):
                continue
            row = np.concatenate(profile)
            if all(np.abs(row - other).max() > 1e-6 for other in found):
                found.append(row)
    return np.array(found).reshape(-1, sum(u.shape[1:]))
