"""What to believe: several sources, reliability, strategic sources, lost messages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from negotiation.arguments import takes
from negotiation.bargaining.conditions import require
from negotiation.errors import InvalidInputError
from negotiation.presentation import Pictured, Presented
from negotiation.values import FloatArray, float_array, number, quantity

__all__ = [
    "ElectronicMail",
    "SourcePosterior",
    "SourceReliability",
    "StrategicSource",
    "electronic_mail",
    "source_posterior",
    "source_reliability",
    "strategic_source",
]


@dataclass(frozen=True)
class SourcePosterior(Pictured):
    """Belief in an event after the reports of several sources."""

    posterior: float = quantity("P(event)", "probability", "after all reports")
    path: tuple[float, ...] = quantity("", "probability", "prior, then after each report in order")
    likelihood_ratios: tuple[float, ...] = quantity("", "", "of each report given those before")
    prob_reports: float = quantity("", "probability", "of these reports")
    assumptions: tuple[str, ...] = ()

    _picture = "plot_source_posterior"


def _as_bool(report: bool | str) -> bool:
    if isinstance(report, str):
        word = report.strip().lower()
        if word in {"yes", "no"}:
            return word == "yes"
    elif report in (True, False):
        return bool(report)
    raise InvalidInputError("unknown report", where="reports", seen=report, allowed="yes, no")


@takes
def source_posterior(
    prior: float,
    *,
    sensitivities: Sequence[float] | FloatArray,
    false_positive_rates: Sequence[float] | FloatArray,
    reports: Sequence[bool | str],
    copying: Sequence[float] | FloatArray | None = None,
) -> SourcePosterior:
    """Posterior of an event ("the leaders have talked") from reports that may contradict.

    Players: none; a reader of n sources. Timing: each source says yes or no. Information: source k
    says yes with probability ``sens_k`` if the event happened and ``fpr_k`` if not. Bayes' rule
    with independent errors; with ``copying`` source k repeats the first source's report with
    probability ``rho_k`` and speaks for itself otherwise, so that agreeing sources count for less
    (derived here).

    Parameters
    ----------
    prior
        Probability of the event beforehand.
    sensitivities, false_positive_rates
        One a source, in [0, 1].
    reports
        ``True``/"yes" or ``False``/"no", one a source.
    copying
        Probability that each source copies the first; the first entry is not used.

    Raises
    ------
    InvalidInputError
        If lengths differ or the reports are impossible under both states.

    Examples
    --------
    >>> found = source_posterior(0.5, sensitivities=[0.9, 0.7], false_positive_rates=[0.2, 0.6],
    ...     reports=["yes", "no"])
    >>> round(found.posterior, 6)
    0.771429
    """
    mu = number(prior, name="prior", low=0, high=1)
    sens = float_array(sensitivities, name="sensitivities", ndim=1, low=0, high=1)
    count = sens.size
    fpr = float_array(
        false_positive_rates, name="false_positive_rates", shape=(count,), low=0, high=1
    )
    if len(reports) != count:
        raise InvalidInputError("one report a source", where="reports", seen=len(reports))
    said = [_as_bool(report) for report in reports]
    copies = float_array(
        np.zeros(count) if copying is None else copying,
        name="copying",
        shape=(count,),
        low=0,
        high=1,
    )
    path, ratios = [mu], []
    with_event, without = mu, 1 - mu
    for k, yes in enumerate(said):
        rho = float(copies[k]) if k else 0.0
        same = 1.0 if yes == said[0] else 0.0
        likelihood = [
            rho * same + (1 - rho) * (float(rate[k]) if yes else 1 - float(rate[k]))
            for rate in (sens, fpr)
        ]
        with_event *= likelihood[0]
        without *= likelihood[1]
        require(
            with_event + without > 0,
            "reports that are possible in one state at least",
            where=f"reports[{k}]",
            seen=reports[k],
        )
        path.append(with_event / (with_event + without))
        ratios.append(likelihood[0] / likelihood[1] if likelihood[1] > 0 else math.inf)
    return SourcePosterior(
        posterior=path[-1],
        path=tuple(path),
        likelihood_ratios=tuple(ratios),
        prob_reports=with_event + without,
        assumptions=(
            "error rates are known and do not depend on what other sources say"
            if not np.any(copies[1:] > 0)
            else "later sources copy the first with a known probability",
            "sources report without strategy",
        ),
    )


@dataclass(frozen=True)
class SourceReliability(Presented):
    """Beta posterior of the rate at which a source's claims prove true."""

    shape: tuple[float, float] = quantity("alpha, beta", "", "parameters of the posterior")
    mean: float = quantity("E theta", "probability", "the next claim is true")
    standard_deviation: float = quantity("", "probability", "of the reliability")
    mode: float = quantity("", "probability", "most likely reliability, NaN if not interior")
    interval: tuple[float, float] = quantity("", "probability", "central credible interval")
    posterior_if_claimed: float = quantity("", "probability", "event, after a claim that it is so")
    posterior_if_denied: float = quantity("", "probability", "event, after a claim that it is not")
    assumptions: tuple[str, ...] = ()


