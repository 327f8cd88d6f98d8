"""Figures as scripts: each loads stored results, draws, and saves; alone or as a task."""

from __future__ import annotations

import ast
import inspect
import os
import runpy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from negotiation.errors import InvalidInputError
from negotiation.study.functions import import_beside
from negotiation.study.store.study_results import load_result
from negotiation.values import user_path

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Exhibit", "ExhibitScript", "draw", "exhibit_scripts"]

STYLE = "style.mplstyle"


class Exhibit:
    """A figure of a script: ``exhibit = Exhibit(__file__)``.

    Matplotlib's defaults are set, changed by ``style.mplstyle`` where that stands beside the
    script; so a figure does not depend on the settings of whoever draws it.

    Parameters
    ----------
    script
        Path of the script; its name is the figure's.
    """

    script: Path

    def __init__(self, script: str) -> None:
        import matplotlib.pyplot as plt

        self.script = user_path(script, name="script").resolve()
        style = self.script.with_name(STYLE)
        plt.style.use(["default", *([str(style)] if style.is_file() else [])])

    def load(self, path: str) -> Any:
        """Return a stored result; the path starts at the script's folder.

        Write the path out: that is how a build knows which results a figure needs.
        """
        return load_result(self.script.parent / path)

    def save(self, figure: Figure) -> None:
        """Write ``out/<name>.pdf`` and ``.png`` beside the script; equal figures, equal bytes."""
        import matplotlib.pyplot as plt

        stem = self.script.parent / "out" / self.script.stem
        stem.parent.mkdir(parents=True, exist_ok=True)
        for suffix, metadata in ((".pdf", {"CreationDate": None}), (".png", {"Software": None})):
            temporary = stem.with_name(f".{os.getpid()}.part{suffix}")
            figure.savefig(temporary, metadata=metadata)
            os.replace(temporary, stem.with_suffix(suffix))
        plt.close(figure)


@dataclass(frozen=True)
class ExhibitScript:
    """What the source of a figure's script says.

    Attributes
    ----------
    path
        The script.
    caption
        First paragraph of its docstring.
    results
        Stored results that it loads, paths without suffix.
    """

    path: Path
    caption: str
    results: tuple[Path, ...]

    @property
    def folders(self) -> tuple[Path, ...]:
        """Folders of the studies whose results it loads."""
        return tuple(dict.fromkeys(item.parent for item in self.results))


def exhibit_scripts(folder: Path) -> dict[str, ExhibitScript]:
    """Return the scripts of a folder that draw a figure, by name; other files are left out.

    Raises
    ------
    InvalidInputError
        If a script has no docstring, or loads a path that is not written out.
    """
    found = {}
    for path in sorted(folder.resolve().glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        if not any(ast.unparse(call.func).split(".")[-1] == "Exhibit" for call in calls):
            continue
        caption = inspect.cleandoc(ast.get_docstring(tree) or "").split("\n\n")[0]
        results = []
        for call in calls:
            if isinstance(call.func, ast.Attribute) and call.func.attr == "load":
                item = call.args[0] if call.args else None
                if not isinstance(item, ast.Constant) or not isinstance(item.value, str):
                    raise InvalidInputError(
                        "which result a figure loads must be written out",
                        where=f"{path.name}, line {call.lineno}",
                        seen=ast.unparse(call),
                        allowed='exhibit.load("<path>")',
                    )
                results.append(Path(os.path.normpath(path.parent / item.value)))
        if not caption:
            raise InvalidInputError(
                "no caption", where=path.name, allowed="a docstring that says what is shown"
            )
        found[path.stem] = ExhibitScript(path, " ".join(caption.split()), tuple(results))
    return found


def draw(script: Path) -> None:
    """Run the script of a figure in this process; settings of matplotlib are left as they were."""
    import matplotlib as mpl

    mpl.use("Agg")
    import_beside(script.parent)
    with mpl.rc_context():
        runpy.run_path(str(script))
