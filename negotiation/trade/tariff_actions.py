"""Actions of players in tariff games: points added to a baseline, free trade, or measures.

An action is a number, the points added to the player's baseline tariffs on the other players'
goods (1.45 adds 145 points), or ``"free_trade"``, which removes the baseline; a mapping with one of
these for each rival; or a :class:`~negotiation.trade.instruments.measures.Measure` in any
instrument, or several of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiation.errors import InvalidInputError
from negotiation.trade.aggregation import positions
from negotiation.trade.economy import Economy
from negotiation.trade.instruments.measures import Measure, action_measures
from negotiation.values import FloatArray, float_array, number, points_of

__all__ = [
    "FREE_TRADE",
    "action_grids",
    "action_label",
    "actions_of",
    "measures_by_scenario",
    "measures_label",
    "tariffs_of_actions",
]

FREE_TRADE = "free_trade"


def action_label(added: float, total: float, *, free: bool = False, digits: int = 4) -> str:
    """Return how tables print a tariff: points added, in so many digits, and the total.

    Examples
    --------
    >>> action_label(1.45, 1.658)
    '+145 (165.8 %)'
    >>> action_label(-0.208, 0.0, free=True)
    'free trade (0 %)'
    """
    if free:
        return "free trade (0 %)"
    points = points_of(added)
    in_all = f"{100.0 * total:.1f}"
    in_all = in_all if float(in_all) else "0.0"
    return f"{points:+.{digits}g} ({in_all} %)" if points else f"0 ({in_all} %)"


def measures_label(measures: Sequence[Measure]) -> str:
    """Return how tables print measures in other instruments.

    Examples
    --------
    >>> measures_label([Measure("export_ban"), Measure("import_tariff", 0.1)])
    'export ban, import tariff +10 %'
    """
    return ", ".join(measure.label for measure in measures)


def actions_of(value: Any, where: str) -> list[Any]:
    """Return the actions that an argument stands for: one, or several.

    Parameters
    ----------
    value
        A number, ``"free_trade"``, a measure, or a list of these; a package of measures is a tuple
        or list within the list.
    where
        How errors name it.

    Raises
    ------
    InvalidInputError
        If there is none.
    """
    single = isinstance(value, str | Measure) or (
        not isinstance(value, list | tuple) and np.ndim(value) == 0
    )
    items = [value] if single else list(value)
    if not items:
        raise InvalidInputError("empty grid", where=where, allowed="1 rate or more")
    return items


def _grid(value: Any, where: str, rivals: Sequence[str]) -> list[Any]:
    """Actions of a player: distinct numbers, free trade, tuples of measures or rates by rival."""
    if isinstance(value, Mapping):
        _refuse_other_rivals(value, where, rivals)
        grids = [_grid(value[rival], f"{where}[{rival}]", ()) for rival in rivals]
        return [dict(zip(rivals, rates, strict=True)) for rates in product(*grids)]
    items = actions_of(value, where)
    out: list[Any] = [
        item
        if isinstance(item, str) and item == FREE_TRADE
        else action_measures(item, f"{where}[{k}]")
        or number(item, name=f"{where}[{k}]", low=-1.0, open_low=True)
        for k, item in enumerate(items)
    ]
    for k, item in enumerate(out):
        if item in out[:k]:
            seen = measures_label(item) if isinstance(item, tuple) else item
            raise InvalidInputError("an action is given twice", where=f"{where}[{k}]", seen=seen)
    return out


def action_grids(
    rates: Mapping[str, Any], players: Sequence[str] | None = None
) -> dict[str, list[Any]]:
    """Return the grid of actions of each player, in the order of play.

    Parameters
    ----------
    rates
        By player, numbers, ``"free_trade"`` or measures, or a mapping from each rival to such a
        grid: one rate a pair, every combination an action.
    players
        Their order; None: that of ``rates``.

    Raises
    ------
    InvalidInputError
        If a grid is missing, empty, repeats an action or holds what is no tariff.
    """
    if not isinstance(rates, Mapping):
        raise InvalidInputError(
            "not a grid a player", where="rates", seen=type(rates).__name__, allowed="a mapping"
        )
    names = tuple(players) if players is not None else tuple(rates)
    if set(names) != set(rates):
        raise InvalidInputError(
            "one grid for each player", where="rates", seen=", ".join(rates), allowed=str(names)
        )
    return {
        name: _grid(rates[name], f"rates[{name}]", [other for other in names if other != name])
        for name in names
    }


def _refuse_other_rivals(rates: Mapping[str, Any], where: str, rivals: Sequence[str]) -> None:
    """Refuse rates by rival that leave one out, or name somebody else."""
    if set(rates) != set(rivals):
        raise InvalidInputError(
            "one rate, or grid of rates, for each rival",
            where=where,
            seen=", ".join(map(str, rates)),
            allowed=", ".join(rivals) or "a number",
        )


def _added_points(
    value: Any, player: str, rival: str, rivals: Sequence[str]
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return a player's points on a rival ``[action]``, and where its action is free trade.

    Measures add no points here.
    """
    name = f"rates[{player}]"
    items = actions_of(value, name)
    for k, item in enumerate(items):
        if isinstance(item, Mapping):
            _refuse_other_rivals(item, f"{name}[{k}]", rivals)
            items[k] = item[rival]
    free = np.array([isinstance(item, str) and item == FREE_TRADE for item in items])
    added = [
        0.0 if gone or action_measures(item, f"{name}[{k}]") else number(item, name=f"{name}[{k}]")
        for k, (item, gone) in enumerate(zip(items, free, strict=True))
    ]
    return np.array(added), free


