"""Scenarios of tariffs that players put on one another, as added points over the baseline.

Actions are those of :mod:`~negotiation.trade.tariff_actions`: points, free trade, one of these for
each rival, or measures in other instruments, which only an equilibrium of the world can value.
Services carry no tariffs: sectors called ``SERV`` or ``services`` keep their baseline unless they
are named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.instruments.measures import Measure, apply_measures
from negotiation.trade.instruments.policy import Policy
from negotiation.trade.players import first_two
from negotiation.trade.tariff_actions import measures_by_scenario, tariffs_of_actions
from negotiation.values import FloatArray, compact_repr, float_array, instance, read_only, shown

__all__ = [
    "Exemptions",
    "TariffScenarios",
    "baseline_averages",
    "tariff_scenarios",
    "taxed_sectors",
]

Exemptions: TypeAlias = "Mapping[str, Iterable[str] | Mapping[str, ArrayLike]]"

_SERVICES = frozenset({"serv", "services"})


@dataclass(frozen=True, eq=False)
class TariffScenarios:
    """Tariffs by scenario in every pair of regions where some scenario departs from the baseline.

    Attributes
    ----------
    players
        Regions whose payoffs are wanted.
    pairs
        (exporter, importer) labels.
    rates
        Tariffs before exemptions, ``[pair, scenario, sector]``, fractions.
    exempt_share
        Share of each sector's baseline trade that keeps its baseline tariff, same axes.
    added
        Trade-weighted mean points added to each player's tariffs on the other players, in taxed
        sectors, before exemptions ``[scenario, player]``.
    average
        Trade-weighted mean tariff in force there, exemptions included ``[scenario, player]``.
    measures
        Measures beyond tariffs in force, one tuple a scenario of players with their measures;
        empty where no scenario has any.
    goods
        Sectors that measures are on where they name none.
    """

    players: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    rates: FloatArray
    exempt_share: FloatArray
    added: FloatArray
    average: FloatArray
    measures: tuple[tuple[tuple[str, tuple[Measure, ...]], ...], ...] = ()
    goods: tuple[str, ...] = ()

    __repr__ = compact_repr

    def __len__(self) -> int:
        """Return the number of scenarios."""
        return int(self.added.shape[0])

    def full_rates(self, economy: Economy) -> FloatArray:
        """Return tariffs ``[scenario, sector, exporter, importer]``, exemptions averaged in.

        A sector with an exempt share x carries ``x t0 + (1-x) t'``.
        """
        shape = (len(self), *economy.tariffs.rates.shape)
        out = np.broadcast_to(economy.tariffs.rates, shape).copy()
        for k, (exporter, importer) in enumerate(self.pairs):
            x, m = economy.region_index(exporter), economy.region_index(importer)
            share = self.exempt_share[k]
            out[:, :, x, m] = share * out[:, :, x, m] + (1.0 - share) * self.rates[k]
        return out

    def policies(self, economy: Economy) -> list[Policy]:
        """Return the policy of each scenario, measures included."""
        rates = self.full_rates(economy)
        out = []
        for k, table in enumerate(rates):
            policy = Policy(replace(economy.tariffs, rates=table))
            if self.measures:
                policy = apply_measures(policy, self.measures[k], self.goods)
            out.append(policy)
        return out


def taxed_sectors(economy: Economy, sectors: Iterable[str] | None = None) -> NDArray[np.bool_]:
    """Return which sectors carry the players' tariffs ``[sector]``.

    Parameters
    ----------
    economy
        Gives the sectors.
    sectors
        Their names; None leaves out services.
    """
    economy = instance(economy, Economy, name="economy")
    out = np.array([sector.casefold() not in _SERVICES for sector in economy.sectors])
    if sectors is not None:
        named = [sectors] if isinstance(sectors, str) else list(sectors)
        out = np.zeros(len(economy.sectors), dtype=bool)
        out[[economy.sector_index(sector) for sector in named]] = True
    if not out.any():
        raise InvalidInputError("no sector carries tariffs", where="sectors", seen=economy.sectors)
    return out


def _players(economy: Economy, players: Sequence[str]) -> tuple[str, ...]:
    economy = instance(economy, Economy, name="economy")
    names = tuple(players) if isinstance(players, Iterable) else ()  # type: ignore[redundant-expr]  # callers may be untyped
    if isinstance(players, str) or len(names) < 2 or len(set(names)) != len(names):
        raise InvalidInputError(
            "two or more different players", where="players", seen=players, allowed="region codes"
        )
    for name in names:
        economy.region_index(name)
    return names


def _listed_exemptions(exemptions: Any) -> dict[str, Mapping[str, ArrayLike]]:
    """Share that is exempt by region and sector, or say what is no name of a sector."""
    given = {} if exemptions is None else exemptions
    whole = isinstance(given, Mapping)
    out: dict[str, Mapping[str, ArrayLike]] = {}
    for region, listed in given.items() if whole else ():
        names = tuple(listed) if isinstance(listed, Iterable) else (listed,)
        names = (listed,) if isinstance(listed, str) else names
        whole = whole and all(isinstance(name, str) for name in names)
        if whole:
            out[region] = listed if isinstance(listed, Mapping) else dict.fromkeys(names, 1.0)
    if not whole:
        raise InvalidInputError(
            "not sectors by region",
            where="exemptions",
            seen=shown(exemptions),
            allowed="for each region its sectors, or the share exempt of each",
            hint="As {importer: [e.sector for e in exempt_sectors(importer, exporter)]}.",
        )
    return out


def _exempt_shares(
    economy: Economy,
    exemptions: Mapping[str, Mapping[str, ArrayLike]],
    importer: str,
    scenarios: int,
) -> FloatArray:
    out = np.zeros((scenarios, len(economy.sectors)))
    named = exemptions.get(importer, {})
    for sector, share in named.items():
        where = f"exemptions[{importer}][{sector}]"
        array = float_array(share, name=where, low=0.0, high=1.0)
        if array.ndim > 0:
            array = float_array(array, name=where, shape=(scenarios,))
        out[:, economy.sector_index(sector)] = array
    return out


def _refuse_impossible(economy: Economy, rates: FloatArray, importer: str, exporter: str) -> None:
    if np.any(rates <= -1.0):
        n, s = (int(i) for i in np.argwhere(rates <= -1.0)[0])
        raise InvalidInputError(
            "tariff at or below -100 %",
            where=f"importer {importer}, exporter {exporter}, sector {economy.sectors[s]}, "
            f"scenario {n}",
            seen=f"total rate {rates[n, s]:g}",
            allowed="> -1 (rates are fractions: 0.25 is 25 %)",
        )


def _mean_rates(
    economy: Economy,
    players: tuple[str, ...],
    taxed: NDArray[np.bool_],
    tariffs: Mapping[tuple[str, str], FloatArray],
    scenarios: int,
) -> FloatArray:
    """Trade-weighted mean of the players' tariffs on one another ``[scenario, player]``."""
    out = np.zeros((scenarios, len(players)))
    for k, importer in enumerate(players):
        m = economy.region_index(importer)
        total, weight = np.zeros(scenarios), 0.0
        for exporter in players:
            if exporter == importer:
                continue
            x = economy.region_index(exporter)
            flow = np.where(taxed, economy.flows[:, x, m], 0.0)
            rates = tariffs.get((exporter, importer), economy.tariffs.rates[None, :, x, m])
            total = total + rates @ flow
            weight += float(flow.sum())
        out[:, k] = total / weight if weight > 0.0 else 0.0
    return out


