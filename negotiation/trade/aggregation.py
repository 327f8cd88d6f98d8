"""Adding up regions and sectors of an economy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiation.errors import InvalidInputError
from negotiation.trade.technology import aggregated_technology
from negotiation.values import FloatArray, decoding, instance

__all__ = ["aggregate_tables", "flow_cells", "positions", "unique_labels"]


def _membership(
    labels: tuple[str, ...], groups: Mapping[str, Iterable[str]], name: str
) -> tuple[tuple[str, ...], FloatArray]:
    """New labels and the 0/1 matrix ``[new, old]``; a group stands where its first member was."""
    group_of: dict[str, str] = {}
    instance(groups, Mapping, name=name)
    for group, members in groups.items():
        with decoding(f"{name}, group {group!r}"):
            held = [members] if isinstance(members, str) else list(members)
        for member in held:
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


def aggregate_tables(
    tables: Mapping[str, Any],
    regions: Mapping[str, Iterable[str]],
    sectors: Mapping[str, Iterable[str]],
) -> dict[str, Any]:
    """Return labels and tables of an economy with groups added up; see `Economy.aggregate`.

    Parameters
    ----------
    tables
        ``regions``, ``sectors``, ``flows``, ``rates``, ``gdp``, ``value_added_share``,
        ``elasticities``, ``political_weights``, ``sector_value_added_share`` and
        ``input_shares``, shaped as in `Economy`.
    regions, sectors
        New label to the labels it holds.

    Returns
    -------
    dict
        The same keys.
    """
    new_regions, R = _membership(tables["regions"], regions, "regions")
    new_sectors, S = _membership(tables["sectors"], sectors, "sectors")
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

    flows = tables["flows"]
    rates = mean(tables["rates"], flows)
    rates[:, np.arange(count), np.arange(count)] = 0.0
    output = flows.sum(axis=2)
    traded = (output - np.einsum("sxx->sx", flows)).sum(axis=1)
    gdp, share, weights = (
        tables[name] for name in ("gdp", "value_added_share", "political_weights")
    )
    added, inputs = tables["sector_value_added_share"], tables["input_shares"]
    if inputs is not None:
        added, inputs = aggregated_technology(inputs, output, R, S)
    return {
        "sector_value_added_share": added,
        "input_shares": inputs,
        "regions": new_regions,
        "sectors": new_sectors,
        "flows": add_up(flows),
        "rates": rates,
        "gdp": None if gdp is None else R @ gdp,
        "value_added_share": None
        if share is None
        else _weighted_mean(share, output.sum(axis=0), R),
        "elasticities": {
            name: _weighted_mean(values, traded, S)
            for name, values in tables["elasticities"].items()
        },
        "political_weights": None
        if weights is None
        else (R @ (weights * output.T) @ S.T) / np.maximum(R @ output.T @ S.T, 1e-300),
    }


def _listed(labels: Iterable[str], name: str) -> Iterable[str]:
    if not isinstance(labels, Iterable):
        raise InvalidInputError("not a list of labels", where=name, seen=repr(labels)[:80])
    return labels


def positions(labels: tuple[str, ...], wanted: str | Iterable[str] | None, name: str) -> list[int]:
    """Return the positions of ``wanted`` in ``labels``; all of them for None."""
    if wanted is None:
        return list(range(len(labels)))
    names = [wanted] if isinstance(wanted, str) else list(_listed(wanted, name))
    unknown = [item for item in names if item not in labels]
    if unknown:
        raise InvalidInputError(
            f"unknown {name}",
            where=name,
            seen=", ".join(map(str, unknown)),
            allowed=", ".join(labels),
        )
    return [labels.index(item) for item in names]


def unique_labels(labels: str | Iterable[str], name: str) -> tuple[str, ...]:
    """Return labels as text, refusing repeated ones and none at all; text alone is one label."""
    out = (labels,) if isinstance(labels, str) else tuple(map(str, _listed(labels, name)))
    repeated = sorted({item for item in out if out.count(item) > 1})
    if not out or repeated:
        raise InvalidInputError(
            "labels must be distinct and at least one", where=name, seen=repeated or "none"
        )
    return out


def flow_cells(
    regions: tuple[str, ...],
    sectors: tuple[str, ...],
    *,
    of_sectors: str | Iterable[str] | None,
    exporter: str | Iterable[str] | None,
    importer: str | Iterable[str] | None,
) -> tuple[NDArray[np.intp], ...]:
    """Return where flows between regions stand in a table ``[sector, exporter, importer]``.

    None means every label of an axis; a region's sales to itself alone are refused.
    """
    cells = np.ix_(
        positions(sectors, of_sectors, "sectors"),
        positions(regions, exporter, "exporter"),
        positions(regions, importer, "importer"),
    )
    sellers, buyers = cells[1].reshape(-1), cells[2].reshape(-1)
    if len(sellers) == len(buyers) == 1 and sellers[0] == buyers[0]:
        raise InvalidInputError(
            "a region cannot tax or hinder its own sales",
            where="importer and exporter",
            seen=regions[buyers[0]],
        )
    return cells
