"""Whatever a public function is given, only the library's errors leave it."""

import resource
import time
from contextlib import suppress

import numpy as np
import pytest

from negotiation.errors import NegotiationError
from tests.any_input import PLAIN, any_arguments, arguments_of, public_calls

CALLS = public_calls()
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Names of files are among the arguments: what a call writes is no part of the checkout."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", CALLS, ids=str)
def test_a_wrong_first_argument_is_named(name):
    call = CALLS[name]
    needed, taken = arguments_of(call)
    first, *others = needed or list(taken)[:1]
    for value in PLAIN:
        for other in (0.5, "x", None) if others else (None,):
            with suppress(NegotiationError):
                call(**{first: value, **dict.fromkeys(others, other)})


def any_calls(count, seed):
    """Call public names with arguments drawn at random; returns the most CPU seconds of a call."""
    rng = np.random.default_rng(seed)
    names, slowest = sorted(CALLS), 0.0
    for k in range(count):
        name = names[k % len(names)]
        given = any_arguments(CALLS[name], rng)
        began = time.process_time()
        try:
            CALLS[name](**given)
        except NegotiationError:
            pass
        except Exception as error:
            raise AssertionError(f"{name}({given}): {error!r}") from error
        slowest = max(slowest, time.process_time() - began)
    return slowest


def test_any_arguments():
    any_calls(1_000, seed=1)


@pytest.mark.slow
def test_any_arguments_10000_calls():
    """The same at full size; each call stays under 5 CPU seconds and all under 1 GB more."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert any_calls(10_000, seed=2) < 5.0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1_000_000
