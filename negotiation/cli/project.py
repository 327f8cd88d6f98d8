"""``negotiation new`` and ``negotiation archive``: a project begun, and packed as one zip."""

from __future__ import annotations

import os
import subprocess
import zipfile
from pathlib import Path
from typing import Annotated

import typer

from negotiation import __version__
from negotiation.cli.interruption import interruptible
from negotiation.cli.reproduce import find_project
from negotiation.errors import InvalidInputError
from negotiation.study.provenance import commit_of

__all__ = ["archive", "new"]


def _tracked(project: Path) -> list[str]:
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=project, capture_output=True, text=True, check=False
    )
    names = sorted(name for name in done.stdout.split("\0") if name)
    if done.returncode != 0 or not names:
        raise InvalidInputError(
            "the archive holds the tracked files of a git checkout, and this is none",
            where="--project",
            seen=str(project),
        )
    return names


def _content(root: Path, item: str) -> bytes:
    """Bytes of a tracked file; a link that leads out of the tree is not followed."""
    path = root / item
    if not path.resolve().is_relative_to(root):
        raise InvalidInputError(
            "a tracked link leads out of the tree",
            where=item,
            seen=str(path.resolve()),
            allowed=f"files in {root}",
            hint="Replace it by the file, or git rm it.",
        )
    return path.read_bytes()


def archive(
    output: Annotated[Path | None, typer.Option(help="File to write (default: dist/).")] = None,
    project: Annotated[
        Path | None, typer.Option(help="Folder of the project (default: found upwards).")
    ] = None,
) -> None:
    """Write a zip that, unpacked, reproduces everything with ``make reproduce``."""
    root = find_project(project)
    name = f"negotiation-{__version__}"
    target = output or root / "dist" / f"{name}.zip"
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with (
            interruptible(lambda: f"{target} is as it was; run the same command again"),
            zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as package,
        ):

            def add(item: str, content: bytes, mode: int) -> None:
                entry = zipfile.ZipInfo(f"{name}/{item}")
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = mode << 16
                package.writestr(entry, content)

            add("COMMIT", f"{commit_of(root)}\n".encode(), 0o644)
            for item in _tracked(root):
                mode = 0o755 if os.access(root / item, os.X_OK) else 0o644
                add(item, _content(root, item), mode)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    typer.echo(f"Wrote {target} ({target.stat().st_size / 1e6:.1f} MB)")


def new(
    folder: Annotated[Path, typer.Argument(help="A new folder, or an empty one.")],
) -> None:
    """Write a small project: own trade data, own standoff, own study, own figure."""
    from negotiation.study.new_project import new_project

    for path in new_project(folder):
        typer.echo(f"Written: {path}")
    typer.echo(f"Next: negotiation reproduce --project {folder}")
