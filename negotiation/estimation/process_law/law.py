r"""Parameters of the process's law, what is believed of them beforehand, and a dispute's payoffs.

In units of the scale s of the shocks the audience cost of side i in a dispute is

.. math:: \mu_i / s = \bar m + x_i'b \pm \tfrac12 \Delta + (\tau / s) u, \qquad u \sim N(0, 1),

with u one a dispute, common to both sides and known to them; where dyads have effects,
u = sqrt(rho) v + sqrt(1 - rho) e with v one a dyad and e one a dispute. The mean is told by the
**log rate** z = (W - mu) / s, where W is what conceding is worth to a side of reference that would
otherwise bear the dispute for ever: lambda_0 exp(z) is the rate at which such a side would concede
if its rival never did. Unlike mu, whose estimate moves with that of s, z is told by durations.
Covariates of costs multiply a side's flow: g_i = -exp(x_i'c) times that of reference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.estimation.disputes.durations import Disputes
from negotiation.estimation.process_law.payoffs import NO_ECONOMY, DisputePayoffs
from negotiation.estimation.process_law.terms import FixedTerms
from negotiation.values import FloatArray, closest, one_of

__all__ = ["ProcessLaw", "Resolve", "process_law", "ways_of_ending"]

#: Of each parameter: mean and standard deviation of a normal prior.
_PRIORS: dict[str, tuple[float, float]] = {
    "log rate": (0.0, 1.5),
    "sender less target": (0.0, 0.5),
    "log s": (float(np.log(0.5)), 0.6),
    "log tau / s": (0.0, 0.7),
    "log outside rate": (float(np.log(0.1)), 1.0),
    "log deadline loss / s": (0.5, 1.0),
    "logit dyad share": (0.0, 1.5),
}
_COVARIATE = (0.0, 1.5)
_SIDES = ("sender", "target")


@dataclass(frozen=True)
class Resolve:
    """The process's law in its own units, at given parameters.

    Attributes
    ----------
    audience_cost
        Mean over disputes, of both sides (mu).
    difference
        Of the sender's mean less the target's.
    shock_scale
        s.
    spread
        Standard deviation between disputes (tau).
    outside_rate
        A year.
    deadline_loss
        What letting a deadline pass costs a side.
    dyad_share
        Share of the variance of resolve that disputes of one dyad have in common (rho).
    unit
        Of payoffs.
    """

    audience_cost: float
    difference: float
    shock_scale: float
    spread: float
    outside_rate: float
    deadline_loss: float
    dyad_share: float
    unit: str


@dataclass(frozen=True, eq=False)
class ProcessLaw:
    """Which parameters the law has, and how they move payoffs.

    Attributes
    ----------
    terms
        What is held fixed.
    columns
        Where each covariate acts and what it is: ``(where, name, scale)``, where "both", "sender"
        and "target" are audience costs, "sender cost" and "target cost" the flows.
    indicators
        Covariates with a column that says where they are missing.
    outside, dated
        Whether endings that nobody chose, and deadlines, are part of it.
    dyads
        Whether disputes of one dyad share a part of their resolve.
    reference
        Yearly cost of a side of reference, and the unit of payoffs.
    unit
        Of payoffs.
    """

    terms: FixedTerms
    columns: tuple[tuple[str, str, float], ...]
    indicators: tuple[str, ...]
    outside: bool
    dated: bool
    dyads: bool
    reference: float
    unit: str

    @property
    def covariates(self) -> tuple[str, ...]:
        """Names of the disputes' columns that it needs, in order."""
        found = dict.fromkeys(name.removesuffix(" missing") for _, name, _ in self.columns)
        return tuple(found)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        own = ["log rate", "sender less target", "log s", "log tau / s"]
        own += ["log outside rate"] * self.outside + ["log deadline loss / s"] * self.dated
        own += ["logit dyad share"] * self.dyads
        return (
            *own,
            *(name if where == "both" else f"{where}: {name}" for where, name, _ in self.columns),
        )

    @property
    def prior(self) -> FloatArray:
        """Mean and deviation of each parameter's normal prior ``[parameter, 2]``."""
        return np.array([_PRIORS.get(name, _COVARIATE) for name in self.names])

    def at(self, parameters: FloatArray) -> Resolve:
        """Return the law in its own units."""
        named = dict(zip(self.names, parameters.tolist(), strict=True))
        s = float(np.exp(named["log s"]))
        worth = self.reference * (1.0 - self.terms.demand) * self.terms.worth
        loss = named.get("log deadline loss / s")
        rate = named.get("log outside rate")
        share = named.get("logit dyad share")
        return Resolve(
            audience_cost=worth - s * named["log rate"],
            difference=s * named["sender less target"],
            shock_scale=s,
            spread=s * float(np.exp(named["log tau / s"])),
            outside_rate=0.0 if rate is None else float(np.exp(rate)),
            deadline_loss=0.0 if loss is None else s * float(np.exp(loss)),
            dyad_share=0.0 if share is None else float(0.5 * (1.0 + np.tanh(0.5 * share))),
            unit=self.unit,
        )

    def shifts(self, disputes: Disputes) -> dict[str, FloatArray]:
        """Return the columns of each place where covariates act ``[dispute, column]``."""
        places: dict[str, list[FloatArray]] = {}
        for where, name, scale in self.columns:
            column = disputes.covariates[name.removesuffix(" missing")]
            gone = np.isnan(column)
            known = name.removesuffix(" missing")
            if gone.any() and known not in self.indicators:
                raise InvalidInputError(
                    "missing numbers",
                    where=f"covariates, {known}",
                    seen=f"{gone.sum()} of {gone.size}, first {disputes.ids[int(np.argmax(gone))]}",
                    allowed='complete, or missing="indicator"',
                )
            value = gone.astype(np.float64) if name != known else np.where(gone, 0.0, column)
            places.setdefault(where, []).append(value / scale)
        return {where: np.stack(columns, axis=-1) for where, columns in places.items()}

    def sides(self, disputes: Disputes, parameters: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return what covariates add to mu/s, and to the log of flows ``[dispute, side]``."""
        shifts = self.shifts(disputes)
        coefficients = parameters[len(self.names) - len(self.columns) :]
        costs = np.zeros((len(disputes), 2))
        flows = np.zeros((len(disputes), 2))
        for where, columns in shifts.items():
            own = [k for k, column in enumerate(self.columns) if column[0] == where]
            moved = columns @ coefficients[own]
            if where == "both":
                costs += moved[:, None]
            else:
                side = _SIDES.index(where.split()[0])
                (flows if where.endswith("cost") else costs)[:, side] += moved
        return costs, flows


def process_law(
    disputes: Disputes,
    covariates: Sequence[str] | Mapping[str, Sequence[str]],
    missing: str,
    terms: FixedTerms,
    payoffs: DisputePayoffs | None,
    dyads: bool = False,
) -> ProcessLaw:
    """Return the law that these disputes can tell of.

    Parameters
    ----------
    covariates
        Names of those that move both sides' audience costs, or names by where they act.
    dyads
        Whether disputes of one dyad share a part of their resolve.
    """
    one_of(missing, ("refuse", "indicator"), name="missing")
    places = {"both": covariates} if not isinstance(covariates, Mapping) else covariates
    columns: list[tuple[str, str, float]] = []
    indicators: list[str] = []
    for where, names in places.items():
        one_of(where, ("both", *_SIDES, *(f"{s} cost" for s in _SIDES)), name="covariates")
        for name in names:
            if name not in disputes.covariates:
                raise InvalidInputError(
                    "unknown choice",
                    where="covariates",
                    seen=repr(name),
                    allowed=", ".join(disputes.covariates),
                    hint=closest(name, disputes.covariates),
                )
            column = disputes.covariates[name]
            known = column[~np.isnan(column)]
            largest = float(np.abs(known).max()) if known.size else 0.0
            columns.append((where, name, largest or 1.0))
            if missing == "indicator" and known.size < column.size:
                columns.append((where, f"{name} missing", 1.0))
                indicators.append(name)
    if payoffs is not None and not payoffs.of(disputes, terms).known.all():
        columns.append(("both", NO_ECONOMY, 1.0))
    return ProcessLaw(
        terms=terms,
        columns=tuple(columns),
        indicators=tuple(dict.fromkeys(indicators)),
        outside=any(kind == 3 for kind in ways_of_ending(disputes)),
        dated=bool((disputes.deadline > 0.0).any()),
        dyads=dyads,
        reference=1.0 if payoffs is None else payoffs.reference,
        unit="yearly cost of a dispute" if payoffs is None else payoffs.unit,
    )


#: Outcomes that no side chose, or that put nothing in force.
NOBODY = frozenset({"court", "expired", "extended"})


def ways_of_ending(disputes: Disputes) -> list[int]:
    """Return how each ended: -1 open, 0 sender, 1 target, 2 one of the two, 3 neither."""
    numbers = {"": -1, "sender": 0, "target": 1}
    return [
        numbers.get(who, 3 if why in NOBODY else 2)
        for who, why in zip(disputes.ending, disputes.outcome, strict=True)
    ]
