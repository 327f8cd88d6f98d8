"""How patient governments must be to keep up an agreement on trade policy.

The stage game is the choice of policy. Players cooperate as long as everybody does; after a
deviation all play their Nash policies for some periods, or for ever, and then cooperate again.
Playing Nash policies is credible, since nobody gains by anything else in the meantime (Friedman
1971). A government that deviates does so with its best reply to the others' agreed policies.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from negotiation.arguments import takes
from negotiation.equilibrium.punishments import critical_discount
from negotiation.errors import InvalidInputError
from negotiation.policy.cooperative import cooperative_tariffs
from negotiation.policy.noncooperative import nash_tariffs, optimal_tariffs
from negotiation.policy.problem.outcome import payoffs_at
from negotiation.policy.problem.setting import Objectives, chosen_players, setting
from negotiation.policy.results import PolicyResult
from negotiation.presentation import Presented
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.instruments.policy import Policy
from negotiation.trade.model import TradeModel
from negotiation.trade.purging import purge_imbalances
from negotiation.values import FloatArray, quantity, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SustainableCooperation", "sustainable_cooperation"]

_LENGTHS = (1, 2, 3, 5, 10, math.inf)


@dataclass(frozen=True, eq=False)
class SustainableCooperation(Presented):
    """Critical discount factors of an agreement.

    Attributes
    ----------
    players
        Who agreed.
    lengths
        Periods of punishment.
    factors
        Smallest discount factor a period of each player ``[length, player]``: 0 where a player has
        nothing to gain from cheating, infinite where no patience is enough.
    cooperation, deviation, punishment
        Payoffs a period of each player, percent of GDP over the baseline.
    agreed
        What is kept up.
    war
        The Nash policies that punish.
    without
        The agreement that leaves one region out, which keeps its baseline policy throughout; None
        unless asked for.
    elapsed_seconds
        Wall time.
    """

    players: tuple[str, ...]
    lengths: tuple[float, ...]
    agreed: Policy
    war: PolicyResult
    factors: FloatArray = quantity("delta", "1", "critical discount factor [length, player]")
    cooperation: FloatArray = quantity("", "percent of GDP", "payoff of the agreement")
    deviation: FloatArray = quantity("", "percent of GDP", "payoff of the best deviation")
    punishment: FloatArray = quantity("", "percent of GDP", "payoff of the Nash policies")
    without: SustainableCooperation | None = None
    elapsed_seconds: float = field(default=0.0, compare=False)

    @property
    def critical(self) -> FloatArray:
        """The largest factor of any player, ``[length]``."""
        largest: FloatArray = self.factors.max(axis=1)
        return largest

    @property
    def least_patient(self) -> tuple[str, ...]:
        """Who needs to be most patient, by length of punishment."""
        return tuple(self.players[int(k)] for k in self.factors.argmax(axis=1))

    def to_frame(self) -> pd.DataFrame:
        """Return one row a player: payoffs, then a column for each length of punishment."""
        import pandas as pd

        frame = pd.DataFrame(
            {
                "cooperation": self.cooperation,
                "deviation": self.deviation,
                "punishment": self.punishment,
            },
            index=pd.Index(self.players, name="player"),
        )
        for length, row in zip(self.lengths, self.factors, strict=True):
            name = "for ever" if length == math.inf else f"{length:g} periods"
            frame["1 period" if length == 1 else name] = row
        return frame


@takes
def sustainable_cooperation(
    economy: Economy,
    players: Iterable[str] | None = None,
    *,
    agreement: str | TariffSchedule | Policy = "cooperative",
    lengths: Sequence[float] = _LENGTHS,
    without: str | None = None,
    scope: str = "uniform",
    instrument: str = "import_tariff",
    model: TradeModel | None = None,
    objectives: Objectives = None,
    purge: bool = True,
    bounds: Sequence[float] = (0.0, 10.0),
) -> SustainableCooperation:
    """Return the discount factors at which players keep an agreement under punishment.

    Parameters
    ----------
    economy
        The baseline.
    players
        Who agrees; None is every region.
    agreement
        ``"cooperative"``: the policies with the largest gain common to all over the Nash policies.
        ``"free_trade"``, or a schedule or policy.
    lengths
        Periods of punishment, each a whole number or infinite.
    without
        A player whose absence is computed too: the others agree and punish among themselves, and
        its own policy stays at the baseline.
    scope, instrument, model, objectives, bounds
        As in :func:`~negotiation.policy.noncooperative.nash_tariffs`.
    purge
        Whether trade imbalances are taken out first. With fixed transfers Nash policies of deficit
        countries are prohibitive: they lighten the transfer, and punish nobody credibly.

    Raises
    ------
    InvalidInputError
        If an argument does not fit.
    ConvergenceError
        If Nash, cooperative or best-reply policies are not found; carries ``.partial``.
    """
    began = perf_counter()
    chosen = chosen_players(economy, players, 2)
    world = purge_imbalances(economy, model) if purge else economy
    if without is not None and (without not in chosen or len(chosen) < 3):
        raise InvalidInputError(
            "not one of three or more players", where="without", seen=without, allowed=str(chosen)
        )
    war = nash_tariffs(
        *(world, chosen, scope, None, model, objectives),
        instrument=instrument,
        bounds=bounds,
        check_starts=1,
    )
    agreed = _agreed(world, war, agreement, scope, instrument, model, objectives, bounds)
    place = setting(
        world, chosen, scope, None, model, objectives, agreed, bounds, instrument=instrument
    )
    at = [world.region_index(name) for name in chosen]
    cooperation = payoffs_at(place, place.world_at(place.base))[at]
    deviation = np.empty(len(chosen))
    for k, name in enumerate(chosen):
        aim = objectives.get(name) if isinstance(objectives, Mapping) else objectives
        reply = optimal_tariffs(
            *(world, name, scope, None, model),
            aim,
            tariffs=agreed,
            instrument=instrument,
            bounds=bounds,
        )
        deviation[k] = max(float(reply.objective.value), float(cooperation[k]))
    punishment = war.payoffs[at]
    factors = [
        [
            critical_discount(*payoffs, length)
            for payoffs in zip(cooperation, deviation, punishment, strict=True)
        ]
        for length in lengths
    ]
    absent = None
    if without is not None:
        absent = sustainable_cooperation(
            world,
            [name for name in chosen if name != without],
            agreement=agreement,
            lengths=lengths,
            scope=scope,
            instrument=instrument,
            model=model,
            objectives=objectives,
            purge=False,
            bounds=bounds,
        )
    return SustainableCooperation(
        players=chosen,
        lengths=tuple(lengths),
        agreed=agreed,
        war=war,
        factors=read_only(np.array(factors)),
        cooperation=read_only(cooperation),
        deviation=read_only(deviation),
        punishment=read_only(punishment),
        without=absent,
        elapsed_seconds=perf_counter() - began,
    )


def _agreed(
    economy: Economy,
    war: PolicyResult,
    agreement: str | TariffSchedule | Policy,
    scope: str,
    instrument: str,
    model: TradeModel | None,
    objectives: Objectives,
    bounds: Sequence[float],
) -> Policy:
    """The policy of the agreement; what outsiders have in force stays."""
    if isinstance(agreement, Policy):
        return agreement
    if isinstance(agreement, TariffSchedule):
        return Policy(agreement)
    if agreement == "cooperative":
        return cooperative_tariffs(
            *(economy, "factual", war.players, scope, None, model, objectives),
            tariffs=war.policy,
            instrument=instrument,
            bounds=bounds,
        ).policy
    if agreement != "free_trade":
        raise InvalidInputError(
            "unknown choice",
            where="agreement",
            seen=repr(agreement),
            allowed="cooperative, free_trade, a schedule or a policy",
        )
    policy = Policy(economy.tariffs)
    for player in war.players:
        policy = policy.with_import_tariff(importer=player, rate=0.0)
    return policy
