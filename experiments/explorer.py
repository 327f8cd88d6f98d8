"""The payoff grid behind the report's explorer."""

from __future__ import annotations

import numpy as np

import negotiation as ng
from tariff_game import standoff_rates


class AnalysisSettings(ng.Settings):
    """Settings of the grid."""

    #: Added rates; the standoff's must be among them.
    usa: tuple[float, ...] = (0.0, 0.1, 0.3, 0.54, 0.8, 1.04, 1.45, 2.0)
    china: tuple[float, ...] = (0.0, 0.1, 0.34, 0.6, 0.84, 1.25, 2.0)
    #: Exporter incidences.
    incidence: tuple[float, ...] = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
    #: Named sets, with the label that the page shows.
    elasticities: dict[str, str] = {  # noqa: RUF012  pydantic copies a model's defaults
        "boehm_short_run": "short run, Boehm et al. 2023",
        "boehm_long_run": "long run, Boehm et al. 2023",
        "fontagne_2022": "long run by sector, Fontagne et al. 2022",
        "caliendo_parro_2015": "long run by sector, Caliendo and Parro 2015",
        "flat_4": "a flat 4",
    }


def analyse(study: ng.Study, settings: AnalysisSettings) -> ng.StudyResult:
    """Return real income and the cost of lost jobs over the grid."""
    economy = ng.load_economy(study.economy)
    standoff = standoff_rates(study)
    first, second = np.meshgrid(settings.usa, settings.china, indexing="ij")
    rates = np.stack([first.ravel(), second.ravel()], axis=1)
    shape = (len(settings.elasticities), len(settings.incidence), 2, *first.shape)
    income, jobs = np.empty(shape), np.empty(shape)
    for k, name in enumerate(settings.elasticities):
        for m, phi in enumerate(settings.incidence):
            found = ng.tariff_payoffs(
                economy, rates, elasticities=name, exporter_incidence=phi, as_of=study.as_of
            )
            income[k, m] = found.real_income.T.reshape(2, *first.shape)
            jobs[k, m] = found.transition_cost.T.reshape(2, *first.shape)
    grid = {
        "rates": {"USA": np.array(settings.usa), "CHN": np.array(settings.china)},
        "standoff": (settings.usa.index(standoff[0]), settings.china.index(standoff[1])),
        "incidence": np.array(settings.incidence),
        "elasticities": tuple({"label": label} for label in settings.elasticities.values()),
        "income": np.round(income, 6),
        "jobs": np.round(jobs, 6),
    }
    return ng.StudyResult(
        numbers={"cells": ng.Number(income.size // 2, "d")}, objects={"grid": grid}
    )
