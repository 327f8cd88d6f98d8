"""A folder laid out as the embedded one, whose files a test may spoil."""

import hashlib
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import negotiation.data

EMBEDDED = Path(negotiation.data.__file__).resolve().parent


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    """A copy of the embedded tables, sources and parameters."""
    shutil.copytree(EMBEDDED / "tables", tmp_path / "tables")
    for name in ("sources.toml", "parameters.toml"):
        shutil.copy(EMBEDDED / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def spoil(data_folder: Path) -> Callable[..., Path]:
    """Change a table by a function of its lines and renew its checksum; returns the folder."""

    def change(table: str, edit: Callable[[list[str]], list[str]]) -> Path:
        path = data_folder / "tables" / f"{table}.csv"
        lines = edit(path.read_text(encoding="utf-8").splitlines())
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        sources = data_folder / "sources.toml"
        text = sources.read_text(encoding="utf-8")
        pattern = rf'(\[tables\.{table}\][^\[]*sha256 = ")[0-9a-f]+'
        sources.write_text(re.sub(pattern, rf"\g<1>{digest}", text), encoding="utf-8")
        return data_folder

    return change


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a text as a file; returns its path."""

    def put(text: str, name: str = "table.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return put
