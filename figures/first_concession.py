"""Who concedes the first cut over the prior stubbornness of both sides."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.plotting.process_sensitivity import plot_first_concession_map

exhibit = ng.Exhibit(__file__)
phase = exhibit.load("../experiments/results/sensitivity/phase")
figure, ax = plt.subplots(figsize=(5.4, 4.0), layout="constrained")
plot_first_concession_map(phase, ax=ax)
exhibit.save(figure)
