"""Change of real income of each region under each region's optimal tariffs, the Nash war and the
standoff.
"""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.trade import plot_war_gains

exhibit = ng.Exhibit(__file__)
gains = exhibit.load("../experiments/results/policy/gains")
figure, ax = plt.subplots(figsize=(6.1, 4.5), layout="constrained")
plot_war_gains(gains, ax=ax)
exhibit.save(figure)
