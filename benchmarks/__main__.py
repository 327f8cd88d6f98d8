"""Run every benchmarks/bench_*.py and write benchmarks/latest.json.

Each file has ``run() -> list`` of dataclasses, one a comparison, which it also prints. All numeric
libraries are held to one thread. ``python -m benchmarks equilibria`` runs one file.
"""

import datetime as dt
import json
import os
import platform
import sys
from dataclasses import asdict
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

HERE = Path(__file__).resolve().parent
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"), "1")
PACKAGES = (
    "negotiation",
    "numpy",
    "scipy",
    "numba",
    "nashpy",
    "quantecon",
    "pygambit",
    "pandas",
    "matplotlib",
)


def versions() -> dict[str, str]:
    out = {"python": platform.python_version(), "machine": platform.machine()}
    for package in PACKAGES:
        try:
            out[package] = version(package)
        except PackageNotFoundError:
            out[package] = "not installed"
    return out


def entry(line: object) -> dict[str, object]:
    out = asdict(line)
    met = getattr(line, "met", None)
    return {**out, "met": None if met is None else bool(met)}


def main() -> int:
    if not ONE_THREAD.items() <= os.environ.items():
        # Thread pools read their size when NumPy is first imported.
        arguments = [sys.executable, "-m", "benchmarks", *sys.argv[1:]]
        os.execve(sys.executable, arguments, os.environ | ONE_THREAD)
    wanted = set(sys.argv[1:])
    report = {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "versions": versions(),
        "results": {},
    }
    print(" ".join(f"{name} {number}" for name, number in report["versions"].items()))
    failed = []
    for path in sorted(HERE.glob("bench_*.py")):
        name = path.stem.removeprefix("bench_")
        if wanted and name not in wanted:
            continue
        print(f"-- {name}", flush=True)
        try:
            lines = import_module(f"benchmarks.{path.stem}").run()
        except Exception as error:
            # The other files still have something to say; the exit code tells.
            print(f"{name} failed: {type(error).__name__}: {error}", flush=True)
            failed.append(name)
            continue
        report["results"][name] = [entry(line) for line in lines]
    missed = sum(line["met"] is False for lines in report["results"].values() for line in lines)
    report["missed"], report["failed"] = missed, failed
    (HERE / "latest.json").write_text(json.dumps(report, indent=1, default=float) + "\n")
    print(f"{missed} targets missed; benchmarks/latest.json written")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
