"""Pictures as svg that stands in a page: small, with words that stay words."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["svg_of"]

_HEAD = re.compile(r"<svg [^>]*viewBox=\"([^\"]*)\"[^>]*>")
_FONT = re.compile(r"font: ([\d.]+)px [^;\"]*")
_NAMED = re.compile(r" id=\"[a-z_A-Z0-9]*?_\d+\"")


def svg_of(
    draw: Callable[[list[Axes]], None],
    *,
    name: str,
    size: tuple[float, float] = (4.3, 3.2),
    rows: tuple[float, ...] = (1.0,),
) -> str:
    """Return the svg of what is drawn; equal pictures, equal text.

    Parameters
    ----------
    draw
        Draws on the axes that it is given, one a row.
    name
        Of the picture in the page: names inside the svg begin with what it makes of it.
    size
        Inches. A page of 390 pixels shows a picture of 4.3 inches at about its own size.
    rows
        Relative heights of the axes, from above.
    """
    import matplotlib as mpl
    import matplotlib.pyplot as plt

    settings = {
        "svg.fonttype": "none",
        "svg.hashsalt": name,
        "text.parse_math": False,
        "font.size": 9.5,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "figure.facecolor": "white",
    }
    out = io.StringIO()
    with mpl.rc_context(), plt.style.context(["default", settings]):
        figure, axes = plt.subplots(
            len(rows), figsize=size, layout="constrained", squeeze=False,
            gridspec_kw={"height_ratios": rows},
        )  # fmt: skip
        try:
            draw(list(axes[:, 0]))
            figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        finally:
            plt.close(figure)
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = _FONT.sub(r"font: \1px sans-serif", _NAMED.sub("", text))
    return _HEAD.sub(r'<svg viewBox="\1" xmlns="http://www.w3.org/2000/svg">', text, count=1)
