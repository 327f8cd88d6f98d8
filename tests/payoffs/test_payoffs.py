"""Tariff payoffs with sourced defaults, and the tariff game."""

from dataclasses import replace

import numpy as np
import pytest

from negotiation.data.embedded import load_economy
from negotiation.data.parameters import parameter
from negotiation.data.tariffs import default_rates
from negotiation.errors import InformationDateError, InvalidInputError
from negotiation.payoffs import (
    TariffGame,
    best_response_curves,
    horizon_elasticities,
    sourced_job_losses,
    tariff_game,
    tariff_payoffs,
)
from negotiation.policy.objectives.objective import Objective
from negotiation.trade.analysis.dependence import export_dependence
from negotiation.trade.markets.linear_tariffs import LinearTariffModel
from tests.strategies_payoffs import LOSSES, economy_of


@pytest.fixture(scope="module")
def economy():
    return load_economy()


def toy(**options):
    flows = np.full((2, 3, 3), 10.0) + np.eye(3) * 90.0
    return economy_of(flows, **options)


def test_the_united_states_and_china_depend_on_each_other_unequally(economy):
    goods = [sector for sector in economy.sectors if sector != "SERV"]
    total = {
        exporter: export_dependence(
            economy, exporter=exporter, importer=importer, sectors=goods
        ).total
        for exporter, importer in (("CHN", "USA"), ("USA", "CHN"))
    }
    assert total["CHN"].share_of_exports == pytest.approx(0.163, abs=5e-4)
    assert total["USA"].share_of_exports == pytest.approx(0.099, abs=5e-4)
    assert total["CHN"].share_of_importer_imports == pytest.approx(0.181, abs=5e-4)
    assert total["USA"].share_of_importer_imports == pytest.approx(0.062, abs=5e-4)


def test_default_game_has_the_steps_of_the_standoff(economy):
    game = tariff_game(economy)
    assert game.players == ("USA", "CHN")
    assert game.shape == (9, 9)
    assert game.actions[0][0] == "free trade (0 %)"
    assert "0 (20.8 %)" in game.actions[0]
    assert "+145 (165.8 %)" in game.actions[0]
    assert "+125 (146.2 %)" in game.actions[1]
    at = game.actions[0].index("0 (20.8 %)"), game.actions[1].index("0 (21.2 %)")
    assert np.all(game.payoffs[(slice(None), *at)] == 0.0)
    np.testing.assert_allclose(game.total_rates[1][0], 0.0, atol=1e-15)
    np.testing.assert_allclose(game.added_rates[1][0], -0.212)


def test_game_and_payoffs_agree(economy):
    rates = {"USA": ["free_trade", 0.3, 1.45], "CHN": [0.1, 1.25]}
    game = tariff_game(economy, rates, horizon="short_run")
    one = tariff_payoffs(
        economy, {"USA": [1.45, 0.3], "CHN": [0.1, 1.25]}, horizon="short_run"
    ).percent_of_gdp
    np.testing.assert_allclose(game.payoffs[:, 2, 0], one[0])
    np.testing.assert_allclose(game.payoffs[:, 1, 1], one[1])


def test_both_variants_are_at_hand(economy):
    game = tariff_game(economy, {"USA": [0, 1.45], "CHN": [0, 1.25]})
    plain = tariff_game(economy, {"USA": [0, 1.45], "CHN": [0, 1.25]}, objectives=Objective())
    np.testing.assert_allclose(game.without_jobs.payoffs, plain.payoffs, atol=1e-14)
    assert np.all(game.payoffs[:, 1, 1] < plain.payoffs[:, 1, 1])
    frame = game.to_frame()
    assert frame.index.names == ["USA", "CHN"]
    row = frame.loc[("+145 (165.8 %)", "+125 (146.2 %)")]
    assert row["percent_of_gdp", "CHN"] == pytest.approx(game.payoffs[1, 1, 1])
    assert row["without_jobs", "CHN"] == pytest.approx(plain.payoffs[1, 1, 1])
    assert any("jobs are the only channel" in note for note in frame.attrs["notes"])
    assert game.notes == game.outcomes.notes


def test_a_row_of_the_game_is_one_players_own_choice(economy):
    """Payoffs depend on the order of players only through the order of axes."""
    rates = {"USA": [0, 1.45, 0.3], "CHN": [0, 1.25]}
    game = tariff_game(economy, rates)
    swapped = tariff_game(economy, rates, players=("CHN", "USA"))
    assert swapped.players == ("CHN", "USA")
    np.testing.assert_allclose(swapped.payoffs[::-1].swapaxes(1, 2), game.payoffs)


def test_three_players(economy):
    game = tariff_game(economy, {"USA": [0, 1.0], "CHN": [0, 1.0], "EU27": [0, 0.1, 0.2]})
    assert game.payoffs.shape == (3, 2, 2, 3)
    assert game.actions[2][1].startswith("+10 (")
    assert np.all(game.payoffs[:, 0, 0, 0] == 0.0)