@takes
def source_reliability(
    confirmed: float,
    refuted: float,
    *,
    prior_shape: tuple[float, float] = (1.0, 1.0),
    event_prior: float = 0.5,
    level: float = 0.95,
) -> SourceReliability:
    """Learn how reliable a source is from claims that were confirmed or refuted.

    Players: none; a reader of one source. Information: each claim is true with an unknown
    probability theta, independently, with prior Beta(alpha, beta). After s confirmed and f refuted
    claims theta is Beta(alpha + s, beta + f), with mean ``(alpha + s)/(alpha + beta + s + f)``; a
    new claim moves the event's prior mu to ``mu m / (mu m + (1 - mu)(1 - m))`` with m that mean.
    Text-book conjugate updating.

    Parameters
    ----------
    confirmed, refuted
        Numbers of past claims that proved true and false.
    prior_shape
        alpha and beta, positive; (1, 1) is uniform.
    event_prior
        Probability of the event of which the source now speaks.
    level
        Probability of the credible interval.

    Raises
    ------
    InvalidInputError
        If a count is negative or a number is out of range.

    Examples
    --------
    >>> record = source_reliability(7, 1)
    >>> round(record.mean, 6), round(record.posterior_if_claimed, 6)
    (0.8, 0.8)
    """
    from scipy.special import betaincinv

    s = number(confirmed, name="confirmed", low=0)
    f = number(refuted, name="refuted", low=0)
    a = number(prior_shape[0], name="prior_shape[0]", low=0, open_low=True) + s
    b = number(prior_shape[1], name="prior_shape[1]", low=0, open_low=True) + f
    mu = number(event_prior, name="event_prior", low=0, high=1)
    tail = (1 - number(level, name="level", low=0, high=1, open_low=True, open_high=True)) / 2
    mean = a / (a + b)
    return SourceReliability(
        shape=(a, b),
        mean=mean,
        standard_deviation=math.sqrt(mean * (1 - mean) / (a + b + 1)),
        mode=(a - 1) / (a + b - 2) if a > 1 and b > 1 else math.nan,
        interval=(float(betaincinv(a, b, tail)), float(betaincinv(a, b, 1 - tail))),
        posterior_if_claimed=mu * mean / (mu * mean + (1 - mu) * (1 - mean)),
        posterior_if_denied=mu * (1 - mean) / (mu * (1 - mean) + (1 - mu) * mean),
        assumptions=(
            "claims are independent given the reliability",
            "true and false events are claimed with equal reliability",
        ),
    )


@dataclass(frozen=True)
class StrategicSource(Presented):
    """Beliefs about the state and about the source after a claim."""

    posterior_after_yes: float = quantity("P(state | yes)", "probability", "after the claim")
    posterior_after_no: float = quantity("P(state | no)", "probability", "NaN if never said")
    prob_yes: float = quantity("", "probability", "the claim is made")
    honesty_after_yes: float = quantity("", "probability", "claim made, not verified")
    honesty_after_yes_confirmed: float = quantity("", "probability", "claim made and found true")
    honesty_after_yes_refuted: float = quantity("", "probability", "claim made and found false")
    honesty_after_no: float = quantity("", "probability", "claim not made, NaN if never so")
    assumptions: tuple[str, ...] = ()