def measures_by_scenario(
    rates: Any, players: tuple[str, ...], count: int
) -> tuple[tuple[tuple[str, tuple[Measure, ...]], ...], ...]:
    """Return measures beyond tariffs by scenario and player; nothing where there is none."""
    if not isinstance(rates, Mapping):
        return ()
    by_player = {}
    for name in players:
        actions = actions_of(rates[name], f"rates[{name}]")
        by_player[name] = [
            tuple(m for m in action_measures(a, name) if m.instrument != "import_tariff")
            for a in actions
        ]
    if not any(any(column) for column in by_player.values()):
        return ()
    return tuple(tuple((name, by_player[name][k]) for name in players) for k in range(count))


def _tariff_points(
    economy: Economy,
    rates: Any,
    player: str,
    partner: str,
    players: tuple[str, ...],
    taxed: NDArray[np.bool_],
) -> FloatArray | float:
    """Return points that measures add to a player's tariffs on a partner ``[scenario, sector]``.

    A measure without partners is on the other players, one without sectors on ``taxed``.
    """
    if not isinstance(rates, Mapping):
        return 0.0
    actions = actions_of(rates[player], f"rates[{player}]")
    points = np.zeros((len(actions), len(economy.sectors)))
    for k, action in enumerate(actions):
        for measure in action_measures(action, player):
            if measure.instrument != "import_tariff":
                continue
            if partner not in (players if measure.partners is None else measure.partners):
                continue
            if measure.sectors is None:
                points[k, taxed] += measure.size
            else:
                points[k, positions(economy.sectors, measure.sectors, "sectors")] += measure.size
    return points


def _partners_beyond(
    economy: Economy, rates: Any, player: str, players: tuple[str, ...]
) -> tuple[str, ...]:
    """Return partners beyond the players that a player's measures put tariffs on."""
    if not isinstance(rates, Mapping):
        return ()
    named = {
        partner: None
        for action in actions_of(rates[player], f"rates[{player}]")
        for measure in action_measures(action, player)
        if measure.instrument == "import_tariff"
        for partner in measure.partners or ()
    }
    for partner in named:
        economy.region_index(partner)
    if player in named:
        raise InvalidInputError(
            "a region cannot tax or hinder its own sales", where=f"rates[{player}]", seen=player
        )
    return tuple(partner for partner in named if partner not in players)


def tariffs_of_actions(
    economy: Economy, rates: Any, players: tuple[str, ...], taxed: NDArray[np.bool_]
) -> dict[tuple[str, str], FloatArray]:
    """Return tariffs ``[scenario, sector]`` by exporter and importer, from actions of players.

    Parameters
    ----------
    economy
        Its tariffs are the baseline.
    rates
        Added points ``[scenario, player]``, or by player its actions, one a scenario.
    players
        In the order of the columns.
    taxed
        Sectors to which added points apply ``[sector]``.
    """
    rivals = {name: [other for other in players if other != name] for name in players}
    if isinstance(rates, Mapping):
        unknown = [name for name in rates if name not in players]
        missing = [name for name in players if name not in rates]
        if unknown or missing:
            raise InvalidInputError(
                "actions for every player and nobody else",
                where="rates",
                seen=f"missing {missing}, unknown {unknown}",
                allowed=", ".join(players),
            )
        columns = {
            name: {rival: _added_points(rates[name], name, rival, others) for rival in others}
            for name, others in rivals.items()
        }
    else:
        array = float_array(rates, name="rates")
        array = array[None, :] if array.ndim == 1 else array
        array = float_array(array, name="rates", shape=(None, len(players)))
        nowhere = np.zeros(array.shape[0], dtype=bool)
        columns = {
            name: dict.fromkeys(rivals[name], (array[:, k], nowhere))
            for k, name in enumerate(players)
        }
    lengths = {name: len(next(iter(on.values()))[0]) for name, on in columns.items()}
    if len(set(lengths.values())) > 1:
        raise InvalidInputError(
            "one action a player in each scenario", where="rates", seen=str(lengths)
        )
    out = {}
    for importer, on in columns.items():
        m, count = economy.region_index(importer), lengths[importer]
        nothing = np.zeros(count), np.zeros(count, dtype=bool)
        for exporter in (*on, *_partners_beyond(economy, rates, importer, players)):
            added, free = on.get(exporter, nothing)
            base = economy.tariffs.rates[:, economy.region_index(exporter), m]
            points = np.where(taxed, added[:, None], 0.0)
            points = points + _tariff_points(economy, rates, importer, exporter, players, taxed)
            out[exporter, importer] = np.where(free[:, None], 0.0, base + points)
    return out
