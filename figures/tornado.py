"""Probability of a first cut by 31 May 2025 at both ends of each parameter's range."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.process_sensitivity import plot_tornado

exhibit = ng.Exhibit(__file__)
ends = exhibit.load("../experiments/results/sensitivity/tornado")
figure, ax = plt.subplots(figsize=(6.1, 3.0), layout="constrained")
plot_tornado(ends, ax=ax)
exhibit.save(figure)
