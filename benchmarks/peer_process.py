"""The staged process with persistent types written plainly with SciPy: the peer of the kernels.

The same equations, nothing else in common: every value function is a table over 161 posteriors,
evenly spaced in their logarithm and read linearly in it, slopes are differences of the table, and
curves come from ``solve_ivp`` (RK45 at 1e-9).
"""

import numpy as np
from scipy.integrate import solve_ivp

NODES = 161


class PlainProcess:
    """Backward solution of a process in which both sides mix in every stage."""

    def __init__(self, arrays, psi: float) -> None:
        self.arrays, self.psi = arrays, psi
        self.tables = {}

    def child(self, k, h, conceder):
        a = self.arrays
        k, h = k + 1, a.child(k, h, conceder)
        while k < len(a.breakdown_hazard) and not a.opens[k, h]:
            k, h = k + 1, a.child(k, h, 0)
        return (k, h) if k < len(a.breakdown_hazard) else None

    def after(self, k, h, conceder, posterior):
        """Values of both sides, and their slopes, when ``conceder`` gives in to ``posterior``."""
        a, winner = self.arrays, 1 - conceder
        value = np.zeros(2)
        value[conceder], value[winner] = a.concede[k, h, conceder], a.win[k, h, winner]
        slope = np.zeros(2)
        child = self.child(k, h, conceder)
        if child is not None:
            z = self.psi * posterior + (1 - self.psi) * a.stubbornness[child[0], winner]
            logs, values, slopes = self.tables[child][conceder]
            for i in range(2):
                value[i] += np.interp(np.log(z), logs, values[:, i])
                slope[i] = self.psi * np.interp(np.log(z), logs, slopes[:, i])
        return value, slope

    def hazards(self, k, h, logs):
        a, b = self.arrays, np.exp(np.minimum(logs, 0.0))
        lost, won = np.empty(2), np.empty(2)
        turn = np.empty(2)
        for j in range(2):
            value, slope = self.after(k, h, 1 - j, b[j])
            lost[1 - j], turn[1 - j], won[j] = value[1 - j], slope[1 - j], value[j]
        lam = np.empty(2)
        for j in range(2):
            i = 1 - j
            rise = (
                a.discount_rates[i] * lost[i]
                - a.flows[k, h, i]
                + a.breakdown_hazard[k] * (lost[i] - a.breakdown[k, h, i])
            )
            lam[j] = rise / (won[i] - lost[i] + b[j] * turn[i])
        return lam

    def curve(self, k, h, floor):
        def reached(_, logs):
            return min(logs[0] - floor[0], logs[1] - floor[1])

        reached.terminal = True
        found = solve_ivp(
            lambda _, logs: -self.hazards(k, h, logs),
            (0.0, 1e6),
            np.zeros(2),
            method="RK45",
            rtol=1e-9,
            atol=1e-9,
            events=reached,
        )
        return found.y

    def enter(self, k, h, curve, beliefs):
        """Values when the stage opens with given beliefs."""
        logs = np.log(beliefs)
        place = min(np.interp(-logs[j], -curve[j], np.arange(curve.shape[1])) for j in range(2))
        reached = np.exp([np.interp(place, np.arange(curve.shape[1]), curve[j]) for j in range(2)])
        atoms = np.maximum(1.0 - beliefs / reached, 0.0)
        value = np.empty(2)
        for i in range(2):
            j = 1 - i
            won = self.after(k, h, j, beliefs[i])[0][i]
            lost = self.after(k, h, i, reached[j])[0][i]
            value[i] = atoms[j] * won + (1 - atoms[j]) * lost
        return value

    def solve(self):
        a = self.arrays
        for k in range(len(a.breakdown_hazard) - 1, -1, -1):
            for h in range(a.histories(k)):
                if not a.opens[k, h]:
                    continue
                prior = a.stubbornness[k]
                low = prior if k == 0 else (1 - self.psi) * prior
                curve = self.curve(k, h, np.log(low))
                if k == 0:
                    return self.enter(k, h, curve, prior)
                tables = []
                for loser in range(2):
                    logs = np.linspace(np.log(low[1 - loser]), 0.0, NODES)
                    values = np.empty((NODES, 2))
                    for n, log in enumerate(logs):
                        beliefs = np.empty(2)
                        beliefs[loser], beliefs[1 - loser] = low[loser], np.exp(log)
                        values[n] = self.enter(k, h, curve, beliefs)
                    slopes = np.gradient(values, logs, axis=0) / np.exp(logs)[:, None]
                    tables.append((logs, values, slopes))
                self.tables[k, h] = tables
        raise AssertionError


def plain_values(arrays, psi: float) -> np.ndarray:
    """Values at the start, by the plain method."""
    return PlainProcess(arrays, psi).solve()
