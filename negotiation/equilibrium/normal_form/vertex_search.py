"""Vertices of one best-response polytope of any size through the compiled kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from negotiation.equilibrium.normal_form.polytopes import (
    MOST_LABELS,
    Matrix,
    VertexSet,
    enumerate_vertices,
    most_vertices,
)
from negotiation.values import FloatArray

__all__ = ["find_vertices", "find_vertices_by_float", "find_vertices_by_integer", "unit_columns"]

# Bases taken from the queue between two looks at the clock.
STRIDE = 512
FIRST_CAPACITY = 16_384
# A search that would need more memory stops as if at a limit.
MOST_BYTES = 2_000_000_000

_COLUMNS = ("keys", "denominators", "sizes", "done", "labels", "nodes")


class _Queue:
    """Growing arrays that a kernel's search fills."""

    def __init__(self, height: int, width: int, dtype: Any) -> None:
        self.height, self.width = height, width
        self.capacity = 0
        self.state = np.zeros(3, dtype=np.int64)
        self.tableaux = np.empty((0, height, width + 1), dtype=dtype)
        self.bases = np.empty((0, height), dtype=np.int64)
        self.nonbases = np.empty((0, width), dtype=np.int64)
        self.errors = np.empty((0, height + 1))
        empty = np.empty(0, dtype=np.int64)
        self.keys = self.denominators = self.sizes = self.done = self.labels = self.nodes = empty
        self.basis_table = self.label_table = np.zeros((3, 0), dtype=np.int64)
        # Memory that is never touched costs nothing.
        self.grow(min(most_vertices(height + width, width) + width, FIRST_CAPACITY))

    def grow(self, capacity: int) -> None:
        """Lengthen every array and enter the known keys into larger tables."""
        from negotiation.equilibrium.normal_form import kernels

        for name in ("tableaux", "bases", "nonbases", "errors", *_COLUMNS):
            old = getattr(self, name)
            new = np.empty((capacity, *old.shape[1:]), dtype=old.dtype)
            new[: len(old)] = old
            setattr(self, name, new)
        for name in ("basis_table", "label_table"):
            table = np.zeros((3, 1 << (2 * capacity).bit_length()), dtype=np.int64)
            kernels.rehash(getattr(self, name), table, 1)
            setattr(self, name, table)
        self.capacity = capacity

    @property
    def has_room(self) -> bool:
        return int(self.state[1]) + self.width <= self.capacity

    def fill(
        self, search: Callable[[], int], ends: tuple[int, int], keep_going: Callable[[], bool]
    ) -> int:
        """Search on until it ends, time is up or memory is used up; returns its last status."""
        while True:
            status = search()
            if status in ends or not keep_going():
                return status
            if not self.has_room:
                if 2 * self.tableaux.nbytes > MOST_BYTES:
                    return status
                self.grow(2 * self.capacity)


def find_vertices_by_float(
    matrix: FloatArray, integers: Matrix, keep_going: Callable[[], bool]
) -> VertexSet | None:
    """Return the vertices of {z >= 0, matrix z <= 1} where all are proven simple.

    Parameters
    ----------
    matrix
        Columns shifted and scaled by powers of two into [0, 1].
    integers
        The same polytope up to a scale of each variable, for the result.
    keep_going
        Asked now and then; False stops the search.

    Returns
    -------
    VertexSet or None
        None where floating point leaves a sign open: there may be ties.
    """
    from negotiation.equilibrium.normal_form import kernels

    height, width = matrix.shape
    queue = _Queue(height, width, np.float64)
    work, residuals = np.empty((4, width + height), dtype=np.int64), np.empty(width + height)
    status = queue.fill(
        lambda: kernels.float_vertices(
            matrix,
            height,
            width,
            queue.state,
            queue.tableaux,
            queue.keys,
            queue.bases,
            queue.nonbases,
            queue.errors,
            queue.done,
            queue.basis_table,
            1,
            work,
            residuals,
            STRIDE,
        ),
        (kernels.DONE, kernels.UNCERTAIN),
        keep_going,
    )
    if status == kernels.UNCERTAIN:
        return None
    # What has been taken from the queue is proven; what still waits there is not.
    labels = queue.keys[1 : max(1, int(queue.state[0]))]
    return VertexSet(
        matrix=integers,
        labels=labels,
        points=None,
        bases=labels,
        nearest=np.arange(len(labels)),
        orders=queue.bases[1 : len(labels) + 1],
        complete=status == kernels.DONE,
    )


def find_vertices_by_integer(integers: Matrix, keep_going: Callable[[], bool]) -> VertexSet | None:
    """Return the vertices of {z >= 0, integers z <= 1} in 64-bit whole numbers.

    Returns
    -------
    VertexSet or None
        None where a tableau entry does not fit.
    """
    from negotiation.equilibrium.normal_form import kernels

    height, width = len(integers), len(integers[0])
    if max(max(row) for row in integers) >= int(kernels.LARGE):
        return None
    matrix = np.array(integers, dtype=np.int64)
    queue = _Queue(height, width, np.int64)
    status = queue.fill(
        lambda: kernels.integer_vertices(
            matrix,
            height,
            width,
            queue.state,
            queue.tableaux,
            queue.keys,
            queue.bases,
            queue.nonbases,
            queue.denominators,
            queue.sizes,
            queue.done,
            queue.basis_table,
            queue.label_table,
            1,
            queue.labels,
            queue.nodes,
            STRIDE,
        ),
        (kernels.DONE, kernels.OVERFLOW),
        keep_going,
    )
    if status == kernels.OVERFLOW:
        return None
    head, found = max(1, int(queue.state[0])), int(queue.state[2])
    labels = queue.labels[:found]
    points = []
    for node in queue.nodes[:found].tolist():
        point = [0] * width
        for row, label in enumerate(queue.bases[node].tolist()):
            if label < width:
                point[label] = int(queue.tableaux[node, row, width])
        points.append(tuple(point))
    bases = queue.keys[1:head]
    # A vertex carries the labels of its basis and those of basic variables at zero.
    at_zero = queue.tableaux[1:head, :, width] == 0
    full = bases | np.where(at_zero, np.int64(1) << queue.bases[1:head], 0).sum(axis=1)
    order = np.argsort(labels)
    return VertexSet(
        matrix=integers,
        labels=labels,
        points=points,
        bases=bases,
        nearest=order[np.searchsorted(labels, full, sorter=order)],
        orders=queue.bases[1:head],
        complete=status == kernels.DONE,
    )


def unit_columns(integers: Matrix) -> FloatArray:
    """Return whole numbers of any size as floats, each column divided by its largest entry.

    The one rounding that an entry takes is within what the kernel's proof allows for.
    """
    tops = [max(column) for column in zip(*integers, strict=True)]
    return np.array(
        [[value / top for value, top in zip(row, tops, strict=True)] for row in integers]
    )


def find_vertices(integers: Matrix, keep_going: Callable[[], bool], *, compiled: bool) -> VertexSet:
    """Return the vertices of {z >= 0, integers z <= 1}, by the fastest means that proves them.

    Parameters
    ----------
    integers
        Nonnegative, no column all zero.
    keep_going
        Asked now and then; False stops the search.
    compiled
        Whether to try the kernels before whole numbers of any size.
    """
    if compiled and len(integers) + len(integers[0]) <= MOST_LABELS:
        found = find_vertices_by_float(unit_columns(integers), integers, keep_going)
        if found is None:
            found = find_vertices_by_integer(integers, keep_going)
        if found is not None:
            return found
    return enumerate_vertices(integers, keep_going=keep_going)
