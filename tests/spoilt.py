"""Valid files with a few bytes changed, and readers that must not fall over them."""

import time
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from negotiation.errors import NegotiationError

TOKENS = [
    b"", b",", b"\n", b'"', b"\0", b"nan", b"inf", b"-1", b"1e999", b"1e308", b"9" * 400, b"0x1p3",
    b"\xff\xfe", b"1_000", b" ", b"_", b"OUT", b"CN1", b"TOT", b"\xef\xbb\xbf", b"\r", b"--",
    b"1,5", b"{", b"}", b"1/0", b"1e999999999", b"1000000000", b"[", b"]", b"=", b"2025-05-02",
]  # fmt: skip


def spoilt(content, rng):
    """The content with one to four changes."""
    data = bytearray(content)
    for _ in range(int(rng.integers(1, 5))):
        if not data:
            break
        place, kind = int(rng.integers(len(data))), int(rng.integers(7))
        if kind == 0:
            data[place] = int(rng.integers(256))
        elif kind == 1:
            del data[place : place + int(rng.integers(1, 60))]
        elif kind == 2:
            data[place:place] = TOKENS[int(rng.integers(len(TOKENS)))]
        elif kind == 3:
            data[place : place + 4] = TOKENS[int(rng.integers(len(TOKENS)))]
        elif kind == 4:
            end = place + int(rng.integers(1, 200))
            data[place:place] = data[place:end]
        elif kind == 5:
            data = data[:place]
        else:
            lines = bytes(data).split(b"\n")
            first, second = rng.integers(len(lines), size=2)
            lines[int(first)], lines[int(second)] = lines[int(second)], lines[int(first)]
            data = bytearray(b"\n".join(lines))
    return bytes(data)


def read_spoilt(path, content, read, rng, count, check=lambda _: True):
    """Read ``count`` spoilt files; returns how many were accepted and the most CPU seconds."""
    whole, slowest = 0, 0.0
    for k in range(count):
        path.write_bytes(spoilt(content, rng))
        began = time.process_time()
        try:
            result = read(path)
        except NegotiationError:
            pass
        except Exception as error:
            raise AssertionError(f"case {k}, {path.read_bytes()!r}: {error!r}") from error
        else:
            assert check(result), k
            whole += 1
        slowest = max(slowest, time.process_time() - began)
    return whole, slowest


def stream(seed, name, names):
    """A generator of its own for each reader."""
    return np.random.default_rng([seed, sorted(names).index(name)])


def _peak():
    """Most memory that this process has held, in kB, since the count began."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])


@contextmanager
def little_memory(most=1_000_000):
    """What runs inside never takes more than so many kB beyond what was held before."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak starts anew
    before = _peak()
    yield
    assert _peak() - before < most
