"""Who concedes the first cut, over the audience costs of both sides: in general equilibrium, and
in partial equilibrium where importers bear the tariff.
"""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.process_sensitivity import plot_first_concession_map

exhibit = ng.Exhibit(__file__)
maps = {
    "general equilibrium": exhibit.load("../experiments/results/sensitivity/phase"),
    "partial equilibrium, incidence 0": exhibit.load(
        "../experiments/results/sensitivity/phase_incidence_0"
    ),
}
figure, axes = plt.subplots(1, 2, figsize=(6.1, 3.0), layout="constrained", sharey=True)
for ax, (title, found) in zip(axes, maps.items(), strict=True):
    plot_first_concession_map(found, ax=ax)
    ax.set_title(title)
axes[1].set_ylabel("")
exhibit.save(figure)
