"""The compiled kernels: overflow, growth, limits, the interpreter, and the disk cache."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba import njit

import negotiation
from negotiation.equilibrium.limits import TimeLimit
from negotiation.equilibrium.normal_form import kernels
from negotiation.equilibrium.normal_form.bimatrix import match_vertices
from negotiation.equilibrium.normal_form.nash import nash_equilibria
from negotiation.equilibrium.normal_form.polytopes import (
    enumerate_vertices,
    integer_columns,
    most_vertices,
    orientation,
)
from negotiation.equilibrium.normal_form.vertex_search import (
    find_vertices,
    find_vertices_by_float,
    find_vertices_by_integer,
    unit_columns,
)
from negotiation.errors import InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from tests.strategies_games import KINDS, strategy_set

PACKAGE = Path(negotiation.__file__).parent


def always():
    return True


def as_points(found):
    return {
        labels: tuple(np.array(point) / sum(point))
        for labels, point in zip(found.labels.tolist(), found.points, strict=True)
    }


@pytest.mark.kernel
def test_wide_arithmetic_is_that_of_python_integers():
    # Compiled here, not taken from the cache.
    @njit
    def zeros(v):
        return kernels._trailing_zeros(v)

    @njit
    def divide(n, d, s):
        return kernels._divide_exactly(n, s, kernels._odd_inverse(d >> s))

    @njit
    def quotient(p, a, f, b, d, s):
        return kernels._wide_quotient(p, a, f, b, s, kernels._odd_inverse(d >> s))

    @njit
    def is_quotient(p, a, f, b, q, d):
        return kernels._is_quotient(p, a, f, b, q, d)

    @njit
    def compare(a, b, c, d):
        return kernels._compare_products(a, b, c, d)

    rng = np.random.default_rng(0)
    for _ in range(50):
        d, q, p, f, b = (int(v) for v in rng.integers(1, 2**61, 5))
        d, b = d >> 3 << 3 or 8, -b
        shift = zeros(d)
        assert d % 2**shift == 0
        assert d >> shift & 1
        small, divisor = q >> 31, max(d >> 33, 1)
        assert divide(small * divisor, divisor, zeros(divisor)) == small
        # p a - f b is a multiple of d by the choice of a and b.
        a, b = d, b // d * d
        want = (p * a - f * b) // d
        fits = -(2**63) <= want < 2**63
        assert is_quotient(p, a, f, b, quotient(p, a, f, b, d, shift), d) == fits
        if fits:
            assert quotient(p, a, f, b, d, shift) == want
        assert compare(p, a, f, b) == (p * a > f * b) - (p * a < f * b)
    assert compare(2**61, 6, 2**62, 3) == 0


@pytest.mark.kernel
@pytest.mark.parametrize("kind", ["0, 1, 2", "0..999", "dollars", "tied beyond 64 bits"])
def test_integer_vertices_are_those_of_plain_python(kind):
    rng = np.random.default_rng(4)
    for _ in range(6):
        matrix, _ = integer_columns(KINDS[kind](rng, (4, 3)).astype(float))
        plain = enumerate_vertices(matrix)
        compiled = find_vertices_by_integer(matrix, always)
        if compiled is None:
            # Products beyond 128 bits are refused, never wrapped.
            assert max(map(max, matrix)) > 2**20
            continue
        assert compiled.complete
        assert as_points(compiled) == as_points(plain)
        assert set(compiled.bases.tolist()) == set(plain.bases.tolist())
        by_mask = {
            mask: orientation(order, 3)
            for mask, order in zip(plain.bases.tolist(), plain.orders.tolist(), strict=True)
        }
        for mask, order in zip(compiled.bases.tolist(), compiled.orders.tolist(), strict=True):
            assert orientation(order, 3) == by_mask[mask]


@pytest.mark.kernel
def test_orientation_is_the_sign_of_the_determinant():
    matrix, _ = integer_columns(np.random.default_rng(8).integers(0, 50, (4, 4)).astype(float))
    found = enumerate_vertices(matrix)
    M = np.array(matrix, dtype=float)
    for mask, order in zip(found.bases.tolist(), found.orders.tolist(), strict=True):
        rows = [i for i in range(4) if mask >> (4 + i) & 1]
        columns = [j for j in range(4) if not mask >> j & 1]
        assert np.sign(np.linalg.det(M[np.ix_(rows, columns)])) == orientation(order, 4)


@pytest.mark.kernel
def test_floating_point_gives_up_on_ties_and_is_right_elsewhere():
    rng = np.random.default_rng(2)
    tied, _ = integer_columns(np.zeros((3, 3)))
    assert find_vertices_by_float(unit_columns(tied), tied, always) is None
    for _ in range(5):
        matrix, _ = integer_columns(rng.random((4, 3)))
        found = find_vertices_by_float(unit_columns(matrix), matrix, always)
        assert set(found.labels.tolist()) == set(enumerate_vertices(matrix).labels.tolist())


def test_near_ties_are_not_ties():
    # Row 3 is a best response at the mixture of rows 1 and 2 but for one unit in the last place.
    B = [[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]]
    for shift in (0.0, 2.0**-50, -(2.0**-50)):
        game = NormalFormGame.from_bimatrix([[2, 0], [0, 2], [1 + shift, 1 + shift]], B)
        for method in ("auto", "vertex_enumeration", "floating_point"):
            result = nash_equilibria(game, method)
            third = [e for e in result.equilibria if e.probabilities[0][2] > 0]
            assert bool(third) == (shift >= 0)
            assert sum(c.index for c in result.components) == 1


def test_queues_grow(monkeypatch):
    monkeypatch.setattr("negotiation.equilibrium.normal_form.vertex_search.FIRST_CAPACITY", 16)
    rng = np.random.default_rng(3)
    for kind in ("floats", "0, 1, 2"):
        A, B = KINDS[kind](rng, (2, 6, 6)).astype(float)
        game = NormalFormGame.from_bimatrix(A, B)
        assert strategy_set(nash_equilibria(game)) == strategy_set(
            nash_equilibria(game, "vertex_enumeration")
        )


def test_memory_is_a_limit(monkeypatch):
    monkeypatch.setattr("negotiation.equilibrium.normal_form.vertex_search.FIRST_CAPACITY", 16)
    monkeypatch.setattr("negotiation.equilibrium.normal_form.vertex_search.MOST_BYTES", 1)
    for A in (np.random.default_rng(3).random((6, 6)), np.eye(6)):
        matrix, _ = integer_columns(A)
        assert not find_vertices(matrix, always, compiled=True).complete


@pytest.mark.parametrize("top", [2, 10**6])
def test_a_time_limit_stops_either_search(top):
    A, B = np.random.default_rng(1).integers(0, top, (2, 14, 14)).astype(float)
    result = nash_equilibria(NormalFormGame.from_bimatrix(A, B), max_seconds=0.0)
    assert not result.complete
    assert not result.converged
    assert result.components == ()
    assert result.max_regret < 1e-12
    matrix, _ = integer_columns(A)
    for search in (
        lambda: find_vertices_by_integer(matrix, lambda: False),
        lambda: find_vertices(matrix, lambda: False, compiled=True),
    ):
        found = search()
        assert found is None or not found.complete


def test_a_billion_supports_are_refused_unless_limited():
    A = np.eye(30)
    game = NormalFormGame.from_bimatrix(A, A)
    with pytest.raises(InvalidInputError, match="one_equilibrium"):
        nash_equilibria(game)
    some = nash_equilibria(game, max_count=5, max_seconds=0.2)
    assert len(some.equilibria) == 5
    assert not some.complete
    assert most_vertices(60, 30) > 10**9


def test_more_labels_than_a_machine_word():
    rng = np.random.default_rng(1)
    A, B = rng.integers(0, 1000, (2, 2, 80)).astype(float)
    game = NormalFormGame.from_bimatrix(A, B)
    result = nash_equilibria(game)
    assert result.complete
    assert sum(e.index for e in result.equilibria) == 1


def test_floating_point_reports_proven_labels_and_says_where_it_gave_up():
    rng = np.random.default_rng(9)
    A, B = rng.random((2, 7, 7))
    game = NormalFormGame.from_bimatrix(A, B)
    exact, floating = nash_equilibria(game), nash_equilibria(game, "floating_point")
    assert all(e.exact is None for e in floating.equilibria)
    assert [e.index for e in floating.equilibria] == [e.index for e in exact.equilibria]
    for one, other in zip(exact.equilibria, floating.equilibria, strict=True):
        assert np.allclose(np.concatenate(one.probabilities), np.concatenate(other.probabilities))
    tied = nash_equilibria(
        NormalFormGame.from_bimatrix(np.eye(3), np.ones((3, 3))), "floating_point"
    )
    assert tied.equilibria[0].exact is not None
    assert any("whole numbers" in note for note in tied.notes)


def test_a_limit_on_the_number_holds_for_pairs():
    found = match_vertices(
        np.eye(3),
        np.eye(3),
        limit=TimeLimit(None),
        max_count=2,
        compiled=False,
        floating=False,
    )
    assert len(found.pairs) == 2
    assert not found.complete


RUN = """
import json, numpy as np
from negotiation.equilibrium.normal_form import batch
from negotiation.equilibrium.normal_form.batch import nash_equilibria_batch
batch.FEW_CELLS = 0  # in kernels, whether they have been compiled before or not
rng = np.random.default_rng(3)
out = []
for low, high in ((0, 3), (0, 1000), (0, 10**12)):
    A, B = rng.integers(low, high, (2, 6, 3, 3)).astype(float)
    out.append(nash_equilibria_batch(A, B, threads=1).strategies.tobytes().hex())
