"""All that one study wrote: its summary, and the stored results that the summary lists."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from negotiation.errors import DataError
from negotiation.study.store.files import read_sealed, write_sealed
from negotiation.study.store.objects import digest_of, load_object

__all__ = ["SUMMARY", "drop_damaged", "load_result", "read_summary", "write_summary"]

#: Written last: where it stands, the rest is whole.
SUMMARY = "summary.json"
_AGAIN = "Run the study again."


def write_summary(folder: Path, content: Mapping[str, Any]) -> None:
    """Write the summary of a study, with the checksum of its content."""
    write_sealed(folder / SUMMARY, content)


def read_summary(folder: Path) -> dict[str, Any]:
    """Return the summary of a study.

    Parameters
    ----------
    folder
        Folder of its results, which has the name of the study.

    Raises
    ------
    DataError
        If it is missing, damaged, or that of another study.
    """
    summary = read_sealed(folder / SUMMARY, hint=_AGAIN)
    if summary.get("study") != folder.name:
        raise DataError(
            "the summary of another study",
            where=str(folder / SUMMARY),
            seen=summary.get("study"),
            allowed=folder.name,
            hint=_AGAIN,
        )
    return summary


def _check(stem: Path, listed: Mapping[str, str]) -> None:
    """Refuse a stored result that is not the one its summary lists."""
    try:
        found = digest_of(stem)
    except OSError as error:
        raise DataError(f"cannot be read: {error}", where=str(stem), hint=_AGAIN) from error
    if found != listed.get(stem.name):
        raise DataError(
            "not the result that the summary of its study lists", where=str(stem), hint=_AGAIN
        )


def load_result(stem: Path) -> Any:
    """Return a stored result of a study, checked against the summary beside it.

    Parameters
    ----------
    stem
        ``<results>/<study>/<name>``, without suffix.

    Raises
    ------
    DataError
        If the result or the summary is missing, damaged, or of another study or run.
    """
    stem = stem.resolve()
    _check(stem, read_summary(stem.parent)["objects_sha256"])
    return load_object(stem)


def drop_damaged(folder: Path) -> str:
    """Remove the summary of results that are not whole, so that the study counts as not yet run.

    Returns
    -------
    str
        What is wrong; empty where nothing is, or nothing is there.
    """
    if not (folder / SUMMARY).exists():
        return ""
    try:
        listed = read_summary(folder)["objects_sha256"]
        for name in listed:
            _check(folder / name, listed)
    except DataError as error:
        (folder / SUMMARY).unlink()
        return str(error)
    return ""
