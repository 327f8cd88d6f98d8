"""Sweeps: closed-form indices, independence from workers, resumption after kill -9."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from negotiation.errors import (
    DataError,
    InvalidInputError,
    MissingDependencyError,
    NegotiationError,
    NonFiniteError,
)
from negotiation.study.sweeps.design import ParameterRange, design_rows, sobol_indices_of
from negotiation.study.sweeps.run import run_sweep
from negotiation.study.sweeps.specification import Sweep, load_sweep
from tests.reference import ROOT

HERE, FILE = Path(__file__).parent, "sweep_functions"


def noisy_sweep(**changes):
    given = {
        "name": "noisy",
        "evaluate": f"{FILE}:noisy",
        "ranges": {"x": ParameterRange(0.0, 1.0), "y": ParameterRange(0.1, 10.0, "log")},
        "size": 50,
        "chunk": 8,
        "folder": HERE,
    }
    return Sweep(**{**given, **changes})


def ishigami(ranges, fixed, size):
    design = {"design": "sobol_indices", "size": size, "folder": HERE}
    return Sweep("ishigami", f"{FILE}:ishigami", ranges, fixed, **design)


def content(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_sobol_indices_of_ishigami():
    a, b = 7.0, 0.1
    ranges = {key: ParameterRange(-np.pi, np.pi) for key in "xyz"}
    sweep = ishigami(ranges, {"a": a, "b": b}, 4096)
    found = sobol_indices_of(
        run_sweep(sweep).outputs["value"], parameters=("x", "y", "z"), size=4096
    )
    V = a**2 / 8 + b * np.pi**4 / 5 + b**2 * np.pi**8 / 18 + 0.5
    first = [0.5 * (1 + b * np.pi**4 / 5) ** 2 / V, a**2 / 8 / V, 0.0]
    interaction = 8 * b**2 * np.pi**8 / 225 / V
    assert found.first_order == pytest.approx(first, abs=0.02)
    total = [first[0] + interaction, first[1], interaction]
    assert found.total_order == pytest.approx(total, abs=0.02)
    assert found.first_interval.shape == (0, 2)


def test_bootstrap_intervals_hold_the_index_and_narrow_with_the_design():
    ranges = {key: ParameterRange(-np.pi, np.pi) for key in "xyz"}
    widths = []
    for size in (64, 1024):
        fixed = {"a": 7.0, "b": 0.1}
        values = run_sweep(ishigami(ranges, fixed, size)).outputs["value"]
        found, again = (
            sobol_indices_of(values, parameters=("x", "y", "z"), size=size, resamples=200)
            for _ in "ab"
        )
        assert np.array_equal(found.total_interval, again.total_interval)
        for index, band in (
            (found.first_order, found.first_interval),
            (found.total_order, found.total_interval),
        ):
            assert np.all((band[:, 0] <= index + 1e-12) & (index <= band[:, 1] + 1e-12))
        widths.append(np.ptp(found.total_interval, axis=1))
    assert np.all(widths[1] < 0.5 * widths[0])
    flat = sobol_indices_of(np.ones(6), parameters=("x",), size=2, resamples=3)
    assert not flat.first_interval.any()
    with pytest.raises(NonFiniteError, match="row 2"):
        sobol_indices_of(np.array([1, 1, np.nan, 2, 3, 4]), parameters=("x",), size=2)


def test_designs():
    ranges = {"x": ParameterRange(1.0, 2.0, points=3), "y": ParameterRange(1e-2, 1e2, "log", 5)}
    grid = design_rows(ranges, design="grid", size=0, seed=0)
    assert sorted(set(grid["x"])) == [1.0, 1.5, 2.0]
    assert len(grid["y"]) == 15
    assert np.unique(grid["y"]) == pytest.approx([1e-2, 1e-1, 1, 10, 100])
    sobol = design_rows(ranges, design="sobol", size=64, seed=3)
    assert np.mean(sobol["x"]) == pytest.approx(1.5, abs=0.02)
    assert np.mean(np.log10(sobol["y"])) == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ParameterRange(1.0, 1.0), "not an interval"),
        (lambda: ParameterRange(0.0, 1.0, "log"), "log scale"),
        (lambda: ParameterRange(0.0, 1.0, points=1), "grid points"),
        (lambda: noisy_sweep(ranges={}).rows(), "no parameter"),
        (lambda: noisy_sweep(size=0).rows(), "no points"),
        (lambda: noisy_sweep(chunk=0), "chunk"),
        (lambda: noisy_sweep(evaluate="nowhere:f"), "no such function"),
        (lambda: noisy_sweep(evaluate=f"{FILE}:absent"), "no such function"),
        (lambda: noisy_sweep(evaluate=f"{FILE}:noisy", folder=None), "no such function"),
        (lambda: noisy_sweep(design="random"), "design"),
        (lambda: run_sweep(noisy_sweep(evaluate=f"{FILE}:ragged")), "one value a row"),
        (lambda: run_sweep(noisy_sweep(), object()), r"client\.get_executor\(\)"),
        (lambda: sobol_indices_of(np.ones(5), parameters=("x",), size=4), "this design"),
    ],
)
def test_bad_sweeps(call, message):
    with pytest.raises(InvalidInputError, match=message):
        call()


def test_all_mistakes_of_a_file_at_once(tmp_path):
    path = tmp_path / "sweep.toml"
    path.write_text(
        'name = "a"\nsped = 3\nstore = "parket"\nchunk = 0\n[ranges.x]\nlow = 2\nhigh = 1\n'
        "[ranges.y]\nlow = 1\nhihg = 2\n[ranges]\nz = 3\n"
    )
    with pytest.raises(InvalidInputError) as caught:
        load_sweep(path)
    message = str(caught.value)
    assert message.startswith("sweep.toml: 7 mistakes")
    for part in (
        "sped: no such key. Did you mean seed?",
        "evaluate: missing",
        "ranges.x",
        "Did you mean high?",
        "ranges.z",
        "Did you mean parquet?",
        "chunk: seen 0",
    ):
        assert part in message
    path.write_text('name = "a"\nevaluate = "math:sin"\nranges = 3\nfixed = 4\n')
    with pytest.raises(InvalidInputError, match="3 mistakes|2 mistakes"):
        load_sweep(path)
    with pytest.raises(InvalidInputError, match="cannot be read"):
        load_sweep(tmp_path / "absent.toml")


@pytest.mark.parametrize(
    "evaluate",
    [
        "os:system",
        "subprocess:run",
        "sub.mine:evaluate",
        "../sweep:evaluate",
        "mine:system",
        "mine:Kept",
        "negotiation.cli.project:os",
        "negotiation.study.sweeps.specification:wait",
        "negotiation.study.sweeps.specification:_plain",
        "negotiation.nothing:f",
    ],
)
def test_nothing_but_the_library_and_the_file_beside_is_called(tmp_path, evaluate):
    (tmp_path / "sub").mkdir()
    source = (
        "from os import system\nclass Kept: pass\ndef evaluate(rows, fixed, rng): return rows\n"
    )
    for path in (tmp_path / "mine.py", tmp_path / "sub" / "mine.py"):
        path.write_text(source)
    path = tmp_path / "sweep.toml"
    path.write_text(f'name = "a"\nevaluate = "{evaluate}"\n[ranges.x]\nlow = 0\nhigh = 1\n')
    with pytest.raises(InvalidInputError, match="no such function.*<file>:<function>"):
        load_sweep(path)
    path.write_text(path.read_text().replace(evaluate, "mine:evaluate"))
    assert load_sweep(path).folder == tmp_path


def test_folders_have_no_part_in_a_fingerprint_but_their_files_have(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        shutil.copy(HERE / f"{FILE}.py", tmp_path / name)
    one, two = (noisy_sweep(folder=tmp_path / name) for name in ("one", "two"))
    assert one.fingerprint == two.fingerprint == noisy_sweep().fingerprint
    with (tmp_path / "two" / f"{FILE}.py").open("a") as file:
        file.write("EDITED = True\n")
    assert noisy_sweep(folder=tmp_path / "two").fingerprint != one.fingerprint


def test_mistakes_in_names_are_found_before_anything_is_computed(tmp_path):
    path = tmp_path / "sweep.toml"
    path.write_text(
        'name = "a"\nevaluate = "negotiation.process.analysis.parameter_draws:evaluate"\n'
        "[ranges.audience_costs_usa]\nlow = 0.1\nhigh = 0.2\n"
        "[ranges.shock_scales_chn]\nlow = 0.05\nhigh = 0.2\n"
        "[ranges.terms_duration]\nlow = 1\nhigh = 2\n"
        '[fixed]\nas_of = "2025-05-02"\ndate = ["2025-05-31"]\ndeal_date = "May"\n'
        "[fixed.values]\nterms_duration = 1.0\n"
    )
    with pytest.raises(InvalidInputError) as caught:
        load_sweep(path)
    message = str(caught.value)
    assert "5 mistakes" in message
    for part in (
        "audience_cost_usa?",
        "shock_scale_chn?",
        "dates?",
        "deal_date",
        "kept in fixed.values",
    ):
        assert part in message


def test_same_bytes_whatever_the_workers(tmp_path):
    sweep = noisy_sweep()
    run_sweep(sweep, folder=tmp_path / "alone")
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        seen = []
        result = run_sweep(sweep, pool, folder=tmp_path / "pool", progress=seen.append)
    assert content(tmp_path / "alone") == content(tmp_path / "pool")
    assert seen[-1].done == 50
    assert result.computed == 50
    again = run_sweep(sweep, folder=tmp_path / "pool")
    assert again.computed == 0
    assert np.array_equal(again.outputs["value"], run_sweep(sweep).outputs["value"])
    assert list(again.to_frame().columns) == ["x", "y", "value"]


def test_same_rows_however_they_are_cut(tmp_path):
    whole = run_sweep(noisy_sweep()).outputs["value"]
    for chunk in (1, 7, 50):
        assert np.array_equal(run_sweep(noisy_sweep(chunk=chunk)).outputs["value"], whole)


def test_progress_says_what_is_left(tmp_path):
    seen = []
    run_sweep(noisy_sweep(), folder=tmp_path, progress=seen.append)
    assert [state.done for state in seen] == [0, 8, 16, 24, 32, 40, 48, 50]
    assert seen[0].seconds_left == np.inf
    assert seen[-1].seconds_left == 0.0
    (tmp_path / "part-000002.npz").unlink()
    again = []
    run_sweep(noisy_sweep(), folder=tmp_path, progress=again.append)
    assert [state.done for state in again] == [42, 50]


def test_what_a_sweep_holds_decides_its_fingerprint():
    plain = noisy_sweep(fixed={"day": date(2025, 5, 2), "grid": np.arange(2000.0)})
    moved = noisy_sweep(fixed={"day": date(2025, 5, 2), "grid": np.arange(2000.0) + 1e-9})
    assert plain.fingerprint != moved.fingerprint
    with pytest.raises(InvalidInputError, match="fixed"):
        _ = noisy_sweep(fixed={"what": object()}).fingerprint


def test_parquet_needs_its_package(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingDependencyError, match="cluster"):
        run_sweep(noisy_sweep(store="parquet"), folder=tmp_path)


def test_foreign_and_damaged_parts_are_refused(tmp_path):
    run_sweep(noisy_sweep(), folder=tmp_path)
    with pytest.raises(DataError, match="another sweep"):
        run_sweep(noisy_sweep(seed=1), folder=tmp_path)
    with pytest.raises(DataError, match="another sweep"):
        run_sweep(noisy_sweep(size=8), folder=tmp_path)
    (tmp_path / "part-000000.npz").write_bytes(b"damaged")
    with pytest.raises(DataError, match="cannot be read"):
        run_sweep(noisy_sweep(), folder=tmp_path)


def test_a_broken_pool_keeps_finished_parts(tmp_path):
    fixed = {"mark": str(tmp_path / "mark"), "above": 0.9}
    sweep = noisy_sweep(evaluate=f"{FILE}:dies_once", fixed=fixed)
    target = tmp_path / "parts"
    with (
        pytest.raises(NegotiationError, match="run the sweep again"),
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool,
    ):
        run_sweep(sweep, pool, folder=target, in_flight=1)
    resumed = run_sweep(sweep, folder=target)
    assert 0 < resumed.computed <= 50
    undisturbed = run_sweep(sweep, folder=tmp_path / "other")
    assert content(target) == content(tmp_path / "other")
    assert undisturbed.computed == 50


@pytest.mark.parametrize(("word", "left"), [("part-000003", 26), ("_manifest", 0)])
def test_resumes_after_a_kill_between_writing_and_renaming(tmp_path, word, left):
    code = f"""
