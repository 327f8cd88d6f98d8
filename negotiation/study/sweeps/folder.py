"""Parts of a sweep on disk: one file a chunk of rows, a manifest, and one sweep a folder at a time.

A part is written under a temporary name and renamed when it is whole, so that a part that exists
can be trusted; the manifest is written last and lists the checksum of each part.
"""

from __future__ import annotations

import hashlib
import os
import sys
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from negotiation.errors import DataError, InvalidInputError, MissingDependencyError
from negotiation.study.store import write_json
from negotiation.values import FloatArray

__all__ = ["MANIFEST", "STORES", "Columns", "PartsFolder"]

Columns: TypeAlias = dict[str, FloatArray]

STORES = ("npz", "parquet")
#: Readers of partitioned Parquet pass over names that begin with an underscore or a dot.
MANIFEST, _LOCK = "_manifest.json", ".lock"


class PartsFolder:
    """The folder of one sweep.

    Parameters
    ----------
    path
        Made if it does not exist.
    store
        "npz" or "parquet".
    fingerprint
        Of the sweep; parts of another are refused.
    chunks
        Number of parts when all are there.
    """

    path: Path
    store: str
    fingerprint: str
    names: list[str]

    def __init__(self, path: Path, *, store: str, fingerprint: str, chunks: int) -> None:
        if store == "parquet" and find_spec("pyarrow") is None:
            raise MissingDependencyError("pyarrow", extra="cluster", purpose='store = "parquet"')
        self.path, self.store, self.fingerprint = path, store, fingerprint
        self.names = [f"part-{index:06d}.{store}" for index in range(chunks)]
        path.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the folder to this process; the system lets go of it if the process is killed.

        Raises
        ------
        InvalidInputError
            If another sweep writes here at this moment.
        """
        with (self.path / _LOCK).open("ab") as handle:
            if sys.platform != "win32":
                import fcntl

                try:
                    # Held by the process: workers that outlive it do not keep it.
                    fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError as error:
                    raise InvalidInputError(
                        "another sweep is writing to this folder at this moment",
                        where=str(self.path),
                        hint="Wait for it to end, or choose another folder.",
                    ) from error
            yield

    def clean(self) -> None:
        """Remove what a killed sweep had half written; refuse parts that are not of this sweep."""
        for pattern in (".part-*.half", f".{MANIFEST}.*.part"):
            for leftover in self.path.glob(pattern):
                leftover.unlink()
        found = {part.name for part in self.path.glob("part-*")}
        foreign = sorted(found.difference(self.names))
        if foreign:
            self._refuse(self.path / foreign[0])

    def _refuse(self, path: Path) -> None:
        raise DataError(
            "a part of another sweep, or of this one with other code or data, stands in the folder",
            where=str(path),
            hint="Choose an empty folder, or delete the old results.",
        )

    def has(self, index: int) -> bool:
        """Whether a part is there."""
        return (self.path / self.names[index]).exists()

    def write(self, index: int, columns: Mapping[str, FloatArray]) -> None:
        """Write a part as a whole; equal columns, equal bytes."""
        path = self.path / self.names[index]
        temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.half")
        if self.store == "parquet":
            import pyarrow as pa
            import pyarrow.parquet as pq

            table = pa.table({name: pa.array(values) for name, values in columns.items()})
            pq.write_table(
                table.replace_schema_metadata({"fingerprint": self.fingerprint}), temporary
            )
        else:
            with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
                archive.writestr(zipfile.ZipInfo("fingerprint.txt"), self.fingerprint)
                for name, values in columns.items():
                    with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as out:
                        np.lib.format.write_array(out, values, allow_pickle=False)
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(temporary, path)

    def read(self, index: int) -> Columns:
        """Read a part.

        Raises
        ------
        DataError
            If it is damaged or of another sweep.
        """
        path = self.path / self.names[index]
        try:
            if self.store == "parquet":
                import pyarrow.parquet as pq

                table = pq.read_table(path)
                seen = (table.schema.metadata or {}).get(b"fingerprint", b"").decode()
                columns = {name: table[name].to_numpy() for name in table.column_names}
            else:
                with zipfile.ZipFile(path) as archive:
                    seen = archive.read("fingerprint.txt").decode()
                with np.load(path, allow_pickle=False) as stored:
                    names = [name for name in stored.files if name != "fingerprint.txt"]
                    columns = {name: stored[name] for name in names}
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise DataError(
                f"a part cannot be read: {error}", where=str(path), hint="Delete it and run again."
            ) from error
        if seen != self.fingerprint:
            self._refuse(path)
        return columns

    def write_manifest(self, content: Mapping[str, Any]) -> None:
        """Write the manifest: what the sweep is, and the checksum of every part."""
        parts = {
            name: hashlib.sha256((self.path / name).read_bytes()).hexdigest() for name in self.names
        }
        write_json(
            self.path / MANIFEST, {**content, "fingerprint": self.fingerprint, "parts": parts}
        )
