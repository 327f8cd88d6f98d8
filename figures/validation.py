"""Printed cells of published tables against our computation."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.trade import plot_validation

exhibit = ng.Exhibit(__file__)
points = exhibit.load("../experiments/results/validation/points")
figure, ax = plt.subplots(figsize=(4.8, 4.6), layout="constrained")
plot_validation(points, ax=ax)
exhibit.save(figure)
