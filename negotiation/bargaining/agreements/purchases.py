"""Purchase commitments: what past compliance says, and how much can be enforced.

Sources: Bown (2022) for the purchases of the 2020 Phase One agreement; Bayes' rule for the
posterior; Telser (1980) "A theory of self-enforcing agreements" for the idea behind the bound,
which is derived here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.data import load_table
from negotiation.data.tables import DateLike
from negotiation.errors import InvalidInputError
from negotiation.presentation import Pictured, Presented
from negotiation.values import FloatArray, float_array, float_vector, number, read_only

__all__ = [
    "PurchaseCompliance",
    "SelfEnforcingPurchases",
    "phase_one_compliance",
    "purchase_compliance",
    "self_enforcing_purchases",
]


@dataclass(frozen=True, eq=False)
class PurchaseCompliance(Pictured):
    """Fulfilment of purchase commitments and the belief that the buyer is willing.

    Attributes
    ----------
    fulfilment
        Actual over target, in total.
    shortfall
        Target less actual in total, billion USD, zero if met.
    items
        Name of each commitment.
    fulfilment_by_item
        Actual over target for each commitment ``[item]``.
    short
        Whether each commitment was missed ``[item]``.
    posterior_willing
        Belief after all commitments.
    posterior_path
        Prior, then the belief after each commitment ``[item + 1]``.
    likelihood_ratio
        Of all outcomes, willing against unwilling.
    assumptions
        What is supposed.
    """

    fulfilment: float
    shortfall: float
    items: tuple[str, ...]
    fulfilment_by_item: FloatArray
    short: tuple[bool, ...]
    posterior_willing: float
    posterior_path: FloatArray
    likelihood_ratio: float
    assumptions: tuple[str, ...]

    _picture = "plot_compliance_posterior"


def _for_each_item(value: ArrayLike, name: str, shape: tuple[int, ...]) -> FloatArray:
    """Probabilities of the items, where one may stand for all."""
    given = float_array(value, name=name, low=0.0, high=1.0)
    return float_array(given, name=name, shape=shape) if given.ndim else np.full(shape, given)


@takes
def purchase_compliance(
    target: ArrayLike,
    actual: ArrayLike,
    *,
    prior: float = 0.5,
    shortfall_if_willing: ArrayLike = 0.35,
    shortfall_if_unwilling: ArrayLike = 0.9,
    tolerance: float = 0.0,
    items: Sequence[str] = (),
) -> PurchaseCompliance:
    """Return how far purchases met their targets, and the posterior that the buyer is willing.

    Nature draws a willing or an unwilling buyer; each commitment is missed with a probability that
    depends on the type (a pandemic makes even the willing miss). Bayes' rule:
    ``mu' = mu P(outcome|willing)/(mu P(outcome|willing) + (1-mu) P(outcome|unwilling))``. Several
    commitments are taken in order and as independent given the type.

    Parameters
    ----------
    target, actual
        Billion USD, one number or one an item.
    prior
        Belief that the buyer is willing, before.
    shortfall_if_willing, shortfall_if_unwilling
        Probability of a shortfall by type, one number or one an item.
    tolerance
        Share of the target that may be missing before it counts as a shortfall.
    items
        Name of each commitment, numbers by default.

    Examples
    --------
    >>> phase_one = purchase_compliance(502.4, 288.8)
    >>> round(phase_one.fulfilment, 4), round(phase_one.posterior_willing, 6)
    (0.5748, 0.28)
    """
    wanted = float_vector(target, name="target", low=0.0)
    bought = float_vector(actual, name="actual", shape=wanted.shape, low=0.0)
    if np.any(wanted <= 0):
        raise InvalidInputError("targets must be positive", where="target", seen=wanted)
    belief = number(prior, name="prior", low=0.0, high=1.0)
    names = tuple(items) or tuple(str(k + 1) for k in range(wanted.size))
    if len(names) != wanted.size:
        raise InvalidInputError("one name an item", where="items", seen=names)
    margin = number(tolerance, name="tolerance", low=0.0, high=1.0)
    chances = [
        _for_each_item(value, name, wanted.shape)
        for value, name in (
            (shortfall_if_willing, "shortfall_if_willing"),
            (shortfall_if_unwilling, "shortfall_if_unwilling"),
        )
    ]
    short = bought < wanted * (1 - margin)
    willing, unwilling = (np.where(short, c, 1 - c) for c in chances)
    path = [belief]
    for a, b in zip(willing, unwilling, strict=True):
        total = path[-1] * a + (1 - path[-1]) * b
        if total <= 0:
            raise InvalidInputError(
                "the outcome has probability zero under both types", where="shortfall_if_willing"
            )
        path.append(float(path[-1] * a / total))
    with np.errstate(divide="ignore"):
        ratio = float(np.exp(np.log(willing).sum() - np.log(unwilling).sum()))
    return PurchaseCompliance(
        fulfilment=float(bought.sum() / wanted.sum()),
        shortfall=max(float(wanted.sum() - bought.sum()), 0.0),
        items=names,
        fulfilment_by_item=read_only(bought / wanted),
        short=tuple(bool(x) for x in short),
        posterior_willing=path[-1],
        posterior_path=read_only(np.array(path)),
        likelihood_ratio=ratio,
        assumptions=(
            "two types of buyer",
            "outcomes are independent given the type",
            "probabilities of a shortfall by type are assumptions, not estimates",
        ),
    )


@takes
def phase_one_compliance(
    *,
    by_group: bool = False,
    as_of: DateLike = None,
    prior: float = 0.5,
    shortfall_if_willing: float = 0.35,
    shortfall_if_unwilling: float = 0.9,
    tolerance: float = 0.0,
) -> PurchaseCompliance:
    """Return compliance with the purchases of the 2020 Phase One agreement, from embedded data.

    In total (goods and services, 2020-2021, Bown 2022) or by product group and period (goods, US
    export data of 2020 and of January to November 2021 against the full year's commitment, so that
    2021 understates fulfilment).

    Parameters
    ----------
    by_group
        One item a product group and period instead of the total.
    as_of
        Information date: rows known later are refused.

    Raises
    ------
    InformationDateError
        If the purchases were not known at ``as_of``.

    Examples
    --------
    >>> round(phase_one_compliance().fulfilment, 4)
    0.5748
    >>> phase_one_compliance(by_group=True).fulfilment_by_item.round(2).tolist()
    [0.81, 0.75, 0.38, 0.34, 0.63, 0.6]
    """
    table = load_table("phase_one", as_of=as_of)
    if by_group:
        keys = [
            (group, period)
            for group in ("Agriculture", "Energy", "Manufactured goods")
            for period in ("2020 full year", "2021 Jan-Nov")
        ]
    else:
        keys = [("All covered goods and services", "2020-2021 two years")]
    for group, period in keys:
        table.row(group=group, period=period)
    rows = [table.select(group=group, period=period) for group, period in keys]
    return purchase_compliance(
        [row.numbers("commitment_usd_bn")[0] for row in rows],
        [row.numbers("actual_usd_bn")[0] for row in rows],
        prior=prior,
        shortfall_if_willing=shortfall_if_willing,
        shortfall_if_unwilling=shortfall_if_unwilling,
        tolerance=tolerance,
        items=tuple(f"{group}, {period}" for group, period in keys),
    )


@dataclass(frozen=True)
class SelfEnforcingPurchases(Presented):
    """Largest purchase commitment that the buyer keeps by itself.

    Attributes
    ----------
    quantity
        Largest commitment a period.
    buyer_value, deviation_value
        Present value of complying and of cheating at that quantity.
    assumptions
        What is supposed.
    """

    quantity: float
    buyer_value: float
    deviation_value: float
    assumptions: tuple[str, ...]


@takes
def self_enforcing_purchases(
    cost_per_unit: float, relief: float, delta: float, *, lag: float = 1.0
) -> SelfEnforcingPurchases:
    """Return the largest purchase commitment that tariff relief enforces.

    Each period the buyer purchases q at a net cost ``c q`` and enjoys tariff relief worth ``B``;
    cheating is seen after ``lag`` periods and ends relief for good. Complying is worth
    ``(B - c q)/(1-d)``, cheating ``B (1 - d^lag)/(1-d)``: ``q <= d^lag B/c``, with one period
    ``q <= d B/c``. Derived here, in the spirit of Telser (1980).

    Raises
    ------
    InvalidInputError
        Unless cost and relief are positive, ``0 <= d < 1`` and the lag is positive.

    Examples
    --------
    >>> round(self_enforcing_purchases(0.3, 0.12, 0.97).quantity, 6)
    0.388
    """
    c = number(cost_per_unit, name="cost_per_unit", low=0.0, open_low=True)
    b = number(relief, name="relief", low=0.0)
    d = number(delta, name="delta", low=0.0, high=1.0, open_high=True)
    wait = number(lag, name="lag", low=0.0, open_low=True)
    quantity = d**wait * b / c
    return SelfEnforcingPurchases(
        quantity=quantity,
        buyer_value=(b - c * quantity) / (1 - d),
        deviation_value=b * (1 - d**wait) / (1 - d),
        assumptions=(
            "relief is worth the same every period",
            "a cheater loses relief for good",
            "cost and relief do not change with the quantity bought",
        ),
    )
