"""Games from mappings and TOML files: short keys of the equations, all mistakes at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from negotiation.errors import InvalidInputError
from negotiation.process.game.nodes import Action, Deadline, Ending, Node
from negotiation.process.game.persistent_types.typed_game import TypedGame
from negotiation.process.game.process_game import ProcessGame
from negotiation.process.mapping import (
    listed_mistakes,
    needed_field,
    read_fields,
    read_parameters,
)
from negotiation.process.validation import raise_mistakes

__all__ = ["game_from_mapping"]

_GAME = {
    "r": "discount_rates",
    "s": "shock_scales",
    "eta": "window_rates",
    "lambda0": "base_rate",
    "start_node": "start_node",
    "time_unit": "time_unit",
    "players": "players",
    "start": "start",
    "as_of": "as_of",
}
#: Answers that a file of solved games carries beside its games.
_ANSWERS = frozenset({"V", "hazards", "others_found", "times", "at_node_from_0"})
_TYPES = {"costs": "costs", "priors": "priors", "psi": "persistence"}
_NODE = {
    "g": "flow",
    "label": "label",
    "stage": "stage",
    "history": "history",
    "offer_by": "offer_by",
    "deal": "deal",
}
_ACTION = {"side": "side", "pi": "payoff", "mu": "audience_cost", "to": "to", "kind": "kind"}
_ENDING = {"gamma": "rate", "to": "to", "value": "payoff", "kind": "kind"}
_DEADLINE = {"at": "at", "to": "to", "value": "payoff"}


def game_from_mapping(data: Mapping[str, Any]) -> ProcessGame | TypedGame:
    """Build a game from a mapping; with ``types``, one whose sides are of persistent types.

    Parameters
    ----------
    data
        ``nodes``: list of mappings with ``flow`` (or ``g``), ``actions`` (``side``, ``payoff`` or
        ``pi``, ``mu``, ``to``, ``kind``), ``endings`` (``rate`` or ``gamma``, ``to``, ``value`` or
        ``payoff``, ``kind``), ``lapse`` (``duration``, ``to``), ``deadline`` (``at``, ``to``,
        ``value`` or ``payoff``) and optionally ``label``, ``stage``, ``history``, ``offer_by``,
        ``deal``; ``r``, ``s``, optionally ``eta``, ``lambda0``, ``start_node``, ``time_unit``,
        ``players``, ``start``, ``as_of``, ``parameters``, ``types`` (``costs`` and ``priors``, a
        list a side, ``persistence`` or ``psi``; see `TypedGame`).
    """
    mistakes: list[str] = []
    others = {"nodes", "parameters", "types"}
    options = read_fields(data, _GAME, "game", mistakes, others, silent=_ANSWERS)
    for needed in ("r", "s"):
        if _GAME[needed] not in options:
            mistakes.append(f"{needed} ({_GAME[needed]}): missing; allowed: one number a side")
            options[_GAME[needed]] = (1.0, 1.0)
    entries = data.get("nodes")
    if not isinstance(entries, list | tuple) or not entries:
        mistakes.append("nodes: missing; allowed: a list of one or more nodes")
        entries = []
    nodes = [_node(entry, k, mistakes) for k, entry in enumerate(entries)]
    if "players" in options:
        options["players"] = tuple(options["players"])
    options["parameters"] = read_parameters(data.get("parameters", []), mistakes)
    try:
        game = ProcessGame(nodes=tuple(nodes), **options)
    except InvalidInputError as error:
        raise_mistakes(
            mistakes + [text for text in listed_mistakes(error) if nodes or "nodes" not in text]
        )
        raise AssertionError from error  # raise_mistakes has raised
    if "types" not in data:
        raise_mistakes(mistakes)
        return game
    types = read_fields(data["types"], _TYPES, "types", mistakes)
    for name in ("costs", "priors"):
        needed_field(types, name, ((0.0,), (1.0,)), "types", mistakes)
    raise_mistakes(mistakes)
    return TypedGame(game, **types)


def _node(entry: Any, k: int, mistakes: list[str]) -> Node:
    label = str(entry.get("label", f"node {k}")) if isinstance(entry, Mapping) else f"node {k}"
    where = f"node {label!r}"
    found = read_fields(entry, _NODE, where, mistakes, {"actions", "endings", "lapse", "deadline"})
    needed_field(found, "flow", (0.0, 0.0), where, mistakes)
    inner = entry if isinstance(entry, Mapping) else {}
    actions = []
    for a, item in enumerate(inner.get("actions", ())):
        action = read_fields(item, _ACTION, f"{where} action {a}", mistakes)
        needed_field(action, "side", 0, f"{where} action {a}", mistakes)
        actions.append(Action(**action))
    endings = []
    for e, item in enumerate(inner.get("endings", ())):
        ending = read_fields(item, _ENDING, f"{where} ending {e}", mistakes)
        needed_field(ending, "rate", 0.0, f"{where} ending {e}", mistakes)
        endings.append(Ending(**ending))
    if inner.get("lapse") is not None:
        names = {"duration": "duration", "to": "to", "value": "payoff"}
        lapse = read_fields(inner["lapse"], names, f"{where} lapse", mistakes)
        needed_field(lapse, "duration", 1.0, f"{where} lapse", mistakes)
        try:
            endings.append(Ending.lapse(**{"to": None, **lapse}))
        except InvalidInputError as error:
            mistakes.append(f"{where} lapse: {error}")
    deadline = None
    if inner.get("deadline") is not None:
        terms = read_fields(inner["deadline"], _DEADLINE, f"{where} deadline", mistakes)
        needed_field(terms, "at", 1.0, f"{where} deadline", mistakes)
        deadline = Deadline(**terms)
    return Node(
        **{"label": label, **found},
        actions=tuple(actions),
        endings=tuple(endings),
        deadline=deadline,
    )
