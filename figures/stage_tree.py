"""Stages of the process, and the probability of each way through them."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.process import plot_stage_tree

exhibit = ng.Exhibit(__file__)
headline = exhibit.load("../experiments/results/process/headline")
figure, ax = plt.subplots(figsize=(6.9, 4.2), layout="constrained")
plot_stage_tree(headline, ax=ax)
exhibit.save(figure)
