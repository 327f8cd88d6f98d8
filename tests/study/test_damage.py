"""Stored results and sweeps after damage: detected or computed again, never believed.

Each case changes one file of a whole folder: bytes flipped, inserted or cut, a file deleted, two
files swapped, or a file put in from another run.
"""

import importlib
import json
import shutil
from dataclasses import is_dataclass

import numpy as np
import pytest

from negotiation.errors import DataError, NegotiationError
from negotiation.study.run import run_study_file
from negotiation.study.store.files import seal, write_json
from negotiation.study.store.objects import load_object, save_object
from negotiation.study.store.result_types import result_types
from negotiation.study.store.study_results import drop_damaged, load_result, read_summary
from negotiation.study.sweeps.folder import MANIFEST
from negotiation.study.sweeps.run import run_sweep
from tests.study.test_sweep import content, noisy_sweep

SOURCE = """
import numpy as np
from negotiation import Number, StudyResult, NormalFormGame

def compute(rng, rows):
    game = NormalFormGame.from_bimatrix(rng.normal(size=(rows, 3)), rng.normal(size=(rows, 3)))
    return StudyResult(
        numbers={"first": Number(float(game.payoffs[0, 0, 0]))},
        objects={"game": game, "draws": rng.normal(size=40)},
    )
"""


def project(folder, seed):
    """Two studies with the same names of results, run."""
    folder.mkdir()
    (folder / "mine.py").write_text(SOURCE)
    for name, rows in (("one", 4), ("two", 5)):
        (folder / f"{name}.toml").write_text(
            f'name = "{name}"\ntitle = "t"\nanalysis = "mine:compute"\nas_of = 2025-05-02\n'
            f"seed = {seed}\n[settings]\nrows = {rows}\n"
        )
        run_study_file(folder / f"{name}.toml", folder / "results")
    return folder


def damage(files, others, rng):
    """Change one of the files, and return which."""
    path = files[rng.integers(len(files))]
    data, kind = bytearray(path.read_bytes()), int(rng.integers(6))
    place = int(rng.integers(len(data)))
    if kind == 0:
        data[place] ^= 1 << int(rng.integers(8))
    elif kind == 1:
        del data[place : place + int(rng.integers(1, 50))]
    elif kind == 2:
        data[place:place] = rng.bytes(int(rng.integers(1, 20)))
    elif kind == 3:
        path.unlink()
        return path
    elif kind == 4:
        other = files[rng.integers(len(files))]
        data[:], old = other.read_bytes(), bytes(data)
        other.write_bytes(old)
    else:
        data[:] = others[rng.integers(len(others))].read_bytes()
    path.write_bytes(bytes(data))
    return path


def stored(folder, name):
    """What the studies' readers get from a folder of results."""
    game = load_result(folder / name / "game")
    numbers = read_summary(folder / name)["numbers"]
    return game.payoffs.tolist(), load_result(folder / name / "draws").tolist(), numbers


def results(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in (".json", ".npz"))


def test_damaged_results_are_never_read_nor_up_to_date(tmp_path):
    made, other = project(tmp_path / "made", 1), project(tmp_path / "other", 2)
    whole = {path.name: content(path) for path in (made / "results").iterdir()}
    good = {name: stored(made / "results", name) for name in whole}
    keep, rng = tmp_path / "whole", np.random.default_rng(5)
    shutil.copytree(made / "results", keep)
    files = [path for path in results(made / "results") if path.name != "run.json"]
    foreign = [path for path in results(other / "results") if path.name != "run.json"]
    seen = {"refused": 0, "as it was": 0}
    for case in range(200):
        changed = damage(files, foreign, rng)
        touched = {
            path.parent.name for path in files if content(path.parent) != whole[path.parent.name]
        }
        for name, bytes_of in whole.items():
            try:
                found = stored(made / "results", name)
            except DataError:
                seen["refused"] += 1
                assert name in touched
            else:
                seen["as it was"] += 1
                assert found == good[name], (case, changed)
            drop_damaged(made / "results" / name)
            if not (made / "results" / name / "summary.json").exists():
                run_study_file(made / f"{name}.toml", made / "results")
            assert content(made / "results" / name) == bytes_of, (case, changed)
    assert min(seen.values()) > 20


