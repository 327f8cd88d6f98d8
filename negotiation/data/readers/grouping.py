"""Groups of labels and concordances, applied while a table is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from negotiation.data.readers.text_files import FileLimits, csv_rows, header_of, user_path
from negotiation.errors import DataError, InvalidInputError
from negotiation.values import one_of

__all__ = ["Concordance", "Grouping", "concordance_of", "read_concordance"]

_LARGEST = 1_000_000


class Grouping:
    """New label of every label: those named in groups, or the labels that are kept."""

    def __init__(self, wanted: Any, name: str) -> None:
        self.name = name
        self.group_of: dict[str, str] = {}
        self.kept: list[str] | None = None
        self.rest = "ROW" if name == "regions" else "REST"
        self.seen: set[str] = set()
        if wanted is None:
            return
        if isinstance(wanted, Mapping):
            for group, members in wanted.items():
                for member in self._labels(members):
                    if member in self.group_of:
                        raise InvalidInputError(
                            "a label stands in two groups", where=name, seen=member
                        )
                    self.group_of[member] = str(group)
        else:
            self.kept = self._labels(wanted)

    def _labels(self, members: Any) -> list[str]:
        if isinstance(members, str):
            return [members]
        if not isinstance(members, Iterable):
            raise InvalidInputError(
                "not a list of labels", where=self.name, seen=repr(members)[:80]
            )
        labels = list(members)
        wrong = [label for label in labels if not isinstance(label, str)]
        if wrong:
            raise InvalidInputError("not a label", where=self.name, seen=repr(wrong[0])[:80])
        return labels

    def __call__(self, label: str) -> str:
        """New label of a label of the file."""
        self.seen.add(label)
        if self.kept is not None:
            return label if label in self.kept else self.rest
        return self.group_of.get(label, label)

    def check(self) -> None:
        """Refuse labels that the file does not have, once it has been read."""
        labels = sorted(self.seen)
        for label in self.kept or ():
            one_of(label, labels, name=self.name)
        for label, group in self.group_of.items():
            if label not in self.seen:
                raise InvalidInputError(
                    f"unknown label in group {group!r}",
                    where=self.name,
                    seen=label,
                    allowed=", ".join(labels[:40]),
                )


class Concordance:
    """Sector of every product code; a shorter code stands for all that begin with it."""

    sector_of: dict[str, str]
    lengths: list[int]

    def __init__(self, sector_of: Mapping[str, str], *, where: str = "concordance") -> None:
        if (
            not isinstance(sector_of, Mapping)  # type: ignore[redundant-expr]  # callers may be untyped
            or not sector_of
            or not all(
                isinstance(code, str) and isinstance(sector, str) and code and sector  # type: ignore[redundant-expr]  # callers may be untyped
                for code, sector in sector_of.items()
            )
        ):
            raise InvalidInputError(
                "not a mapping from codes to sectors",
                where=where,
                allowed="{'8542': 'electronics', ...}",
            )
        self.sector_of = dict(sector_of)
        self.where = where
        self.lengths = sorted({len(code) for code in sector_of}, reverse=True)
        self.found: dict[str, str] = {}

    @property
    def sectors(self) -> tuple[str, ...]:
        """Sectors in order of appearance."""
        return tuple(dict.fromkeys(self.sector_of.values()))

    def __call__(self, code: str, place: str) -> str:
        """Sector of a code: the longest entry that it begins with, else that of ``"*"``."""
        if code not in self.found:
            keys = [code[:length] for length in self.lengths if length <= len(code)]
            key = next((k for k in keys if k in self.sector_of), "*")
            if key not in self.sector_of:
                raise DataError(
                    "code without a sector in the concordance",
                    where=place,
                    seen=code,
                    hint='Add the code, or the key "*" for all others.',
                )
            if len(self.found) >= _LARGEST:
                raise DataError("too many codes", where=place, allowed=f"{_LARGEST}")
            self.found[code] = self.sector_of[key]
        return self.found[code]


def read_concordance(path: str | Path, *, limits: FileLimits | None = None) -> Concordance:
    """Return a concordance from a csv file of two columns: code, sector.

    Parameters
    ----------
    path
        Plain, ``.gz`` or ``.zip``. A code stands for all codes that begin with it, the longest
        entry first; ``*`` stands for every other.
    limits
        Largest file that is taken.

    Raises
    ------
    DataError
        If a row has not two cells, or a code stands in two rows; names the row.
    """
    file = user_path(path)
    rows = csv_rows(file, limits=limits or FileLimits(text_bytes=100_000_000))
    header_of(rows, file.name)
    sector_of: dict[str, str] = {}
    for line, row in rows:
        if len(row) != 2 or not all(row):
            raise DataError(
                "wrong number of cells",
                where=f"{file.name}, row {line}",
                seen=len(row),
                allowed="2: code, sector",
            )
        if row[0] in sector_of or len(sector_of) >= _LARGEST:
            raise DataError("duplicate code", where=f"{file.name}, row {line}", seen=row[0])
        sector_of[row[0]] = row[1]
    if not sector_of:
        raise DataError("no rows", where=file.name)
    return Concordance(sector_of, where=file.name)


def concordance_of(given: Any, limits: FileLimits) -> Concordance | None:
    """Return a concordance from a mapping, the path of a csv file, or one made before."""
    if given is None or isinstance(given, Concordance):
        return given
    if isinstance(given, Mapping):
        return Concordance(given)
    return read_concordance(given, limits=limits)
