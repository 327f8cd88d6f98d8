"""Which stages follow which: nodes (stage, history) of a process that play can reach."""

from __future__ import annotations

import numpy as np

from negotiation.process.tough_types.closed_form import ProcessArrays
from negotiation.values import IntArray

__all__ = ["links", "played", "reachable"]


def played(arrays: ProcessArrays, k: int, h: int) -> tuple[int, int] | None:
    """Return the first stage from k on that is played after a history; None after the last."""
    count = len(arrays.breakdown_hazard)
    while k < count and not arrays.opens[k, h]:
        k, h = k + 1, arrays.child(k, h, 0)
    return (k, h) if k < count else None


def reachable(arrays: ProcessArrays) -> list[tuple[int, int]]:
    """Played nodes that can be reached, in the order of their stages."""
    start = played(arrays, 0, 0)
    found: set[tuple[int, int]] = set()
    queue = [start] if start is not None else []
    while queue:
        node = queue.pop()
        if node in found:
            continue
        found.add(node)
        k, h = node
        targets = [played(arrays, k + 1, arrays.child(k, h, c)) for c in range(2)]
        m = int(arrays.relapse_to[k])
        if m >= 0:
            targets.append(played(arrays, m, arrays.ancestor(k, m, h)))
        queue += [target for target in targets if target is not None]
    return sorted(found)


def links(
    arrays: ProcessArrays, k: int, h: int, number: dict[tuple[int, int], int]
) -> tuple[IntArray, int]:
    """Numbers of the nodes after each conceder, and after a breakdown; -1 for none."""
    following = np.full(2, -1, dtype=np.int64)
    for c in range(2):
        target = played(arrays, k + 1, arrays.child(k, h, c))
        if target is not None:
            following[c] = number[target]
    m = int(arrays.relapse_to[k])
    target = played(arrays, m, arrays.ancestor(k, m, h)) if m >= 0 else None
    return following, -1 if target is None else number[target]
