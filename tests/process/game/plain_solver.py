"""A plain solver of the same games with SciPy: own formulas, own order of nodes, no kernels.

Values of nodes that lead to one another are followed from large shocks by SciPy's ``root``, the
scale of the shocks falling in small steps, halved where values jump; where that fails (the branch
turns back) along the arc. Before dates the equations go back by ``solve_ivp``.
"""

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import root
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.special import logsumexp


class BranchLostError(Exception):
    """The branch turns more sharply than the plain solver follows."""


class PlainGame:
    def __init__(self, game, date=np.inf):
        self.game = game
        self.N = len(game.nodes)
        self.s, self.r, self.eta = game.shock_scales, game.discount_rates, game.window_rates
        self.w = game.base_rate / game.window_rates
        self.date = date
        acts, ends = [], []
        self.gone = [n for n in range(self.N) if self.passed(n)]
        for n, node in enumerate(game.nodes):
            if n in self.gone:
                continue
            for a in node.actions:
                to, lump = self.resolve(a.to)
                acts.append((n, a.side, to, *(a.payoff + lump), a.audience_cost))
            for e in node.endings:
                to, lump = self.resolve(e.to)
                ends.append((n, to, *(e.payoff + lump), self.rate(e.rate)))
        self.acts = np.array(acts, dtype=float).reshape(-1, 6)
        self.ends = np.array(ends, dtype=float).reshape(-1, 5)
        self.flow = np.array([node.flow for node in game.nodes])

    def passed(self, n):
        deadline = self.game.nodes[n].deadline
        return deadline is not None and deadline.at <= self.date

    def resolve(self, to):
        lump = np.zeros(2)
        while to is not None and self.passed(to):
            lump = lump + self.game.nodes[to].deadline.payoff
            to = self.game.nodes[to].deadline.to
        return (-1 if to is None else to), lump

    def rate(self, rate):
        if np.ndim(rate) == 0:
            return rate
        return ([0.0] + [value for day, value in rate if day <= self.date])[-1]

    def ahead(self, V, table, first):
        to = table[:, first].astype(int)
        return table[:, first + 1 : first + 3] + np.where((to >= 0)[:, None], V[to], 0.0)

    def drift(self, V, inverse=1.0):
        """r V - dV/dt turned around: what holding V earns beyond its interest."""
        out = self.flow - self.r * V
        if len(self.acts):
            n, side = self.acts[:, 0].astype(int), self.acts[:, 1].astype(int)
            ahead = self.ahead(V, self.acts, 2)
            for i in range(2):
                mine = side == i
                if not mine.any():
                    continue
                scale = self.s[i] / inverse
                at = n[mine]
                gain = (ahead[mine, i] - self.acts[mine, 5] - V[at, i]) / scale
                number = np.bincount(at, minlength=self.N)
                width = number.max()
                exponents = np.full((self.N, width + 1), -np.inf)
                exponents[:, 0] = np.log(1 - self.w[i] * number)
                slot = np.array([np.sum(at[:k] == m) for k, m in enumerate(at)])
                exponents[at, slot + 1] = np.log(self.w[i]) + gain
                inclusive = logsumexp(exponents, axis=1)
                # Of differences far below one, sums of exponentials keep no digits.
                small = np.full((self.N, width), 0.0)
                with np.errstate(over="ignore"):
                    small[at, slot] = self.w[i] * np.expm1(gain)
                    near = np.log1p(small.sum(axis=1))
                close = np.abs(np.where(np.isfinite(exponents), inclusive[:, None], 0)).max(1) < 0.1
                out[:, i] += self.eta[i] * scale * np.where(close, near, inclusive)
                h = self.eta[i] * np.exp(exponents[at, slot + 1] - inclusive[at])
                np.add.at(out[:, 1 - i], at, h * (ahead[mine, 1 - i] - V[at, 1 - i]))
        if len(self.ends):
            n = self.ends[:, 0].astype(int)
            ahead = self.ahead(V, self.ends, 1)
            np.add.at(out, n, self.ends[:, 4:] * (ahead - V[n]))
        return out

    def blocks(self):
        rows = np.concatenate([self.acts[:, 0], self.ends[:, 0]]).astype(int)
        cols = np.concatenate([self.acts[:, 2], self.ends[:, 1]]).astype(int)
        keep = cols >= 0
        links = csr_matrix((np.ones(keep.sum()), (rows[keep], cols[keep])), shape=(self.N,) * 2)
        count, label = connected_components(links, connection="strong")
        order, done = [], set()
        while len(order) < count:
            for block in range(count):
                if block in done:
                    continue
                after = {label[m] for m in cols[keep & (label[rows] == block)]} - {block}
                if after <= done:
                    done.add(block)
                    order.append(np.flatnonzero(label == block))
        return [block for block in order if block[0] not in self.gone]

    def stationary(self):
        V = np.zeros((self.N, 2))
        for block in self.blocks():
            V[block] = follow(self, V, block)
        return self.filled(V)

    def filled(self, V):
        for n in self.gone:
            to, lump = self.resolve(n)
            V[n] = lump + (V[to] if to >= 0 else 0.0)
        return V


