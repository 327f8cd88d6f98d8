"""The paper's figures: which stored results each is drawn from, and how.

Studies compute and plotting draws; this module is the one place that knows which result goes
into which figure.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from negotiation.errors import InvalidInputError
from negotiation.study.store import load_object

__all__ = ["EXHIBITS", "Exhibit", "draw_exhibit"]


@dataclass(frozen=True)
class Exhibit:
    """A figure of the paper.

    Attributes
    ----------
    objects
        Stored results it is drawn from, as ``study/name``.
    draw
        Called with the loaded results; returns the figure.
    caption
        What it shows, in one sentence.
    """

    objects: tuple[str, ...]
    draw: Callable[..., Any]
    caption: str

    @property
    def studies(self) -> tuple[str, ...]:
        """Studies that must have run."""
        return tuple(dict.fromkeys(item.split("/")[0] for item in self.objects))


def _export_dependence(china: Any, usa: Any) -> Any:
    import matplotlib.pyplot as plt

    from negotiation.data.tables import load_table
    from negotiation.plotting.dependence import plot_export_dependence

    names = {str(row["sector"]): str(row["label"]) for row in load_table("sectors_icio_2022")}
    figure, ax = plt.subplots(figsize=(6.3, 5.6), layout="constrained")
    plot_export_dependence((china, usa), sector_names=names, ax=ax)
    return figure


def _payoff_matrix(game: Any, found: Any) -> Any:
    import matplotlib.pyplot as plt

    from negotiation.plotting.games import plot_payoff_matrix

    figure, ax = plt.subplots(figsize=(7.6, 6.2), layout="constrained")
    plot_payoff_matrix(game, found, ax=ax, payoff_label="percent of GDP a year")
    ax.set_title("")
    return figure


def _best_responses(curves: Any) -> Any:
    import matplotlib.pyplot as plt

    from negotiation.plotting.payoffs import plot_best_responses

    figure, ax = plt.subplots(layout="constrained")
    plot_best_responses(curves, ax=ax)
    return figure


def _bargaining_set(problem: Any, solutions: Any) -> Any:
    import matplotlib.pyplot as plt

    from negotiation.plotting.bargaining import plot_bargaining_set

    figure, axes = plt.subplots(1, 2, figsize=(7.0, 3.6), layout="constrained")
    for ax in axes:
        plot_bargaining_set(problem, solutions, ax=ax, unit="% of GDP a year")
    handles, labels = axes[0].get_legend_handles_labels()
    for ax in axes:
        ax.get_legend().remove()
    figure.legend(handles, labels, loc="outside lower center", ncols=4)
    nodes = problem.geometry.nodes()
    low, high = nodes.min(axis=0), nodes.max(axis=0)
    margin = 0.6 * (high - low)
    axes[1].set_xlim(low[0] - margin[0], high[0] + margin[0])
    axes[1].set_ylim(low[1] - margin[1], high[1] + margin[1])
    axes[0].set_title("all tariffs")
    axes[1].set_title("near the frontier")
    return figure


def _time_to_deal(solutions: Any) -> Any:
    import matplotlib.pyplot as plt

    from negotiation.plotting.process import plot_time_to_deal

    figure, axes = plt.subplots(1, 2, figsize=(6.9, 3.3), layout="constrained", sharey=True)
    plot_time_to_deal(solutions, stage="de-escalation", ax=axes[0])
    plot_time_to_deal(solutions, ax=axes[1])
    axes[0].set_title("first cut of tariffs")
    axes[1].set_title("comprehensive agreement")
    return figure


def _tariff_fan(paths: Any) -> Any:
    import matplotlib.pyplot as plt

    from negotiation.plotting.process import plot_tariff_fan

    figure, axes = plt.subplots(1, 2, figsize=(6.9, 3.2), layout="constrained")
    for ax, player in zip(axes, paths.process.players, strict=True):
        plot_tariff_fan(paths, player, ax=ax)
    return figure


def _tariff_plane(usa: Any, curves: Any) -> Any:
    import matplotlib.pyplot as plt

    from negotiation.plotting.payoffs import plot_tariff_plane

    figure, axes = plt.subplots(1, 2, figsize=(7.4, 4.6), layout="constrained")
    for ax, player in zip(axes, usa.players, strict=True):
        plot_tariff_plane(usa, player=player, curves=curves, legend=False, ax=ax)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=5)
    return figure


def _optimal_tariffs(result: Any) -> Any:
    import matplotlib.pyplot as plt

    from negotiation.plotting.trade import plot_optimal_tariffs

    figure, ax = plt.subplots(layout="constrained")
    plot_optimal_tariffs(result, ax=ax)
    return figure


def _war_gains(result: Any) -> Any:
    import matplotlib.pyplot as plt

    from negotiation.plotting.trade import plot_war_gains

    figure, ax = plt.subplots(figsize=(7.4, 5.2), layout="constrained")
    plot_war_gains(result, ax=ax)
    return figure


def _welfare_parts(result: Any) -> Any:
    import matplotlib.pyplot as plt

    from negotiation.plotting.trade import plot_welfare_parts

    figure, ax = plt.subplots(figsize=(6.6, 3.8), layout="constrained")
    plot_welfare_parts(result, ax=ax)
    return figure


def _model_map(result: Any) -> Any:
    import matplotlib.pyplot as plt

    from negotiation.plotting.trade import plot_model_map

    figure, ax = plt.subplots(figsize=(6.9, 6.4), layout="constrained")
    plot_model_map(result, ax=ax)
    return figure


def _validation(points: Any) -> Any:
    import matplotlib.pyplot as plt

    from negotiation.plotting.trade import plot_validation

    figure, ax = plt.subplots(figsize=(4.8, 4.6), layout="constrained")
    plot_validation(points, ax=ax)
    return figure


EXHIBITS: Mapping[str, Exhibit] = MappingProxyType(
    {
        "export_dependence": Exhibit(
            ("export_dependence/china", "export_dependence/usa"),
            _export_dependence,
            "Share of each side's exports of a sector that goes to the other side.",
        ),
        "payoff_matrix": Exhibit(
            (
                "tariff_game/equilibrium_short_run_game",
                "tariff_game/equilibrium_short_run_equilibria",
            ),
            _payoff_matrix,
            "Payoffs of the tariff game in general equilibrium with short-run elasticities, best "
            "responses and equilibria.",
        ),
        "best_responses": Exhibit(
            ("best_responses/equilibrium_short_run",),
            _best_responses,
            "Best replies on a continuum of tariffs, their crossing and the status quo.",
        ),
        "bargaining_set": Exhibit(
            (
                "bargaining/equilibrium_short_run_problem",
                "bargaining/equilibrium_short_run_solutions",
            ),
            _bargaining_set,
            "Payoffs that tariffs can reach, the standoff, and bargaining solutions.",
        ),
        "time_to_deal": Exhibit(
            ("process/by_duration",),
            _time_to_deal,
            "Probability of a first cut and of a comprehensive agreement by day, by how long "
            "terms are expected to last.",
        ),
        "tariff_fan": Exhibit(
            ("process/paths",),
            _tariff_fan,
            "Added tariffs over simulated paths of the process.",
        ),
        "tariff_plane": Exhibit(
            ("policy/plane", "best_responses/equilibrium_short_run"),
            _tariff_plane,
            "Payoff of each side over the plane of both tariffs, best replies and the Nash point.",
        ),
        "optimal_tariffs": Exhibit(
            ("policy/sector_tariffs",),
            _optimal_tariffs,
            "Optimal tariffs by sector against the inverse of the trade elasticity.",
        ),
        "war_gains": Exhibit(
            ("policy/gains",),
            _war_gains,
            "Change of real income of each region under each region's optimal tariffs, the Nash "
            "war and the standoff.",
        ),
        "welfare_parts": Exhibit(
            ("policy/standoff_parts",),
            _welfare_parts,
            "Parts of the change of real income in the standoff, by region.",
        ),
        "model_map": Exhibit(
            ("model_map/map",),
            _model_map,
            "Change of real income of both sides at the standoff's tariffs, by model.",
        ),
        "validation": Exhibit(
            ("validation/points",),
            _validation,
            "Printed cells of published tables against our computation.",
        ),
    }
)


def draw_exhibit(name: str, results: Path, *, style: Path, pdf: Path, png: Path) -> None:
    """Draw one exhibit to pdf and png; equal results give equal bytes.

    Raises
    ------
    InvalidInputError
        If there is no such exhibit.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    if name not in EXHIBITS:
        raise InvalidInputError(
            "unknown exhibit", where="name", seen=name, allowed=", ".join(EXHIBITS)
        )
    exhibit = EXHIBITS[name]
    with plt.style.context(["default", str(style)]):
        loaded = [load_object(results.joinpath(*item.split("/"))) for item in exhibit.objects]
        figure = exhibit.draw(*loaded)
        for path, metadata in ((pdf, {"CreationDate": None}), (png, {"Software": None})):
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(f".{os.getpid()}.part{path.suffix}")
            figure.savefig(temporary, metadata=metadata)
            os.replace(temporary, path)
        plt.close(figure)
