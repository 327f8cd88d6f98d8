"""Parts of the change of real income in the standoff, by region."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.trade import plot_welfare_parts

exhibit = ng.Exhibit(__file__)
parts = exhibit.load("../experiments/results/policy/standoff_parts")
figure, ax = plt.subplots(figsize=(6.1, 3.0), layout="constrained")
plot_welfare_parts(parts, ax=ax)
exhibit.save(figure)
