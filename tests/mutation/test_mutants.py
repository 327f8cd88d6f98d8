"""The mutants are what they say: each kind, numbers only, and the same for a seed."""

import ast
import json
import sys
from subprocess import run

from tests.mutation.corpus import digest, digests, modules_of
from tests.mutation.log import known, note
from tests.mutation.mutants import draw_mutants, mutants_of
from tests.mutation.reach import kernels_and_callers, places
from tests.reference import ROOT

SOURCE = '''
def f(x: int, n: "0 + 1" = 3) -> "1 + 1":
    """1 + 1."""
    if not x < 2 and n == 1:
        raise ValueError(f"{n + 1}")
    return -x * (n - 0.5) ** 2 if True else x / n
'''


def test_each_kind_is_made_and_nothing_else_changes():
    found = [make() for make in mutants_of("f.py", SOURCE)]
    changes = {(m.kind, m.before, m.after) for m in found}
    assert changes == {
        ("off by one", "3", "4"),
        ("boolean", "not x < 2 and n == 1", "not x < 2 or n == 1"),
        ("comparison", "x < 2", "x <= 2"),
        ("off by one", "2", "3"),
        ("comparison", "n == 1", "n != 1"),
        ("off by one", "1", "2"),
        ("operator", "-x * (n - 0.5) ** 2", "-x / (n - 0.5) ** 2"),
        ("sign", "-x", "+x"),
        ("operator", "(n - 0.5) ** 2", "(n - 0.5) * 2"),
        ("operator", "n - 0.5", "n + 0.5"),
        ("constant", "0.5", "1.0"),
        ("boolean", "True", "False"),
        ("operator", "x / n", "x * n"),
    }
    original = ast.unparse(ast.parse(SOURCE)).splitlines()
    for mutant in found:
        lines = mutant.text.splitlines()
        assert sum(a != b for a, b in zip(lines, original, strict=True)) == 1


def test_a_seed_draws_the_same_mutants_and_the_corpus_is_fixed():
    one, two = (draw_mutants(ROOT, 5, 3, ("games",)) for _ in range(2))
    assert one == two
    assert len({m.text for m in one}) == 5
    names = modules_of("games")[:2]
    assert list(digests(names)) == [(name, digest(name)) for name in names]


def test_lines_that_run():
    lines = {line: list(places(SOURCE, line)) for line in (2, 4, 5, 6)}
    assert lines == {2: [3, 4, 5, 6], 4: [4], 5: [5], 6: [6]}
    told = run([sys.executable, "-m", "tests.mutation.corpus", "--executed", "games"], cwd=ROOT,
               capture_output=True, text=True, check=True).stdout  # fmt: skip
    found, executed = json.loads(told)
    assert found == dict(digests(modules_of("games")))
    file = str(ROOT / "negotiation" / "games" / "strategies.py")
    assert executed["negotiation.games.strategies"][file]
    assert file not in executed["negotiation.games.bayesian"]


def test_a_log_keeps_the_last_verdict_of_each(tmp_path):
    path = tmp_path / "log.jsonl"
    assert known(path) == {}
    one, two = draw_mutants(ROOT, 2, 3, ("games",))
    for mutant, verdict in ((one, "SURVIVED"), (two, "same results"), (one, "killed")):
        note(path, mutant, verdict, "", 1.0)
    assert known(path) == {one.key: "killed", two.key: "same results"}


def test_who_calls_kernels():
    kernels, callers = kernels_and_callers(ROOT, "negotiation/equilibrium/many_players/kernels.py")
    assert kernels == {"negotiation/equilibrium/many_players/kernels.py"}
    assert "negotiation/equilibrium/many_players/isolation.py" in callers
    assert "negotiation/equilibrium/many_players/equilibria.py" not in callers
