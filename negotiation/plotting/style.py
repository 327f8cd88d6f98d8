"""How all pictures look: where they are drawn, their colours on light and dark, their words.

Nothing here changes a setting of Matplotlib: colours of lines and words follow the axes that are
drawn on, so that a picture fits a dark style, a grid of axes and a page alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from negotiation.errors import InvalidInputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

__all__ = ["COLOURS", "MARKERS", "Pen"]

#: Okabe and Ito's colours, which stay apart for the colour-blind; neighbours differ in grey too.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p", "h", "8")
_DASHES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
#: What Matplotlib calls artists that nobody named.
_UNNAMED = re.compile(r"_(nolegend_|(child|container)\d+)")
#: Points below which print is hard to read.
SMALLEST_TYPE = 7.0


class Pen:
    """Axes to draw on, with colours that can be seen on them.

    Parameters
    ----------
    ax
        The caller's axes; None: those of a new figure.
    colours
        Of the series, in order; None: `COLOURS`.
    size
        Of a new figure, inches.
    """

    ax: Axes
    colours: tuple[str, ...]
    ink: str
    paper: str

    def __init__(
        self,
        ax: Axes | None,
        colours: Sequence[str] | None = None,
        size: tuple[float, float] | None = None,
    ) -> None:
        import matplotlib.pyplot as plt
        from matplotlib.colors import is_color_like, to_hex, to_rgb, to_rgba

        if isinstance(colours, str) or not all(map(is_color_like, colours or ())):
            raise InvalidInputError(
                "not a list of colours", where="colours", seen=colours, allowed='["#0072B2", ...]'
            )
        self.colours = tuple(colours or COLOURS)
        if ax is None:
            ax = plt.subplots(figsize=size, layout="constrained")[1]
        self.ax = ax
        behind = to_rgba(ax.get_facecolor())
        if behind[3] == 0.0:
            behind = to_rgba(ax.figure.get_facecolor())
        self.paper = to_hex(behind)
        light = float(np.dot(to_rgb(behind), (0.299, 0.587, 0.114))) > 0.5
        self.ink = "#000000" if light else "#ffffff"
        self._others = set(ax.figure.axes)
        self._before = {text: text.get_text() for text in _texts(ax)}

    def grey(self, lightness: float) -> str:
        """Return a grey: 0 is the ink, 1 the paper."""
        from matplotlib.colors import to_hex, to_rgb

        ink, paper = np.array(to_rgb(self.ink)), np.array(to_rgb(self.paper))
        return to_hex(tuple((1.0 - lightness) * ink + lightness * paper))

    def colour(self, k: int) -> str:
        """Return the colour of a series."""
        return self.colours[k % len(self.colours)]

    def series(self, k: int) -> dict[str, Any]:
        """Return colour and dash of a line; where colours come round again, a marker as well."""
        rounds = k // len(self.colours)
        style = {"color": self.colour(k), "linestyle": _DASHES[(k + rounds) % len(_DASHES)]}
        if rounds:
            style |= {"marker": MARKERS[(rounds - 1) % len(MARKERS)], "markevery": 0.1}
            style |= {"markersize": 4.0}
        return style

    def marker(self, k: int) -> str:
        """Return the marker of a series."""
        return MARKERS[k % len(MARKERS)]

    def points(self, k: int) -> dict[str, Any]:
        """Return marker and colour of a series of points; every second round is hollow."""
        colour = self.colour(k)
        hollow = (k // len(self.colours)) % 2 == 1
        face = self.paper if hollow else colour
        return {"marker": self.marker(k), "color": colour, "markerfacecolor": face}

    @property
    def small(self) -> float:
        """Size of small print, points."""
        import matplotlib as mpl

        return max(SMALLEST_TYPE, 0.833 * float(mpl.rcParams["font.size"]))

    def legend(self, *given: Any, **options: Any) -> None:
        """Draw a legend without frame in small print, where there is anything to tell apart."""
        drawn = *self.ax.lines, *self.ax.patches, *self.ax.collections, *self.ax.containers
        for artist in (*drawn, *options.get("handles", ())):
            name = artist.get_label()
            if _told(name) != str(name):
                artist.set_label(_told(name))
        if len(given) == 2:
            given = given[0], [_told(name) for name in given[1]]
        if given or self.ax.get_legend_handles_labels()[0]:
            found = {"frameon": False, "fontsize": self.small, **options}
            legend = self.ax.legend(*given, **found)
            if found["frameon"]:
                legend.get_frame().set(facecolor=self.paper, edgecolor=self.grey(0.7))
            for text in legend.get_texts():
                text.set_color(self.ink)

    def finish(self, labels: Mapping[str, str] | None) -> Axes:
        """Return the axes with ``labels`` in place of the words that they replace.

        Words of the picture, such as names of sides, are printed as they are: a ``$`` begins no
        formula there. It may in ``labels``, and in what the axes held before.
        """
        given = {} if labels is None else labels
        if not isinstance(given, Mapping):
            raise InvalidInputError(
                "not a mapping from words to words",
                where="labels",
                seen=type(labels).__name__,
                allowed='{"FRA": "France", ...}',
            )
        added = set(self.ax.figure.axes) - self._others
        for axes in [self.ax, *self.ax.child_axes, *added]:
            self._put(axes, given)
        return self.ax

    def _put(self, axes: Any, given: Mapping[str, str]) -> None:
        """Replace the words of axes: titles, names of axes and ticks, notes, legend."""
        from matplotlib.ticker import FixedFormatter

        for axis in (axes.xaxis, axes.yaxis):
            formatter = axis.get_major_formatter()
            if isinstance(formatter, FixedFormatter):
                own = list(formatter.seq)
                formatter.seq = [str(given.get(text, text)) for text in own]
                for tick, text in zip(axis.get_major_ticks(len(own)), own, strict=False):
                    for label in (tick.label1, tick.label2):
                        label.set_parse_math(text in given)
        for item in _texts(axes):
            text = item.get_text()
            if text in given:
                item.set_text(str(given[text]))
            elif self._before.get(item) != text:
                item.set_parse_math(False)


def _told(name: Any) -> str:
    """A name for a legend: Matplotlib leaves out what begins with a stroke, save for its own."""
    text = str(name)
    return f" {text}" if text.startswith("_") and not _UNNAMED.fullmatch(text) else text


def _texts(axes: Any) -> list[Text]:
    """Titles, names of axes, notes and legend."""
    legend = axes.get_legend()
    found = [axes.title, axes.xaxis.label, axes.yaxis.label, *axes.texts]
    return found if legend is None else [*found, legend.get_title(), *legend.get_texts()]
