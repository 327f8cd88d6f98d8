"""Best replies on a continuum of tariffs, their crossing and the status quo."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.payoffs import plot_best_responses

exhibit = ng.Exhibit(__file__)
curves = exhibit.load("../experiments/results/best_responses/equilibrium_short_run")
figure, ax = plt.subplots(layout="constrained")
plot_best_responses(curves, ax=ax)
exhibit.save(figure)
