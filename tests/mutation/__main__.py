"""Mutants of the numeric packages that change a result, and whether the tests notice.

``python -m tests.mutation --count 200 --seed 1`` draws mutants and makes each in a copy of a tree.
Where an example of its package then leaves another result, tests are run until one fails: the
examples of the module, tests named after it or that import it, then all of its package. A test
that fails has to pass without the change. What is known goes into a log; a second call takes it up
again and tries only survivors anew. Ends with an error if fewer than nine of ten are killed.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.mutation.log import known, note
from tests.mutation.mutants import PACKAGES, draw_mutants
from tests.mutation.reach import kernels_and_callers, module_of, places
from tests.reference import ROOT

#: Seconds after which a batch of tests counts as one that never ends.
LONGEST = 900
#: How many times as long as without the change examples may take, and how much longer at least.
SLOWER, LEAST = 10, 60
ENOUGH = 0.9


class Workshop:
    """A copy of the tree in which one file at a time is changed."""

    def __init__(self, folder):
        self.folder, self.tree, self.cache = folder, folder / "tree", folder / "numba"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.tree, ignore_errors=True)
        skip = shutil.ignore_patterns(
            ".*", "build", "site", "dist", "__pycache__", "results", "out"
        )
        shutil.copytree(ROOT, self.tree, ignore=skip)
        self.expected, self.seconds, self.passing = {}, {}, set()
        self.sources = hashlib.sha256(
            b"".join(p.read_bytes() for p in sorted((self.tree / "negotiation").rglob("*.py")))
        ).hexdigest()

    def start(self, *arguments, out=subprocess.PIPE):
        """Start Python in the copy."""
        told = {**os.environ, "PYTHONPATH": str(self.tree), "NUMBA_CACHE_DIR": str(self.cache)}
        told |= {"PYTHONDONTWRITEBYTECODE": "1", "NEGOTIATION_QUIET": "1"}
        told.setdefault("NEGOTIATION_REFERENCE", str(ROOT.parent / "shared" / "reference"))
        return subprocess.Popen(
            [sys.executable, *arguments], cwd=self.tree, env=told, text=True,
            stdout=out, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def examples(self, package):
        """Digests of the modules of a package as it is, and the lines that run by file."""
        if package not in self.expected:
            kept = self.folder / f"{package}.json"
            text = kept.read_text(encoding="utf-8") if kept.exists() else "[0]"
            if json.loads(text)[0] != self.sources:
                begun = time.monotonic()
                process = self.start("-m", "tests.mutation.corpus", "--executed", package)
                found = json.loads(process.communicate()[0])
                text = json.dumps([self.sources, time.monotonic() - begun, found])
                kept.write_text(text, encoding="utf-8")
            _, self.seconds[package], self.expected[package] = json.loads(text)
        return self.expected[package]

    def affected(self, mutant):
        """Modules whose examples run what is changed, its own first."""
        package = Path(mutant.file).parts[1]
        digests, lines = self.examples(package)
        path, own = self.tree / mutant.file, module_of(mutant.file)
        source = path.read_text(encoding="utf-8")
        if "njit" in source:
            # Nothing is seen of what runs inside: whoever runs a line of a caller may reach it.
            callers = {
                str(self.tree / name) for name in kernels_and_callers(self.tree, mutant.file)[1]
            }
            ran = {name for name, by in lines.items() if name != "import" and callers & set(by)}
        else:
            place = set(places(source, mutant.line))
            ran = {name for name, by in lines.items() if place & set(by.get(str(path), ()))}
        names = set(digests) if "import" in ran else ran
        return sorted(names, key=lambda name: (name != own, name))

    def changes_results(self, package, modules):
        """Whether an example of these modules leaves another result, or none."""
        expected = {name: self.examples(package)[0][name] for name in modules}
        end = time.monotonic() + SLOWER * self.seconds[package] + LEAST
        with tempfile.NamedTemporaryFile("a") as out:
            process = self.start("-m", "tests.mutation.corpus", *modules, out=out)
            try:
                while time.monotonic() < end:
                    done = process.poll() is not None
                    text = Path(out.name).read_text(encoding="utf-8")
                    lines = [line.split() for line in text.split("\n")[:-1]]
                    if any(value != expected[name] for name, value in lines):
                        return True
                    if done:
                        return dict(lines) != expected
                    time.sleep(0.1)
                return True
            finally:
                process.kill()
                process.wait()

    def failing(self, *tests):
        """The first test that fails, empty where the run cannot begin; None where all pass."""
        asked = "not slow and not oracle and not fresh"
        quiet = ("-x", "-q", "-rf", "-n", "0", "--tb=no", "-p", "no:cacheprovider", "-m", asked)
        process = self.start("-m", "pytest", *quiet, *tests)
        try:
            out = process.communicate(timeout=LONGEST)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return ""
        if process.returncode in (0, 5):
            return None
        failed = re.search(r"^(?:FAILED|ERROR) (.*?)(?: - .*)?$", out, re.MULTILINE)
        return failed[1] if failed else ""

    def batches(self, file):
        """Tests to try in turn."""
        module = module_of(file)
        room, package = Path(file).relative_to("negotiation").parent, Path(file).parts[1]
        files = sorted((self.tree / "tests").rglob("test_*.py"))
        own = re.compile(rf"\b{re.escape(module)}\b")
        named = [path for path in files if Path(file).stem in path.stem]
        users = [path for path in files if own.search(path.read_text(encoding="utf-8"))]
        near = [path for path in files if path.is_relative_to(self.tree / "tests" / room)]
        here = [path for path in files if path.is_relative_to(self.tree / "tests" / package)]
        yield [f"tests/test_doctests.py::test_examples_of_a_module[{module}]"]
        tried = set()
        for batch in ([p for p in named if p in here], users, near, here):
            fresh = [path for path in batch if path not in tried]
            tried |= set(fresh)
            if fresh:
                yield [str(path) for path in fresh]

    def judge(self, mutant):
        """Say what becomes of a mutant: the same results, killed or survived, and by which test."""
        path, package = self.tree / mutant.file, Path(mutant.file).parts[1]
        original, stamp, cache = path.read_text(encoding="utf-8"), path.stat(), self.cache
        affected = self.affected(mutant)
        if not affected:
            return "same results", ""
        if "njit" in original:
            # What is stored of a kernel knows the file it is in, not those it calls.
            self.cache = Path(tempfile.mkdtemp(dir=cache.parent))
            kernels = kernels_and_callers(self.tree, mutant.file)[0]
            skip = shutil.ignore_patterns(*(f"{Path(name).stem}.*" for name in kernels))
            if cache.exists():
                shutil.copytree(cache, self.cache, dirs_exist_ok=True, ignore=skip)

        def restored():
            path.write_text(original, encoding="utf-8")
            os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))

        try:
            path.write_text(mutant.text, encoding="utf-8")
            if not self.changes_results(package, affected):
                return "same results", ""
            for tests in self.batches(mutant.file):
                failed = self.failing(*tests)
                if failed is None:
                    continue
                if failed and failed not in self.passing:
                    changed, self.cache = self.cache, cache
                    restored()
                    assert self.failing(failed) is None, f"{failed} fails as it is"
                    self.passing.add(failed)
                    self.cache = changed
                return "killed", failed
            return "SURVIVED", ""
        finally:
            restored()
            if self.cache != cache:
                shutil.rmtree(self.cache)
                self.cache = cache


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--count", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--packages", nargs="*", default=PACKAGES)
    options.add_argument("--folder", type=Path, default=ROOT / "build" / "mutants")
    options.add_argument("--seconds", type=float, default=float("inf"), help="when to stop")
    options.add_argument("--workers", type=int, default=2, help="mutants tried at a time")
    asked = options.parse_args()
    begun = time.monotonic()
    asked.folder.mkdir(parents=True, exist_ok=True)
    log = asked.folder / f"{asked.seed}.jsonl"
    before = known(log)
    shops = SimpleQueue()
    for worker in range(asked.workers):
        shops.put(Workshop(asked.folder / str(worker)))
    drawn = draw_mutants(ROOT, asked.count, asked.seed, asked.packages)

    def verdict_on(number, mutant):
        verdict = before.get(mutant.key)
        if verdict not in (None, "SURVIVED"):
            return verdict
        start = time.monotonic()
        if start - begun > asked.seconds:
            return None
        shop = shops.get()
        try:
            verdict, test = shop.judge(mutant)
        finally:
            shops.put(shop)
        seconds = time.monotonic() - start
        note(log, mutant, verdict, test, seconds)
        change = f"{mutant.before}  ->  {mutant.after}"
        place = f"{mutant.file}:{mutant.line} {mutant.kind}"
        print(f"{number} {verdict} ({seconds:.0f} s): {place}: {change} {test}", flush=True)
        return verdict

    with ThreadPoolExecutor(asked.workers) as pool:
        verdicts = list(pool.map(verdict_on, range(len(drawn)), drawn))
    found = [verdict for verdict in verdicts if verdict is not None]
    count = Counter(found)
    changed = count["killed"] + count["SURVIVED"]
    share = count["killed"] / max(changed, 1)
    print(
        f"{len(found)} of {len(drawn)} mutants tried, {changed} change a result, "
        f"{count['killed']} of these are killed: {share:.0%}"
    )
    return 0 if share >= ENOUGH and len(found) == len(drawn) else 1


if __name__ == "__main__":
    sys.exit(main())
