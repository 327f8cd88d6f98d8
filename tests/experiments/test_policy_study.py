"""The studies of policy, validation and the map of models, at their smallest."""

import numpy as np
import pytest

from negotiation.data import load_economy
from negotiation.errors import InvalidInputError
from negotiation.study.run import StudyInputs, run_study, run_study_file
from negotiation.study.spec import load_study
from negotiation.trade.equilibrium import counterfactual
from negotiation.trade.model import TradeModel
from tests.reference import ROOT

EXPERIMENTS = ROOT / "experiments"


def test_policy(tmp_path):
    study = load_study(EXPERIMENTS / "policy.toml")
    result = run_study(study, inputs=StudyInputs(tmp_path), profile="tiny")
    gains = result.objects["gains"]
    war_names = ("USA alone", "CHN alone", "USA and CHN, Nash", "USA and CHN, +145/+125")
    assert gains.wars == war_names
    economy = load_economy()
    goods = [sector for sector in economy.sectors if sector != "SERV"]
    war = economy.tariffs.add(importer="USA", exporter="CHN", rate=1.45, sectors=goods)
    war = war.add(importer="CHN", exporter="USA", rate=1.25, sectors=goods)
    direct = counterfactual(economy, war, TradeModel(trade_elasticity="fontagne_2022"))
    assert gains.welfare[3] == pytest.approx(direct.welfare, abs=1e-9)
    assert gains.welfare[0, 0] == gains.welfare[:, 0].max()
    assert result.numbers["standoff_usa_welfare"].value == pytest.approx(direct.welfare[0])
    tariffs = result.objects["sector_tariffs"]
    inverse = 1.0 / tariffs.elasticities
    with_profits = tariffs.importers.index("USA, with profits")
    assert np.corrcoef(inverse, tariffs.rates[with_profits])[0, 1] > 0.9
    assert len(result.tables["policies"].rows) == 5
    assert len(result.tables["diversion"].rows) == 10


def test_validation(tmp_path, monkeypatch):
    monkeypatch.setenv("NEGOTIATION_REFERENCE", str(tmp_path / "absent"))
    study = load_study(EXPERIMENTS / "validation.toml")
    for name in study.needs:
        run_study_file(EXPERIMENTS / f"{name}.toml", tmp_path)
    result = run_study_file(EXPERIMENTS / "validation.toml", tmp_path)
    assert result.numbers["outside"].value == 0
    assert result.numbers["cells"].value == 244
    assert result.numbers["origin"].value.startswith("validation: stored, of ")
    points = result.objects["points"]
    assert np.corrcoef(points.printed, points.computed)[0, 1] > 0.9999
    empty = study.model_copy(update={"settings": {"tables": {"replication_ossa_cooperative": "x"}}})
    run_study_file(EXPERIMENTS / "replication_ossa_cooperative.toml", tmp_path)
    with pytest.raises(InvalidInputError, match="no printed cells"):
        run_study(empty, inputs=StudyInputs(tmp_path))


def test_model_map(tmp_path):
    study = load_study(EXPERIMENTS / "model_map.toml")
    result = run_study(study, inputs=StudyInputs(tmp_path), profile="tiny")
    assert result.numbers["settings"].value == len(result.tables["map"].rows) == 16
    worse = [result.numbers[f"at_145_125_{side}_worse_off"].value for side in ("usa", "china")]
    assert sum(worse) == 16
    assert result.numbers["one_year_china_worse_off"].value == 4