import os, signal
from tests.study.test_sweep import noisy_sweep, run_sweep
rename = os.replace
def replace(source, target):
    if {word!r} in str(target):
        os.kill(os.getpid(), signal.SIGKILL)
    rename(source, target)
os.replace = replace
run_sweep(noisy_sweep(), folder={str(tmp_path / "killed")!r})
"""
    child = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert child.returncode == -signal.SIGKILL
    names = {path.name for path in (tmp_path / "killed").iterdir()}
    assert any(name.startswith(f".{word}") for name in names)
    assert "_manifest.json" not in names
    assert run_sweep(noisy_sweep(), folder=tmp_path / "killed").computed == left
    run_sweep(noisy_sweep(), folder=tmp_path / "whole")
    assert content(tmp_path / "killed") == content(tmp_path / "whole")


def kill_and_resume(folder, seed, *, workers):
    """Kill -9 a sweep at a random moment, finish it, compare with an undisturbed one."""
    code = f"""
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from tests.study.test_sweep import slow_sweep, run_sweep
if __name__ == "__main__":
    pool = ProcessPoolExecutor({workers}, get_context("spawn")) if {workers} > 1 else None
    run_sweep(slow_sweep({str(folder)!r}), pool, folder={str(folder / "killed")!r})
"""
    script = folder / "killed_sweep.py"
    script.write_text(code)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(
        [sys.executable, str(script)], cwd=ROOT, env=environment, start_new_session=True
    )
    parts = folder / "killed"
    while not list(parts.glob("part-*.npz")) and child.poll() is None:
        time.sleep(0.005)
    time.sleep(random.Random(seed).uniform(0.0, 0.5 / workers))
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    before = {path.name: path.stat().st_mtime_ns for path in parts.glob("part-*.npz")}
    log = folder / "rows.log"
    log.unlink()
    # Workers that outlive their parent write nothing: the folder is free and stays as it was.
    resumed = run_sweep(slow_sweep(folder), folder=parts)
    after = {path.name: path.stat().st_mtime_ns for path in parts.glob("part-*.npz")}
    assert before.items() <= after.items()
    redone = log.read_text().split() if log.exists() else []
    if workers > 1:
        os.killpg(child.pid, signal.SIGKILL)
    else:
        assert len(redone) == len(set(redone)) == resumed.computed == 50 - 2 * len(before)
    run_sweep(slow_sweep(folder), folder=folder / "whole")
    assert content(parts) == content(folder / "whole")
    assert resumed.computed == 50 - 2 * len(before)


def slow_sweep(folder):
    fixed = {"seconds": 0.02, "log": str(Path(folder) / "rows.log")}
    return noisy_sweep(evaluate=f"{FILE}:slow", fixed=fixed, chunk=2)


@pytest.mark.parametrize("workers", [1, 2])
def test_resumes_after_kill(tmp_path, workers):
    kill_and_resume(tmp_path, workers, workers=workers)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_resumes_after_many_kills(tmp_path, seed):
    kill_and_resume(tmp_path, 100 + seed, workers=1 + seed % 2)


def test_two_sweeps_in_one_folder(tmp_path):
    code = f"""
