"""The paper's figures: which stored results each is drawn from, and how.

Studies compute and plotting draws; this module is the one place that knows which result goes
into which figure.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from negotiation.errors import InvalidInputError
from negotiation.study.store import load_object

__all__ = ["EXHIBITS", "Exhibit", "draw_exhibit"]


@dataclass(frozen=True)
class Exhibit:
    """A figure of the paper.

    Attributes
    ----------
    objects
        Stored results it is drawn from, as ``study/name``.
    draw
        Called with the loaded results; returns the figure.
    """

    objects: tuple[str, ...]
    draw: Callable[..., Any]

    @property
    def studies(self) -> tuple[str, ...]:
        """Studies that must have run."""
        return tuple(dict.fromkeys(item.split("/")[0] for item in self.objects))


def _payoff_matrix(game: Any, found: Any) -> Any:
    import matplotlib.pyplot as plt

    from negotiation.plotting.games import plot_payoff_matrix

    figure, ax = plt.subplots(figsize=(6.3, 5.2))
    plot_payoff_matrix(game, found, ax=ax)
    return figure


EXHIBITS: Mapping[str, Exhibit] = MappingProxyType({})


def draw_exhibit(name: str, results: Path, *, style: Path, pdf: Path, png: Path) -> None:
    """Draw one exhibit to pdf and png; equal results give equal bytes.

    Raises
    ------
    InvalidInputError
        If there is no such exhibit.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    if name not in EXHIBITS:
        raise InvalidInputError(
            "unknown exhibit", where="name", seen=name, allowed=", ".join(EXHIBITS)
        )
    exhibit = EXHIBITS[name]
    with plt.style.context(["default", str(style)]):
        loaded = [load_object(results.joinpath(*item.split("/"))) for item in exhibit.objects]
        figure = exhibit.draw(*loaded)
        for path, metadata in ((pdf, {"CreationDate": None}), (png, {"Software": None})):
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(f".{os.getpid()}.part{path.suffix}")
            figure.savefig(temporary, metadata=metadata)
            os.replace(temporary, path)
        plt.close(figure)
