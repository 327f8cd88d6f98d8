"""Where other people's data for tests are, and how to skip where they are not."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def reference_path(*parts: str) -> Path:
    """Path of a reference file; skips the test where the folder is absent, fails in CI."""
    folder = os.environ.get("NEGOTIATION_REFERENCE")
    base = Path(folder) if folder else ROOT.parent / "shared" / "reference"
    path = base.joinpath(*parts)
    if path.exists():
        return path
    reason = f"reference data {'/'.join(parts)} not found (set NEGOTIATION_REFERENCE)"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def caliendo_parro2015_folder() -> Path:
    """Folder of the authors' files; skips the test where it is absent."""
    named = os.environ.get("NEGOTIATION_CALIENDO_PARRO2015")
    base = os.environ.get("NEGOTIATION_REFERENCE") or ROOT.parent / "shared" / "reference"
    folder = Path(named) if named else Path(base) / "caliendo_parro2015"
    if not (folder / "IO.txt").exists():
        pytest.skip("the authors' files are not at hand (set NEGOTIATION_CALIENDO_PARRO2015)")
    return folder
