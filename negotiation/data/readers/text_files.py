"""Text files that users bring: plain, gzip or zip, their size bounded before memory is taken."""

from __future__ import annotations

import csv
import gzip
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import numpy as np

from negotiation.errors import DataError
from negotiation.values import FloatArray

__all__ = ["FileLimits", "cell_number", "csv_rows", "header_of", "row_numbers"]

_TEXT_ENDINGS = (".csv", ".txt", ".tsv")
#: What the standard library raises for archives whose bytes or directory are damaged.
_DAMAGE = (
    *(EOFError, zlib.error, zipfile.BadZipFile, struct.error),
    *(NotImplementedError, RuntimeError, OverflowError, ValueError),
)


@dataclass(frozen=True)
class FileLimits:
    """Largest file that a reader takes.

    Attributes
    ----------
    text_bytes
        Bytes of text, decompressed.
    line_bytes
        Bytes of one line.
    rows
        Rows of a long table.
    cells
        Numbers kept in memory at a time.
    """

    text_bytes: int = 2_000_000_000
    line_bytes: int = 8_000_000
    rows: int = 30_000_000
    cells: int = 40_000_000

    def check_cells(self, count: int, file: str, what: str) -> None:
        """Refuse a table of more than ``cells`` numbers, before it is made."""
        if count > self.cells:
            raise DataError(
                f"{what} are too many",
                where=file,
                seen=f"{count} numbers",
                allowed=f"{self.cells}",
                hint="Group regions and sectors while reading, or give limits=FileLimits(...).",
            )


def _member(archive: zipfile.ZipFile, wanted: str | None, file: str) -> zipfile.ZipInfo:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    names = [entry.filename for entry in entries]
    if any(name.startswith(("xl/", "word/")) for name in names):
        raise DataError("a workbook, not a text file", where=file, hint="Save the sheet as csv.")
    if wanted is not None:
        chosen = [entry for entry in entries if entry.filename == wanted]
    else:
        chosen = [
            entry
            for entry in entries
            if entry.filename.lower().endswith(_TEXT_ENDINGS)
            and not entry.filename.startswith("__MACOSX/")
        ]
    if len(chosen) != 1:
        raise DataError(
            "not one table in the archive",
            where=file,
            seen=", ".join(names[:8]) or "no file",
            allowed="one .csv or .txt file, or the one that member= names",
        )
    entry = chosen[0]
    if entry.flag_bits & 1:
        raise DataError("the archive is encrypted", where=f"{file}, {entry.filename}")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DataError("compression other than deflate", where=f"{file}, {entry.filename}")
    return entry


@contextmanager
def _opened(path: Path, member: str | None, limits: FileLimits) -> Iterator[IO[bytes]]:
    """Binary stream of the text, decompressed on the way; told by its first bytes."""
    with path.open("rb") as raw:
        magic = raw.read(4)
        raw.seek(0)
        if magic[:2] == b"\x1f\x8b":
            with gzip.open(raw) as stream:
                yield cast(IO[bytes], stream)
        elif magic == b"PK\x03\x04":
            with zipfile.ZipFile(raw) as archive:
                entry = _member(archive, member, path.name)
                if entry.file_size > limits.text_bytes:
                    raise _too_large(f"{path.name}, {entry.filename}", limits)
                with archive.open(entry) as stream:
                    yield stream
        else:
            if raw.seek(0, os.SEEK_END) > limits.text_bytes:
                raise _too_large(path.name, limits)
            raw.seek(0)
            yield raw


def _too_large(where: str, limits: FileLimits) -> DataError:
    return DataError(
        "too large",
        where=where,
        seen=f"more than {limits.text_bytes} bytes of text",
        allowed=f"{limits.text_bytes}",
        hint="limits=FileLimits(text_bytes=...) allows more.",
    )


def _lines(stream: IO[bytes], file: str, limits: FileLimits) -> Iterator[str]:
    total = 0
    while line := stream.readline(limits.line_bytes + 1):
        total += len(line)
        if len(line) > limits.line_bytes:
            raise DataError(
                "line too long", where=file, allowed=f"{limits.line_bytes} bytes",
                hint="Is it a text file?",
            )  # fmt: skip
        if total > limits.text_bytes:
            raise _too_large(file, limits)
        if b"\0" in line:
            raise DataError("not a csv file", where=file, seen="a zero byte: it is no text")
        yield line.decode("utf-8-sig" if total == len(line) else "utf-8")


def csv_rows(
    path: Path,
    *,
    delimiter: str = ",",
    member: str | None = None,
    limits: FileLimits,
) -> Iterator[tuple[int, list[str]]]:
    """Numbered rows that are not empty, cells stripped, one at a time.

    Raises
    ------
    DataError
        If the file cannot be read, is no text, or is larger than the limits.
    """
    file = path.name
    try:
        with _opened(path, member, limits) as stream:
            reader = csv.reader(_lines(stream, file, limits), delimiter=delimiter, strict=True)
            for row in reader:
                cells = [cell.strip() for cell in row]
                if any(cells):
                    yield reader.line_num, cells
    except DataError:
        raise
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError("not a csv file", where=file, seen=str(error)[:200]) from error
    except (*_DAMAGE, gzip.BadGzipFile) as error:
        raise DataError("a damaged archive", where=file, seen=str(error)[:200]) from error
    except OSError as error:
        seen = error.strerror or str(error)
        raise DataError("cannot be read", where=file, seen=seen) from error


def header_of(rows: Iterator[tuple[int, list[str]]], file: str) -> tuple[int, list[str]]:
    """First row of a file; refuses repeated names and a file without rows."""
    line, header = next(rows, (0, []))
    if not header:
        raise DataError("no rows", where=file, seen="an empty file")
    seen: dict[str, int] = {}
    for place, name in enumerate(header, start=1):
        if name and name in seen:
            raise DataError(
                "repeated column",
                where=f"{file}, row {line}, column {place}",
                seen=name,
                allowed=f"once (first in column {seen[name]})",
            )
        seen.setdefault(name, place)
    return line, header


def cell_number(text: str, place: str, *, blank: float | None = None) -> float:
    """Number of one cell; ``blank`` stands for an empty one, None refuses it."""
    if not text:
        if blank is None:
            raise DataError(
                "empty cell", where=place, allowed="a number", hint='blank="zero" reads 0.'
            )
        return blank
    try:
        if "_" in text:
            raise ValueError(text)
        value = float(text)
    except ValueError as error:
        raise DataError("not a number", where=place, seen=repr(text[:40])) from error
    if not np.isfinite(value):
        raise DataError("not finite", where=place, seen=text[:40])
    return value


def row_numbers(
    cells: list[str], names: list[str], place: str, *, blank: float | None = None
) -> FloatArray:
    """Numbers of a row; the slow way only where a cell needs naming."""
    try:
        values = np.array(cells, dtype=np.float64)
        if np.isfinite(values).all() and not any("_" in cell for cell in cells):
            return values
    except ValueError:
        pass
    return np.array(
        [
            cell_number(cell, f"{place}, column {name}", blank=blank)
            for name, cell in zip(names, cells, strict=True)
        ]
    )
