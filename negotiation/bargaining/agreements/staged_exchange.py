"""Chains of stages: hazards of success and failure, and exchanges in which one side goes first.

Sources: Markov-chain algebra for the hypoexponential chain; backward induction, Telser (1980) and
Lockwood and Thomas (2002) for the logic of staged exchange. Both are written out for this library.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.presentation import Presented
from negotiation.values import FloatArray, float_array, number, read_only

__all__ = ["StageChain", "StagedExchange", "stage_chain", "staged_exchange"]


@dataclass(frozen=True, eq=False)
class StageChain(Presented):
    """Passage through stages in turn, each with a hazard of success and one of breakdown.

    Attributes
    ----------
    deal_probability
        Probability that all stages succeed, eventually.
    discounted_deal
        Expected discount factor at the deal, zero without one.
    deal_by
        Probability of a deal by each horizon ``[horizon]``.
    mean_time_given_deal
        Expected time to the deal when there is one.
    stage_probabilities
        Probability of success of each stage once reached ``[stage]``.
    reach_probabilities
        Probability of reaching each stage ``[stage]``.
    assumptions
        What is supposed.
    """

    deal_probability: float
    discounted_deal: float
    deal_by: FloatArray
    mean_time_given_deal: float
    stage_probabilities: FloatArray
    reach_probabilities: FloatArray
    assumptions: tuple[str, ...]


@takes
def stage_chain(
    success: ArrayLike,
    breakdown: ArrayLike = 0.0,
    *,
    discount_rate: float = 0.0,
    horizons: ArrayLike = (),
) -> StageChain:
    """Return deal probability, date and discounted value of a chain of stages.

    Stage k ends in success at hazard ``lam_k`` and in breakdown of the whole process at ``b_k``:
    ``P = prod lam/(lam+b)``, ``E[exp(-rho T); deal] = prod lam/(lam+b+rho)``, and the date given a
    deal is a sum of exponentials with rates ``lam_k + b_k``. The probability by a date is read off
    the matrix exponential of the chain, so that equal hazards need no special case.

    Parameters
    ----------
    success, breakdown
        Hazards a unit of time ``[stage]``.
    discount_rate
        Per unit of time.
    horizons
        Dates for ``deal_by``.

    Examples
    --------
    >>> chain = stage_chain([0.9, 0.25, 0.12, 0.08], [0.05, 0.05, 0.04, 0.03], horizons=[12])
    >>> round(chain.deal_probability, 6), chain.deal_by.round(6).tolist()
    (0.430622, [0.119806])
    """
    from scipy.linalg import expm

    lam = float_array(success, name="success", ndim=1, low=0.0)
    given = float_array(breakdown, name="breakdown", low=0.0)
    b = (
        np.broadcast_to(given, lam.shape)
        if given.ndim == 0
        else float_array(given, name="breakdown", shape=lam.shape)
    )
    rho = number(discount_rate, name="discount_rate", low=0.0)
    if np.any(lam <= 0):
        raise InvalidInputError("every stage must be able to succeed", where="success", seen=lam)
    none = isinstance(horizons, tuple | list) and not horizons
    dates = np.zeros(0) if none else float_array(horizons, name="horizons", low=0.0).reshape(-1)
    size = lam.size
    generator = np.zeros((size + 1, size + 1))
    for k in range(size):
        generator[k, k] = -(lam[k] + b[k])
        generator[k, k + 1] = lam[k]
    rate = float((lam + b).max())
    by = np.empty(dates.size)
    for n, t in enumerate(dates):
        # Squared by hand: expm's own way with triangular matrices fails at nearly equal rates.
        doublings = max(0, math.ceil(math.log2(max(rate * t, 1.0))))
        step = expm(generator * (t / 2.0**doublings))
        by[n] = np.linalg.matrix_power(step, 2**doublings)[0, -1]
    stages = lam / (lam + b)
    return StageChain(
        deal_probability=float(stages.prod()),
        discounted_deal=float((lam / (lam + b + rho)).prod()),
        deal_by=read_only(by),
        mean_time_given_deal=float((1 / (lam + b)).sum()),
        stage_probabilities=read_only(stages),
        reach_probabilities=read_only(np.concatenate([[1.0], np.cumprod(stages)[:-1]])),
        assumptions=("hazards are constant within a stage", "breakdown ends the process"),
    )


@dataclass(frozen=True, eq=False)
class StagedExchange(Presented):
    """Exchange in stages, the first side performing before the second.

    Attributes
    ----------
    stages_performed
        Number of stages, from the first, in which both perform.
    values
        Present values at the first stage ``[side]``: first mover, second mover.
    stage_values
        Values at the start of each stage ``[stage, side]``.
    first_performs, second_performs
        What each side would do if play reached a stage ``[stage]``.
    least_terminal
        Smallest terminal value of each side for which the last stage is performed.
    assumptions
        What is supposed.
    """

    stages_performed: int
    values: FloatArray
    stage_values: FloatArray
    first_performs: tuple[bool, ...]
    second_performs: tuple[bool, ...]
    least_terminal: tuple[float, float]
    assumptions: tuple[str, ...]


@takes
def staged_exchange(
    delta: ArrayLike,
    *,
    first_cost: ArrayLike,
    first_gain: ArrayLike,
    second_cost: ArrayLike,
    second_gain: ArrayLike,
    terminal: ArrayLike = (0.0, 0.0),
) -> StagedExchange:
    """Return the stages that are performed when each side can stop at every step.

    In stage k the first side performs at cost ``cC_k`` (the second gains ``gU_k`` at once); one
    period later the second performs at cost ``cU_k`` (the first gains ``gC_k``) and the next stage
    begins. Whoever does not perform ends the exchange with zero for both from then on; after the
    last stage the relationship is worth ``terminal``. Complete information, backward induction:
    the second performs iff ``V_{k+1} >= cU_k``, the first iff
    ``-cC_k + d (gC_k + V_{k+1}) >= 0``. Without terminal value the last stage fails and with it
    every earlier one.

    Parameters
    ----------
    delta
        Discount factor, one or one a side.

    Examples
    --------
    >>> costs = {"first_cost": [1, 2, 3], "second_cost": [0.8, 1.5, 2]}
    >>> gains = {"first_gain": [1.5, 3, 4], "second_gain": [1.2, 2.2, 3.5]}
    >>> staged_exchange(0.95, **costs, **gains).stages_performed
    0
    >>> staged_exchange(0.95, **costs, **gains, terminal=[4, 5]).values.round(6).tolist()
    [5.384, 6.907125]
    """
    cc = float_array(first_cost, name="first_cost", ndim=1)
    shape = cc.shape
    gc = float_array(first_gain, name="first_gain", shape=shape)
    cu = float_array(second_cost, name="second_cost", shape=shape)
    gu = float_array(second_gain, name="second_gain", shape=shape)
    end = float_array(terminal, name="terminal", shape=(2,))
    given = float_array(delta, name="delta", low=0.0, high=1.0)
    d1, d2 = np.full(2, given) if given.ndim == 0 else float_array(given, name="delta", shape=(2,))
    value = np.array(end)
    values = np.zeros((cc.size, 2))
    first, second = [False] * cc.size, [False] * cc.size
    for k in reversed(range(cc.size)):
        second[k] = bool(value[1] >= cu[k])
        if second[k]:
            offer = np.array([-cc[k] + d1 * (gc[k] + value[0]), gu[k] + d2 * (value[1] - cu[k])])
        else:
            offer = np.array([-cc[k], gu[k]])
        first[k] = bool(offer[0] >= 0)
        value = offer if first[k] else np.zeros(2)
        values[k] = value
    performed = 0
    while performed < cc.size and first[performed] and second[performed]:
        performed += 1
    return StagedExchange(
        stages_performed=performed,
        values=read_only(values[0]),
        stage_values=read_only(values),
        first_performs=tuple(first),
        second_performs=tuple(second),
        least_terminal=(
            float(max(cc[-1] / d1 - gc[-1], 0.0)) if d1 > 0 else float("inf"),
            float(max(cu[-1], 0.0)),
        ),
        assumptions=(
            "complete information and perfect monitoring",
            "a side that does not perform ends the exchange",
            "indifferent sides perform",
        ),
    )
