"""Adding up regions and sectors of an economy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.values import FloatArray

__all__ = ["aggregate_economy"]


def _membership(
    labels: tuple[str, ...], groups: Mapping[str, Iterable[str]], name: str
) -> tuple[tuple[str, ...], FloatArray]:
    """New labels and the 0/1 matrix ``[new, old]``; a group stands where its first member was."""
    group_of: dict[str, str] = {}
    for group, members in groups.items():
        for member in [members] if isinstance(members, str) else members:
            if member not in labels:
                raise InvalidInputError(
                    f"unknown label in group {group!r}",
                    where=name,
                    seen=member,
                    allowed=", ".join(labels),
                )
            if member in group_of:
                raise InvalidInputError("a label stands in two groups", where=name, seen=member)
            group_of[member] = group
    new = tuple(dict.fromkeys(group_of.get(label, label) for label in labels))
    matrix = np.zeros((len(new), len(labels)))
    for old, label in enumerate(labels):
        matrix[new.index(group_of.get(label, label)), old] = 1.0
    return new, matrix


def _weighted_mean(values: FloatArray, weights: FloatArray, matrix: FloatArray) -> FloatArray:
    """Mean of ``values[old]`` in each group; the plain mean where the weights are all zero."""
    total = matrix @ weights
    plain = (matrix @ values) / matrix.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (matrix @ (weights * values)) / total
    return np.where(total > 0.0, mean, plain)


def aggregate_economy(
    economy: Economy,
    regions: Mapping[str, Iterable[str]],
    sectors: Mapping[str, Iterable[str]],
) -> Economy:
    """Return the economy with groups added up; see `Economy.aggregate`."""
    new_regions, R = _membership(economy.regions, regions, "regions")
    new_sectors, S = _membership(economy.sectors, sectors, "sectors")
    count = len(new_regions)

    def add_up(values: FloatArray) -> FloatArray:
        total: FloatArray = np.einsum("ts,jx,im,sxm->tji", S, R, R, values, optimize=True)
        return total

    def mean(values: FloatArray, weights: FloatArray) -> FloatArray:
        """Mean weighted by trade; where there is none, the plain mean over the group."""
        total, plain = add_up(weights), add_up(np.ones_like(weights))
        with np.errstate(invalid="ignore", divide="ignore"):
            weighted = add_up(weights * values) / total
        return np.where(total > 0.0, weighted, add_up(values) / np.maximum(plain, 1.0))

    flows = add_up(economy.flows)
    rates = mean(economy.tariffs.rates, economy.flows)
    rates[:, np.arange(count), np.arange(count)] = 0.0
    output = economy.flows.sum(axis=2)
    traded = output - np.einsum("sxx->sx", economy.flows)
    share, weights = economy.value_added_share, economy.political_weights
    return Economy(
        name=economy.name,
        regions=new_regions,
        sectors=new_sectors,
        flows=flows,
        tariffs=TariffSchedule(new_regions, new_sectors, rates),
        gdp=None if economy.gdp is None else R @ economy.gdp,
        value_added_share=None if share is None else _weighted_mean(share, output.sum(axis=0), R),
        elasticities={
            name: _weighted_mean(values, traded.sum(axis=1), S)
            for name, values in economy.elasticities.items()
        },
        political_weights=None
        if weights is None
        else (R @ (weights * output.T) @ S.T) / np.maximum(R @ output.T @ S.T, 1e-300),
        year=economy.year,
    )
