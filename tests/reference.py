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
