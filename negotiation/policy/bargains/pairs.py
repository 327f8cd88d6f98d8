"""Pairs that bargain: their rates and bargaining weights, checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.policy.problem.tariff_problem import Instruments, place_of
from negotiation.trade.economy import Economy
from negotiation.trade.instruments.policy import EXPORT_INSTRUMENTS
from negotiation.values import FloatArray, number

__all__ = ["bargaining_power", "checked_pairs", "pair_instruments"]


def pair_instruments(
    economy: Economy,
    pairs: Sequence[tuple[str, str]],
    scope: str,
    most_favored_nation: bool,
    kinds: Mapping[str, str],
) -> Instruments:
    """Each member's rates on the other, or on everybody where they are most-favoured-nation."""
    count = len(economy.regions)
    places: list[int] = []
    rate: list[int] = []
    team: list[int] = []
    for p, pair in enumerate(pairs):
        for player, partner in (pair, pair[::-1]):
            j, i = economy.region_index(player), economy.region_index(partner)
            kind = kinds[player]
            rivals = [set(other) - {player} for other in pairs if player in other]
            partners = [economy.region_index(next(iter(rest))) for rest in rivals]
            first: dict[int, int] = {}
            for s in range(len(economy.sectors)):
                traded = economy.flows[s] if scope != "uniform" else economy.flows.sum(axis=0)
                traded = traded[j] if kind in EXPORT_INSTRUMENTS else traded[:, j]
                principal = max(partners, key=lambda k: float(traded[k]))
                if most_favored_nation and principal != i:
                    continue
                others = [x for x in range(count) if x != j] if most_favored_nation else [i]
                flows = (
                    economy.flows[s, j] if kind in EXPORT_INSTRUMENTS else economy.flows[s, :, j]
                )
                taxed = [x for x in others if flows[x] > 0.0]
                if not taxed:
                    continue
                key = 0 if scope == "uniform" else s
                if key not in first:
                    first[key] = len(team)
                    team.append(p)
                places += [place_of(economy, kind, s, j, x) for x in taxed]
                rate += [first[key]] * len(taxed)
    missing = [pair for p, pair in enumerate(pairs) if p not in team]
    if missing:
        raise InvalidInputError(
            "this pair has no tariff to bargain over",
            where="pairs",
            seen=missing[0],
            hint="Its members do not trade, or others are principal suppliers of all goods.",
        )
    return Instruments(np.array(places), np.array(rate), np.array(team))


def checked_pairs(economy: Economy, pairs: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """Return the pairs, each of two different regions of the economy and none twice."""
    out: list[tuple[str, str]] = []
    if not isinstance(pairs, Sequence) or isinstance(pairs, str):  # type: ignore[redundant-expr]  # callers may be untyped
        raise InvalidInputError("not a list of pairs", where="pairs", seen=pairs)
    for pair in pairs:
        if not isinstance(pair, list | tuple) or len(pair) != 2 or pair[0] == pair[1]:
            raise InvalidInputError("not a pair of regions", where="pairs", seen=pair)
        for region in pair:
            economy.region_index(region)
        if {pair[0], pair[1]} in [set(other) for other in out]:
            raise InvalidInputError("a pair stands twice", where="pairs", seen=pair)
        out.append((pair[0], pair[1]))
    if not out:
        raise InvalidInputError("no pair", where="pairs", allowed="1 or more")
    return out


def bargaining_power(
    pairs: list[tuple[str, str]], weights: Mapping[str, float] | Sequence[float] | None
) -> FloatArray:
    """Bargaining weights ``[pair, 2]``, each pair's adding to 1."""
    if weights is None:
        return np.full((len(pairs), 2), 0.5)
    if isinstance(weights, Mapping):
        named = {
            name: number(weights[name], name=f"weights[{name}]", low=0.0, open_low=True)
            for name in weights
        }
        missing = [name for pair in pairs for name in pair if name not in named]
        if missing:
            raise InvalidInputError("no weight for a player", where="weights", seen=missing[0])
        power = np.array([[named[a], named[b]] for a, b in pairs])
    else:
        if len(weights) != 2:
            raise InvalidInputError(
                "give two weights, or one a player by name", where="weights", seen=weights
            )
        two = [
            number(w, name=f"weights[{k}]", low=0.0, open_low=True) for k, w in enumerate(weights)
        ]
        power = np.tile(two, (len(pairs), 1))
    return np.asarray(power / power.sum(axis=1, keepdims=True))
