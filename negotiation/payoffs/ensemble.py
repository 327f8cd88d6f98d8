"""Payoff models that stand side by side, and the weight on revenue that a stated demand reveals.

No single model says what tariffs cost. An ensemble holds equilibrium of the world and partial
equilibrium, at elasticities that move from one year to ten or stay, over the incidence on
exporters. A government that asks for a tariff above the one which is best for income must want
something else too: the smallest further weight ``omega_R`` on tariff revenue at which no lower
tariff of its own is better than the one that it asks for, given what it asks of the other side,

    omega_R = max over tau < tau_d of (Y(tau) - Y(tau_d)) / (R(tau_d) - R(tau)), or 0,

with Y income less the cost of lost jobs and R revenue, both in percent of GDP. Where revenue does
not rise with the tariff no weight explains the demand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from negotiation.errors import InvalidInputError
from negotiation.payoffs.scenarios import MODELS
from negotiation.values import closest, float_array, instance, instances, number, one_of

__all__ = ["PAYOFF_MODELS", "PayoffModel", "RevealedWeight", "payoff_model", "revealed_weight"]

#: A weight above this one counts as no explanation.
LARGEST_WEIGHT = 5.0


@dataclass(frozen=True)
class PayoffModel:
    """One way to value tariffs.

    Attributes
    ----------
    name
        How tables and options call it.
    model
        See `negotiation.payoffs.tariff_payoffs`.
    horizons
        Horizons of the trade elasticities: one, or two between which flows move as time passes.
    exporter_incidence
        Share of a tariff that exporters' prices absorb; for export dependence only.
    weight
        In the ensemble, relative to the others': an assumption.

    Examples
    --------
    >>> PayoffModel("own", "export_dependence", ("short_run",), exporter_incidence=0.1).name
    'own'
    """

    name: str
    model: str = "general_equilibrium"
    horizons: tuple[str | float, ...] = ("short_run", "long_run")
    exporter_incidence: float | None = None
    weight: float = 1.0

    def __post_init__(self) -> None:
        """Check the model and its horizons."""
        instance(self.name, str, name="name")
        one_of(self.model, MODELS, name="model")
        if not 1 <= len(instances(self.horizons, (str, float, int), name="horizons")) <= 2:
            raise InvalidInputError(
                "one horizon, or two between which flows move",
                where=f"payoff model {self.name}",
                seen=self.horizons,
            )
        number(self.weight, name="weight", low=0.0)


#: The ensemble, equally weighted.
PAYOFF_MODELS: tuple[PayoffModel, ...] = (
    PayoffModel("equilibrium"),
    PayoffModel("equilibrium_one_year", horizons=("short_run",)),
    PayoffModel("equilibrium_ten_years", horizons=("long_run",)),
    PayoffModel("partial_0", "export_dependence", exporter_incidence=0.0),
    PayoffModel("partial_25", "export_dependence", exporter_incidence=0.25),
    PayoffModel("partial_50", "export_dependence", exporter_incidence=0.5),
)


def payoff_model(name: str | PayoffModel) -> PayoffModel:
    """Return a payoff model by its name.

    Parameters
    ----------
    name
        One of `PAYOFF_MODELS`; ``"general_equilibrium"`` and ``"export_dependence"`` stand for
        ``equilibrium`` and ``partial_0``. A `PayoffModel` comes back as it is.

    Raises
    ------
    InvalidInputError
        If there is no such model.

    Examples
    --------
    >>> payoff_model("export_dependence").name
    'partial_0'
    """
    if isinstance(name, PayoffModel):
        return name
    known = {model.name: model for model in PAYOFF_MODELS}
    name = instance(name, str, name="model")
    known |= {"general_equilibrium": PAYOFF_MODELS[0], "export_dependence": known["partial_0"]}
    if name not in known:
        raise InvalidInputError(
            "unknown payoff model",
            where="model",
            seen=repr(name),
            allowed=", ".join(known),
            hint=closest(str(name), known),
        )
    return known[name]


@dataclass(frozen=True)
class RevealedWeight:
    """The weight on revenue that a demand reveals.

    Attributes
    ----------
    weight
        Smallest weight at which no lower tariff is better; `LARGEST_WEIGHT` where none is.
    explained
        Whether such a weight exists and is below `LARGEST_WEIGHT`.
    """

    weight: float
    explained: bool


def revealed_weight(income: ArrayLike, revenue: ArrayLike) -> RevealedWeight:
    """Return the smallest weight on revenue at which a demanded tariff is not too high.

    Parameters
    ----------
    income, revenue
        Income less the cost of lost jobs, and tariff revenue, in percent of GDP, at rising own
        tariffs ``[tariff]``; the last is the one demanded.

    Examples
    --------
    Income falls by .01 a point and revenue rises by .02: a weight of one half.

    >>> revealed_weight([0.0, -0.1, -0.2], [0.0, 0.2, 0.4])
    RevealedWeight(weight=0.5, explained=True)
    >>> revealed_weight([0.0, -0.1], [0.0, -0.1]).explained
    False
    """
    y = float_array(income, name="income", ndim=1)
    r = float_array(revenue, name="revenue", shape=y.shape)
    better = y[:-1] > y[-1]
    if not better.any():
        return RevealedWeight(0.0, True)
    gain, lost = y[:-1][better] - y[-1], r[-1] - r[:-1][better]
    with np.errstate(divide="ignore"):
        needed = float(np.where(lost > 0.0, gain / np.maximum(lost, 1e-300), np.inf).max())
    return RevealedWeight(min(needed, LARGEST_WEIGHT), needed < LARGEST_WEIGHT)
