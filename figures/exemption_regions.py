"""Probability that China exempts sectors before the first cut, over how likely an exemption is
to be seen and what being seen costs.
"""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.process_sensitivity import plot_exemption_regions

exhibit = ng.Exhibit(__file__)
regions = exhibit.load("../experiments/results/sensitivity/exemptions")
figure, ax = plt.subplots(figsize=(2.9, 2.3), layout="constrained")
plot_exemption_regions(regions, regions.players[1], ax=ax)
ax.set(xlabel="chance that it is seen", ylabel="curvature of the cost (% of GDP)")
figure.axes[-1].set_ylabel("CHN exempts (percent)")
exhibit.save(figure)
