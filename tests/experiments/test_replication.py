"""Published tables: stored cells agree with print, and with a fresh computation."""

import json

import pytest

from ignatenko2025 import ModelChoice, Panel, panel_cells, panel_schedule, read_world
from negotiation.errors import DataError, InvalidInputError
from negotiation.study.comparisons.published import (
    Cell,
    input_hashes,
    printed_cells,
    read_stored,
    write_stored,
)
from negotiation.study.run import StudyInputs, run_study
from negotiation.study.spec import load_study
from negotiation.trade.calibration import calibrate
from replication import STORED, replicate
from tests.reference import ROOT, reference_path

STUDIES = sorted((ROOT / "experiments").glob("replication_*.toml"))
QUICK = [path for path in STUDIES if "ignatenko" in path.stem or path.stem.endswith("_optimal")]
PRINTED = [path for path in STUDIES if "\npublished =" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_every_table_is_stored(path):
    stored = read_stored(path.stem, STORED)
    settings = load_study(path).settings_for("fast")
    assert {cell.panel for cell in stored.cells} == {
        panel.name for panel in (*settings.panels, *settings.problems)
    }
    assert stored.largest_residual <= settings.residual_bound
    assert stored.origin.startswith("validation: stored, of ")
    assert stored.inputs


def test_stored_deviations_are_within_the_printed_digits():
    strict = 0
    for path in PRINTED:
        printed = read_stored(path.stem, STORED).printed
        assert len(printed) >= 36
        assert [cell for cell in printed if not cell.agrees] == []
        exact = [cell for cell in printed if cell.slack == 0.0]
        strict += len(exact)
        for cell in exact:
            assert abs(cell.deviation) <= 0.5 * 10.0**-cell.decimals + 1e-9
        content = json.loads((STORED / f"{path.stem}.json").read_text(encoding="utf-8"))
        for item, cell in zip(content["cells"], read_stored(path.stem, STORED).cells, strict=True):
            assert item["deviation"] == (cell.deviation if cell.printed else None)
    assert strict > 150
    assert len(PRINTED) == 5


def same_as_stored(path):
    reference_path("ignatenko2025")
    reference_path("ossa2014")
    study = load_study(path)
    new, old = replicate(study, study.settings_for("full")), read_stored(study.name, STORED)
    assert new.recomputed
    assert new.inputs == old.inputs
    assert len(new.cells) == len(old.cells)
    for mine, theirs in zip(new.cells, old.cells, strict=True):
        assert (mine.panel, mine.row, mine.measure) == (theirs.panel, theirs.row, theirs.measure)
        assert mine.printed == theirs.printed
        # the common gain of cooperation is found to 1e-10 along flat directions of the tariffs
        bound = 1e-6 if "cooperative" in study.name else 1e-8
        assert mine.computed == pytest.approx(theirs.computed, rel=bound, abs=bound)


@pytest.mark.parametrize("path", QUICK, ids=lambda path: path.stem)
def test_a_fresh_computation_gives_the_stored_cells(path):
    same_as_stored(path)


@pytest.mark.slow
@pytest.mark.parametrize("path", [p for p in STUDIES if p not in QUICK], ids=lambda p: p.stem)
def test_a_fresh_computation_gives_the_stored_cells_of_long_tables(path):
    same_as_stored(path)


def test_stored_tables_stand_in(monkeypatch, tmp_path):
    study = load_study(ROOT / "experiments" / "replication_ignatenko_table1.toml")
    monkeypatch.setenv("NEGOTIATION_REFERENCE", str(tmp_path / "absent"))
    result = run_study(study, inputs=StudyInputs(tmp_path))
    assert not result.objects["table"].recomputed
    assert result.numbers["outside_printed_digits"].value == 0
    assert len(result.tables["cells"].rows) == 6
    unknown = study.model_copy(update={"name": "replication_of_nothing"})
    with pytest.raises(DataError, match="no stored table"):
        replicate(unknown, study.settings_for("fast"))
    with pytest.raises(DataError, match="not at hand"):
        printed_cells(tmp_path / "absent.csv")
    with pytest.raises(DataError, match="missing file"):
        input_hashes(tmp_path, ["file"])


def test_writing_what_was_read_changes_nothing(tmp_path):
    stored = read_stored("replication_ossa_nash", STORED)
    before = (STORED / f"{stored.name}.json").read_bytes()
    assert write_stored(stored, tmp_path).read_bytes() == before


def test_agreement_is_with_the_printed_digits():
    assert Cell("p", "r", "m", 1.349, "1.3").agrees
    assert not Cell("p", "r", "m", 1.351, "1.3").agrees
    assert Cell("p", "r", "m", 1.399, "1.3", slack=0.1).agrees
    assert Cell("p", "r", "m", 7.0).agrees


def test_other_panels():
    world = read_world(reference_path("ignatenko2025"))
    us, china = (world.economy.region_index(code) for code in ("USA", "CHN"))
    flat = panel_schedule(world, Panel(name="flat", us_tariffs=0.3, retaliation=0.1))
    assert flat.rates[0, china, us] == 0.3
    assert flat.rates[0, us, china] == 0.1
    one = panel_schedule(
        world, Panel(name="one", us_tariffs="none", rates={"CHN": 1.45}, others_rate=0.0)
    )
    assert one.rates.sum() == 1.45
    inputs = ModelChoice(preset="roundabout")
    same = [
        panel_schedule(world, Panel(name="best", us_tariffs="optimal", model=model)).rates
        for model in (inputs, ModelChoice())
    ]
    assert (same[0] == same[1]).all()
    with pytest.raises(InvalidInputError, match="unknown country"):
        panel_schedule(world, Panel(name="none", partners=("ATLANTIS",)))


def balanced_cells(**options):
    world = read_world(reference_path("ignatenko2025"))
    measures = ("welfare", "exports_to_gdp", "imports_to_gdp", "employment", "prices")
    cells, residual = panel_cells(
        world, Panel(name="panel", **options), ("USA", "CHN"), measures, "expenditure"
    )
    assert residual < 1e-9
    return {(row, measure): value for row, measure, value in cells}, world.economy


@pytest.mark.parametrize(
    ("retaliation", "printed"),
    [("none", (1.24, -46.3, -33.3, 0.41, 10.9)), (0.25, (0.05, -73.8, -49.0, -0.04, 5.3))],
)
def test_fixed_transfers_of_table_10(retaliation, printed):
    """What a public port of the authors' code prints for the United States."""
    model = ModelChoice(preset="eaton_kortum")
    cells, _ = balanced_cells(retaliation=retaliation, model=model)
    mine = [value for (row, _), value in cells.items() if row == "USA"]
    assert mine == pytest.approx(printed, abs=0.0501)


def test_balances_that_end_leave_a_country_in_balance_and_others_with_the_rest():
    choice = ModelChoice(balances_ended=("USA",), absorbing_region="ZWE")
    over, economy = balanced_cells(over_no_tariffs=True, model=choice)
    plain, _ = balanced_cells(model=choice)
    before, _ = balanced_cells(us_tariffs="none", model=choice)
    for key, value in over.items():
        assert value == pytest.approx(plain[key] - before[key], abs=1e-9)
    own = calibrate(economy, ModelChoice().model(economy)).transfers
    values = choice.model(economy).transfer_values
    us, china = economy.region_index("USA"), economy.region_index("CHN")
    trade = economy.flows[0]
    assert values[us] == 0.0
    assert values[china] == pytest.approx(own[china] - trade[us, china] + trade[china, us])
    with pytest.raises(InvalidInputError, match="transfers must add to 0"):
        balanced_cells(model=ModelChoice(balances_ended=("USA",)))