@takes
def strategic_source(
    honesty: float, prior: float, *, push_probability: float = 1.0
) -> StrategicSource:
    """A source that is honest or always pushes one claim ("they want talks").

    Players: a source and a reader. Timing: the source sees a binary state and says yes or no.
    Information: it is honest with probability h; otherwise it says yes with probability
    ``push_probability`` (one: always) when the state is no, and always when it is yes.

    ``P(yes) = mu + (1 - mu)(1 - h)``; after an unverified yes honesty falls from h to
    ``h mu / (h mu + 1 - h)``; a yes found true leaves it at h. One-shot form after Sobel (1985),
    "A Theory of Credibility", Benabou and Laroque (1992), "Using Privileged Information to
    Manipulate Markets", and Morris (2001), "Political Correctness"; with a push probability below
    one it is derived here.

    Raises
    ------
    InvalidInputError
        If a probability is out of range, or a yes would never be said.

    Examples
    --------
    >>> found = strategic_source(0.6, 0.4)
    >>> round(found.posterior_after_yes, 6), round(found.honesty_after_yes, 6)
    (0.625, 0.375)
    """
    h = number(honesty, name="honesty", low=0, high=1)
    mu = number(prior, name="prior", low=0, high=1)
    push = number(push_probability, name="push_probability", low=0, high=1)
    false_yes = (1 - mu) * (1 - h) * push
    yes = mu + false_yes
    require(yes > 0, "prior > 0 or a source that may push", where="strategic_source", seen=(mu, h))
    no = 1 - yes
    silent = (1 - mu) * h
    return StrategicSource(
        posterior_after_yes=mu / yes,
        posterior_after_no=0.0 if no > 0 else math.nan,
        prob_yes=yes,
        honesty_after_yes=h * mu / yes,
        honesty_after_yes_confirmed=h if mu > 0 else math.nan,
        honesty_after_yes_refuted=0.0 if false_yes > 0 else math.nan,
        honesty_after_no=silent / no if no > 0 else math.nan,
        assumptions=(
            "binary state, one claim, no later reputation",
            "the honest source knows the state and reports it",
            "the pushing source does not react to the reader's belief",
        ),
    )


@dataclass(frozen=True)
class ElectronicMail(Presented):
    """Contact without common knowledge of contact."""

    prob_messages: tuple[float, ...] = quantity("", "probability", "exactly n messages are sent")
    belief_last_message_lost: float = quantity(
        "e/(e+(1-e)e)", "probability", "a side without an answer: its own message was lost"
    )
    effective_loss: float = quantity("e^n", "probability", "a message is lost on every channel")
    expected_messages: float = quantity("1/e", "messages", "mean number sent; infinite at e = 0")
    coordinates: bool = False
    assumptions: tuple[str, ...] = ()


@takes
def electronic_mail(
    loss: float,
    *,
    messages: Sequence[int] = (1, 2, 3),
    channels: int = 1,
    gain: float = 1.0,
    miscoordination_loss: float = 1.0,
) -> ElectronicMail:
    """Two sides confirm and confirm again, and each message may be lost.

    Players: two sides that both want to act in one state only, and only together. Timing: a first
    message and then automatic confirmations until one is lost. Information: each side knows what it
    sent and received.

    Exactly n messages are sent with probability ``e (1 - e)^(n-1)``; a side without an answer
    believes with probability ``e/(e + (1 - e) e) = 1/(2 - e)`` that its own message was lost.
    Acting pays M together and costs L alone, so no message ever leads to action when that belief is
    at least ``M/(M + L)`` (Rubinstein 1989, "The Electronic Mail Game"). Over n independent
    channels e becomes ``e^n`` (derived here).

    Parameters
    ----------
    loss
        Probability e that a message is lost on one channel, in [0, 1].
    messages
        Numbers n of messages whose probability is wanted.
    channels
        Channels that carry each message.
    gain, miscoordination_loss
        M and L, positive.

    Raises
    ------
    InvalidInputError
        If a number is out of range.

    Examples
    --------
    >>> [round(p, 6) for p in electronic_mail(0.1).prob_messages]
    [0.1, 0.09, 0.081]
    """
    e = number(loss, name="loss", low=0, high=1)
    e **= int(number(channels, name="channels", low=1))
    counts = [int(number(n, name="messages", low=1)) for n in messages]
    m = number(gain, name="gain", low=0, open_low=True)
    cost = number(miscoordination_loss, name="miscoordination_loss", low=0, open_low=True)
    # With e = 0 nothing is ever lost: contact is common knowledge. Otherwise the limit is 1/2.
    belief = 1 / (2 - e) if e > 0 else 0.0
    return ElectronicMail(
        prob_messages=tuple(e * (1 - e) ** (n - 1) for n in counts),
        belief_last_message_lost=belief,
        effective_loss=e,
        expected_messages=1 / e if e > 0 else math.inf,
        coordinates=belief < m / (m + cost),
        assumptions=(
            "losses are independent across messages and channels",
            "confirmations are sent automatically until one is lost",
            "acting alone costs, not acting is safe",
        ),
    )
