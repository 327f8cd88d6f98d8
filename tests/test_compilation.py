"""Kernels: said when they compile, run where nothing is stored, not needed for a few games."""

import numpy as np
import pytest
from numba.core import caching

from negotiation import compilation, nash_equilibria_batch
from negotiation.equilibrium.normal_form import batch


def of_this_library(name):
    def triple(x):
        return 3 * x

    triple.__module__, triple.__qualname__ = f"negotiation.{name}", "triple"
    return triple


def test_a_line_says_what_is_compiled(capsys, monkeypatch):
    monkeypatch.setattr(compilation, "_NOTICED", 0.0)
    monkeypatch.delenv("NEGOTIATION_QUIET")
    assert compilation.njit(cache=False)(of_this_library("said"))(2) == 6
    assert "negotiation: negotiation.said.triple compiled in" in capsys.readouterr().err
    monkeypatch.setenv("NEGOTIATION_QUIET", "1")
    compilation.njit(cache=False)(of_this_library("unsaid"))(2)
    assert capsys.readouterr().err == ""


def test_kernels_run_where_nothing_can_be_stored(monkeypatch):
    monkeypatch.setattr(caching.CompileResultCacheImpl, "_locator_classes", [])
    kernel = compilation.njit(cache=True, nogil=True)(of_this_library("homeless"))
    assert kernel(2) == 6


def test_a_small_batch_needs_no_kernel(monkeypatch):
    rng = np.random.default_rng(4)
    A, B = rng.integers(-3, 4, (2, 20, 3, 2))
    with monkeypatch.context() as patch:
        patch.setattr(batch, "_solve_slice", lambda *_: pytest.fail("compiled"))
        one_by_one = nash_equilibria_batch(A, B)
    monkeypatch.setattr(batch, "FEW_CELLS", 0)
    compiled = nash_equilibria_batch(A, B)
    np.testing.assert_array_equal(one_by_one.counts, compiled.counts)
    np.testing.assert_array_equal(one_by_one.offsets, compiled.offsets)
    np.testing.assert_allclose(one_by_one.strategies, compiled.strategies, atol=1e-15)
