"""Probability that China exempts sectors before the first cut, over how likely an exemption is
to be seen and what being seen costs.
"""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.process_sensitivity import plot_exemption_regions

exhibit = ng.Exhibit(__file__)
regions = exhibit.load("../experiments/results/sensitivity/exemptions")
figure, ax = plt.subplots(figsize=(5.4, 3.8), layout="constrained")
plot_exemption_regions(regions, regions.players[1], ax=ax)
exhibit.save(figure)
