"""The study of tariffs against export controls: what its numbers say, from its own losses."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np

from negotiation.data import load_economy
from negotiation.study.run import StudyInputs, run_study
from negotiation.study.spec import load_study
from negotiation.trade.equilibrium import counterfactual
from negotiation.trade.instruments.policy import Policy
from negotiation.trade.model import TradeModel

ROOT = Path(__file__).resolve().parents[2]


def test_losses_and_what_is_said_of_them(tmp_path):
    study = load_study(ROOT / "experiments" / "rare_earths.toml")
    quick = {"years": [10.0], "tariffs_usa": [0.0, 1.45], "tariffs_china": [0.0, 1.25]}
    study = study.model_copy(update={"settings": {**study.settings, **quick}})
    result = run_study(study, inputs=StudyInputs(tmp_path))
    found = SimpleNamespace(**result.objects["losses"])
    assert result.numbers["goods"].text == "C24B"
    assert result.numbers["settings"].value == len(found.settings) == len(found.losses)
    economy = load_economy()
    name, _, counted = found.settings[0]
    model = TradeModel(
        trade_elasticity=name, value_added_share="economy" if counted else 1.0, years_in_force=10.0
    )
    ban = Policy(economy.tariffs).with_export_ban(
        exporter="CHN", importer="USA", sectors=["C24B", "C26", "C27"]
    )
    world = counterfactual(economy, ban, model)
    losses = found.losses[0, found.measures.index("ban, wide")]
    np.testing.assert_allclose(losses, -world.welfare[:2], atol=1e-6)
    wide = found.losses[:, found.measures.index("ban, wide")]
    assert result.numbers["wide_usa_loses_more"].value == np.sum(wide[:, 0] > wide[:, 1])
    assert all(value <= bound for value, bound in result.health.values())
