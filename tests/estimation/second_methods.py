"""Estimators written apart from the library: Cox's partial likelihood, plain maximum likelihood."""

import csv

import numpy as np
from scipy import integrate, stats
from scipy.optimize import brentq, minimize

from tests.reference import reference_path


def strikes():
    """Lengths of Kennan's strikes in days, and unexpected output."""
    with reference_path("estimation", "strikes_62.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return (
        np.array([float(row["duration"]) for row in rows]),
        np.array([float(row["uoutput"]) for row in rows]),
    )


def weibull_by_its_equation(days):
    """Shape and scale of complete durations from the one equation the shape solves."""

    def slope(k):
        powered = days**k
        return (powered * np.log(days)).sum() / powered.sum() - 1 / k - np.log(days).mean()

    k = brentq(slope, 0.05, 20.0, xtol=1e-15)
    return k, (days**k).mean() ** (1 / k)


def cox_efron(days, events, covariates, *, sweeps=30):
    """Coefficients, standard errors and log partial likelihood, ties by Efron."""
    order = np.argsort(days)
    days, events, covariates = days[order], events[order], covariates[order]
    b = np.zeros(covariates.shape[1])
    for _ in range(sweeps):
        slope, curve, value = np.zeros(b.size), np.zeros((b.size, b.size)), 0.0
        weight = np.exp(covariates @ b)
        products = weight[:, None, None] * covariates[:, :, None] * covariates[:, None, :]
        ahead = [
            np.cumsum(terms[::-1], axis=0)[::-1]
            for terms in (weight, weight[:, None] * covariates, products)
        ]
        for day in np.unique(days[events == 1]):
            first, now = np.searchsorted(days, day), (days == day) & (events == 1)
            s0, s1, s2 = (terms[first] for terms in ahead)
            e0, e1 = weight[now].sum(), weight[now] @ covariates[now]
            e2 = (covariates[now] * weight[now, None]).T @ covariates[now]
            value += (covariates[now] @ b).sum()
            slope += covariates[now].sum(axis=0)
            for k in range(now.sum()):
                share = k / now.sum()
                a0, a1, a2 = s0 - share * e0, s1 - share * e1, s2 - share * e2
                value -= np.log(a0)
                slope -= a1 / a0
                curve -= a2 / a0 - np.outer(a1, a1) / a0**2
        step = np.linalg.solve(-curve, slope)
        b = b + step
        if np.abs(step).max() < 1e-9:
            break
    return b, np.sqrt(np.diag(np.linalg.inv(-curve))), value


def distribution(model, rate, shape):
    """The law as a frozen scipy distribution, or None where scipy has none."""
    return {
        "exponential": lambda: stats.expon(scale=1 / rate),
        "weibull": lambda: stats.weibull_min(shape, scale=1 / rate),
        "log_normal": lambda: stats.lognorm(shape, scale=1 / rate),
        "log_logistic": lambda: stats.fisk(shape, scale=1 / rate),
        "lomax": lambda: stats.lomax(1 / shape, scale=1 / (rate * shape)),
    }[model]()


def frailty_survival(day, rate, sigma):
    """Mixed exponential survival by adaptive quadrature."""
    return integrate.quad(
        lambda u: stats.norm.pdf(u) * np.exp(-rate * day * np.exp(sigma * u)),
        -12,
        12,
        epsabs=1e-13,
        limit=400,
    )[0]


def largest_by_simplex(loss, start):
    """Minimum by Nelder and Mead, restarted until it stays."""
    at = np.asarray(start, dtype=float)
    for _ in range(6):
        at = minimize(loss, at, method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-12}).x
    return at, -loss(at)
