"""Economies and schedules as tidy tables: one row a sector, exporter and importer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.presentation import in_order
from negotiation.values import FloatArray, one_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["economy_tables", "frame_of", "refuse_missing_home_sales", "schedule_tables"]

_LABELS = ("sector", "exporter", "importer")
_LARGEST = 100_000_000


def frame_of(
    regions: tuple[str, ...], sectors: tuple[str, ...], columns: Mapping[str, FloatArray]
) -> pd.DataFrame:
    """Return arrays ``[sector, exporter, importer]`` as columns beside their labels."""
    import pandas as pd

    axes = [in_order(names, names) for names in (sectors, regions, regions)]
    index = pd.MultiIndex.from_product(axes, names=list(_LABELS))
    values = {name: array.reshape(-1) for name, array in columns.items()}
    return pd.DataFrame(values, index=index).reset_index()


def _columns(frame: Any, wanted: Iterable[str]) -> pd.DataFrame:
    """Return the wanted columns of a DataFrame, which must have each of them once."""
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        raise InvalidInputError("not a pandas DataFrame", where="frame", seen=type(frame).__name__)
    names = list(frame.columns)
    for name in wanted:
        if names.count(name) != 1:
            raise InvalidInputError(
                "missing column" if name not in names else "repeated column",
                where=f"frame, column {name}",
                seen=", ".join(map(str, names[:12])),
            )
    if not len(frame):
        raise InvalidInputError("no rows", where="frame")
    return frame[list(wanted)]


def _labels(
    frame: pd.DataFrame, given: Mapping[str, Iterable[str] | None]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[np.ndarray[Any, Any], ...]]:
    """Return regions and sectors in order of appearance (or as given), and each row's place."""
    for name in _LABELS:
        wrong = (
            frame[name].astype(object).map(lambda label: not isinstance(label, str) or not label)
        )
        if wrong.any():
            row = int(np.argmax(wrong.to_numpy()))
            raise InvalidInputError(
                "not a label",
                where=f"frame, row {row}, column {name}",
                seen=repr(frame[name].iloc[row]),
                hint="Codes that are numbers must be text: frame.astype({'sector': str}).",
            )
    sellers, buyers = frame["exporter"].tolist(), frame["importer"].tolist()
    found = {
        "regions": tuple(dict.fromkeys([*sellers, *buyers])),
        "sectors": tuple(dict.fromkeys(frame["sector"].tolist())),
    }
    for axis, seen in list(found.items()):
        wanted = given.get(axis)
        if wanted is not None:
            labels = tuple(wanted)
            extra = [label for label in seen if label not in labels]
            if extra:
                raise InvalidInputError(
                    f"{axis} that are not listed", where="frame", seen=", ".join(extra[:8])
                )
            found[axis] = labels
    regions, sectors = found["regions"], found["sectors"]
    if len(sectors) * len(regions) ** 2 > _LARGEST:
        raise InvalidInputError(
            "too many labels", where="frame", seen=f"{len(regions)} regions, {len(sectors)} sectors"
        )
    region = {label: k for k, label in enumerate(regions)}
    sector = {label: k for k, label in enumerate(sectors)}
    places = (
        np.array([sector[s] for s in frame["sector"]]),
        np.array([region[x] for x in sellers]),
        np.array([region[m] for m in buyers]),
    )
    flat = np.ravel_multi_index(places, (len(sectors), len(regions), len(regions)))
    _, first, counts = np.unique(flat, return_index=True, return_counts=True)
    if counts.max() > 1:
        row = int(first[int(counts.argmax())])
        raise InvalidInputError(
            "sector, exporter and importer stand in two rows",
            where=f"frame, row {row}",
            seen=", ".join(str(frame[name].iloc[row]) for name in _LABELS),
        )
    return regions, sectors, places


