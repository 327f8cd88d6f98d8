"""One study, one set of bytes: whatever the threads, the way of calling, the user and the place."""

import json
import os
import shutil
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from negotiation.study.sweeps.workers import THREAD_VARIABLES
from tests.reference import ROOT

STUDY = """
name = "sums"
title = "Sums that depend on their order"
analysis = "sums:analyse"
as_of = 2025-05-02
"""
# Products of this size are cut among threads where there are several, and then differ.
ANALYSIS = """
import numpy as np
import negotiation as ng

def analyse(rng):
    drawn = rng.normal(size=(700, 700))
    payoffs = rng.normal(size=(2, 40, 4, 4))
    found = ng.nash_equilibria_batch(*payoffs)
    process = ng.solve_process(ng.load_process(as_of="2025-05-02"))
    return ng.StudyResult(
        numbers={"cut": ng.Number(float(process.cut_by(29.0)), ".17g")},
        objects={
            "product": drawn @ drawn.T,
            "solution": np.linalg.solve(drawn, drawn[::-1]),
            "equilibria": found.strategies,
        },
    )
"""
FIGURE = '''
"""A product."""

import matplotlib.pyplot as plt
import negotiation as ng

exhibit = ng.Exhibit(__file__)
product = exhibit.load("../experiments/results/sums/product")
figure, ax = plt.subplots()
ax.plot(product[:3].T)
exhibit.save(figure)
'''


def project(folder):
    for name, text in (
        ("experiments/sums.toml", STUDY),
        ("experiments/sums.py", ANALYSIS),
        ("figures/sums.py", FIGURE),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip())
    return folder


def environment(threads=None, home=True, **more):
    """Variables of this process, but for threads, home and caches."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if key not in THREAD_VARIABLES and key not in ("MAKEFLAGS", "MAKELEVEL")
    }
    if not home:
        for key in ("HOME", "XDG_CACHE_HOME", "MPLCONFIGDIR"):
            kept.pop(key, None)
        # Nobody can make a folder there, and numba then stores nothing.
        kept["NUMBA_CACHE_DIR"] = "/proc/nowhere"
    if threads is not None:
        kept |= dict.fromkeys(THREAD_VARIABLES, str(threads))
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def reproduced(folder, variables, *, make=False, cwd=None):
    """Bytes of all that a run leaves, but for the record of the run itself."""
    command = [sys.executable, "-m", "negotiation", "reproduce", "--project", str(folder)]
    if make:
        # A target of ours behind those of the Makefile: it gets what they get.
        target = f"same-bytes: ; cd '{folder}' && {' '.join(command)}"
        command = ["make", "--silent", "-C", str(ROOT), f"--eval={target}", "same-bytes"]
    done = subprocess.run(
        command, env=variables, cwd=cwd or folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for room in ("experiments/results", "figures/out")
        for path in sorted((folder / room).rglob("*"))
        if path.is_file() and path.name != "run.json"
    }
    assert any(name.endswith("sums.pdf") for name in found)
    for room in ("experiments/results", "figures/out", ".pytask"):
        shutil.rmtree(folder / room)
    return found


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    return reproduced(project(tmp_path_factory.mktemp("first")), environment(1))


@pytest.mark.fresh
@pytest.mark.parametrize(
    ("threads", "make", "home"),
    # Each pair of two of the three stands in one row; without a home kernels are compiled anew.
    [
        *((1, False, False), (1, True, True)),
        *((2, False, True), (2, True, False)),
        *((None, False, False), (None, True, True)),
    ],
)
def test_threads_and_the_way_of_calling(tmp_path, expected, threads, make, home):
    if make and shutil.which("make") is None:
        pytest.skip("make is not installed")
    found = reproduced(project(tmp_path), environment(threads, home=home), make=make)
    assert found == expected


def test_two_threads_another_place_and_another_time_zone(tmp_path, expected):
    variables = environment(2, TZ="Pacific/Kiritimati", LC_ALL="C", PYTHONHASHSEED="7")
    assert reproduced(project(tmp_path / "a b" / "ü"), variables, cwd="/") == expected


def test_a_host_keeps_its_threads():
    code = """
        import os
        import negotiation as ng
        ng.nash_equilibria(ng.NormalFormGame.from_bimatrix([[1.0]], [[1.0]]))
        ng.solve_process
        print({key: os.environ.get(key) for key in %r})
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code) % (THREAD_VARIABLES,)],
        env=environment(2), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == repr(dict.fromkeys(THREAD_VARIABLES, "2"))


NUMBERS = """
import json
import numpy as np
import negotiation as ng
from numpy.lib import introspect

process = ng.solve_process(ng.load_process(as_of="2025-05-02"))
rng = np.random.default_rng(3)
found = [
    *np.ravel(process.values), *process.cut_by(np.array([29.0, 59.0, 243.0])),
    *process.deal_by(np.array([29.0, 243.0])),
]
for shape in ((6, 6), (3, 3, 3)):
    game = ng.NormalFormGame(rng.random((len(shape), *shape)))
    found += [x for e in ng.nash_equilibria(game).equilibria for p in e.probabilities for x in p]
used = {v["current"] for f in introspect.opt_func_info().values() for v in f.values()}
print(json.dumps([list(map(float, found)), sorted(used)]))
"""


@pytest.mark.fresh
def test_other_processors_agree_to_rounding(tmp_path):
    """Bytes may differ where vectors are shorter; numbers may not."""
    pytest.importorskip("numpy.lib.introspect", reason="numpy 2 tells which features it uses")
    built = np.show_config(mode="dicts")["SIMD Extensions"]["found"]
    disabled = [name for name in built if name.startswith(("AVX512", "X86_V4"))]
    if not disabled:
        pytest.skip("neither this numpy nor this processor has AVX512")
    less = {"OPENBLAS_CORETYPE": "Haswell", "NPY_DISABLE_CPU_FEATURES": " ".join(disabled)}
    (here, full), (there, reduced) = (
        json.loads(
            subprocess.run(
                [sys.executable, "-c", NUMBERS],
                env=environment(**more), cwd=tmp_path, capture_output=True, text=True, check=True,
            ).stdout
        )
        for more in ({}, less)
    )  # fmt: skip
    assert full != reduced
    np.testing.assert_allclose(there, here, rtol=0.0, atol=1e-9)
