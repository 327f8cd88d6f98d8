"""Agreements that bend: escape clauses, quiet exemptions and steps that build trust.

Sources: Rosendorff and Milner (2001) "The optimal design of international trade institutions:
uncertainty and escape"; Gieczewski (2025) for concessions inside a war of attrition, as motivation;
Kydd (2000, 2005) on trust and reassurance. The stylised versions here are derived for this library.
"""

from __future__ import annotations

from dataclasses import dataclass

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.presentation import Presented
from negotiation.trade.markets.linear_tariffs import LinearTariffModel
from negotiation.values import number

__all__ = [
    "EscapeClause",
    "QuietExemption",
    "Reassurance",
    "escape_clause",
    "quiet_exemption",
    "reassurance",
]


@dataclass(frozen=True)
class EscapeClause(Presented):
    """Use and value of an escape clause.

    Attributes
    ----------
    use_probability
        Probability that the tempted side escapes in a period.
    expected_gain
        Its expected gain from escaping, net of the cost, a period.
    value_with_clause
        Present value of the agreement to the tempted side.
    value_without_clause
        The same when the only way out ends the agreement.
    defection_threshold
        Temptation above which it ends an agreement without a clause.
    clause_kept
        Whether paying the cost beats leaving for good, ``d V >= k``.
    clause_preferred
        Whether the clause is worth having.
    assumptions
        What is supposed.
    """

    use_probability: float
    expected_gain: float
    value_with_clause: float
    value_without_clause: float
    defection_threshold: float
    clause_kept: bool
    clause_preferred: bool
    assumptions: tuple[str, ...]


@takes
def escape_clause(
    cost: float,
    *,
    largest_temptation: float = 1.0,
    cooperation: float = 0.5,
    delta: float = 0.9,
) -> EscapeClause:
    """Return how often an escape clause is used and what the agreement is worth with it.

    Each period a side sees a private temptation x, uniform on ``[0, X]``, to raise its tariff. With
    the clause it may escape at the cost k and stay in: it does iff ``x > k``, with probability
    ``1 - k/X``, and gains ``E[(x-k)+] = (X-k)^2/(2X)`` a period on top of cooperation R. Without a
    clause giving in ends the agreement: it does iff ``x > D``, with ``D = d V`` and
    ``V = R + E[max(x, D)]``. Rosendorff and Milner (2001), stylised and derived for this library.

    Raises
    ------
    InvalidInputError
        Unless ``k >= 0``, ``X > 0``, ``R >= 0`` and ``0 <= d < 1``.

    Examples
    --------
    >>> clause = escape_clause(0.6)
    >>> round(clause.use_probability, 6), round(clause.expected_gain, 6)
    (0.4, 0.08)
    """
    k = number(cost, name="cost", low=0.0)
    top = number(largest_temptation, name="largest_temptation", low=0.0, open_low=True)
    r = number(cooperation, name="cooperation", low=0.0)
    d = number(delta, name="delta", low=0.0, high=1.0, open_high=True)
    gain = max(0.0, top - k) ** 2 / (2 * top)
    with_clause = (r + gain) / (1 - d)
    threshold = d * r / (1 - d)
    if threshold < top:
        # D = d [R + X/2 + D^2/(2X)], the root below X without cancellation at small d.
        threshold = d * (top + 2 * r) / (1 + (1 - d * d * (1 + 2 * r / top)) ** 0.5)
    mean_best = top / 2 + threshold**2 / (2 * top) if threshold < top else threshold
    return EscapeClause(
        use_probability=max(0.0, 1 - k / top),
        expected_gain=gain,
        value_with_clause=with_clause,
        value_without_clause=r + mean_best,
        defection_threshold=threshold,
        clause_kept=d * with_clause >= k,
        clause_preferred=with_clause > r + mean_best,
        assumptions=(
            "one side is tempted; temptations are uniform and independent over time",
            "the cost of escaping is paid to nobody",
            "without a clause giving in ends the agreement for good",
        ),
    )


@dataclass(frozen=True)
class QuietExemption(Presented):
    """Share of trade that a side exempts by itself.

    Attributes
    ----------
    share
        Optimal exempted share x*.
    benefit
        Gain of exempting everything: ``b = W(tau_N) - W(tau)``, zero below the optimal tariff.
    net_gain
        ``b x - kappa x^2/2`` at x*.
    optimal_tariff
        Own optimal tariff: above it, cutting alone pays.
    assumptions
        What is supposed.
    """

    share: float
    benefit: float
    net_gain: float
    optimal_tariff: float
    assumptions: tuple[str, ...]


