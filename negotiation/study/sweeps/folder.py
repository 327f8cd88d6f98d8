"""Parts of a sweep on disk: one file a chunk of rows, a manifest, and one sweep a folder at a time.

A part is written under a temporary name and renamed when it is whole. It carries its place in the
sweep, its columns and their checksum, and is believed only where these and its parameters are those
of the sweep. The manifest is written last and lists the checksum of each file.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from negotiation.errors import DataError, InvalidInputError, MissingDependencyError
from negotiation.study.store.files import read_sealed, write_sealed
from negotiation.values import FloatArray

__all__ = ["MANIFEST", "STORES", "Columns", "PartsFolder"]

Columns: TypeAlias = dict[str, FloatArray]

STORES = ("npz", "parquet")
#: Readers of partitioned Parquet pass over names that begin with an underscore or a dot.
MANIFEST, _LOCK = "_manifest.json", ".lock"
#: Layout of a part; others are refused.
SCHEMA = 2
#: What a part says of itself: a file of the npz archive, a key of Parquet's metadata.
_ABOUT = "part.json"
_AGAIN = "Delete it and run again."


def _column(archive: zipfile.ZipFile, name: str, rows: int) -> FloatArray:
    """One column of a part; no more bytes are read than its rows take."""
    with archive.open(f"{name}.npy") as file:
        np.lib.format.read_magic(file)
        shape, _, kind = np.lib.format.read_array_header_1_0(file)
        if shape != (rows,) or kind != np.float64:
            raise ValueError(f"column {name} has not one number a row")
        return np.frombuffer(file.read(8 * rows), dtype=np.float64, count=rows)


def _checksum(columns: Mapping[str, FloatArray]) -> str:
    digest = hashlib.sha256()
    for name, values in columns.items():
        digest.update(name.encode() + b"\0" + np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


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
        if path.exists() and not path.is_dir():
            raise InvalidInputError("not a folder", where=str(path), hint="Choose another name.")
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

    def _about(self, index: int, columns: Mapping[str, FloatArray]) -> str:
        """What part ``index`` says of itself."""
        about = {
            "schema": SCHEMA,
            "fingerprint": self.fingerprint,
            "part": index,
            "parts": len(self.names),
            "columns": list(columns),
            "rows": len(next(iter(columns.values()))),
            "sha256": _checksum(columns),
        }
        return json.dumps(about, sort_keys=True)

    def has(self, index: int) -> bool:
        """Whether a part is there."""
        return (self.path / self.names[index]).exists()

    def write(self, index: int, columns: Mapping[str, FloatArray]) -> None:
        """Write a part as a whole; equal columns, equal bytes."""
        path = self.path / self.names[index]
        temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.half")
        about = self._about(index, columns)
        if self.store == "parquet":
            import pyarrow as pa
            import pyarrow.parquet as pq

            table = pa.table({name: pa.array(values) for name, values in columns.items()})
            pq.write_table(table.replace_schema_metadata({_ABOUT: about}), temporary)
        else:
            with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
                archive.writestr(zipfile.ZipInfo(_ABOUT), about)
                for name, values in columns.items():
                    with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as out:
                        np.lib.format.write_array(out, values, allow_pickle=False)
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(temporary, path)

    def read(self, index: int, parameters: Mapping[str, FloatArray]) -> Columns:
        """Read the outputs of a part.

        Parameters
        ----------
        index
            Its place in the sweep.
        parameters
            Its rows of the design, which must stand in the file.

        Raises
        ------
        DataError
            If it is damaged, of another place, or of another sweep.
        """
        path = self.path / self.names[index]
        try:
            content = path.read_bytes()
            if self.store == "parquet":
                import pyarrow.parquet as pq

                table = pq.read_table(io.BytesIO(content))
                about = (table.schema.metadata or {})[_ABOUT.encode()].decode()
                columns = {name: table[name].to_numpy() for name in table.column_names}
            else:
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    about = archive.read(_ABOUT).decode()
                    if json.loads(about)["fingerprint"] != self.fingerprint:
                        self._refuse(path)
                    rows = len(next(iter(parameters.values())))
                    names = json.loads(about)["columns"]
                    columns = {name: _column(archive, name, rows) for name in names}
            told = json.loads(about)
            ours = told["fingerprint"] == self.fingerprint
        except DataError:
            raise
        except Exception as error:
            # Bytes that are not those written may raise anything in their reader.
            raise DataError(
                f"a part cannot be read: {error}", where=str(path), hint=_AGAIN
            ) from error
        if not ours:
            self._refuse(path)
        whole = columns and told == json.loads(self._about(index, columns))
        if not whole or not all(
            name in columns and np.array_equal(columns[name], values)
            for name, values in parameters.items()
        ):
            raise DataError(
                "a part is damaged, or stands in the place of another", where=str(path), hint=_AGAIN
            )
        listed = self.listed.get(path.name)
        if listed is not None and hashlib.sha256(content).hexdigest() != listed:
            raise DataError("a part is not the one of the manifest", where=str(path), hint=_AGAIN)
        return {name: values for name, values in columns.items() if name not in parameters}

    @cached_property
    def listed(self) -> Mapping[str, str]:
        """Checksums of the files, where the sweep was finished and its manifest is whole."""
        try:
            manifest = read_sealed(self.path / MANIFEST, hint="")
        except DataError:
            return {}
        return dict(manifest["parts"]) if manifest["fingerprint"] == self.fingerprint else {}

    def write_manifest(self, content: Mapping[str, Any]) -> None:
        """Write the manifest: what the sweep is, and the checksum of every part."""
        parts = {
            name: hashlib.sha256((self.path / name).read_bytes()).hexdigest() for name in self.names
        }
        write_sealed(
            self.path / MANIFEST, {**content, "fingerprint": self.fingerprint, "parts": parts}
        )
