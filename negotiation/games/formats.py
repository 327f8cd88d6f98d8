"""Gambit's text formats for games: ``.nfg`` (normal form) and ``.efg`` (extensive form).

Both payoff and outcome versions of ``.nfg`` are read; numbers may be integers, decimals,
scientific notation or rationals such as ``1/3``. Writers print fractions as they are, and of a
float the shortest rational that reads back as the same one, so that a file written and read
again gives an equal game.

References
----------
Savani and Turocy (2023), Gambit: The package for computation in game theory.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from pathlib import Path

import numpy as np

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.games._tokens import Reader, open_source, quote, rational_text
from negotiation.games.extensive_form import ExtensiveFormGame
from negotiation.games.names import distinct_names
from negotiation.games.normal_form import NormalFormGame
from negotiation.games.tree import ChanceNode, DecisionNode, Node, TerminalNode
from negotiation.values import shown, user_path

__all__ = ["read_efg", "read_nfg", "write_efg", "write_nfg"]


def _names(reader: Reader, players: int) -> tuple[tuple[str, ...], ...]:
    """Strategies of each player: names in braces, or numbers of strategies."""
    reader.open("the strategies")
    out: list[tuple[str, ...]] = []
    for _ in range(players):
        if reader.at("brace", "{"):
            reader.open("strategy names")
            names = []
            while reader.at("text"):
                names.append(reader.text("strategy name"))
            if not names:
                reader.fail("a player needs strategies", reader.peek(), "names in quotation marks")
            reader.close("strategy names")
            out.append(tuple(names))
        else:
            # Each strategy has a payoff of its own in the file.
            count = reader.whole(f"number of strategies, 1 to {reader.left}", 1, reader.left)
            out.append(tuple(str(k + 1) for k in range(count)))
    reader.close("the strategies of every player")
    return tuple(out)


@takes
def read_nfg(source: str | Path) -> NormalFormGame:
    """Read a normal-form game from a ``.nfg`` file, payoff or outcome version.

    Decimals and rationals are kept exactly, in ``fractions`` where floats do not hold them.

    Parameters
    ----------
    source
        A path, or the text of the file itself (it then begins with ``NFG``).

    Raises
    ------
    InvalidInputError
        If the file is not as the format has it: names the file, the line and the token.

    Examples
    --------
    >>> game = read_nfg('NFG 1 R "dilemma" { "USA" "CHN" } { 2 2 } 3 3 5 0 0 5 1 1')
    >>> game.payoffs[0]
    array([[3., 0.],
           [5., 1.]])
    """
    reader = open_source(source)
    title, players = reader.header("NFG", ["1"])
    actions = _names(reader, len(players))
    if reader.at("text"):
        reader.text("comment")
    shape = tuple(len(names) for names in actions)
    cells, left = prod(shape), reader.left
    if cells * (1 if reader.at("brace", "{") else len(players)) > left:
        reader.fail(
            "fewer numbers than the strategies ask for",
            reader.peek(),
            f"{cells} outcomes or {cells * len(players)} payoffs",
        )
    # The first player's strategy varies fastest in the file.
    contingencies = [index[::-1] for index in itertools.product(*(range(n) for n in shape[::-1]))]
    payoffs = np.empty((*shape, len(players)), dtype=object)
    if reader.at("brace", "{"):
        outcomes = [tuple(Fraction(0) for _ in players)]
        reader.open("the outcomes")
        while reader.at("brace", "{"):
            reader.open("an outcome")
            reader.text("outcome name")
            outcomes.append(tuple(reader.rational(f"{len(players)} payoffs") for _ in players))
            reader.close(f"{len(players)} payoffs")
        reader.close("the outcomes")
        for index in contingencies:
            number = reader.whole(f"outcome number, 0..{len(outcomes) - 1}", high=len(outcomes) - 1)
            payoffs[index] = outcomes[number]
    else:
        wanted = f"{len(contingencies) * len(players)} payoffs"
        for index in contingencies:
            payoffs[index] = [reader.rational(wanted) for _ in players]
    reader.end()
    return NormalFormGame(np.moveaxis(payoffs, -1, 0), tuple(players), actions, title)


@takes
def write_nfg(
    game: NormalFormGame,
    path: str | Path | None = None,
    *,
    outcomes: bool = False,
    comment: str = "",
) -> str:
    """Write a normal-form game as ``.nfg`` and return the text.

    Parameters
    ----------
    game
        Any number of players.
    path
        Where to write; None only returns the text.
    outcomes
        Whether to write the outcome version (each distinct payoff vector once) rather than the
        payoff version.
    comment
        The comment field of the file.
    """
    lines = [
        f"NFG 1 R {quote(game.title)} {{ {' '.join(quote(p) for p in game.players)} }}",
        "{ "
        + " ".join("{ " + " ".join(quote(a) for a in names) + " }" for names in game.actions)
        + " }",
        quote(comment),
        "",
    ]
    by_profile = np.moveaxis(game.exact_payoffs, 0, -1)
    columns = [
        tuple(rational_text(p) for p in by_profile[index[::-1]])
        for index in itertools.product(*(range(n) for n in game.shape[::-1]))
    ]
    if outcomes:
        numbers = {payoffs: k + 1 for k, payoffs in enumerate(dict.fromkeys(columns))}
        lines.append("{")
        lines += [f'{{ "" {", ".join(payoffs)} }}' for payoffs in numbers]
        lines.append("}")
        lines.append(" ".join(str(numbers[payoffs]) for payoffs in columns))
    else:
        lines += [" ".join(payoffs) for payoffs in columns]
    return _save("\n".join(lines) + "\n", path)


def _save(text: str, path: str | Path | None) -> str:
    if path is not None:
        try:
            user_path(path).write_text(text, encoding="utf-8")
        except OSError as error:
            raise InvalidInputError(
                f"cannot be written: {error.strerror}", where="path", seen=shown(path)
            ) from error
    return text


@dataclass
class _Definitions:
    """What an ``.efg`` file has defined so far and may refer to by number."""

    actions: dict[tuple[int, int], tuple[str, ...]]
    names: dict[tuple[int, int], str]
    probabilities: dict[int, tuple[Fraction, ...]]
    outcomes: dict[int, tuple[Fraction, ...]]


def _marked(name: str, copy: int) -> str:
    """Name of a copy of an action that is taken: blank and repeated names are allowed in files."""
    return name + ("'" * copy if copy < 4 else f"'{copy}")


def _set_names(
    known: _Definitions, keys: Sequence[tuple[int, int]], players: Sequence[str]
) -> dict[tuple[int, int], str]:
    """Names of information sets; player and number where a name is blank or not the only one."""
    given = [known.names.get(key, "") for key in keys]
    times = Counter(given)
    # Names of the file first: they are kept.
    order = sorted(range(len(keys)), key=lambda k: not given[k] or times[given[k]] > 1)
    names = [
        given[k] if given[k] and times[given[k]] == 1 else f"{players[keys[k][0] - 1]}:{keys[k][1]}"
        for k in order
    ]
    return dict(zip((keys[k] for k in order), distinct_names(names), strict=True))


def _outcome(reader: Reader, known: _Definitions, players: int) -> tuple[Fraction, ...]:
    token = reader.peek()
    number = reader.whole("outcome number")
    if reader.at("text"):
        reader.text("outcome name")
    if reader.at("brace", "{"):
        known.outcomes[number] = reader.payoffs(players)
    if number and number not in known.outcomes:
        reader.fail("outcome without payoffs", token)
    return known.outcomes.get(number, (Fraction(0),) * players)


def _chance_moves(
    reader: Reader, known: _Definitions
) -> tuple[tuple[str, ...], tuple[Fraction, ...]]:
    token = reader.peek()
    number = reader.whole("number of the information set")
    if reader.at("text"):
        reader.text("name of the information set")
    if reader.at("brace", "{"):
        reader.open("chance moves")
        names: list[str] = []
        probabilities: list[Fraction] = []
        while reader.at("text"):
            names.append(reader.text("chance move"))
            probabilities.append(reader.rational("probability"))
        reader.close("chance moves")
        total = reader.sum(probabilities, "chance probabilities")
        if abs(total - 1) > Fraction(1, 10**9) or any(p < Fraction(0) for p in probabilities):
            reader.fail(
                "chance probabilities are no distribution", token, "numbers >= 0 that sum to 1"
            )
        known.actions[0, number] = distinct_names(names, copied=_marked)
        known.probabilities[number] = tuple(probabilities)
    if number not in known.probabilities:
        reader.fail("chance moves are not defined", token)
    return known.actions[0, number], known.probabilities[number]


def _decision_moves(
    reader: Reader, known: _Definitions, players: int
) -> tuple[int, int, tuple[str, ...]]:
    player = reader.whole(f"player, 1..{players}", low=1, high=players)
    token = reader.peek()
    number = reader.whole("number of the information set", low=1)
    if reader.at("text"):
        known.names.setdefault((player, number), reader.text("name of the information set"))
    if reader.at("brace", "{"):
        reader.open("actions")
        names = []
        while reader.at("text"):
            names.append(reader.text("action"))
        reader.close("actions")
        actions = distinct_names(names, copied=_marked)
        if not actions or known.actions.setdefault((player, number), actions) != actions:
            reader.fail("actions of one information set disagree", token)
    if (player, number) not in known.actions:
        reader.fail("actions of the information set are not defined", token)
    return player, number, known.actions[player, number]


@takes
def read_efg(source: str | Path) -> ExtensiveFormGame:
    """Read a game tree from an ``.efg`` file.

    Payoffs attached to nodes inside the tree are added to those of the ends below them. Decimals
    and rationals are kept exactly, in ``exact_payoffs`` and ``exact_probabilities``.

    Parameters
    ----------
    source
        A path, or the text of the file itself (it then begins with ``EFG``).

    Raises
    ------
    InvalidInputError
        If the file is not as the format has it: names the file, the line and the token.

    Examples
    --------
    >>> game = read_efg('''EFG 2 R "entry" { "entrant" "incumbent" }
    ... p "" 1 1 "enter?" { "out" "in" } 0
    ... t "" 1 "stay out" { 0, 2 }
    ... p "" 2 1 "fight?" { "fight" "share" } 0
    ... t "" 2 "war" { -1, -1 }
    ... t "" 3 "peace" { 1, 1 }''')
    >>> [s.name for s in game.information_sets]
    ['enter?', 'fight?']
    """
    reader = open_source(source)
    title, players = reader.header("EFG", ["2"])
    if reader.at("text"):
        reader.text("comment")
    count = len(players)
    known = _Definitions({}, {}, {}, {})
    nodes: list[Node | None] = [None]
    keys: dict[int, tuple[int, int]] = {}
    waiting = [(0, (Fraction(0),) * count)]
    while waiting:
        position, above = waiting.pop()
        kind = reader.take("word", "node: c, p or t")
        if kind.value not in {"c", "p", "t"}:
            reader.fail("unknown kind of node", kind, "c, p, t")
        label = reader.text("node label")
        actions: tuple[str, ...] = ()
        probabilities: tuple[Fraction, ...] = ()
        player = 0
        if kind.value == "c":
            actions, probabilities = _chance_moves(reader, known)
        elif kind.value == "p":
            player, number, actions = _decision_moves(reader, known, count)
            keys[position] = (player, number)
        own = _outcome(reader, known, count)
        payoffs = tuple(
            reader.sum(pair, "payoffs along a path") for pair in zip(above, own, strict=True)
        )
        children = tuple(range(len(nodes), len(nodes) + len(actions)))
        nodes.extend([None] * len(children))
        if kind.value == "c":
            nodes[position] = ChanceNode(actions, probabilities, children, label)
        elif kind.value == "p":
            nodes[position] = DecisionNode(player - 1, "", actions, children, label)
        else:
            nodes[position] = TerminalNode(payoffs, label)
        waiting.extend((child, payoffs) for child in reversed(children))
    reader.end()
    sets = _set_names(known, list(dict.fromkeys(keys.values())), players)
    final: list[Node] = []
    for position, node in enumerate(nodes):
        if isinstance(node, DecisionNode):
            name = sets[keys[position]]
            final.append(DecisionNode(node.player, name, node.actions, node.children, node.label))
        elif node is not None:
            final.append(node)
    return ExtensiveFormGame(tuple(final), tuple(players), title)


def _exact_distribution(node: ChanceNode) -> list[Fraction]:
    """Return rationals that sum to exactly 1, as readers that compute exactly demand."""
    out = list(node.exact or [Fraction(rational_text(p)) for p in node.probabilities])
    largest = max(range(len(out)), key=out.__getitem__)
    out[largest] += 1 - sum(out)
    return out


@takes
def write_efg(game: ExtensiveFormGame, path: str | Path | None = None, *, comment: str = "") -> str:
    """Write a game tree as ``.efg`` and return the text.

    Parameters
    ----------
    game
        Any number of players, with or without chance.
    path
        Where to write; None only returns the text.
    comment
        The comment field of the file.
    """
    numbers: dict[str, int] = {}
    counts = [0] * len(game.players)
    for information_set in game.information_sets:
        counts[information_set.player] += 1
        numbers[information_set.name] = counts[information_set.player]
    lines = [
        f"EFG 2 R {quote(game.title)} {{ {' '.join(quote(p) for p in game.players)} }}",
        quote(comment),
        "",
    ]
    chances = outcomes = 0
    for position in game.order:
        node = game.nodes[position]
        if isinstance(node, TerminalNode):
            outcomes += 1
            payoffs = ", ".join(rational_text(p) for p in node.exact or node.payoffs)
            lines.append(f't {quote(node.label)} {outcomes} "" {{ {payoffs} }}')
        elif isinstance(node, ChanceNode):
            chances += 1
            moves = " ".join(
                f"{quote(a)} {p}"
                for a, p in zip(node.actions, _exact_distribution(node), strict=True)
            )
            lines.append(f'c {quote(node.label)} {chances} "" {{ {moves} }} 0')
        else:
            moves = " ".join(quote(a) for a in node.actions)
            name = node.information_set
            lines.append(
                f"p {quote(node.label)} {node.player + 1} {numbers[name]} {quote(name)} "
                f"{{ {moves} }} 0"
            )
    return _save("\n".join(lines) + "\n", path)