def test_exemptions_soften_the_war(economy):
    rates = {"USA": [1.45], "CHN": [1.25]}
    harsh = tariff_game(economy, rates, horizon="short_run")
    soft = tariff_game(
        economy, rates, horizon="short_run", exemptions={"USA": ["C26"], "CHN": {"C21": 0.5}}
    )
    assert np.all(soft.payoffs > harsh.payoffs)
    assert soft.actions == harsh.actions
    assert soft.outcomes.average_rates[0, 0] < harsh.outcomes.average_rates[0, 0]


def test_horizons_are_named_sets(economy):
    assert horizon_elasticities(economy, "short_run").name == "boehm_short_run"
    assert horizon_elasticities(economy, "long_run").name == "fontagne_2022"
    bare = toy()
    short = horizon_elasticities(bare, "short_run")
    assert short.values[0] == parameter("trade_elasticity_short_run").value
    assert short.name.startswith("short_run flat")
    long = horizon_elasticities(bare, "long_run")
    assert long.values[0] == parameter("trade_elasticity_long_run").value
    own = toy(elasticities={"measured": [2.0, 3.0]})
    assert horizon_elasticities(own, "long_run").name == "measured"
    given = tariff_payoffs(economy, (1.0, 1.0), elasticities="shapiro_2016")
    assert (given.horizon, given.elasticities) == ("as given", "shapiro_2016")


def test_job_figures_are_sourced_and_dated():
    losses = sourced_job_losses("CHN", as_of="2025-05-02")
    assert losses.jobs_per_billion == parameter("jobs_per_billion_exports_chn").value
    assert losses.source
    assert sourced_job_losses("EU27") is None
    with pytest.raises(InformationDateError):
        sourced_job_losses("CHN", as_of="2025-04-01")


def test_objectives_by_player_are_completed_with_sourced_jobs(economy):
    own = Objective(jobs=2.0, job_losses=LOSSES)
    result = tariff_payoffs(economy, (1.45, 1.25), objectives={"USA": Objective(), "CHN": own})
    assert result.objectives[1].job_losses is LOSSES
    assert result.objectives[0].job_losses == sourced_job_losses("USA")
    assert result.jobs_lost[0, 1] == pytest.approx(5_000.0 * result.lost_exports[0, 1])
    assert result.percent_of_gdp[0, 0] == pytest.approx(result.real_income[0, 0])


def test_regions_without_a_job_figure_play_for_real_income():
    result = tariff_payoffs(toy(), (0.5, 0.5), players=("ROW", "USA"))
    assert result.objectives[0] == Objective()
    assert result.jobs_lost[0, 0] == 0.0
    with pytest.raises(InvalidInputError, match="job losses"):
        tariff_payoffs(toy(), (0.5, 0.5), players=("ROW", "USA"), objectives=Objective(jobs=1.0))


def test_growth_beyond_any_budget_is_noted(economy):
    result = tariff_payoffs(economy, (-0.2, 0.0), elasticities="caliendo_parro_2015")
    noted = [note for note in result.notes if "budget" in note]
    assert len(noted) == 1
    assert "from CHN to USA" in noted[0]
    assert "C19" in noted[0]
    mild = tariff_payoffs(economy, (0.5, 0.5))
    assert not any("budget" in note for note in mild.notes)


@pytest.mark.parametrize("demand", ["constant_elasticity", "linear"])
def test_demands_share_the_sign(economy, demand):
    result = tariff_payoffs(economy, (1.45, 1.25), demand=demand, exporter_incidence=0.1)
    assert np.all(result.lost_exports > 0.0)
    assert np.all(result.exporter_surplus_change < 0.0)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"rates": {"USA": [], "CHN": [0.1]}}, r"rates\[USA\]: empty grid"),
        ({"rates": {"USA": [0.1], "MARS": [0.1]}}, "MARS"),
        ({"rates": {"USA": [float("nan")], "CHN": [0.1]}}, r"rates\[USA\]\[0\]"),
        ({"rates": {"USA": [-2.0], "CHN": [0.1]}}, r"rates\[USA\]\[0\]"),
        ({"rates": {"USA": ["war"], "CHN": [0.1]}}, "war"),
        ({"rates": {"USA": [0.1, 0.1], "CHN": [0.1]}}, "twice"),
        ({"rates": {"USA": [0.1]}}, "players"),
        ({"rates": {"USA": {"EU27": [0.1]}, "CHN": [0.1]}}, r"rates\[USA\].*EU27"),
        ({"rates": {"USA": {"CHN": {"CHN": 0.1}}, "CHN": [0.1]}}, r"rates\[USA\]\[CHN\]"),
        ({"rates": {"USA": {"CHN": [0.1, 0.1]}, "CHN": [0.1]}}, r"rates\[USA\]\[CHN\]\[1\]"),
        ({"rates": [0.1, 0.2]}, "Mapping"),
        ({"rates": {"USA": [0.1], "CHN": [0.1]}, "players": ("USA", "EU27")}, "one grid"),
        ({"players": ("USA", "EU27")}, "EU27"),
        ({"model": "astrology"}, "astrology"),
        ({"horizon": "tomorrow"}, "tomorrow"),
        ({"elasticities": "best"}, "best"),
        ({"exporter_incidence": 1.0}, "exporter_incidence"),
        ({"demand": "cubic"}, "cubic"),
        ({"objectives": {"USA": Objective()}}, "CHN"),
        ({"objectives": 3.0}, "objective"),
        ({"objectives": Objective(sector_weights={"X": 2.0})}, "sector_weights"),
    ],
)
def test_bad_games_are_refused(economy, arguments, word):
    with pytest.raises(InvalidInputError, match=word):
        tariff_game(economy, **arguments)


