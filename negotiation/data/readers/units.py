"""Units of money in files, and signs that a unit is off by a thousand."""

from __future__ import annotations

import math

from negotiation.errors import DataError
from negotiation.values import FloatArray, number, one_of

__all__ = ["TO_BILLION", "check_scale", "to_billion"]

TO_BILLION = {"USD": 1e-9, "thousand USD": 1e-6, "million USD": 1e-3, "billion USD": 1.0}
#: Several times the world's gross output of 2022, about 2e5 billion USD.
_MORE_THAN_THE_WORLD = 2e6


def to_billion(unit: object) -> float:
    """Factor from a unit to billion USD."""
    return TO_BILLION[one_of(str(unit), TO_BILLION, name="unit")]


def check_scale(
    flows: FloatArray, file: str, *, stated_total: float | None, total_tolerance: float
) -> None:
    """Refuse flows that miss their stated total, or are more than the world produces.

    Parameters
    ----------
    flows
        In billion USD.
    stated_total
        What all flows add up to, in billion USD, from another source.
    total_tolerance
        Largest relative gap to it.
    """
    total = float(flows.sum())
    if stated_total is not None:
        wanted = number(stated_total, name="stated_total", low=0.0, open_low=True)
        if abs(total - wanted) > number(total_tolerance, name="total_tolerance", low=0.0) * wanted:
            power = math.log10(total / wanted) / 3.0 if total > 0.0 else 0.0
            off = round(power)
            raise DataError(
                "flows do not add up to the stated total",
                where=file,
                seen=f"{total:.6g} billion USD",
                allowed=f"{wanted:.6g} within {total_tolerance:g}",
                hint=f"The unit is off by 10^{3 * off}: see unit=."
                if off and abs(power - off) < 0.2
                else "",
            )
    elif total > _MORE_THAN_THE_WORLD:
        raise DataError(
            "flows are more than the world produces",
            where=file,
            seen=f"{total:.3g} billion USD in all",
            allowed=f"{_MORE_THAN_THE_WORLD:g}",
            hint="Is the unit off by a thousand? See unit=, and stated_total= for their known sum.",
        )