def test_damaged_parts_are_refused_or_computed_again(tmp_path):
    sweep, rng = noisy_sweep(), np.random.default_rng(6)
    run_sweep(sweep, folder=tmp_path / "whole")
    run_sweep(noisy_sweep(seed=1), folder=tmp_path / "other")
    good = run_sweep(sweep).outputs["value"]
    foreign = sorted((tmp_path / "other").glob("*[zn]"))
    refused = 0
    for case in range(200):
        shutil.rmtree(tmp_path / "case", ignore_errors=True)
        shutil.copytree(tmp_path / "whole", tmp_path / "case")
        if case % 2:
            (tmp_path / "case" / MANIFEST).unlink()
        changed = damage(sorted((tmp_path / "case").glob("*[zn]")), foreign, rng)
        try:
            found = run_sweep(sweep, folder=tmp_path / "case")
        except DataError:
            refused += 1
        else:
            assert np.array_equal(found.outputs["value"], good), (case, changed)
    assert refused > 60


def test_parts_in_one_anothers_place_are_refused(tmp_path):
    run_sweep(noisy_sweep(), folder=tmp_path)
    (tmp_path / MANIFEST).unlink()
    first, second = tmp_path / "part-000001.npz", tmp_path / "part-000002.npz"
    kept = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(kept)
    with pytest.raises(DataError, match="place of another"):
        run_sweep(noisy_sweep(), folder=tmp_path)


def resealed(stem, change):
    """Change the content of a stored result by hand, its checksum made to fit."""
    path = stem.with_name(f"{stem.name}.json")
    told = json.loads(path.read_text())
    told["content"] = change(told["content"])
    told["sha256"] = seal(told)
    write_json(path, told)


@pytest.mark.parametrize(
    "content",
    [
        {"!object": "os:system", "fields": {}},
        {"!object": "negotiation.study.claims:os", "fields": {}},
        {"!object": "negotiation.study.store.files:write_text", "fields": {"path": "x"}},
        {"!object": "negotiation.games.normal_form:NormalFormGame", "fields": {"payoffs": None}},
        {"!object": "negotiation.games.normal_form:NormalFormGame", "fields": {"solve": 1}},
        {"!object": "negotiation.study.results:Number", "fields": {}},
        {"!array": "a7"},
        {"!float": "many"},
        {"!date": "2025-13-01"},
        {"!map": [[1]]},
        {"what": 1},
    ],
)
def test_files_made_by_hand_hold_nothing_but_results(tmp_path, content):
    save_object(tmp_path / "x", 1)
    resealed(tmp_path / "x", lambda _: content)
    with pytest.raises(DataError, match="cannot be read"):
        load_object(tmp_path / "x")


def test_deep_and_large_files_end_with_an_error(tmp_path, monkeypatch):
    path = tmp_path / "x.json"
    path.write_text('{"a":' + "[" * 200_000)
    with pytest.raises(DataError, match="cannot be read"):
        load_object(tmp_path / "x")
    save_object(tmp_path / "y", np.zeros(1_000_000))
    monkeypatch.setattr("negotiation.study.store.objects.LARGEST_ARRAYS", 1_000_000)
    with pytest.raises(DataError, match="too large"):
        load_object(tmp_path / "y")
    monkeypatch.setattr("negotiation.study.store.files.LARGEST_JSON", 10)
    with pytest.raises(DataError, match="too large"):
        load_object(tmp_path / "y")


@pytest.mark.parametrize(
    "value", [np.array([object()]), np.ma.masked_array([1.0, 2.0], [True, False])]
)
def test_arrays_that_cannot_be_kept_whole_are_refused(tmp_path, value):
    with pytest.raises(NegotiationError, match="cannot be written"):
        save_object(tmp_path / "x", value)
    assert list(tmp_path.iterdir()) == []


def test_the_table_of_types_is_that_of_the_library():
    for kind, module in result_types().items():
        named = getattr(importlib.import_module(module), kind.partition(":")[2])
        assert is_dataclass(named), kind
    assert "negotiation.trade.results:TradeEquilibrium" in result_types()
    assert len(result_types()) > 200
