"""Disputes drawn from the process's law, and how often posterior intervals hold the truth."""

import numpy as np

import negotiation as ng
from negotiation.errors import ConvergenceError
from negotiation.estimation.disputes.durations import Disputes
from negotiation.estimation.process_law._kernels import node_values
from negotiation.estimation.process_law.law import process_law
from negotiation.estimation.process_law.terms import FixedTerms

TERMS = FixedTerms()
YEAR = 365.25


def law_without_deadlines():
    one = Disputes.from_intervals([1.0], [2.0], ending=["sender"])
    return process_law(one, (), "refuse", TERMS, None)


def simulated(rng, n, parameters, *, told=0.8, resolve=None, dyads=None):
    """Disputes known by day, last seen after 60 to 900 days; who conceded is told of some."""
    law = law_without_deadlines().at(np.asarray(parameters))
    u = rng.standard_normal(n) if resolve is None else resolve
    cost = (
        law.audience_cost + law.spread * u[:, None] + (0.5 * law.difference * np.array([1.0, -1.0]))
    )
    demand = np.full((n, 2), TERMS.demand * TERMS.worth)
    own = -demand - cost
    values = np.zeros((n, 2))
    followed = node_values(
        -np.ones((n, 2)), own, demand, TERMS.kernel(law.shock_scale, 0.0), values
    )
    if not followed.all():
        return None
    x = (own - TERMS.leak * values) / law.shock_scale
    w = TERMS.base_rate / TERMS.window_rate
    hazards = TERMS.window_rate * w / (w + (1.0 - w) * np.exp(-np.clip(x, -700.0, 700.0)))
    total = hazards.sum(axis=1)
    days = YEAR * rng.exponential(size=n) / total
    seen = np.ceil(rng.uniform(60.0, 900.0, n))
    who = np.where(rng.random(n) < hazards[:, 0] / total, "sender", "target")
    who = np.where(rng.random(n) < told, who, "other")
    whole = np.floor(np.minimum(days, 1e6) + 0.5)
    ended = days < seen
    return Disputes.from_intervals(
        np.where(ended, np.maximum(whole - 0.5, 0.0), seen),
        np.where(ended, whole + 0.5, np.inf),
        ending=[str(name) if end else "" for name, end in zip(who, ended, strict=True)],
        dyads=None if dyads is None else [str(dyad) for dyad in dyads],
    )


def coverage(rng, n, runs, *, draws=600):
    """Share of 90 % intervals that hold a truth drawn from the prior, by parameter; and more.

    Returns the shares, the mean correlation of mu and log s in the posterior, the mean deviation of
    log s, and the share of fits without a mode, which count as misses, or with heavy weights.
    """
    law = law_without_deadlines()
    inside, correlations, deviations, heavy = [], [], [], []
    while len(inside) < runs:
        truth = law.prior[:, 0] + law.prior[:, 1] * rng.standard_normal(len(law.names))
        disputes = simulated(rng, n, truth)
        if disputes is None or not disputes.ended.any():
            continue
        try:
            fit = ng.fit_concessions(
                disputes, "process", draws=draws, rng=rng, raise_on_failure=False
            )
        except ConvergenceError:
            inside.append(np.zeros(truth.size, dtype=bool))
            heavy.append(True)
            continue
        low, high = fit.posterior.quantiles([0.05, 0.95])
        inside.append((truth >= low) & (truth <= high))
        resolves = [fit.process.at(row) for row in fit.posterior.resample(200, rng)]
        mu = np.array([r.audience_cost for r in resolves])
        scale = np.log([r.shock_scale for r in resolves])
        correlations.append(np.corrcoef(mu, scale)[0, 1])
        deviations.append(scale.std())
        heavy.append(fit.posterior.pareto_k > 0.7)
    return np.mean(inside, axis=0), np.mean(correlations), np.mean(deviations), np.mean(heavy)