out.append(nash_equilibria_batch(*rng.random((2, 6, 3, 4)), threads=1).strategies.tobytes().hex())
print(json.dumps(out))
"""


def run(code, **environment):
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
        cwd=environment.get("PYTHONPATH"),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_compiled_and_interpreted_kernels_give_the_same_bytes():
    here = str(PACKAGE.parent)
    compiled = run(RUN, PYTHONPATH=here, NUMBA_DISABLE_JIT="0")
    assert json.loads(compiled) == json.loads(run(RUN, PYTHONPATH=here, NUMBA_DISABLE_JIT="1"))


COMPILE = """
from negotiation.equilibrium import precompile as games
from negotiation.process import precompile as process
from negotiation.trade.solver import precompile as trade
for layer in (trade, games, process):
    layer.compile_kernels()
"""

# What callers bring: every type of number, every order in memory, lists, views, read-only arrays.
PUBLIC_CALLS = """
import itertools
import numpy as np
import negotiation as ng

rng = np.random.default_rng(0)
for shape in ((1, 3), (2, 2), (3, 3), (6, 6), (7, 2)):
    for kind in (bool, np.int8, np.uint64, np.int64, np.float32, np.float64, object):
        A = rng.integers(0, 2, (4, *shape)).astype(kind)
        for given in (A, np.asfortranarray(A), A[::2], A[:, ::-1], A.tolist()):
            ng.nash_equilibria_batch(given, given, threads=1)
