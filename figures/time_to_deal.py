"""Probability of a first cut and of a comprehensive agreement by day, by how long terms are
expected to last.
"""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.process import plot_time_to_deal

exhibit = ng.Exhibit(__file__)
solutions = exhibit.load("../experiments/results/process/by_duration")
figure, axes = plt.subplots(1, 2, figsize=(6.9, 3.3), layout="constrained", sharey=True)
plot_time_to_deal(solutions, stage="de-escalation", ax=axes[0])
plot_time_to_deal(solutions, ax=axes[1])
axes[0].set_title("first cut of tariffs")
axes[1].set_title("comprehensive agreement")
exhibit.save(figure)
