"""Peers of the Markov game: its equations in plain NumPy, and value iteration on them."""

import numpy as np
from scipy.special import logsumexp


class Plain:
    """The game as dense arrays: actions padded to the widest node."""

    def __init__(self, game):
        count = len(game.nodes)
        self.count = count
        self.r, self.s = game.discount_rates, game.shock_scales
        self.eta, self.w = game.window_rates, game.base_rate / game.window_rates
        self.flow = np.array([node.flow for node in game.nodes])
        width = max(sum(a.side == i for a in node.actions) for node in game.nodes for i in range(2))
        self.pay = np.zeros((2, count, width, 2))
        self.cost = np.full((2, count, width), np.inf)
        self.to = np.full((2, count, width), count)
        self.wait = np.ones((2, count))
        for n, node in enumerate(game.nodes):
            for i in range(2):
                for k, a in enumerate(a for a in node.actions if a.side == i):
                    self.pay[i, n, k], self.cost[i, n, k] = a.payoff, a.audience_cost
                    self.to[i, n, k] = count if a.to is None else a.to
                    self.wait[i, n] -= self.w[i]
        self.rate = np.zeros((count, count + 1))
        self.ended = np.zeros((count, 2))
        for n, node in enumerate(game.nodes):
            for e in node.endings:
                self.rate[n, count if e.to is None else e.to] += e.rate
                self.ended[n] += e.rate * e.payoff

    def drift(self, V):
        out = self.flow - self.r * V
        full = np.vstack([V, np.zeros(2)])
        out = out + self.ended + self.rate @ full - self.rate.sum(axis=1)[:, None] * V
        for i in range(2):
            ahead = self.pay[i] + full[self.to[i]] - V[:, None, :]
            x = (ahead[..., i] - self.cost[i]) / self.s[i] + np.log(self.w[i])
            total = logsumexp(np.column_stack([np.log(self.wait[i]), x]), axis=1)
            out[:, i] += self.eta[i] * self.s[i] * total
            hazards = self.eta[i] * np.exp(x - total[:, None])
            out[:, 1 - i] += (hazards * ahead[..., 1 - i]).sum(axis=1)
        return out


def conditions(game):
    """The equations as a function of one vector, for SciPy's ``root``."""
    plain = Plain(game)
    return lambda x: plain.drift(x.reshape(-1, 2)).ravel()


def value_iteration(game, tol=1e-10):
    """Values by repeated replacement, a step of the fastest rate at a time."""
    plain = Plain(game)
    rate = plain.eta.sum() + plain.rate.sum(axis=1).max() + plain.r.max()
    V = np.zeros((plain.count, 2))
    while True:
        change = plain.drift(V) / rate
        V = V + change
        if np.abs(change).max() < tol / rate:
            return V
