"""Frozen results on disk: arrays in one npz file, everything else in one JSON file.

Only dataclasses of this package are written or rebuilt; fields marked ``compare=False`` (elapsed
time) are left out, so that two runs write the same bytes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib
import json
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
from negotiation.values import read_only

__all__ = ["load_object", "save_object", "write_json", "write_text"]


def write_text(path: Path, text: str) -> None:
    """Write a file as a whole: to a temporary name in the same folder, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    temporary.write_text(text, encoding="utf-8", newline="\n")
    os.replace(temporary, path)


def write_json(path: Path, content: Any) -> None:
    """Write sorted, indented JSON as a whole; not-a-number is refused."""
    write_text(path, json.dumps(content, sort_keys=True, indent=1, allow_nan=False) + "\n")


def _encode(value: Any, arrays: dict[str, NDArray[Any]], where: str) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, np.generic):
        return _encode(value.item(), arrays, where)
    if isinstance(value, float):
        return value if np.isfinite(value) else {"!float": repr(value)}
    if isinstance(value, np.ndarray):
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
    if is_dataclass(value) and type(value).__module__.split(".")[0] == "negotiation":
        kind = f"{type(value).__module__}:{type(value).__qualname__}"
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
    module, _, name = str(content).partition(":")
    if module.split(".")[0] != "negotiation":
        raise DataError("a stored object of a foreign package", where=module)
    kind = getattr(importlib.import_module(module), name)
    return kind(**{key: _decode(item, arrays) for key, item in value["fields"].items()})


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
    stem.parent.mkdir(parents=True, exist_ok=True)
    temporary = stem.with_name(f".{stem.name}.{os.getpid()}.part.npz")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for key, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{key}.npy"), "w", force_zip64=True) as out:
                np.lib.format.write_array(out, np.ascontiguousarray(array), allow_pickle=False)
    os.replace(temporary, stem.with_name(f"{stem.name}.npz"))
    write_json(stem.with_name(f"{stem.name}.json"), content)
    digest = hashlib.sha256()
    for suffix in (".json", ".npz"):
        digest.update(stem.with_name(f"{stem.name}{suffix}").read_bytes())
    return digest.hexdigest()


def load_object(stem: Path) -> Any:
    """Rebuild what `save_object` wrote.

    Raises
    ------
    DataError
        If a file is missing or damaged.
    """
    try:
        content = json.loads(stem.with_name(f"{stem.name}.json").read_text(encoding="utf-8"))
        with np.load(stem.with_name(f"{stem.name}.npz"), allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in stored.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(
            f"stored result cannot be read: {error}", where=str(stem), hint="Run the study again."
        ) from error
    return _decode(content, arrays)
