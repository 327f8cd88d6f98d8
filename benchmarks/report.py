"""What one comparison says, and how it is timed."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

REPEATS = 7
LEAST_TIMED = 0.2  # seconds


@dataclass(frozen=True)
class Line:
    """One comparison: least seconds a unit of work, their ratio and its target.

    ``ratio`` is the peer's time over ours where ``rule`` is ``"at least"``, ours over the
    peer's where it is ``"at most"``; ``target`` is None where nothing was promised.
    """

    task: str
    ours_seconds: float
    peer: str
    peer_seconds: float | None
    ratio: float | None
    rule: str
    target: float | None
    residuals: str

    @property
    def met(self) -> bool | None:
        if self.ratio is None or self.target is None:
            return None
        return self.ratio >= self.target if self.rule == "at least" else self.ratio <= self.target

    def describe(self) -> str:
        text = f"{self.task}: ours {readable(self.ours_seconds)}"
        if self.peer_seconds is not None:
            text += f"; {self.peer} {readable(self.peer_seconds)}"
        if self.ratio is not None:
            text += f"; ratio {self.ratio:.3g}"
        if self.target is not None:
            text += f" ({self.rule} {self.target:g}: {'met' if self.met else 'MISSED'})"
        return f"{text}; {self.residuals}" if self.residuals else text


def readable(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} us"


def least_seconds(run: Callable[[], object], repeats: int = REPEATS) -> float:
    """Least wall-clock time of ``run`` after one call that is not timed: noise only adds."""
    run()
    times: list[float] = []
    while len(times) < repeats or sum(times) < LEAST_TIMED:
        began = perf_counter()
        run()
        times.append(perf_counter() - began)
    return min(times)


def bounded(task: str, seconds: float, allowed: float, residuals: str = "") -> Line:
    """A task that may take so many seconds."""
    return Line(task, seconds, "allowed", allowed, seconds / allowed, "at most", 1.0, residuals)