A = rng.random((500, 3, 3))
A.setflags(write=False)
ng.nash_equilibria_batch(A, A[::-1], threads=2)
for size, kind in itertools.product((2, 5, 8), (np.int64, np.float32)):
    A, B = rng.integers(0, 9, (2, size, size)).astype(kind)
    game = ng.NormalFormGame.from_bimatrix(np.asfortranarray(A), B.T)
    for method in ("auto", "floating_point"):
        ng.nash_equilibria(game, method)
    ng.nash_equilibria(game, max_seconds=10)
    ng.one_equilibrium(game)
tied = np.eye(6) * 10**15
ng.nash_equilibria(ng.NormalFormGame.from_bimatrix(tied + 1, tied))
acts = [{"side": k, "payoff": [0, 0], "mu": np.float32(0.3), "to": 1} for k in range(2)]
for extra in ({}, {"deadline": {"at": 1}}, {"endings": [{"rate": 1, "payoff": [0, -1], "to": 0}]}):
    process = ng.MultiStepProcess.from_dict(
        {
            "nodes": [{"flow": np.array([-1, -1], np.int32), "actions": acts, **extra}]
            + [{"flow": (0, 0)}],
            "r": [1, 1],
            "s": np.array([0.5, 0.25], np.float32),
        }
    )
    solution = ng.solve_process(process, max_iter=np.int32(500))
    ng.solve_processes([process, process])
    solution.node_probabilities([1, 2])
    ng.simulate_process(solution, n=2, rng=rng)
regions = tuple("ABCD")
flows = np.asfortranarray(1.0 + rng.random((1, 4, 4)))
free = ng.TariffSchedule(regions, ("goods",), np.zeros((1, 4, 4), np.float32))
world = ng.Economy("four", regions, ("goods",), flows.astype(np.float32), free)
for model in (ng.TradeModel(trade_elasticity=4), ng.TradeModel.eaton_kortum()):
    ng.counterfactual(world, free.set(rate=0.1), model)
    ng.counterfactuals(world, [free.set(rate=0.1), free.set(rate=0.2)], model)
    rates = np.tile(0.1 * (1 - np.eye(4, dtype=np.float32)), (3, 1, 1, 1))
    ng.counterfactuals(world, rates, model)
    ng.counterfactuals(world, rates[::-1].transpose(0, 1, 3, 2), model)
"""

MISSES = """
from negotiation.equilibrium.normal_form import kernels as games
from negotiation.process.game import _kernels as process
from negotiation.trade.solver import kernels as trade

kernels = [
    value
    for module in (games, process, trade)
    for value in vars(module).values()
    if hasattr(value, "stats")
]
assert sum(len(kernel.signatures) for kernel in kernels) >= 5
print(sum(sum(kernel.stats.cache_misses.values()) for kernel in kernels))
"""

PLACE = """
import numpy as np
from negotiation.equilibrium.normal_form import kernels
old, new = np.zeros((3, 4), np.int64), np.zeros((3, 8), np.int64)
old[:, 0] = 5, 2, 1
kernels.rehash(old, new, 1)
print(new[1].max())
"""


@pytest.mark.fresh
def test_of_two_processes_with_one_fresh_cache_the_second_misses_nothing(tmp_path):
    environment = {"PYTHONPATH": str(PACKAGE.parent), "NUMBA_CACHE_DIR": str(tmp_path)}
    assert int(run(COMPILE + MISSES, **environment)) > 0
    assert int(run(PUBLIC_CALLS + MISSES, **environment)) == 0


@pytest.mark.fresh
def test_an_edited_callee_is_noticed(tmp_path):
    copied = tmp_path / "negotiation"
    shutil.copytree(PACKAGE, copied, ignore=shutil.ignore_patterns("__pycache__"))
    environment = {"PYTHONPATH": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    assert int(run(PLACE, **environment)) == 2
    source = copied / "equilibrium" / "normal_form" / "kernels.py"
    source.write_text(
        source.read_text().replace("owners[slot] = owner", "owners[slot] = owner + 7")
    )
    assert int(run(PLACE, **environment)) == 9


def test_every_public_entry_is_listed():
    assert all(hasattr(kernels, name) for name in kernels.__all__)
