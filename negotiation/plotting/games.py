"""Pictures of games and of their solutions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from negotiation.plotting.style import MARKERS, SMALLEST_TYPE, Pen
from negotiation.values import FloatArray, decoding

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_payoff_matrix"]

_MARKERS = ("*", *MARKERS)
#: Width of a bold letter over its height.
_LETTER = 0.68
#: Share of the darkest shade from which white letters are easier to read than black ones.
_DARK = 0.85
_PURE = 1.0 - 1e-9


def _profiles(equilibria: Any, shape: tuple[int, ...]) -> list[tuple[FloatArray, ...]]:
    """Return probability profiles of a result, of its equilibria, or of plain tuples."""
    if equilibria is None:
        return []
    found: Iterable[Any] = getattr(equilibria, "equilibria", equilibria)
    profiles = []
    with decoding("equilibria"):
        read = [
            tuple(np.asarray(p, dtype=np.float64) for p in getattr(item, "probabilities", item))
            for item in found
        ]
    for k, profile in enumerate(read):
        if tuple(p.size for p in profile) != shape:
            raise InvalidInputError(
                "an equilibrium has one probability an action of each player",
                where=f"equilibria[{k}]",
                seen=tuple(p.size for p in profile),
                allowed=str(shape),
            )
        profiles.append(profile)
    return profiles


def _decimals(values: FloatArray) -> int:
    """Digits after the point that show three significant digits of the largest payoff."""
    largest = float(np.abs(values).max())
    if np.all(values == np.round(values)) and largest < 1e5:
        return 0
    return int(np.clip(2 - np.floor(np.log10(largest)), 0, 3))


def _number(value: float, decimals: int, largest: float) -> str:
    if largest >= 1e5 or 0.0 < largest < 1e-2:
        return f"{value:.2e}" if value else "0"
    return f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", "\N{MINUS SIGN}")


@takes
def plot_payoff_matrix(
    game: NormalFormGame,
    equilibria: Any = None,
    *,
    colours: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Axes | None = None,
    payoff_label: str = "payoff",
    show_numbers: bool | None = None,
) -> Axes:
    """Draw a two-player game as a heat map with best responses and equilibria.

    Each cell is cut by its diagonal: the lower left triangle is the row player's payoff, the
    upper right one the column player's, shaded from the player's own smallest payoff (light) to
    the largest (dark). A payoff that is a best response to the other side's action has a thick
    triangle around it. An equilibrium has one kind of marker on each cell it can reach, larger
    where the cell is more probable.

    Parameters
    ----------
    game
        A two-player game.
    equilibria
        A result of ``nash_equilibria``, or a sequence of equilibria or of probability profiles.
    ax
        Axes to draw on; a new figure, large enough for the labels, where None.
    payoff_label
        What the payoffs are and their unit.
    show_numbers
        Whether payoffs are printed; None prints them where a cell has room for them.
    colours
        Of the series, in order; None: Okabe and Ito's.
    labels
        Words to put in place of the picture's own, by these.

    Returns
    -------
    Axes

    Raises
    ------
    InvalidInputError
        If the game has not two players or an equilibrium does not fit it.
    """
    import matplotlib as mpl
    import matplotlib.pyplot as plt
    from matplotlib.cm import ScalarMappable
    from matplotlib.collections import PolyCollection
    from matplotlib.lines import Line2D
    from matplotlib.patches import Polygon

    payoffs = np.stack(game.bimatrix)
    rows, columns = game.shape
    profiles = _profiles(equilibria, game.shape)
    longest = [max(len(label) for label in labels) for labels in game.actions]
    width = 1.05 * columns + 0.09 * longest[0] + 3.2
    pen = Pen(ax, colours, (width, 0.72 * rows + 0.07 * longest[1] + 1.9))
    ax = pen.ax

    low = payoffs.min(axis=(1, 2), keepdims=True)
    span = payoffs.max(axis=(1, 2), keepdims=True) - low
    shade = np.where(span > 0.0, (payoffs - low) / np.where(span > 0.0, span, 1.0), 0.5)
    shades = mpl.colormaps["Blues"]
    gold = pen.colour(5)
    corners = (
        lambda i, j: [(j - 0.5, i - 0.5), (j - 0.5, i + 0.5), (j + 0.5, i + 0.5)],
        lambda i, j: [(j - 0.5, i - 0.5), (j + 0.5, i - 0.5), (j + 0.5, i + 0.5)],
    )
    cells = [(i, j) for i in range(rows) for j in range(columns)]
    for player in range(2):
        ax.add_collection(
            PolyCollection(
                [corners[player](i, j) for i, j in cells],
                facecolors=shades(0.8 * shade[player].ravel()),
                edgecolors="white",
                linewidths=0.6,
                zorder=1,
            )
        )
    best = (
        payoffs[0] == payoffs[0].max(axis=0, keepdims=True),
        payoffs[1] == payoffs[1].max(axis=1, keepdims=True),
    )
    for player in range(2):
        for i, j in cells:
            if best[player][i, j]:
                triangle = np.array(corners[player](i, j))
                inset = triangle.mean(axis=0) + 0.86 * (triangle - triangle.mean(axis=0))
                ax.add_patch(
                    Polygon(
                        inset.tolist(), closed=True, fill=False, edgecolor="black", lw=1.8, zorder=3
                    )
                )

    ax.set_xlim(-0.5, columns - 0.5)
    ax.set_ylim(rows - 0.5, -0.5)
    box = ax.get_window_extent()
    cell = min(box.width / columns / 2.6, box.height / rows / 1.4) * 72.0 / ax.figure.dpi

    handles = [
        Line2D([], [], ls="", marker=_TRIANGLES[0], ms=9, mfc=pen.grey(0.85), mec=pen.grey(0.4)),
        Line2D([], [], ls="", marker=_TRIANGLES[1], ms=9, mfc=pen.grey(0.85), mec=pen.grey(0.4)),
        Line2D([], [], ls="", marker=_TRIANGLES[0], ms=9, mfc="none", mec=pen.ink, mew=1.8),
    ]
    names = [game.players[0], game.players[1], "best response"]
    places, points = _places(len(profiles), cell)
    for k, (x, y) in enumerate(profiles):
        marker = _MARKERS[k % len(_MARKERS)]
        mass = np.outer(x, y)
        reached = np.argwhere(mass > 1e-9)
        ax.scatter(
            reached[:, 1] + places[k][0],
            reached[:, 0] + places[k][1],
            s=[(points * (0.5 + 0.5 * np.sqrt(mass[i, j]))) ** 2 for i, j in reached],
            marker=marker,
            facecolor=gold,
            edgecolor="black",
            linewidth=0.9,
            zorder=5,
        )
        pure = x.max() >= _PURE and y.max() >= _PURE
        handles.append(Line2D([], [], ls="", marker=marker, ms=9, mfc=gold, mec=pen.ink, mew=0.9))
        names.append(f"equilibrium {k + 1} ({'pure' if pure else 'mixed'})")

    ax.set_xticks(range(columns), game.actions[1])
    ax.set_yticks(range(rows), game.actions[0])
    if longest[1] > 7:
        plt.setp(ax.get_xticklabels(), rotation=40, ha="right", rotation_mode="anchor")
    ax.set_xlabel(f"action of {game.players[1]}")
    ax.set_ylabel(f"action of {game.players[0]}")
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    if game.title:
        ax.set_title(game.title)
    bar = ax.figure.colorbar(
        ScalarMappable(norm=mpl.colors.Normalize(0.0, 1.0), cmap=_light(shades)),
        ax=ax,
        fraction=0.035,
        pad=0.02,
    )
    bar.set_ticks([0.0, 1.0], labels=["smallest", "largest"])
    bar.set_label(f"{payoff_label}, by player")
    room = _room(ax)
    beside = max(1, int(room[0] / 95.0))
    pen.legend(
        handles,
        names,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.06 if game.title else 1.0),
        ncols=beside,
        borderaxespad=0.2,
        handletextpad=0.4,
        columnspacing=1.2,
    )
    if show_numbers is not False:
        room[1] -= (
            13.0 * np.ceil(len(names) / beside)
            if ax.figure.canvas.figure.get_layout_engine()
            else 0.0
        )
        _print_payoffs(ax, room, payoffs, best, shade, always=bool(show_numbers))
    return pen.finish(labels)


def _room(ax: Axes) -> FloatArray:
    """Return width and height of the axes in points, before a layout is made by a careful guess.

    Making one here would make another one of it when the figure is drawn.
    """
    figure = ax.figure.canvas.figure
    place = ax.get_subplotspec()
    if figure.get_layout_engine() is None or place is None:
        box = ax.get_window_extent()
        return np.array([box.width, box.height]) * 72.0 / figure.dpi
    grid = place.get_gridspec()
    slot = 72.0 * np.asarray(figure.get_size_inches()) / (grid.ncols, grid.nrows)
    letters = [
        0.62 * float(label.get_fontsize()) * max((len(text) for text in labels), default=0)
        for label, labels in (
            (ticks[0], [tick.get_text() for tick in ticks])
            for ticks in (ax.get_yticklabels(), ax.get_xticklabels())
        )
    ]
    # Rows' labels and the bar beside the cells, and the columns' labels, slanted, below them.
    return np.array([0.945 * slot[0] - letters[0] - 75.0, slot[1] - 0.7 * letters[1] - 45.0])


def _print_payoffs(
    ax: Axes,
    room: FloatArray,
    payoffs: FloatArray,
    best: tuple[FloatArray, FloatArray],
    shade: FloatArray,
    *,
    always: bool,
) -> None:
    """Print each payoff in its triangle, where cells have room for it."""
    rows, columns = payoffs.shape[1:]
    width, height = room / (columns, rows)
    texts = [_texts(table) for table in payoffs]
    longest = [max(map(len, column)) for column in texts]
    sizes = [min(0.94 * width / (_LETTER * count), 0.34 * height) for count in longest]
    if not always and min(sizes) < SMALLEST_TYPE:
        return
    for player, (side, dy) in enumerate([(-1.0, 0.23), (1.0, -0.23)]):
        size = float(np.clip(sizes[player], SMALLEST_TYPE, 10.0))
        half = 0.5 * _LETTER * longest[player] * size / width
        dx = side * float(np.clip(0.48 - half, 0.0, 0.19))
        for (i, j), text in zip(np.ndindex(rows, columns), texts[player], strict=True):
            ax.text(
                j + dx,
                i + dy,
                text,
                ha="center",
                va="center",
                fontsize=size,
                fontweight="bold" if best[player][i, j] else "normal",
                color="white" if shade[player][i, j] > _DARK else "black",
                zorder=4,
            )


def _texts(table: FloatArray) -> list[str]:
    decimals, largest = _decimals(table), float(np.abs(table).max())
    return [_number(float(value), decimals, largest) for value in table.ravel()]


def _places(count: int, cell: float) -> tuple[list[tuple[float, float]], float]:
    """Return where markers of several equilibria stand in a cell, and their size in points.

    They stand along the diagonal that parts the two numbers, and are small enough to stay in the
    cell. ``cell`` is its height over 1.4, or its width over 2.6 where that is less, in points.
    """
    step = 0.8 / max(count, 1)
    places = [(-0.4 + step * (k + 0.5),) * 2 for k in range(count)]
    return places, float(np.clip(1.8 * step * cell, 1.0, min(12.0, 0.8 * cell + 1.0)))


def _light(colours: Any) -> Any:
    """Return the part of a colour map that the triangles use."""
    from matplotlib.colors import ListedColormap

    return ListedColormap(colours(np.linspace(0.0, 0.8, 256)))


_TRIANGLES: Sequence[Any] = (
    ((-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0)),
    ((-1.0, 1.0), (1.0, 1.0), (1.0, -1.0), (-1.0, 1.0)),
)
