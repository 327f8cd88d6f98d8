"""The paper's figures: which stored results each is drawn from, and how.

Studies compute and plotting draws; this module is the one place that knows which result goes
into which figure.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

from negotiation.errors import InvalidInputError
from negotiation.study.store import load_object

__all__ = ["EXHIBITS", "Exhibit", "draw_exhibit", "drawing_modules"]


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


def drawing_modules() -> tuple[str, ...]:
    """Return the modules that a figure may depend on: this one and all of plotting."""
    from pkgutil import iter_modules

    from negotiation import plotting

    found = sorted(f"negotiation.plotting.{item.name}" for item in iter_modules(plotting.__path__))
    return (__name__, *found)


def _plot(path: str) -> Callable[..., Any]:
    module, _, name = path.partition(":")
    found: Callable[..., Any] = getattr(import_module(f"negotiation.plotting.{module}"), name)
    return found


def _one(path: str, *extra: Any, size: tuple[float, float] | None = None, **options: Any) -> Any:
    """Return what draws one plot function's picture on one pair of axes."""

    def draw(*results: Any) -> Any:
        import matplotlib.pyplot as plt

        figure, ax = plt.subplots(figsize=size, layout="constrained")
        _plot(path)(*results, *extra, ax=ax, **options)
        return figure

    return draw


def _row(
    path: str, size: tuple[float, float], cases: Callable[..., Any], *, sharey: bool = False
) -> Any:
    """Return what draws a plot function's pictures side by side, one a case.

    ``cases`` turns the results into the arguments of each picture.
    """

    def draw(*results: Any) -> Any:
        import matplotlib.pyplot as plt

        arguments = list(cases(*results))
        figure, axes = plt.subplots(
            1, len(arguments), figsize=size, layout="constrained", sharey=sharey, squeeze=False
        )
        for n, (ax, given) in enumerate(zip(axes[0], arguments, strict=True)):
            _plot(path)(*given, ax=ax)
            if sharey and n:
                ax.set_ylabel("")
                legend = ax.get_legend()
                if legend is not None:
                    legend.remove()
        return figure

    return draw


def _export_dependence(china: Any, usa: Any) -> Any:
    from negotiation.data.labels import sector_names

    return _one("dependence:plot_export_dependence", size=(6.3, 5.6), sector_names=sector_names())(
        (china, usa)
    )


def _payoff_matrix(game: Any, found: Any) -> Any:
    figure = _one(
        "games:plot_payoff_matrix", size=(7.6, 6.2), payoff_label="percent of GDP a year"
    )(game, found)
    figure.axes[0].set_title("")
    return figure


def _time_to_deal(solutions: Any) -> Any:
    import matplotlib.pyplot as plt

    plot_time_to_deal = _plot("process:plot_time_to_deal")
    figure, axes = plt.subplots(1, 2, figsize=(6.9, 3.3), layout="constrained", sharey=True)
    plot_time_to_deal(solutions, stage="de-escalation", ax=axes[0])
    plot_time_to_deal(solutions, ax=axes[1])
    axes[0].set_title("first cut of tariffs")
    axes[1].set_title("comprehensive agreement")
    return figure


def _tariff_plane(usa: Any, curves: Any) -> Any:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(7.4, 4.6), layout="constrained")
    for ax, player in zip(axes, usa.players, strict=True):
        _plot("payoffs:plot_tariff_plane")(usa, player=player, curves=curves, legend=False, ax=ax)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=5)
    return figure


def _bargaining_set(problem: Any, solutions: Any) -> Any:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(7.0, 3.6), layout="constrained")
    for ax in axes:
        _plot("bargaining:plot_bargaining_set")(problem, solutions, ax=ax, unit="% of GDP a year")
        ax.get_legend().remove()
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4)
    nodes = problem.geometry.nodes()
    low, high = nodes.min(axis=0), nodes.max(axis=0)
    margin = 0.6 * (high - low)
    axes[1].set_xlim(low[0] - margin[0], high[0] + margin[0])
    axes[1].set_ylim(low[1] - margin[1], high[1] + margin[1])
    axes[0].set_title("all tariffs")
    axes[1].set_title("near the frontier")
    return figure


def _sobol(outcomes: Any) -> Any:
    import matplotlib.pyplot as plt

    size = (6.0, 2.7 * len(outcomes))
    figure, axes = plt.subplots(len(outcomes), 1, figsize=size, layout="constrained", squeeze=False)
    for ax, item in zip(axes[:, 0], outcomes, strict=True):
        _plot("process_sensitivity:plot_sobol_indices")(item, ax=ax)
        ax.set_title(item.label or item.outcome)
        ax.set_xlabel("share of the variance" if item is outcomes[-1] else "")
    return figure


