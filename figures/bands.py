"""Probability of a first cut and of a deal by day, over draws of the parameters."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.process_sensitivity import plot_probability_bands

exhibit = ng.Exhibit(__file__)
cut = exhibit.load("../experiments/results/sensitivity/bands_cut")
deal = exhibit.load("../experiments/results/sensitivity/bands_deal")
figure, axes = plt.subplots(1, 2, figsize=(6.9, 3.3), layout="constrained")
plot_probability_bands(cut, ax=axes[0])
plot_probability_bands(deal, ax=axes[1])
exhibit.save(figure)
