"""Compiled kernels: stored where that is possible, and never compiled in silence.

The first use of a kernel on a machine compiles it; a line on standard error says what is compiled
and how long it took. ``NEGOTIATION_QUIET=1`` in the environment keeps it quiet.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from time import perf_counter
from typing import Any, TypeVar, cast

import numba
from numba.core import event

__all__ = ["njit"]

F = TypeVar("F", bound=Callable[..., Any])

#: Compilations that take fewer seconds pass without a word.
_NOTICED = 1.0


def _say(text: str) -> None:
    if not os.environ.get("NEGOTIATION_QUIET"):
        print(f"negotiation: {text}", file=sys.stderr, flush=True)


class _Notices(event.Listener):
    """Says what is compiled and how long that took, for this library's kernels."""

    def __init__(self) -> None:
        self.running = threading.local()
        self.begun = False

    def on_start(self, happened: Any) -> None:
        function = happened.data["dispatcher"].py_func
        stack = self.running.__dict__.setdefault("stack", [])
        if not stack and function.__module__.startswith("negotiation.") and not self.begun:
            self.begun = True
            _say("compiling kernels, once on this machine")
        stack.append((function, perf_counter()))

    def on_end(self, happened: Any) -> None:
        del happened
        function, began = self.running.stack.pop()
        seconds = perf_counter() - began
        ours = function.__module__.startswith("negotiation.")
        if not self.running.stack and ours and seconds > _NOTICED:
            _say(f"{function.__module__}.{function.__name__} compiled in {seconds:.0f} s")


event.register("numba:compile", _Notices())  # type: ignore[no-untyped-call]  # numba has no types


def njit(*, cache: bool = True, **options: Any) -> Callable[[F], F]:
    """Return numba's decorator, whose machine code is stored where a folder can be written.

    Where none can (another user's installation, no home), each process compiles for itself.
    """

    def decorate(function: F) -> F:
        try:
            compiled = numba.njit(cache=cache, **options)(function)
        except RuntimeError:  # numba found neither a folder beside the file nor one of the user's
            compiled = numba.njit(**options)(function)
        return cast(F, compiled)

    return decorate
