"""From a fit to many disputes to what one standoff's sides would pay to concede.

Durations tell of audience costs and shocks beside what a dispute costs a side a year. In a standoff
that unit is its yearly stake: what the concession of the other changes in a side's flow, mean over
the sides, under each payoff model. So a forecast that rests on a fit does not move with the scale
of a model's payoffs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import InformationDateError, InvalidInputError
from negotiation.estimation.concession_fit import ConcessionFit
from negotiation.estimation.disputes.durations import Disputes, dyad_of
from negotiation.estimation.disputes.load import load_disputes
from negotiation.estimation.fit import fit_concessions
from negotiation.estimation.process_law.likelihood import ProcessLikelihood
from negotiation.presentation import Presented
from negotiation.process.game.process_game import ProcessGame
from negotiation.standoff.standoff import Standoff
from negotiation.values import FloatArray, number, random_generator, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ResolvePrior", "fit_to_known", "known_disputes", "prior_for", "yearly_stake"]

#: Draws a round of the posterior that forecasts rest on where no fit is given, and their seed.
_DRAWS, _SEED = 200, 20250502
#: Changes of flows up to this, in percent of GDP a year, are rounding.
_NOTHING = 1e-9


@dataclass(frozen=True, eq=False)
class ResolvePrior(Presented):
    """Draws of the resolve of two sides, in units of the yearly stake.

    Attributes
    ----------
    players
        The side that threatens or imposes first, then the other.
    audience_costs
        ``[draw, side]``, with the resolve of a new dispute of the dyad drawn.
    shock_scales
        ``[draw]``.
    history
        Ids of the disputes of the dyad that tell of it.
    fit
        What they come from.
    """

    players: tuple[str, str]
    audience_costs: FloatArray
    shock_scales: FloatArray
    history: tuple[str, ...]
    fit: ConcessionFit

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters that it replaces."""
        sides = [side.lower() for side in self.players]
        return (
            *(f"audience_cost_{side}" for side in sides),
            *(f"shock_scale_{side}" for side in sides),
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row a parameter: mean, lower and upper end of 90 %, median of the draws."""
        import pandas as pd

        draws = self.rows(1.0)
        low, median, high = np.quantile(draws, (0.05, 0.5, 0.95), axis=0)
        columns = {"mean": draws.mean(axis=0), "low": low, "median": median, "high": high}
        return pd.DataFrame({"parameter": self.names, **columns})

    def rows(self, stake: float) -> FloatArray:
        """Return values of those parameters at a yearly stake ``[draw, parameter]``."""
        scales = np.repeat(self.shock_scales[:, None], 2, axis=1)
        return np.asarray(stake * np.concatenate([self.audience_costs, scales], axis=1))


@takes
def prior_for(
    standoff: Standoff,
    fit: ConcessionFit,
    *,
    n: int = 64,
    rng: np.random.Generator | int = 0,
) -> ResolvePrior:
    """Return draws of what conceding costs the sides of a standoff, from a fit to other disputes.

    Parameters
    ----------
    standoff
        Its first side is the one that threatens or imposes.
    fit
        Of the process's law, with draws; to disputes known at the date of the forecast, and without
        covariates.
    n
        Draws.
    rng
        Source of randomness or a seed.

    Raises
    ------
    InvalidInputError
        If the fit is of another law, has covariates or payoffs of its own, or no draws.

    Notes
    -----
    Where the fit has dyads, resolve is drawn given the disputes of this one which ended before the
    standoff began; those that were open then are the standoff itself or run beside it, and what was
    seen of it weighs the forecast. Without, a new dispute of a dyad is drawn as any other.

    Examples
    --------
    >>> import negotiation as ng
    >>> disputes = ng.load_disputes(as_of="2025-07-10")
    >>> fit = ng.fit_concessions(disputes, "process", draws=200, raise_on_failure=False)
    >>> prior = prior_for(ng.load_standoff("us-japan-2025"), fit, n=50)
    >>> prior.names[0], prior.audience_costs.shape
    ('audience_cost_usa', (50, 2))
    """
    law = fit.process
    if law is None or fit.posterior is None or law.columns or fit.payoffs is not None:
        raise InvalidInputError(
            "not a fit that a new dispute can be drawn from",
            where="fit",
            seen=repr(fit),
            allowed='model="process" with draws, without covariates and payoffs',
        )
    generator = random_generator(rng)
    count = int(number(n, name="n", low=1))
    rows = fit.posterior.resample(count, generator)
    drawn = [law.at(row) for row in rows]
    mean = np.array([r.audience_cost for r in drawn])
    half = 0.5 * np.array([r.difference for r in drawn])
    history = _history(standoff, fit.disputes) if law.dyads else None
    if history is None:
        resolve = generator.standard_normal(count)
    else:
        told = ProcessLikelihood.of(law, history, None)
        resolve = np.array([told.draw_resolve(row, generator) for row in rows])
    spread = np.array([r.spread for r in drawn]) * resolve
    sides = np.stack([mean + half + spread, mean - half + spread], axis=-1)
    return ResolvePrior(
        players=standoff.sides,
        # Who would be paid for conceding has done so already.
        audience_costs=read_only(np.maximum(sides, 0.0)),
        shock_scales=read_only(np.array([r.shock_scale for r in drawn])),
        history=() if history is None else history.ids,
        fit=fit,
    )


def known_disputes(as_of: date) -> Disputes | None:
    """Return the embedded disputes known at a date; None where none had ended by then."""
    try:
        found = load_disputes(as_of=as_of)
    except InformationDateError:  # none had begun
        return None
    return found if found.ended.any() else None


@cache
def fit_to_known(as_of: date) -> ConcessionFit | None:
    """Return the process's law fitted to the embedded disputes known at a date, with few draws.

    None where no dispute had ended by then.
    """
    known = known_disputes(as_of)
    if known is None:
        return None
    return fit_concessions(known, "process", draws=_DRAWS, rng=_SEED, raise_on_failure=False)


def _history(standoff: Standoff, disputes: Disputes) -> Disputes | None:
    """Return the disputes of a standoff's dyad that ended before it began; None where none did."""
    dyad = dyad_of(*standoff.sides)
    ended = np.array(
        [
            name == dyad
            and start is not None
            and np.isfinite(high)
            and start + timedelta(days=float(high)) <= standoff.start
            for name, start, high in zip(disputes.dyads, disputes.start, disputes.high, strict=True)
        ]
    )
    return disputes.take(ended) if ended.any() else None


def yearly_stake(game: ProcessGame) -> float:
    """Return what the other's concession changes in a side's flow: its size, mean over sides.

    It is that of the first node, from where play starts by what sides do and by deadlines, at which
    a concession changes something: before contact, or before a threat comes true, none does. Zero:
    nothing is at stake.
    """
    reached, seen = [int(game.start_node)], 0
    while seen < len(reached):
        here = game.nodes[reached[seen]]
        acts = [(act, int(act.to)) for act in here.actions if act.to is not None]
        changes = [
            game.nodes[to].flow[1 - act.side] - here.flow[1 - act.side]
            for act, to in acts
            if act.kind == "concede"
        ]
        if np.max(np.abs(changes), initial=0.0) > _NOTHING:
            return float(np.mean(np.abs(changes)))
        found = [to for _, to in acts]
        if here.deadline is not None and here.deadline.to is not None:
            found.append(int(here.deadline.to))
        reached += [node for node in dict.fromkeys(found) if node not in reached]
        seen += 1
    return 0.0
