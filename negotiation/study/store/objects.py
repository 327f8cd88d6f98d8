"""Frozen results on disk: arrays in one npz file, everything else in one JSON file.

The JSON file names the result, lists the arrays with their shapes, and carries the checksums of
both files. Only dataclasses of this package are written or rebuilt; fields marked
``compare=False`` (elapsed time) are left out, so that two runs write the same bytes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import zipfile
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negotiation.errors import DataError, InvalidInputError
from negotiation.study.store.files import read_sealed, write_sealed
from negotiation.study.store.result_types import result_type, result_types
from negotiation.values import read_only

__all__ = ["digest_of", "load_object", "save_object"]

#: Layout of the files; others are refused.
SCHEMA = 2
#: Most bytes that the arrays of one result may take.
LARGEST_ARRAYS = 1_000_000_000
_AGAIN = "Run the study again."


def _encode(value: Any, arrays: dict[str, NDArray[Any]], where: str) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, np.generic):
        return _encode(value.item(), arrays, where)
    if isinstance(value, float):
        return value if np.isfinite(value) else {"!float": repr(value)}
    if isinstance(value, np.ndarray) and not (
        value.dtype.hasobject or isinstance(value, np.ma.MaskedArray)
    ):
        key = f"a{len(arrays)}"
        arrays[key] = value
        return {"!array": key}
    if isinstance(value, Fraction):
        return {"!fraction": str(value)}
    if isinstance(value, dt.date):
        return {"!date": value.isoformat()}
    if isinstance(value, tuple | list):
        items = [_encode(item, arrays, f"{where}[{k}]") for k, item in enumerate(value)]
        return {"!tuple": items} if isinstance(value, tuple) else items
    if isinstance(value, Mapping):
        pairs = [
            [_encode(k, arrays, where), _encode(v, arrays, f"{where}[{k!r}]")]
            for k, v in value.items()
        ]
        return {"!map": pairs}
    kind = f"{type(value).__module__}:{type(value).__qualname__}"
    if is_dataclass(value) and kind in result_types():
        content = {
            item.name: _encode(getattr(value, item.name), arrays, f"{where}.{item.name}")
            for item in fields(value)
            if item.init and item.compare
        }
        return {"!object": kind, "fields": content}
    raise InvalidInputError(
        "cannot be written",
        where=where,
        seen=f"{type(value).__module__}.{type(value).__qualname__}",
        allowed="numbers, words, arrays, tuples, mappings and result types of negotiation",
    )


def _decode(value: Any, arrays: Mapping[str, NDArray[Any]]) -> Any:
    if isinstance(value, list):
        return [_decode(item, arrays) for item in value]
    if not isinstance(value, dict):
        return value
    tag = next((key for key in value if key.startswith("!")), "")
    content = value.get(tag)
    if tag == "!float":
        return float(str(content))
    if tag == "!array":
        return read_only(arrays[str(content)])
    if tag == "!fraction":
        return Fraction(str(content))
    if tag == "!date":
        return dt.date.fromisoformat(str(content))
    if tag == "!tuple":
        return tuple(_decode(item, arrays) for item in value[tag])
    if tag == "!map":
        return MappingProxyType({_decode(k, arrays): _decode(v, arrays) for k, v in value[tag]})
    kind = result_type(str(content))
    if kind is None:
        raise DataError(
            "a stored object of a type that results do not hold",
            where=str(content),
            allowed="public dataclasses of negotiation",
        )
    named = {item.name for item in fields(kind) if item.init and item.compare}
    given = {key: _decode(item, arrays) for key, item in value["fields"].items()}
    if not given.keys() <= named:
        raise DataError(
            "a stored object with other fields than its type",
            where=str(content),
            seen=", ".join(sorted(given.keys() - named)),
        )
    return kind(**given)


def _files(stem: Path) -> tuple[Path, Path]:
    """Return the JSON file and the npz file of a stored result."""
    return stem.with_name(f"{stem.name}.json"), stem.with_name(f"{stem.name}.npz")


def digest_of(stem: Path) -> str:
    """Return the sha256 of both files of a stored result."""
    digest = hashlib.sha256()
    for path in _files(stem):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def save_object(stem: Path, value: Any) -> str:
    """Write ``stem.json`` and ``stem.npz`` and return their sha256; equal values, equal bytes.

    Parameters
    ----------
    stem
        Path without suffix.
    value
        A frozen result, or tuples and mappings of them.
    """
    arrays: dict[str, NDArray[Any]] = {}
    content = _encode(value, arrays, stem.name)
    _, target = _files(stem)
    stem.parent.mkdir(parents=True, exist_ok=True)
    temporary = stem.with_name(f".{stem.name}.{os.getpid()}.part.npz")
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            for key, array in arrays.items():
                with archive.open(zipfile.ZipInfo(f"{key}.npy"), "w", force_zip64=True) as out:
                    np.lib.format.write_array(out, np.ascontiguousarray(array), allow_pickle=False)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    index = {
        "schema": SCHEMA,
        "name": stem.name,
        "arrays": {key: [array.dtype.str, list(array.shape)] for key, array in arrays.items()},
        "arrays_sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
        "content": content,
    }
    write_sealed(_files(stem)[0], index)
    return digest_of(stem)


def _arrays(path: Path, listed: Mapping[str, Any]) -> dict[str, NDArray[Any]]:
    """Arrays of a file whose checksum holds; their size is known before memory is taken."""
    with zipfile.ZipFile(path) as archive:
        size = sum(item.file_size for item in archive.infolist())
    if size > LARGEST_ARRAYS:
        raise DataError(
            "arrays of a stored result are too large",
            where=path.name,
            seen=f"{size} bytes",
            allowed=f"up to {LARGEST_ARRAYS} bytes",
        )
    with np.load(path, allow_pickle=False) as stored:
        arrays = {key: stored[key] for key in stored.files}
    found = {key: [array.dtype.str, list(array.shape)] for key, array in arrays.items()}
    if found != listed:
        raise DataError("other arrays than its index lists", where=path.name)
    return arrays


def load_object(stem: Path) -> Any:
    """Rebuild what `save_object` wrote.

    Raises
    ------
    DataError
        If a file is missing, damaged, or that of another result.
    """
    try:
        index = read_sealed(_files(stem)[0], hint=_AGAIN)
        if index["schema"] != SCHEMA or index["name"] != stem.name:
            raise DataError(
                "a stored result of another name or layout",
                where=str(stem),
                seen=f"{index['name']}, layout {index['schema']}",
                allowed=f"{stem.name}, layout {SCHEMA}",
            )
        path = _files(stem)[1]
        if hashlib.sha256(path.read_bytes()).hexdigest() != index["arrays_sha256"]:
            raise DataError("damaged: its checksum does not hold", where=path.name)
        return _decode(index["content"], _arrays(path, index["arrays"]))
    except Exception as error:
        # A file made by hand, with checksums that hold, may raise anything.
        raise DataError(
            f"stored result cannot be read: {error}", where=str(stem), hint=_AGAIN
        ) from error
