"""Payoffs of the tariff game in general equilibrium with short-run elasticities, best responses
and equilibria.
"""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.games import plot_payoff_matrix

exhibit = ng.Exhibit(__file__)
game = exhibit.load("../experiments/results/tariff_game/equilibrium_short_run_game")
equilibria = exhibit.load("../experiments/results/tariff_game/equilibrium_short_run_equilibria")
figure, ax = plt.subplots(figsize=(4.6, 4.3), layout="constrained")
plot_payoff_matrix(game, equilibria, payoff_label="percent of GDP a year", ax=ax)
ax.set_title("")
exhibit.save(figure)
