"""A tariff problem put together from a user's arguments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.policy.objectives.objective import Objective
from negotiation.policy.problem.government import Government, governments
from negotiation.policy.problem.tariff_problem import TariffProblem, instruments
from negotiation.trade.calibration import calibrate
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.instruments.policy import INSTRUMENTS, Policy, checked_rates, policy_of
from negotiation.trade.model import TradeModel
from negotiation.trade.solver.solve import Solution, solve_batch, system_of
from negotiation.trade.solver.system import System
from negotiation.values import FloatArray, instance, number, one_of

__all__ = [
    "InstrumentChoice",
    "Objectives",
    "Setting",
    "chosen_instruments",
    "chosen_players",
    "protective_rates",
    "setting",
    "starting_rates",
]

InstrumentChoice: TypeAlias = str | Mapping[str, str]
Objectives: TypeAlias = Mapping[str, Objective] | Objective | None

EQUILIBRIUM_TOLERANCE = 1e-9
EQUILIBRIUM_STEPS = 100
_HIGH = 3.0
_MODEST = 0.1


@dataclass(frozen=True, eq=False)
class Setting:
    """What every tariff problem starts from."""

    economy: Economy
    model: TradeModel
    system: System
    base: FloatArray
    players: tuple[str, ...]
    governments: tuple[Government, ...]
    problem: TariffProblem
    kinds: Mapping[str, str]

    def world_at(self, tables: FloatArray) -> Solution:
        """Equilibrium at a table of tariffs ``[S, N, N]`` or of all instruments."""
        return solve_batch(
            self.system, tables[None], tol=EQUILIBRIUM_TOLERANCE, max_iter=EQUILIBRIUM_STEPS
        )


def setting(
    economy: Economy,
    players: tuple[str, ...],
    scope: str,
    exporters: Iterable[str] | None,
    model: TradeModel | None,
    objectives: Objectives,
    tariffs: TariffSchedule | Policy | None,
    bounds: Sequence[float],
    sectors: Iterable[str] | None = None,
    instrument: InstrumentChoice = "import_tariff",
) -> Setting:
    """Return the problem of the players, with every argument checked."""
    economy = instance(economy, Economy, name="economy")
    model = instance(TradeModel() if model is None else model, TradeModel, name="model")
    if not players or len(set(players)) < len(players):
        raise InvalidInputError("players must be distinct", where="players", seen=players)
    for player in players:
        if player not in economy.regions:
            raise InvalidInputError(
                "unknown region",
                where="players",
                seen=player,
                allowed=", ".join(economy.regions),
            )
    if np.ndim(bounds) != 1 or len(bounds) != 2:
        raise InvalidInputError("not a pair", where="bounds", seen=bounds, allowed="(low, high)")
    low = number(bounds[0], name="bounds[0]", low=-1.0, open_low=True)
    high = number(bounds[1], name="bounds[1]", low=low, open_low=True)
    kinds = chosen_instruments(players, instrument)
    base = _base_rates(economy, tariffs, kinds)
    system = system_of(calibrate(economy, model))
    if not (objectives is None or isinstance(objectives, Mapping | Objective)):
        raise InvalidInputError(
            "not an objective, or one a player by name",
            where="objectives",
            seen=type(objectives).__name__,
            allowed="Objective(...) or {player: Objective(...)}",
        )
    if isinstance(objectives, Mapping):
        unknown = [name for name in objectives if name not in economy.regions]
        if unknown:
            raise InvalidInputError(
                "unknown region", where="objectives", seen=unknown[0], allowed=", ".join(players)
            )
    own = governments(system, economy, players, objectives)
    problem = TariffProblem(
        system=system,
        governments=own,
        instruments=instruments(economy, players, scope, exporters, sectors, kinds),
        base=base,
        low=low,
        high=high,
        tol=EQUILIBRIUM_TOLERANCE,
        max_iter=EQUILIBRIUM_STEPS,
        weights=np.eye(len(players)),
    )
    return Setting(economy, model, system, base, players, own, problem, kinds)


def chosen_players(economy: Economy, players: Iterable[str] | None, fewest: int) -> tuple[str, ...]:
    """Return who plays: every region for None; at least so many are asked for."""
    economy = instance(economy, Economy, name="economy")
    if players is None:
        return economy.regions
    listed = isinstance(players, Iterable) and not isinstance(players, str)  # type: ignore[redundant-expr]  # callers may be untyped
    names = tuple(players) if listed else ()
    if len(names) < fewest:
        raise InvalidInputError("give two or more players", where="players", seen=players)
    return names


def chosen_instruments(players: tuple[str, ...], instrument: InstrumentChoice) -> Mapping[str, str]:
    """Return the instrument of each player, from one name for all or a mapping."""
    if isinstance(instrument, Mapping):
        if set(instrument) != set(players):
            raise InvalidInputError(
                "one instrument for each player",
                where="instrument",
                seen=", ".join(instrument),
                allowed=", ".join(players),
            )
        kinds = dict(instrument)
    else:
        kinds = dict.fromkeys(players, instrument)
    for kind in kinds.values():
        if kind in ("quota", "purchase"):
            raise InvalidInputError(
                "a quantity, and no rate, would be chosen",
                where="instrument",
                seen=kind,
                allowed=", ".join(INSTRUMENTS),
                hint="The best quota whose rents stay at home is what the best tariff leaves of "
                "trade; best_response_curves(..., instruments=...) has sides choose quantities.",
            )
        one_of(kind, INSTRUMENTS, name="instrument")
    return kinds


def _base_rates(
    economy: Economy, tariffs: TariffSchedule | Policy | None, kinds: Mapping[str, str]
) -> FloatArray:
    """Tariffs ``[S, N, N]`` where nothing else is in force or chosen, else all instruments."""
    given = economy.tariffs if tariffs is None else tariffs
    alone = not isinstance(given, Policy) or given.tariffs_alone
    if alone and set(kinds.values()) == {"import_tariff"}:
        return checked_rates(economy, given.tariffs if isinstance(given, Policy) else given)
    policy = policy_of(economy, given, None, None)
    if policy.quotas or policy.purchases:
        raise InvalidInputError(
            "quotas and purchases have no fixed rate",
            where="tariffs",
            hint="Give the policy of a counterfactual's result, which holds the taxes they imply.",
        )
    return policy.tables()


def starting_rates(problem: TariffProblem, count: int) -> list[FloatArray]:
    """Starts of a search.

    In turn: rates in force, high rates on politically weighty sectors (where weights differ), all
    rates high, the rule ``1/(theta phi)``, free trade, all rates at 50 %.
    """
    cal, owned = problem.system.calibration, problem.instruments
    rule = 1.0 / (cal.theta[:, None, None] * np.broadcast_to(cal.phi, cal.shares.shape))
    rule = np.broadcast_to(rule, problem.base.shape)
    starts = [owned.mean(problem.base), *protective_rates(problem), owned.mean(rule)]
    starts += [np.zeros(owned.count), np.full(owned.count, 0.5)]
    return [np.clip(start, problem.low, problem.high) for start in starts[: max(count, 1)]]


def protective_rates(problem: TariffProblem) -> list[FloatArray]:
    """High rates on the sectors that a government favours, then on everything.

    Objectives with political weights have peaks where favoured sectors are shut off.
    """
    owned = problem.instruments
    table = np.full(problem.base.shape, _HIGH)
    favours = False
    for government in problem.governments:
        weights = government.income_weights
        if weights is not None:
            favoured = np.where(weights > weights.mean(), _HIGH, _MODEST)
            table[..., government.region] = favoured[:, None]
            favours = True
    return [owned.mean(table)] * favours + [np.full(owned.count, _HIGH)]