def _first_cut(result: Any) -> Any:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(6.9, 3.2), layout="constrained")
    _plot("forecasts:plot_cut_times")(result, ax=axes[0])
    _plot("forecasts:plot_cut_levels")(result, ax=axes[1])
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
            _one("payoffs:plot_best_responses"),
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
            _row(
                "process:plot_tariff_fan",
                (6.9, 3.2),
                lambda paths: [(paths, player) for player in paths.process.players],
            ),
            "Added tariffs over simulated paths of the process.",
        ),
        "stage_tree": Exhibit(
            ("process/headline",),
            _one("process:plot_stage_tree", size=(6.9, 4.2)),
            "Stages of the process, and the probability of each way through them.",
        ),
        "reputation": Exhibit(
            ("process/headline",),
            _one("process:plot_reputation_curves", "de-escalation", size=(5.6, 3.6)),
            "Beliefs that each side is stubborn while nobody concedes the first cut.",
        ),
        "first_concession": Exhibit(
            ("sensitivity/phase",),
            _one("process_sensitivity:plot_first_concession_map", size=(5.4, 4.0)),
            "Who concedes the first cut over the prior stubbornness of both sides.",
        ),
        "beliefs": Exhibit(
            ("beliefs/path",),
            _one("process:plot_belief_path", size=(6.9, 4.0)),
            "Beliefs that each side is stubborn over the dated events.",
        ),
        "exemption_regions": Exhibit(
            ("sensitivity/exemptions",),
            _row(
                "process_sensitivity:plot_exemption_regions",
                (7.6, 3.5),
                lambda found: [(found, player) for player in found.players],
            ),
            "Exempt shares in equilibrium over visibility and curvature of the audience cost.",
        ),
        "tornado": Exhibit(
            ("sensitivity/tornado",),
            _one("process_sensitivity:plot_tornado", size=(6.3, 3.8)),
            "Probability of a first cut by 31 May 2025 at both ends of each parameter's range.",
        ),
        "sobol": Exhibit(
            ("sensitivity/outcomes",),
            _sobol,
            "Sobol indices of three outcomes with bootstrap intervals.",
        ),
        "bands": Exhibit(
            ("sensitivity/bands_cut", "sensitivity/bands_deal"),
            _row(
                "process_sensitivity:plot_probability_bands",
                (6.9, 3.3),
                lambda cut, deal: [(cut,), (deal,)],
            ),
            "Probability of a first cut and of a deal by day, over draws of the parameters.",
        ),
        "dated_forecasts": Exhibit(
            ("backtest/by_duration",),
            _row(
                "forecasts:plot_dated_forecasts",
                (8.4, 3.2),
                lambda found: [(found, day) for day in found.dates],
                sharey=True,
            ),
            "Probability of a first cut by three dates, by how long terms are expected to last.",
        ),
        "first_cut": Exhibit(
            ("backtest/first_cut",),
            _first_cut,
            "Forecast distribution of days to the first cut and of the level after it, beside "
            "what happened.",
        ),
        "tariff_plane": Exhibit(
            ("policy/plane", "best_responses/equilibrium_short_run"),
            _tariff_plane,
            "Payoff of each side over the plane of both tariffs, best replies and the Nash point.",
        ),
        "optimal_tariffs": Exhibit(
            ("policy/sector_tariffs",),
            _one("trade:plot_optimal_tariffs"),
            "Optimal tariffs by sector against the inverse of the trade elasticity.",
        ),
        "war_gains": Exhibit(
            ("policy/gains",),
            _one("trade:plot_war_gains", size=(7.4, 5.2)),
            "Change of real income of each region under each region's optimal tariffs, the Nash "
            "war and the standoff.",
        ),
        "welfare_parts": Exhibit(
            ("policy/standoff_parts",),
            _one("trade:plot_welfare_parts", size=(6.6, 3.8)),
            "Parts of the change of real income in the standoff, by region.",
        ),
        "model_map": Exhibit(
            ("model_map/map",),
            _one("trade:plot_model_map", size=(6.9, 6.4)),
            "Change of real income of both sides at the standoff's tariffs, by model.",
        ),
        "validation": Exhibit(
            ("validation/points",),
            _one("trade:plot_validation", size=(4.8, 4.6)),
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
