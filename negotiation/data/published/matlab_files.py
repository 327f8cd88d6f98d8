"""MATLAB files: which variables they hold, and how large these are, before memory is taken.

Layout of files of MATLAB 5 to 7: 128 bytes of header, then elements of a tag (type, bytes) and
their content, some of them compressed (MathWorks, "MAT-File Format"). Files of MATLAB 7.3 are HDF5.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from negotiation.errors import DataError

__all__ = ["read_mat"]

_HEADER = 128
_COMPRESSED, _MATRIX = 15, 14
_NUMERIC = range(6, 16)
_LARGEST = 256_000_000
_MATLAB_73 = b"\x89HDF\r\n\x1a\n"


def _refuse(file: str, seen: str) -> DataError:
    return DataError(
        "not a .mat file that can be read",
        where=file,
        seen=seen,
        allowed="a MATLAB 5 to 7.3 file",
    )


def _inflated(data: bytes, limit: int) -> bytes:
    """Decompress no more than ``limit`` bytes; longer content is cut off and so refused later."""
    return zlib.decompressobj().decompress(data, limit)


def _element_size(data: bytes, order: str) -> int:
    """Bytes of a compressed element once it is decompressed, from its own tag."""
    start = _inflated(data, 64)
    if len(start) < 8:
        raise struct.error("an element without a tag")
    kind, size = struct.unpack(f"{order}II", start[:8])
    if kind != _MATRIX:
        raise struct.error("an element that is no array")
    return 8 + int(size)


def _matrices(path: Path) -> Iterator[bytes]:
    """First kilobyte of every array of the file; refuses what unpacks to too much."""
    content = path.read_bytes()
    mark = content[126:128]
    if mark not in (b"IM", b"MI"):
        raise struct.error("no header of MATLAB 5")
    order = "<" if mark == b"IM" else ">"
    place, total = _HEADER, 0
    while place + 8 <= len(content):
        kind, size = struct.unpack(f"{order}II", content[place : place + 8])
        data = content[place + 8 : place + 8 + size]
        if len(data) < size or kind not in (_COMPRESSED, _MATRIX):
            raise struct.error("an element that is cut off or unknown")
        total += _element_size(data, order) if kind == _COMPRESSED else size
        if total > _LARGEST:
            raise DataError(
                "too large once unpacked",
                where=path.name,
                seen=f"{total} bytes or more",
                allowed=f"{_LARGEST}",
            )
        if kind == _COMPRESSED:
            stated = _element_size(data, order)
            if len(_inflated(data, stated + 1)) != stated:
                raise struct.error("an element that unpacks to another size than it states")
            yield _inflated(data, 1024)[8:]
        else:
            yield data[:1024]
        place += 8 + size


def _part(data: bytes, place: int, order: str) -> tuple[bytes, int]:
    """Content of the element at ``place``, and where the next one begins."""
    (first,) = struct.unpack(f"{order}I", data[place : place + 4])
    if first >> 16:
        return data[place + 4 : place + 4 + (first >> 16)], place + 8
    (size,) = struct.unpack(f"{order}I", data[place + 4 : place + 8])
    return data[place + 8 : place + 8 + size], place + 8 + size + (-size) % 8


def _check_array(data: bytes, order: str, wanted: tuple[str, ...]) -> str:
    """Name of an array; refuses a wanted one that is too large or not of plain numbers."""
    flags, place = _part(data, 0, order)
    dimensions, place = _part(data, place, order)
    name = _part(data, place, order)[0].decode("latin-1")
    if name in wanted:
        shape = struct.unpack(f"{order}{len(dimensions) // 4}i", dimensions)
        cells = 1
        for side in shape:
            cells *= max(side, 0)
        if cells * 8 > _LARGEST:
            raise DataError("too many numbers", where=name, seen=f"shape {shape}")
        if flags[0 if order == "<" else 3] not in _NUMERIC:
            raise DataError("not an array of real numbers", where=name)
    return name


def _refuse_missing(wanted: tuple[str, ...], held: list[str], file: str) -> None:
    for name in wanted:
        if name not in held:
            raise DataError(
                "missing variable",
                where=f"{file}, {name}",
                seen=", ".join(sorted(filter(None, held))[:20]) or "none",
            )


def _read_hdf5(path: Path, names: Iterable[str]) -> dict[str, Any]:
    try:
        import h5py
    except ImportError as error:
        raise DataError(
            "a file of MATLAB 7.3, which is HDF5, and the package h5py is not installed",
            where=path.name,
            hint="Save it in MATLAB with save('DATA.mat', '-v7'), or pip install h5py.",
        ) from error
    out: dict[str, Any] = {}
    with h5py.File(path, "r") as file:
        for name in names:
            held = file.get(name)
            if not isinstance(held, h5py.Dataset):
                _refuse_missing((name,), list(file), path.name)
                raise DataError("not an array of real numbers", where=f"{path.name}, {name}")
            if held.size * 8 > _LARGEST:
                raise DataError("too many numbers", where=f"{path.name}, {name}", seen=held.shape)
            out[name] = np.asarray(held).T
    return out


def read_mat(path: Path, names: Iterable[str]) -> dict[str, Any]:
    """Return arrays of a .mat file by name.

    Raises
    ------
    DataError
        If the file is damaged, lacks a variable, holds anything but numbers in it, unpacks
        to more than 256 MB, or is of MATLAB 7.3 where h5py is not installed.
    """
    from scipy.io import loadmat

    wanted = tuple(names)
    if not path.is_file():
        seen = "a folder" if path.is_dir() else "no such file"
        raise DataError("cannot be read", where=path.name, seen=seen, allowed="a .mat file")
    try:
        if path.stat().st_size > _LARGEST:
            raise DataError("too large", where=path.name, allowed=f"{_LARGEST} bytes")
        with path.open("rb") as file:
            start = file.read(520)
        if _MATLAB_73 in (start[:8], start[512:520]):
            return _read_hdf5(path, wanted)
        order = ">" if start[126:128] == b"MI" else "<"
        held = [_check_array(data, order, wanted) for data in _matrices(path)]
        _refuse_missing(wanted, held, path.name)
        content = loadmat(path, variable_names=wanted)
    except DataError:
        raise
    except Exception as error:  # neither scipy nor h5py has a base for what damage raises
        raise _refuse(path.name, f"{type(error).__name__}: {error}"[:200]) from error
    return {name: content[name] for name in wanted}
