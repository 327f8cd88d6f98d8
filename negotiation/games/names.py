"""Names that tell players, actions and columns of tables apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence

from negotiation.errors import InvalidInputError

__all__ = ["check_players", "distinct_names", "free_name"]


def check_players(players: Sequence[str]) -> None:
    """Refuse two players of one name: tables have a column a player.

    Raises
    ------
    InvalidInputError
        If a name is repeated.
    """
    twice = [name for name, times in Counter(map(str, players)).items() if times > 1]
    if twice:
        raise InvalidInputError(
            "two players have the same name",
            where="players",
            seen=tuple(players),
            allowed="a name of its own for each player",
            hint=f"Tell them apart, for example as {twice[0] + ' 1'!r} and {twice[0] + ' 2'!r}.",
        )


def _numbered(name: str, copy: int) -> str:
    return f"{name} {copy + 1}"


def distinct_names(
    names: Sequence[str], blank: str = "", copied: Callable[[str, int], str] = _numbered
) -> tuple[str, ...]:
    """Give every place a name of its own; the first place of each name keeps it.

    Parameters
    ----------
    names
        Names, of which some may be blank or repeated.
    blank
        What a blank name begins with, before the number of its place.
    copied
        Name of the first, second, ... copy of a name that is taken.

    Examples
    --------
    >>> distinct_names(["X", "", "X", "X 2"], blank="player ")
    ('X', 'player 2', 'X 3', 'X 2')
    """
    taken = {name for name in names if name}
    kept: set[str] = set()
    copies: Counter[str] = Counter()
    out = []
    for k, name in enumerate(names):
        label = first = name or f"{blank}{k + 1}"
        if name and name not in kept:
            kept.add(name)
        else:
            while label in taken:
                copies[first] += 1
                label = copied(first, copies[first])
            taken.add(label)
        out.append(label)
    return tuple(out)


def free_name(name: str, taken: Collection[str]) -> str:
    """Return a name, followed by a number where it is taken.

    Examples
    --------
    >>> free_name("probability", ["USA", "probability"])
    'probability 2'
    """
    label, copy = name, 0
    while label in taken:
        copy += 1
        label = _numbered(name, copy)
    return label
