"""The tariff game: payoff matrices, equilibria and what kind of game it is."""

from __future__ import annotations

from typing import Any

import numpy as np

import negotiation as ng
from negotiation.trade.tariff_scenarios import baseline_averages
from negotiation.values import FloatArray


class Case(ng.Settings):
    """One set of payoffs: model, horizon, and exporter incidence (None: the sourced value)."""

    name: str
    model: str = "export_dependence"
    horizon: str = "long_run"
    exporter_incidence: float | None = None


class AnalysisSettings(ng.Settings):
    """Settings of the exhibit."""

    #: Payoffs to compare.
    cases: tuple[Case, ...] = (Case(name="long_run"), Case(name="short_run", horizon="short_run"))
    #: Largest relative regret that an equilibrium may have.
    regret_bound: float = 1e-9
    #: Added rates among which best replies to the standoff are looked for: from a total rate of
    #: zero to the highest.
    step: float = 0.01
    highest: float = 2.0


def standoff_rates(study: ng.Study) -> tuple[float, float]:
    """Return the added rates of the standoff, USA and CHN."""
    return (
        ng.parameter("standoff_added_usa", as_of=study.as_of).value,
        ng.parameter("standoff_added_chn", as_of=study.as_of).value,
    )


def _escalation_game(game: ng.TariffGame, standoff: tuple[float, float]) -> ng.NormalFormGame:
    """The two-by-two game of nothing added against the standoff's rates."""
    rows = [_action(game, 0, rate) for rate in (0.0, standoff[0])]
    columns = [_action(game, 1, rate) for rate in (0.0, standoff[1])]
    return ng.NormalFormGame(
        game.payoffs[:, rows][:, :, columns],
        game.players,
        (tuple(game.actions[0][k] for k in rows), tuple(game.actions[1][k] for k in columns)),
        title="nothing added or the standoff",
    )


def _action(game: ng.TariffGame, player: int, added: float) -> int:
    return int(np.argmin(np.abs(np.array(game.added_rates[player]) - added)))


def _profiles(game: ng.NormalFormGame, found: Any) -> str:
    names = []
    for item in found.equilibria:
        sides = []
        for labels, p in zip(game.actions, item.probabilities, strict=True):
            used = [
                f"{labels[k]}" if p[k] == 1 else f"{p[k]:.2f} x {labels[k]}"
                for k in np.flatnonzero(p)
            ]
            sides.append(" and ".join(used))
        names.append(" | ".join(sides))
    return "; ".join(names)


def _replies_to_standoff(
    economy: ng.Economy,
    standoff: tuple[float, float],
    settings: AnalysisSettings,
    options: dict[str, Any],
) -> dict[str, FloatArray]:
    """Each side's best added rate against the other's in the standoff, by how jobs count."""
    base = baseline_averages(economy, ("USA", "CHN"), None)
    own = [
        np.append(
            -low,
            np.arange(-np.floor(low / settings.step), settings.highest / settings.step + 1)
            * settings.step,
        )
        for low in base
    ]
    rates = np.concatenate(
        [
            np.stack([own[0], np.full(len(own[0]), standoff[1])], axis=1),
            np.stack([np.full(len(own[1]), standoff[0]), own[1]], axis=1),
        ]
    )
    found = ng.tariff_payoffs(economy, rates, **options)
    cut = len(own[0])
    return {
        jobs: np.array([own[0][u[:cut, 0].argmax()], own[1][u[cut:, 1].argmax()]])
        for jobs, u in (("counted", found.percent_of_gdp), ("not counted", found.without_jobs))
    }


def analyse(study: ng.Study, settings: AnalysisSettings) -> ng.StudyResult:
    """Return the game in each case, with and without job losses."""
    economy = ng.load_economy(study.economy)
    standoff = standoff_rates(study)
    rows: list[tuple[str | ng.Number, ...]] = []
    numbers: dict[str, ng.Number] = {}
    objects: dict[str, Any] = {}
    worst = 0.0
    replied: list[FloatArray] = []
    for case in settings.cases:
        options: dict[str, Any] = {
            "model": case.model,
            "horizon": case.horizon,
            "as_of": study.as_of,
        }
        if case.model == "export_dependence":
            options["exporter_incidence"] = case.exporter_incidence
        full = ng.tariff_game(economy, **options)
        replies = _replies_to_standoff(economy, standoff, settings, options)
        war = (_action(full, 0, standoff[0]), _action(full, 1, standoff[1]))
        numbers[f"{case.name}_reading"] = ng.Number(
            ng.read_game(_escalation_game(full, standoff)).name
        )
        for jobs, game in (("counted", full), ("not counted", full.without_jobs)):
            found = ng.nash_equilibria(game)
            worst = max(worst, found.max_regret)
            at_war = game.payoffs[:, war[0], war[1]]
            replied.append(replies[jobs])
            rows.append(
                (
                    case.name.replace("_", " "),
                    jobs,
                    _profiles(game, found),
                    ng.Number(float(at_war[0]), "+.2f"),
                    ng.Number(float(at_war[1]), "+.2f"),
                    *(ng.Number(float(rate), "+.0f", 100) for rate in replies[jobs]),
                )
            )
            key = case.name + ("" if jobs == "counted" else "_no_jobs")
            numbers[f"{key}_us"] = ng.Number(float(at_war[0]), ".2f")
            numbers[f"{key}_china"] = ng.Number(float(at_war[1]), ".2f")
            numbers[f"{key}_reply_us"] = ng.Number(float(replies[jobs][0]), ".0f", 100)
            numbers[f"{key}_reply_china"] = ng.Number(float(replies[jobs][1]), ".0f", 100)
            numbers[f"{key}_loses_more"] = ng.Number(
                "China" if at_war[1] < at_war[0] else "the United States"
            )
            numbers[f"{key}_equilibria"] = ng.Number(len(found.equilibria), "d")
            numbers[f"{key}_profiles"] = ng.Number(_profiles(game, found))
            objects[f"{key}_game"], objects[f"{key}_equilibria"] = game, found
    columns = (
        "payoffs", "jobs", "on nine rates (USA | China)", "standoff USA", "China",
        "best reply: USA", "China",
    )  # fmt: skip
    numbers["payoffs_compared"] = ng.Number(len(replied), "d")
    return ng.StudyResult(
        numbers=numbers,
        tables={"games": ng.StudyTable(columns, tuple(rows), "llp{62mm}rrrr")},
        objects=objects,
        health={"largest regret": (worst, settings.regret_bound)},
    )