import sys
from tests.study.test_sweep import slow_sweep, run_sweep
run_sweep(slow_sweep({str(tmp_path)!r}), folder={str(tmp_path / "parts")!r})
"""
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) as child:
        while not list((tmp_path / "parts").glob("part-*.npz")) and child.poll() is None:
            time.sleep(0.005)
        child.send_signal(signal.SIGSTOP)
        with pytest.raises(InvalidInputError, match="at this moment"):
            run_sweep(slow_sweep(tmp_path), folder=tmp_path / "parts")
        child.send_signal(signal.SIGCONT)
    assert child.returncode == 0
    assert run_sweep(slow_sweep(tmp_path), folder=tmp_path / "parts").computed == 0


@pytest.mark.oracle
@pytest.mark.parametrize("store", ["npz", "parquet"])
def test_cluster_with_a_worker_killed(tmp_path, store):
    from distributed import Client, LocalCluster

    fixed = {"mark": str(tmp_path / "mark"), "above": 0.5}
    sweep = noisy_sweep(evaluate=f"{FILE}:dies_once", fixed=fixed, store=store)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster,
        Client(cluster) as client,
    ):
        with pytest.raises(InvalidInputError, match=r"client\.get_executor\(\)"):
            run_sweep(sweep, client, folder=tmp_path / "cluster")
        run_sweep(sweep, client.get_executor(), folder=tmp_path / "cluster")
    assert (tmp_path / "mark").exists()
    run_sweep(sweep, folder=tmp_path / "alone")
    assert content(tmp_path / "cluster") == content(tmp_path / "alone")
    if store == "parquet":
        import pandas as pd

        frame = pd.read_parquet(tmp_path / "cluster")
        assert list(frame.columns) == ["x", "y", "value"]
        assert len(frame) == 50


def edited(folder, factor):
    """A file whose function multiplies, as long as before and within the same second."""
    (folder / "own_file.py").write_text(
        "import own_part\ndef f(rows, fixed, generators):\n"
        f"    return {{'y': {factor} * rows['x']}}\n"
    )
    (folder / "own_part.py").write_text("")
    return Sweep("s", "own_file:f", {"x": ParameterRange(1.0, 2.0)}, size=4, folder=folder)


def test_an_edited_file_is_read_again(tmp_path):
    """In the same session, with the fingerprint of what ran; old parts are refused."""
    first = run_sweep(edited(tmp_path, 2), folder=tmp_path / "a")
    second = run_sweep(edited(tmp_path, 3), folder=tmp_path / "b")
    assert (second.outputs["y"] == 1.5 * first.outputs["y"]).all()
    with pytest.raises(DataError, match="another sweep"):
        run_sweep(edited(tmp_path, 4), folder=tmp_path / "a")


def test_a_file_edited_while_the_sweep_runs_ends_it(tmp_path):
    sweep = replace(edited(tmp_path, 2), chunk=1)
    with pytest.raises(InvalidInputError, match="changed while the sweep ran"):
        run_sweep(sweep, progress=lambda seen: edited(tmp_path, 3) if seen.done == 2 else None)


@pytest.mark.parametrize("returned", ["None", "[1]", "{'y': ['a'] * 4}"])
def test_what_is_no_output_is_refused(tmp_path, returned):
    sweep = edited(tmp_path, 2)
    (tmp_path / "own_file.py").write_text(
        f"def f(rows, fixed, generators):\n    return {returned}\n"
    )
    with pytest.raises(InvalidInputError, match="own_file:f"):
        run_sweep(sweep)


def test_another_size_is_another_sweep_and_a_file_is_no_folder(tmp_path):
    run_sweep(edited(tmp_path, 2), folder=tmp_path / "a")
    with pytest.raises(DataError, match="another sweep"):
        run_sweep(replace(edited(tmp_path, 2), size=3), folder=tmp_path / "a")
    with pytest.raises(InvalidInputError, match="not a folder"):
        run_sweep(edited(tmp_path, 2), folder=tmp_path / "own_file.py")


@pytest.mark.parametrize("ranges", [{"x": (0, 1)}, [1]])
def test_ranges_of_another_form_are_refused(ranges):
    with pytest.raises(InvalidInputError, match="ranges"):
        noisy_sweep(ranges=ranges)