@takes
def quiet_exemption(
    market: LinearTariffModel, tariff: float, audience_curvature: float
) -> QuietExemption:
    """Return how much trade a side exempts from a tariff that is above its own optimum.

    Exempted goods pay the optimal tariff instead of tau, which raises the side's own welfare by
    ``b = W(tau_N) - W(tau)`` on all trade (``(3b/8)(tau-tau_N)^2`` at incidence one half), while
    the audience that notices costs ``kappa x^2/2``: ``x* = min(1, b/kappa)``. Myopic: the effect on
    the other side's behaviour is left out. Derived here; compare Gieczewski (2025).

    Raises
    ------
    InvalidInputError
        Unless the tariff is not negative and the curvature is positive.

    Examples
    --------
    >>> market = LinearTariffModel.two_good(gap=1.0)
    >>> round(quiet_exemption(market, 0.9, 0.5).share, 6)
    0.240833
    """
    tau = number(tariff, name="tariff", low=0.0)
    kappa = number(audience_curvature, name="audience_curvature", low=0.0, open_low=True)
    benefit = 0.0
    if tau > market.optimal_tariff:
        benefit = market.optimal_gain - float(market.effects(tau).importer)
    share = min(1.0, benefit / kappa)
    return QuietExemption(
        share=share,
        benefit=benefit,
        net_gain=benefit * share - kappa * share**2 / 2,
        optimal_tariff=market.optimal_tariff,
        assumptions=(
            "exempted goods pay the optimal tariff",
            "the benefit is proportional to the share exempted",
            "the other side's reaction is left out",
        ),
    )


@dataclass(frozen=True)
class Reassurance(Presented):
    """When to trust, and which first step tells the trustworthy from the rest.

    Attributes
    ----------
    trust_threshold
        Least belief in the other's trustworthiness at which to cooperate.
    separating_stake
        Smallest share of the whole stake in the first stage at which the untrustworthy do not
        imitate.
    first_stage_threshold
        Least belief at which a trustworthy side takes that first step.
    assumptions
        What is supposed.
    """

    trust_threshold: float
    separating_stake: float
    first_stage_threshold: float
    assumptions: tuple[str, ...]


@takes
def reassurance(
    trustworthy: tuple[float, float, float, float],
    untrustworthy: tuple[float, float, float],
    *,
    delta: float = 1.0,
) -> Reassurance:
    """Return the trust threshold and the smallest reassuring first step.

    Trustworthy sides have an assurance game (``R > T``), untrustworthy ones a prisoners' dilemma
    (``T > R``). Cooperate iff the belief is at least ``m = (P-S)/((P-S)+(R-T))`` (Kydd 2000,
    2005). In two stages with stakes a and 1-a, an untrustworthy side defects at once for ``a T +
    d (1-a) P`` or imitates for ``a R + d (1-a) T``: it is found out iff ``a >= d (T-P)/((T-R) + d
    (T-P))``, with ``P = 0, d = 1``: ``T/(2T-R)``. The two-stage version is derived here. A
    trustworthy side compares ``R`` with a trustworthy partner and ``a S + d (1-a) P`` with
    another to defecting in both stages.

    Parameters
    ----------
    trustworthy
        ``(T, R, P, S)``.
    untrustworthy
        ``(T, R, P)``.

    Examples
    --------
    >>> step = reassurance((2, 3, 0, -3), (4, 3, 0))
    >>> step.trust_threshold, step.separating_stake
    (0.75, 0.8)
    """
    t, r, p, s = (number(x, name="trustworthy") for x in trustworthy)
    if not (r > t >= p > s):
        raise InvalidInputError(
            "not an assurance game",
            where="trustworthy",
            seen=(t, r, p, s),
            allowed="R > T >= P > S",
        )
    tu, ru, pu = (number(x, name="untrustworthy") for x in untrustworthy)
    if not (tu > ru > pu):
        raise InvalidInputError(
            "must be tempted", where="untrustworthy", seen=(tu, ru, pu), allowed="T > R > P"
        )
    d = number(delta, name="delta", low=0.0, high=1.0, open_low=True)
    stake = d * (tu - pu) / ((tu - ru) + d * (tu - pu))
    # Belief b: b (a+d(1-a)) R + (1-b)(a S + d (1-a) P) >= b (a T + d(1-a) P) + (1-b)(a+d(1-a)) P.
    later = d * (1 - stake)
    good = (stake + later) * r - (stake * t + later * p)
    bad = stake * (p - s)
    return Reassurance(
        trust_threshold=(p - s) / ((p - s) + (r - t)),
        separating_stake=stake,
        first_stage_threshold=bad / (bad + good),
        assumptions=(
            "two types; a side knows its own",
            "payoffs are proportional to the stake of each stage",
            "after a defection there is no second stage cooperation",
        ),
    )
