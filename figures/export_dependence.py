"""Share of each side's exports of a sector that goes to the other side."""

import matplotlib.pyplot as plt

import negotiation as ng
from negotiation.data.labels import sector_names
from negotiation.plotting.dependence import plot_export_dependence

exhibit = ng.Exhibit(__file__)
china = exhibit.load("../experiments/results/export_dependence/china")
usa = exhibit.load("../experiments/results/export_dependence/usa")
figure, ax = plt.subplots(figsize=(6.1, 4.8), layout="constrained")
plot_export_dependence((china, usa), sector_names=sector_names(), ax=ax)
exhibit.save(figure)
