"""Beliefs that each side is stubborn over the dated events."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.process import plot_belief_path

exhibit = ng.Exhibit(__file__)
path = exhibit.load("../experiments/results/beliefs/path")
figure, ax = plt.subplots(figsize=(6.9, 4.0), layout="constrained")
plot_belief_path(path, ax=ax)
exhibit.save(figure)