@takes
def tariff_scenarios(
    economy: Economy,
    rates: TariffSchedule | Sequence[TariffSchedule] | Mapping[str, Any] | ArrayLike,
    *,
    players: Sequence[str] | None = None,
    sectors: Iterable[str] | None = None,
    exemptions: Exemptions | None = None,
) -> TariffScenarios:
    """Return scenarios from added points or from whole schedules.

    Parameters
    ----------
    economy
        Its tariffs are the baseline.
    rates
        Points added to each player's baseline tariffs on all other players: an array
        ``[scenario, player]`` (one scenario may be given as ``[player]``), or a mapping from each
        player to its actions, one a scenario, where an action is a number, ``"free_trade"``, a
        mapping with one of these for each rival, a
        :class:`~negotiation.trade.instruments.measures.Measure` or several of them.
        Or whole tariff schedules, one a scenario.
    players
        Two or more regions; None: the first two of the economy.
    sectors
        Sectors to which added points apply; None: all but services.
    exemptions
        By importer: sectors that keep their baseline tariff, or a mapping from a sector to the
        share of it in [0, 1] that does (a number or an array ``[scenario]``).

    Raises
    ------
    InvalidInputError
        If a region or sector is unknown, the grid is empty, or a tariff is at or below -100 %.

    Examples
    --------
    >>> from negotiation.data import load_economy
    >>> wars = tariff_scenarios(load_economy(), {"USA": [0.0, 1.45], "CHN": [0.0, 1.25]})
    >>> wars.added.round(2).tolist()
    [[0.0, 0.0], [1.45, 1.25]]
    """
    names = _players(economy, first_two(economy) if players is None else players)
    taxed = taxed_sectors(economy, sectors)
    exempt = _listed_exemptions(exemptions)
    for importer in exempt:
        if importer not in names:
            raise InvalidInputError(
                "exemptions of a region that does not play",
                where="exemptions",
                seen=importer,
                allowed=", ".join(names),
            )
    schedules = _schedules(rates)
    if schedules:
        tariffs, count = _from_schedules(economy, schedules, names), len(schedules)
    else:
        tariffs = tariffs_of_actions(economy, rates, names, taxed)
        count = next(iter(tariffs.values())).shape[0]
    shares = {importer: _exempt_shares(economy, exempt, importer, count) for importer in names}
    none = np.zeros((count, len(economy.sectors)))
    measures = () if schedules else measures_by_scenario(rates, names, count)
    in_force = {}
    for (exporter, importer), rate in tariffs.items():
        _refuse_impossible(economy, rate, importer, exporter)
        base = economy.tariffs.rates[
            :, economy.region_index(exporter), economy.region_index(importer)
        ]
        share = shares.get(importer, none)
        in_force[exporter, importer] = share * base + (1.0 - share) * rate
    baseline = _mean_rates(economy, names, taxed, {}, count)
    shape = (0, count, len(economy.sectors))
    return TariffScenarios(
        players=names,
        pairs=tuple(tariffs),
        rates=read_only(np.array(list(tariffs.values())) if tariffs else np.zeros(shape)),
        exempt_share=read_only(
            np.array([shares.get(m, none) for _, m in tariffs]) if tariffs else np.zeros(shape)
        ),
        added=read_only(_mean_rates(economy, names, taxed, tariffs, count) - baseline),
        average=read_only(_mean_rates(economy, names, taxed, in_force, count)),
        measures=measures,
        goods=tuple(s for s, on in zip(economy.sectors, taxed, strict=True) if on),
    )