def _table(
    frame: pd.DataFrame,
    column: str,
    places: tuple[np.ndarray[Any, Any], ...],
    shape: tuple[int, int, int],
    *,
    missing: float | None,
) -> FloatArray:
    """Return a column as ``[sector, exporter, importer]``.

    Parameters
    ----------
    missing
        Stands for rows that the frame does not have; None refuses them (inside a region: 0).
    """
    try:
        values = frame[column].to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            "not numbers", where=f"frame, column {column}", seen=str(frame[column].dtype)
        ) from error
    if not np.isfinite(values).all():
        row = int(np.argmin(np.isfinite(values)))
        labels = ", ".join(str(frame[name].iloc[row]) for name in _LABELS)
        raise InvalidInputError(
            "empty or not finite", where=f"frame, row {row} ({labels}), column {column}",
            seen=values[row],
        )  # fmt: skip
    table = np.full(shape, np.nan if missing is None else missing)
    table[places] = values
    if missing is None:
        index = np.arange(shape[1])
        home = table[:, index, index]
        table[:, index, index] = np.where(np.isnan(home), 0.0, home)
        if np.isnan(table).any():
            s, x, m = (int(k) for k in np.argwhere(np.isnan(table))[0])
            raise InvalidInputError(
                "no row for a sector, exporter and importer",
                where=f"frame, column {column}",
                seen=f"{np.isnan(table).sum()} missing, the first at place [{s}, {x}, {m}]",
                hint="missing=0.0 puts 0 there.",
            )
    return table


def refuse_missing_home_sales(flows: FloatArray, regions: tuple[str, ...], where: str) -> None:
    """Refuse trade in which a region buys from others and sells nothing at home.

    Its tariffs would fall on all that it buys, with nothing at home to turn to.
    """
    total = flows.sum(axis=0)
    bare = (np.diagonal(total) <= 0.0) & (total.sum(axis=0) > 0.0)
    if bare.any():
        names = [region for region, missing in zip(regions, bare, strict=True) if missing]
        raise InvalidInputError(
            "trade without sales at home",
            where=where,
            seen=f"{len(names)} of {len(regions)} regions, such as {', '.join(names[:5])}",
            hint="Trade data leave them out: negotiation.data.close_home_sales fills them in from "
            "GDP or output, and read_trade does so with gdp= or output=.",
        )


def schedule_tables(
    frame: pd.DataFrame,
    unit: str,
    missing: float | None,
    regions: Iterable[str] | None,
    sectors: Iterable[str] | None,
) -> tuple[tuple[str, ...], tuple[str, ...], FloatArray]:
    """Return regions, sectors and rates as fractions; see `TariffSchedule.from_frame`."""
    one_of(unit, ("fraction", "percent"), name="unit")
    chosen = _columns(frame, (*_LABELS, "rate"))
    axes = _labels(chosen, {"regions": regions, "sectors": sectors})
    shape = (len(axes[1]), len(axes[0]), len(axes[0]))
    rates = _table(chosen, "rate", axes[2], shape, missing=missing)
    index = np.arange(shape[1])
    listed = np.zeros(shape, dtype=bool)
    listed[axes[2]] = True
    home = rates[:, index, index]
    rates[:, index, index] = np.where(listed[:, index, index], home, 0.0)
    return axes[0], axes[1], rates * (0.01 if unit == "percent" else 1.0)


def economy_tables(
    frame: pd.DataFrame,
) -> tuple[tuple[str, ...], tuple[str, ...], FloatArray, FloatArray]:
    """Return regions, sectors, flows and tariffs; see `Economy.from_frame`."""
    tariffed = "tariff" in list(getattr(frame, "columns", ()))
    chosen = _columns(frame, (*_LABELS, "value", *(("tariff",) if tariffed else ())))
    regions, sectors, places = _labels(chosen, {})
    shape = (len(sectors), len(regions), len(regions))
    flows = _table(chosen, "value", places, shape, missing=0.0)
    rates = _table(chosen, "tariff", places, shape, missing=0.0) if tariffed else np.zeros(shape)
    refuse_missing_home_sales(flows, regions, "frame")
    return regions, sectors, flows, rates
