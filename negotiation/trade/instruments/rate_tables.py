"""Tables of rates by flow, checked."""

from __future__ import annotations

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.values import FloatArray, read_only, shown

__all__ = ["checked_table"]


def checked_table(
    value: FloatArray | None, name: str, shape: tuple[int, ...], scenarios: bool = False
) -> FloatArray:
    """Return a read-only table of rates, or factors of trade costs; None is no change.

    Parameters
    ----------
    value
        ``[sector, exporter, importer]``, with ``scenarios`` also with one more axis before.
    name
        ``"export_taxes"``, ``"export_controls"`` or ``"trade_costs"``.
    shape
        Of one scenario.
    scenarios
        Whether a leading axis is allowed.

    Raises
    ------
    InvalidInputError
        If the shape is another or a number is out of bounds.
    """
    costs = name == "trade_costs"
    if value is None:
        return read_only(np.full(shape, 1.0 if costs else 0.0))
    try:
        table = np.array(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidInputError("not an array of numbers", where=name, seen=shown(value)) from error
    if table.shape[-3:] != shape or table.ndim > 3 + scenarios:
        raise InvalidInputError("wrong shape", where=name, seen=table.shape, allowed=str(shape))
    good = table > (0.0 if costs else -1.0)
    if name == "export_controls":
        good = table >= 0.0
    elif name == "export_taxes":
        good &= np.isfinite(table)
    if not good.all():
        bounds = {"trade_costs": "> 0", "export_taxes": "finite and > -1"}.get(name, ">= 0")
        place = tuple(int(k) for k in np.argwhere(~good)[0])
        raise InvalidInputError(
            "number out of range", where=f"{name}{list(place)}", seen=table[place], allowed=bounds
        )
    home = np.diagonal(table, axis1=-2, axis2=-1)
    if np.any(home != (1.0 if costs else 0.0)):
        raise InvalidInputError("a region cannot hinder its own sales here", where=name)
    return read_only(table)
