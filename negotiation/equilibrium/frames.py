"""Strategies and payoffs as rows of data frames, with the labels of their game."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from negotiation.arguments import takes
from negotiation.games.extensive_form import ExtensiveFormGame
from negotiation.presentation import in_order
from negotiation.values import FloatArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["behavior_frame", "corners_frame", "mixture", "play_frame"]


def play_frame(
    players: Sequence[str],
    actions: Sequence[Sequence[str]],
    profiles: Iterable[Mapping[str, Any]],
) -> pd.DataFrame:
    """Return one row a profile, player and action, players and actions in the game's order.

    Parameters
    ----------
    players, actions
        Labels of the game.
    profiles
        One mapping each: ``probabilities``, one vector a player, and further columns before and
        after it. A tuple has one vector a player, an array one entry a player.
    """
    import pandas as pd

    rows = []
    for profile in profiles:
        for i, (player, labels) in enumerate(zip(players, actions, strict=True)):
            for a, action in enumerate(labels):
                row: dict[str, Any] = {}
                for name, value in profile.items():
                    if name == "probabilities":
                        p = float(value[i][a])
                        row |= {"player": player, "action": action, "probability": p}
                    elif isinstance(value, tuple):
                        row[name] = value[i][a]
                    else:
                        row[name] = value[i].item() if isinstance(value, np.ndarray) else value
                rows.append(row)
    frame = pd.DataFrame(rows)
    if rows:
        frame["player"] = in_order(frame["player"], players)
        frame["action"] = in_order(frame["action"], [a for labels in actions for a in labels])
    return frame


@takes
def behavior_frame(
    game: ExtensiveFormGame, behaviors: Iterable[Mapping[str, FloatArray]], name: str
) -> pd.DataFrame:
    """Return one row a behaviour profile, information set and action of a tree.

    ``name`` is that of the column that numbers the profiles from 1.
    """
    import pandas as pd

    sets = game.information_sets
    rows = [
        (k, game.players[s.player], s.name, action, float(p))
        for k, behavior in enumerate(behaviors, start=1)
        for s in sets
        for action, p in zip(s.actions, behavior[s.name], strict=True)
    ]
    columns = [name, "player", "information_set", "action", "probability"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["player"] = in_order(frame["player"], game.players)
    frame["information_set"] = in_order(frame["information_set"], [s.name for s in sets])
    return frame


def corners_frame(players: Sequence[str], corners: Mapping[str, FloatArray]) -> pd.DataFrame:
    """Return one row a corner of some polygons of payoff pairs, counter-clockwise."""
    import pandas as pd

    rows = [
        (name, k, *map(float, point))
        for name, polygon in corners.items()
        for k, point in enumerate(polygon, start=1)
    ]
    return pd.DataFrame(rows, columns=["set", "corner", *(f"payoff {p}" for p in players)])


def mixture(labels: Sequence[str], shares: Iterable[Any]) -> str:
    """Return what a player plays in words: actions with their probabilities.

    Examples
    --------
    >>> mixture(["stay", "go", "wait"], [0.25, 0.75, 0.0])
    'stay (0.25), go (0.75)'
    """
    played = [
        (label, share if isinstance(share, str) else f"{share:.4g}")
        for label, share in zip(labels, shares, strict=True)
        if share not in (0, "0")
    ]
    return ", ".join(label if share == "1" else f"{label} ({share})" for label, share in played)
