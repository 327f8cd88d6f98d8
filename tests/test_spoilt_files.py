"""Spoilt games, studies, sweeps, processes and disputes, and files made to take all memory.

Readers of tables of trade have their own, `tests/data/test_reader_fuzz.py`.
"""

import subprocess
import sys

import pytest

import negotiation as ng
from negotiation.errors import InvalidInputError
from negotiation.study.store.objects import load_object, save_object
from tests.estimation.test_ties import CASES as DISPUTES
from tests.estimation.test_ties import RELEASE
from tests.reference import ROOT
from tests.spoilt import little_memory, read_spoilt, stream

PAYOFFS = b'NFG 1 R "g" { "a" "b" }\n{ { "x" "y" } { "l" "r" } }\n"note"\n3 3 5 0 0 1/3 .5 1e-2\n'
OUTCOMES = b'NFG 1 D "g" { "a" "b" } { 2 2 }\n{ { "" 1, 2 } { "" 3, 4 } }\n1 2 0 1\n'
TREE = (
    b'EFG 2 R "t" { "a" "b" }\n"note"\nc "" 1 "nature" { "u" 1/2 "d" .5 } 0\n'
    b'p "" 1 1 "A" { "x" "y" } 1 "o" { 1, 1 }\nt "" 2 "p" { 3, 4 }\nt "" 3 "q" { 5/7, 6 }\n'
    b'p "" 2 1 "B" { "x" "y" } 0\nt "" 4 "" { 0, 0 }\nt "" 2\n'
)
PROCESS = (
    b'r = [0.05, 0.05]\npsi = 0.0\ntime_unit = "month"\nstart = 2025-05-02\nnames = ["1", "2"]\n'
    b"z = [0.1, 0.2]\n[[stages]]\ng = [-0.5, -1.0]\nl = [0.1, 0.2]\nf = [0.4, 0.5]\ndeadline = 9\n"
    b"[[stages]]\ng = [-0.1, -0.1]\nl = [0.0, 0.0]\nf = [0.3, 0.3]\nbeta = 0.1\nrelapse_to = 0\n"
    b'[[parameters]]\nname = "p"\nvalue = 1\nstatus = "assumption"\nsource = "s"\n'
)
STUDY = (
    b'name = "own"\ntitle = "t"\nanalysis = "mine:compute"\nas_of = 2025-05-02\nseed = 7\n'
    b'needs = ["a"]\n[settings]\nrows = 3\n[profile.tiny]\nrows = 1\n'
)
SWEEP = (
    b'name = "s"\nevaluate = "mine:evaluate"\nsize = 8\nchunk = 2\n[ranges.x]\nlow = 0.1\n'
    b'high = 2\nscale = "log"\n[ranges.y]\nlow = 1\nhigh = 2\npoints = 3\n[fixed]\nk = [1, 2]\n'
)
CASES = {
    "nfg payoffs": (PAYOFFS, ng.read_nfg),
    "nfg outcomes": (OUTCOMES, ng.read_nfg),
    "efg": (TREE, ng.read_efg),
    "process": (PROCESS, ng.MultiStepProcess.from_toml),
    "study": (STUDY, ng.load_study),
    "sweep": (SWEEP, ng.load_sweep),
    "disputes": ((RELEASE + DISPUTES).encode(), ng.read_ties),
    "result": (b"", lambda path: load_object(path.with_suffix(""))),
}


@pytest.fixture
def place(tmp_path):
    """A folder with the function that studies and sweeps of the tests name."""
    (tmp_path / "mine.py").write_text(
        "def compute(rows=1): return rows\ndef evaluate(rows, fixed, rngs): return rows\n"
    )
    save_object(tmp_path / "file", (1, {"a": 2.0}, [float("inf")]))
    return tmp_path


def read_many(place, name, count, seed):
    content, read = CASES[name]
    path = place / ("file.json" if name == "result" else "file")
    if name == "result":
        content = path.read_bytes()
    path.write_bytes(content)
    assert read(path) is not None
    return read_spoilt(path, content, read, stream(seed, name, CASES), count)


@pytest.mark.parametrize("name", CASES, ids=str)
def test_only_the_librarys_errors_leave(place, name):
    accepted, _ = read_many(place, name, 300, seed=1)
    assert accepted < 300


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES, ids=str)
def test_only_the_librarys_errors_leave_100000_files(place, name):
    with little_memory():
        _, slowest = read_many(place, name, 100_000, seed=2)
    assert slowest < 5.0


BOMBS = {
    "strategies by number": 'NFG 1 R "" { "a" "b" } { 1000000000 2 } 1 2',
    "many players": 'NFG 1 R "" { ' + '"p" ' * 30 + "} { " + "2 " * 30 + "} 1 2",
    "more players than axes": 'NFG 1 R "" { ' + '"p" ' * 70 + "} { " + "1 " * 70 + "} 1 2",
    "exponent": 'NFG 1 R "" { "a" } { 1 } 1e999999999',
    "negative exponent": 'NFG 1 R "" { "a" } { 1 } 1e-999999999',
    "digits": 'NFG 1 R "" { "a" } { ' + "9" * 5000 + " } 1",
    "long number": 'NFG 1 R "" { "a" } { 1 } ' + "9" * 5000,
    "exponent in a tree": 'EFG 2 R "" { "a" } t "" 1 "" { 1e999999999 }',
    "denominators that differ": 'EFG 2 R "" { "a" } c "" 1 "" { '
    + " ".join(f'"m{k}" 1/{10**1500 + 2 * k + 1}' for k in range(400))
    + " } 0",
    "one name for all": 'EFG 2 R "" { "a" } p "" 1 1 "" { ' + '"m" ' * 20_000 + "} 0",
}


@pytest.mark.parametrize("name", BOMBS, ids=str)
def test_a_small_file_takes_little_time_and_memory(tmp_path, name):
    path = tmp_path / "game"
    path.write_text(BOMBS[name])
    read = "read_efg" if BOMBS[name].startswith("EFG") else "read_nfg"
    code = (
        "import resource, sys, negotiation as ng\n"
        "resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (20, 20))\n"
        f"try: ng.{read}(sys.argv[1])\n"
        "except ng.InvalidInputError: pass\n"
        "else: sys.exit('accepted')\n"
        # ru_maxrss would begin at what this process, its parent, takes
        "peak = [line for line in open('/proc/self/status') if line.startswith('VmHWM')]\n"
        "assert int(peak[0].split()[1]) < 1_000_000, peak\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"\xe9", "not a TOML file"),
        (STUDY.replace(b"[profile.tiny]\nrows = 1", b"[profile]\ntiny = 0"), "profile.tiny.*table"),
        (STUDY.replace(b"[settings]\nrows = 3", b"settings = 3"), "settings"),
    ],
)
def test_studies_that_cannot_be_read_are_named(place, text, message):
    (place / "own.toml").write_bytes(text)
    with pytest.raises(InvalidInputError, match=message):
        ng.load_study(place / "own.toml")


def test_a_folder_is_no_study(place):
    with pytest.raises(InvalidInputError, match="none that can be read"):
        ng.load_study(place)
    with pytest.raises(InvalidInputError, match="cannot be read"):
        ng.load_sweep(place)
    with pytest.raises(InvalidInputError, match="cannot be read"):
        ng.read_nfg(place)
