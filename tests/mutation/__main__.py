"""Mutants of the numeric packages that change a result, and whether the tests notice.

``python -m tests.mutation --count 200 --seed 1`` draws mutants, makes each in a copy of the tree,
and runs the tests of its package where the digest of the corpus changes. It ends with an error if
fewer than nine of ten are killed.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.mutation.mutants import PACKAGES, draw_mutants
from tests.reference import ROOT

#: Seconds after which a command counts as one that never ends.
_LONGEST = 1_800
_ENOUGH = 0.9


def _run(tree, cache, *arguments):
    """Output of a command in the copy; None where it fails or does not end."""
    told = {**os.environ, "PYTHONPATH": str(tree), "NUMBA_CACHE_DIR": str(cache)}
    told |= {"PYTHONDONTWRITEBYTECODE": "1", "NEGOTIATION_QUIET": "1"}
    told.setdefault("NEGOTIATION_REFERENCE", str(ROOT.parent / "shared" / "reference"))
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=tree, env=told, capture_output=True, text=True, check=False, timeout=_LONGEST,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None


def _tests(tree, file):
    """Folders of tests of a file, the nearest first."""
    folder = tree / "tests" / Path(file).relative_to("negotiation").parent
    near = [folder] if folder.is_dir() and folder.parent.name != "tests" else []
    package = tree / "tests" / Path(file).parts[1]
    return [str(path) for path in (*near, package)]


def _pass(tree, cache, folders):
    asked = "not slow and not oracle and not fresh"
    quiet = ("-x", "-q", "-n", "0", "-p", "no:cacheprovider", "-m", asked)
    return _run(tree, cache, "-m", "pytest", *quiet, *folders) is not None


def _judge(mutant, tree, expected, cache):
    """Say what becomes of a mutant: the same results, killed or survived."""
    path = tree / mutant.file
    original = path.read_text(encoding="utf-8")
    # What is stored of a kernel knows the file it is in, not those it calls.
    place = tempfile.mkdtemp(dir=tree) if "njit" in original else cache
    path.write_text(mutant.text, encoding="utf-8")
    try:
        package = Path(mutant.file).parts[1]
        if _run(tree, place, "-m", "tests.mutation.corpus", package) == expected[package]:
            return "same results"
        return "SURVIVED" if _pass(tree, place, _tests(tree, mutant.file)) else "killed"
    finally:
        path.write_text(original, encoding="utf-8")
        if place != cache:
            shutil.rmtree(place)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--count", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--packages", nargs="*", default=PACKAGES)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as room:
        tree, cache = Path(room) / "tree", Path(room) / "numba"
        skip = shutil.ignore_patterns(
            ".*", "build", "site", "dist", "__pycache__", "results", "out"
        )
        shutil.copytree(ROOT, tree, ignore=skip)
        expected = {
            package: _run(tree, cache, "-m", "tests.mutation.corpus", package)
            for package in asked.packages
        }
        assert all(expected.values()), "the corpus itself fails"
        drawn = draw_mutants(tree, asked.count, asked.seed, asked.packages)
        for package in sorted({Path(mutant.file).parts[1] for mutant in drawn}):
            assert _pass(tree, cache, [str(tree / "tests" / package)]), f"{package} fails as it is"
        found = []
        for number, mutant in enumerate(drawn):
            found.append(_judge(mutant, tree, expected, cache))
            change = f"{mutant.before}  ->  {mutant.after}"
            print(
                f"{number} {found[-1]}: {mutant.file}:{mutant.line} {mutant.kind}: {change}",
                flush=True,
            )
    killed, survived = found.count("killed"), found.count("SURVIVED")
    share = killed / max(killed + survived, 1)
    print(f"{killed} of {killed + survived} mutants that change a result are killed: {share:.0%}")
    return 0 if share >= _ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main())
