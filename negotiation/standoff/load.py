"""Loading a standoff from its file, embedded or a user's."""

from __future__ import annotations

from pathlib import Path

from negotiation.arguments import takes
from negotiation.data.standoffs.read import read_standoff
from negotiation.standoff.standoff import Standoff

__all__ = ["load_standoff"]


@takes
def load_standoff(name_or_path: str | Path) -> Standoff:
    """Return a standoff, every mistake of its file told at once.

    Parameters
    ----------
    name_or_path
        One of `standoff_names`, or the path of a file in the same form; paths in the file are
        taken from its folder. ``negotiation standoff new`` writes a file to begin with.

    Raises
    ------
    InvalidInputError
        If there is no such name or file.
    DataError
        If the file is not toml or has mistakes: lists key, what is seen and what is allowed.

    Examples
    --------
    >>> load_standoff("us-eu-2025").sides
    ('USA', 'EU27')
    """
    return Standoff(**vars(read_standoff(name_or_path)))