def conditions(plain, V, block):
    """Conditions of a block at a log inverse scale, in units of the larger scale of a shock."""

    def of(x, phi):
        W = V.copy()
        W[block] = x.reshape(-1, 2)
        return plain.drift(W, np.exp(phi))[block].ravel()

    return of


def solve(of, x, phi):
    found = root(of, x, args=(phi,), method="hybr", options={"xtol": 1e-13})
    good = np.abs(found.fun).max() < 1e-7 * (1 + np.abs(x).max())
    return found.x, good


def follow(plain, V, block, largest=0.03):
    of = conditions(plain, V, block)
    phi, x = -12.0, np.zeros(2 * len(block))
    x, good = solve(of, x, phi)
    assert good
    scale = np.tile(plain.s, len(block))
    # Differences stay below a twentieth of a scale until here: nothing can turn.
    phi_start = min(0.0, -np.log(20 * (1 + np.abs(x).max() / scale.min())))
    x, good = solve(of, x, phi_start)
    assert good
    phi, step, slope = phi_start, 0.5, np.zeros_like(x)
    while phi < 0.0:
        step = min(step, -phi)
        ahead, good = solve(of, x + step * slope, phi + step)
        moved = np.abs(ahead - x - step * slope).max() / scale.min() * np.exp(phi)
        if good and moved < largest:
            slope = (ahead - x) / step
            x, phi = ahead, phi + step
            step *= 1.5
        else:
            step *= 0.5
            if step < 1e-3:
                return along_arc(of, x, slope, phi, scale)
    polished, _ = solve(of, x, 0.0)
    return polished.reshape(-1, 2)


def along_arc(of, x, slope, phi, scale, length=0.02):
    """Follow a branch that turns back, in small steps of equal length."""
    unit = np.append(scale * 20, 1.0)
    point = np.append(x, phi) / unit
    direction = np.append(slope, 1.0) / unit
    direction /= np.linalg.norm(direction)
    for _ in range(4000):
        if length < 1e-7:
            break
        guess = point + length * direction

        def augmented(z, guess=guess, direction=direction):
            full = z * unit
            return np.append(of(full[:-1], full[-1]), (z - guess) @ direction)

        found = root(augmented, guess, method="hybr", options={"xtol": 1e-12})
        turn = found.x - point
        cosine = turn @ direction / max(np.linalg.norm(turn), 1e-300)
        if np.abs(found.fun).max() > 1e-8 or cosine < 0.99:
            length /= 2
            continue
        direction = turn / np.linalg.norm(turn)
        if found.x[-1] >= 0.0:
            share = -point[-1] / (found.x[-1] - point[-1])
            near = (point + share * turn) * unit
            final, good = solve(of, near[:-1], 0.0)
            assert good
            return final.reshape(-1, 2)
        point = found.x
        length = min(1.3 * length, 0.1)
    raise BranchLostError


def change_dates(game):
    dates = {node.deadline.at for node in game.nodes if node.deadline is not None}
    for node in game.nodes:
        for ending in node.endings:
            if np.ndim(ending.rate):
                dates |= {day for day, _ in ending.rate if day > 0.0}
    return sorted(dates)


def plain_values(game):
    """Values at the start."""
    dates = change_dates(game)
    V = PlainGame(game, dates[-1] if dates else 0.0).stationary()
    for begin, end in zip([0.0, *dates][::-1][1:], dates[::-1], strict=True):
        plain = PlainGame(game, begin)
        moving = np.array([n for n in range(plain.N) if n not in plain.gone])

        def slope(_, x, plain=plain, moving=moving, V=V):
            W = V.copy()
            W[moving] = x.reshape(-1, 2)
            return plain.drift(plain.filled(W))[moving].ravel()

        span = (0.0, end - begin)
        found = solve_ivp(slope, span, V[moving].ravel(), method="DOP853", rtol=1e-11, atol=1e-13)
        V = V.copy()
        V[moving] = found.y[:, -1].reshape(-1, 2)
        V = plain.filled(V)
    return V
