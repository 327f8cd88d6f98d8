"""Probability of a first cut by 31 May 2025 under readings of what the dated events say."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.process import plot_readings

exhibit = ng.Exhibit(__file__)
readings = exhibit.load("../experiments/results/beliefs/readings")
figure, ax = plt.subplots(figsize=(6.9, 2.8), layout="constrained")
plot_readings(readings, ax=ax)
exhibit.save(figure)
