"""Beliefs that each side is stubborn while nobody concedes the first cut."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.process import plot_reputation_curves

exhibit = ng.Exhibit(__file__)
headline = exhibit.load("../experiments/results/process/headline")
figure, ax = plt.subplots(figsize=(5.6, 3.6), layout="constrained")
plot_reputation_curves(headline, "de-escalation", ax=ax)
exhibit.save(figure)
