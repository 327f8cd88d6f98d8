"""How each stage of the process ends once it is reached, by payoff model."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.process import plot_stage_ends

exhibit = ng.Exhibit(__file__)
ends = exhibit.load("../experiments/results/process/ends")
figure, ax = plt.subplots(figsize=(6.9, 5.0), layout="constrained")
plot_stage_ends(ends, ax=ax)
exhibit.save(figure)
