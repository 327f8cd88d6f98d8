"""Ctrl-C: what is kept, how to go on, and exit code 130."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["Interrupted", "interruptible"]


class Interrupted(Exception):  # noqa: N818  # no error of anybody's
    """The user stopped a command; says what is kept and how to go on."""


class _Stopped(BaseException):
    """Ctrl-C on its way out: pytask would report a KeyboardInterrupt as an error of its task."""


@contextmanager
def interruptible(kept: Callable[[], str]) -> Iterator[None]:
    """Turn Ctrl-C into `Interrupted`.

    Parameters
    ----------
    kept
        Says what is kept and how to go on, asked at that moment.
    """

    def stop(*_: Any) -> None:
        # One is enough: a second would interrupt the tidying up.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise _Stopped

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    except _Stopped as error:
        raise Interrupted(kept()) from error
    finally:
        signal.signal(signal.SIGINT, before)