def _schedules(rates: Any) -> list[TariffSchedule]:
    """Return the schedules given, none if ``rates`` are added points."""
    if isinstance(rates, TariffSchedule):
        return [rates]
    if isinstance(rates, list | tuple) and any(isinstance(r, TariffSchedule) for r in rates):
        return list(rates)
    return []


def _from_schedules(
    economy: Economy, schedules: Sequence[TariffSchedule], players: tuple[str, ...]
) -> dict[tuple[str, str], FloatArray]:
    base = economy.tariffs.rates
    for n, schedule in enumerate(schedules):
        if (
            not isinstance(schedule, TariffSchedule)  # type: ignore[redundant-expr]  # callers may be untyped
            or schedule.regions != economy.regions
            or schedule.sectors != economy.sectors
        ):
            raise InvalidInputError(
                "not a tariff schedule with the economy's regions and sectors",
                where=f"schedules[{n}]",
                seen=type(schedule).__name__,
            )
    stack = np.array([schedule.rates for schedule in schedules])
    changed = np.any(stack != base, axis=(0, 1))
    out = {}
    for x, exporter in enumerate(economy.regions):
        for m, importer in enumerate(economy.regions):
            if changed[x, m] and (exporter in players or importer in players):
                out[exporter, importer] = stack[:, :, x, m]
    return out


@takes
def baseline_averages(
    economy: Economy, players: Sequence[str], sectors: Iterable[str] | None
) -> list[float]:
    """Return each player's trade-weighted mean baseline tariff on the others.

    Parameters
    ----------
    economy
        Baseline flows and tariffs.
    players
        Two or more regions.
    sectors
        Taxed sectors; None: all but services.

    Examples
    --------
    >>> from negotiation.data import load_economy
    >>> [round(mean, 3) for mean in baseline_averages(load_economy(), ["USA", "CHN"], None)]
    [0.208, 0.212]
    """
    nothing = {name: [0.0] for name in players}
    unchanged = tariff_scenarios(economy, nothing, players=players, sectors=sectors)
    return [float(rate) for rate in unchanged.average[0]]
