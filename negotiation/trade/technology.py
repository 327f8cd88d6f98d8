"""Value added and inputs by sector: checked, and added up over groups."""

from __future__ import annotations

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.values import FloatArray, float_array

__all__ = ["aggregated_technology", "checked_technology"]

_ADDING_UP = 1e-6


def checked_technology(
    value_added: FloatArray | None,
    inputs: FloatArray | None,
    regions: tuple[str, ...],
    sectors: tuple[str, ...],
) -> tuple[FloatArray | None, FloatArray | None]:
    """Return read-only value added ``[region, sector]`` and inputs ``[region, input, using]``.

    Raises
    ------
    InvalidInputError
        If only one is given, a shape is wrong, or they do not add up to 1 in every sector.
    """
    if value_added is None and inputs is None:
        return None, None
    if value_added is None or inputs is None:
        raise InvalidInputError(
            "value added and inputs by sector must be given together",
            where="sector_value_added_share, input_shares",
        )
    count, kinds = len(regions), len(sectors)
    added = float_array(
        value_added, name="sector_value_added_share", shape=(count, kinds), low=0.0, high=1.0
    )
    used = float_array(inputs, name="input_shares", shape=(count, kinds, kinds), low=0.0, high=1.0)
    gap = np.abs(added + used.sum(axis=1) - 1.0)
    if gap.max() > _ADDING_UP:
        i, s = (int(a) for a in np.unravel_index(gap.argmax(), gap.shape))
        raise InvalidInputError(
            "value added and inputs must add to 1",
            where=f"input_shares, region {regions[i]}, sector {sectors[s]}",
            seen=float(added[i, s] + used[i, :, s].sum()),
        )
    return added, used


def aggregated_technology(
    inputs: FloatArray, output: FloatArray, regions: FloatArray, sectors: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return value added and input shares of groups, weighted by output.

    Parameters
    ----------
    inputs, output
        ``[region, input, using]`` and ``[sector, region]``.
    regions, sectors
        Membership, ``[new, old]``.
    """
    levels = np.einsum("iks,si->iks", inputs, output)
    used = np.einsum("ni,ak,bs,iks->nab", regions, sectors, sectors, levels, optimize=True)
    sold = (regions @ output.T @ sectors.T)[:, None, :]
    shares = np.divide(used, sold, out=np.zeros_like(used), where=sold > 0.0)
    return np.clip(1.0 - shares.sum(axis=1), 0.0, 1.0), shares
