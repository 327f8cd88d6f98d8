"""Files written as a whole, and JSON that carries the checksum of its content."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from negotiation.errors import DataError

__all__ = ["read_sealed", "seal", "write_json", "write_sealed", "write_text"]

#: Key of the checksum in sealed JSON.
SEAL = "sha256"
#: Largest JSON file that is read, in bytes.
LARGEST_JSON = 256_000_000


def write_text(path: Path, text: str) -> None:
    """Write a file as a whole: to a temporary name in the same folder, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: Path, content: Any) -> None:
    """Write sorted, indented JSON as a whole; not-a-number is refused."""
    write_text(path, _json_text(content))


def _json_text(content: Any) -> str:
    return json.dumps(content, sort_keys=True, indent=1, allow_nan=False) + "\n"


def seal(content: Mapping[str, Any]) -> str:
    """Return the sha256 of what a mapping says, its own checksum left out.

    Examples
    --------
    >>> seal({"a": 1, "b": 2}) == seal({"b": 2, "a": 1, "sha256": "anything"})
    True
    """
    bare = {key: value for key, value in content.items() if key != SEAL}
    text = json.dumps(bare, sort_keys=True, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def write_sealed(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON with the checksum of its content under the key ``sha256``."""
    write_json(path, {**content, SEAL: seal(content)})


def read_sealed(path: Path, *, hint: str) -> dict[str, Any]:
    """Return what `write_sealed` wrote.

    Parameters
    ----------
    path
        The file.
    hint
        What to try where it cannot be believed.

    Raises
    ------
    DataError
        If the file is missing, too large, no JSON, or not byte for byte as it was written.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST_JSON:
            raise DataError(
                "stored JSON is too large",
                where=str(path),
                seen=f"{size} bytes",
                allowed=f"up to {LARGEST_JSON} bytes",
                hint=hint,
            )
        text = path.read_bytes().decode()
        content = json.loads(text)
        whole = isinstance(content, dict) and content.get(SEAL) == seal(content)
        whole = whole and text == _json_text(content)
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"cannot be read: {error}", where=str(path), hint=hint) from error
    if not whole:
        raise DataError("damaged: its checksum does not hold", where=str(path), hint=hint)
    return dict(content)