def test_a_scalar_is_a_grid_of_one():
    assert tariff_game(toy(), {"USA": 0.5, "CHN": "free_trade"}).shape == (1, 1)


def test_default_grids_hold_the_named_steps():
    assert {"free_trade", 0.0, 0.3, 0.54, 0.8, 1.04, 1.45} <= set(default_rates()["USA"])
    assert {"free_trade", 0.0, 0.1, 0.34, 0.8, 0.84, 1.25} <= set(default_rates()["CHN"])


def test_a_game_without_outcomes_says_so(economy):
    game = replace(tariff_game(economy, {"USA": [0.1], "CHN": [0.1]}), outcomes=None)
    assert isinstance(game, TariffGame)
    with pytest.raises(InvalidInputError, match="outcomes"):
        game.to_frame()


@pytest.mark.parametrize(("phi", "eps"), [(0.1, 0.7), (0.3, 2.0), (0.5, 4.0)])
def test_best_reply_is_the_inverse_of_export_supply(phi, eps):
    """With one elasticity the optimal tariff is 1/eta = phi/(eps (1-phi)) (Johnson 1953)."""
    curves = best_response_curves(
        toy(), exporter_incidence=phi, elasticities=eps, partner_rates=3, status_quo=None
    )
    np.testing.assert_allclose(curves.replies, phi / (eps * (1.0 - phi)), atol=1e-5)
    assert curves.converged
    assert curves.largest_regret < 1e-9


def test_best_reply_of_the_linear_market():
    phi, eps, flow = 0.4, 2.0, 10.0
    market = LinearTariffModel(flow, eps * flow, phi)
    specific = market.optimal_tariff
    curves = best_response_curves(
        toy(), exporter_incidence=phi, elasticities=eps, demand="linear", partner_rates=3
    )
    np.testing.assert_allclose(curves.replies, specific / (1.0 - phi * specific), atol=1e-5)


def test_full_pass_through_sends_best_replies_to_free_trade(economy):
    curves = best_response_curves(economy, partner_rates=3, grid_size=11)
    np.testing.assert_allclose(curves.replies[0], -0.208, atol=1e-6)
    assert curves.status_quo == (1.45, 1.25)
    assert curves.baseline == pytest.approx((0.208, 0.212))
    assert "fontagne_2022" in curves.title
    assert curves.notes


def test_curves_take_bounds_and_status_quo_by_player(economy):
    curves = best_response_curves(
        economy,
        players=("CHN", "EU27"),
        bounds={"EU27": (0.0, 1.0), "CHN": (0.0, 0.5)},
        status_quo={"EU27": 0.2, "CHN": 0.1},
        partner_rates=[0.0, 0.3],
        exporter_incidence=0.2,
        objectives=Objective(),
        sectors=["C26"],
        grid_size=11,
    )
    assert curves.bounds == ((0.0, 0.5), (0.0, 1.0))
    assert curves.status_quo == (0.1, 0.2)
    with pytest.raises(InvalidInputError, match="bounds"):
        best_response_curves(economy, bounds={"USA": (0.0, 1.0)})
    with pytest.raises(InvalidInputError, match="players"):
        best_response_curves(toy(), players=("USA", "CHN", "ROW"))
    assert best_response_curves(toy(), players=("USA", "ROW"), partner_rates=2).status_quo is None


def test_actions_have_names_of_their_own(economy):
    """Rates that round to the same label, and those of a player that buys nothing."""
    kind = {"model": "export_dependence"}
    game = tariff_game(economy, {"USA": [0.30001, 0.30002], "CHN": [0, 1e-17, -1e-17]}, **kind)
    assert game.actions[0] == ("+30.001 (50.8 %)", "+30.002 (50.8 %)")
    assert game.actions[1] == ("0 (21.2 %)", "0 (21.2 %) #2", "0 (21.2 %) #3")
    flows = economy.flows.copy()
    usa, chn = map(economy.region_index, ("USA", "CHN"))
    flows[:, usa, chn] = 0.0
    alone = tariff_game(replace(economy, flows=flows), {"USA": [0], "CHN": [0, 0.1, 1.25]}, **kind)
    assert alone.actions[1] == ("0 (0.0 %)", "+10 (10.0 %)", "+125 (125.0 %)")
