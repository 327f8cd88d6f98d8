"""Change of real income of both sides at the standoff's tariffs, by model."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.trade import plot_model_map

exhibit = ng.Exhibit(__file__)
found = exhibit.load("../experiments/results/model_map/map")
figure, ax = plt.subplots(figsize=(6.1, 5.6), layout="constrained")
plot_model_map(found, ax=ax)
exhibit.save(figure)
