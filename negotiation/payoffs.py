"""Where trade meets games: payoffs of tariffs, the tariff game and best-response curves.

Players: governments, each with tariffs on the others' goods. Timing: all set them at once.
Information: complete. Payoffs: each government's :class:`~negotiation.trade.objective.Objective`
in percent of its GDP, against the baseline tariffs of the economy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import numpy as np
from numpy.typing import ArrayLike

from negotiation.data.parameters import parameter
from negotiation.data.tables import sources
from negotiation.errors import InvalidInputError
from negotiation.games.normal_form import NormalFormGame
from negotiation.trade.best_responses import BestResponseCurves, best_responses
from negotiation.trade.economy import Economy
from negotiation.trade.elasticity_sets import (
    ElasticityChoice,
    TradeElasticities,
    trade_elasticities,
)
from negotiation.trade.objective import JobLosses, Objective
from negotiation.trade.tariff_payoffs import TariffPayoffs, partial_equilibrium_payoffs
from negotiation.trade.tariff_scenarios import (
    FREE_TRADE,
    Exemptions,
    action_grids,
    action_label,
    tariff_scenarios,
)
from negotiation.values import one_of

if TYPE_CHECKING:
    import pandas as pd

    from negotiation.data.tables import DateLike

__all__ = [
    "HORIZONS",
    "MODELS",
    "PayoffOptions",
    "TariffGame",
    "best_response_curves",
    "horizon_elasticities",
    "sourced_job_losses",
    "tariff_game",
    "tariff_payoffs",
]

MODELS = ("export_dependence", "general_equilibrium")
HORIZONS = ("short_run", "long_run")

_LONG_RUN_SET = "fontagne_2022"
_SIDES = {"USA": "usa", "CHN": "chn"}


def horizon_elasticities(
    economy: Economy, horizon: str = "long_run", *, as_of: DateLike = None
) -> TradeElasticities:
    """Return the trade elasticities that stand for a horizon.

    Parameters
    ----------
    economy
        Its named sets are looked at first.
    horizon
        ``"short_run"``: one year, the set ``boehm_short_run`` or the sourced flat value (Boehm,
        Levchenko and Pandalai-Nayar 2023). ``"long_run"``: the set ``fontagne_2022`` by sector
        where the economy has it, otherwise its first set of another kind, otherwise the sourced
        flat long-run value.
    as_of
        Information date of the flat values.

    Examples
    --------
    >>> from negotiation.data.embedded import load_economy
    >>> economy = load_economy()
    >>> horizon_elasticities(economy, "short_run").name
    'boehm_short_run'
    >>> horizon_elasticities(economy, "long_run").name
    'fontagne_2022'
    """
    one_of(horizon, HORIZONS, name="horizon")
    aggregate = f"boehm_{horizon}"
    others = [name for name in economy.elasticities if not name.startswith("boehm_")]
    if horizon == "long_run" and others:
        preferred = _LONG_RUN_SET if _LONG_RUN_SET in others else others[0]
        return trade_elasticities(economy, preferred)
    if aggregate in economy.elasticities:
        return trade_elasticities(economy, aggregate)
    sourced = parameter(f"trade_elasticity_{horizon}", as_of=as_of)
    flat = trade_elasticities(economy, sourced.value)
    return TradeElasticities(f"{horizon} flat {sourced.value:g}", flat.values)


def sourced_job_losses(player: str, *, as_of: DateLike = None) -> JobLosses | None:
    """Return how lost exports turn into lost jobs by the embedded parameters.

    Jobs for each billion USD of exports come from one source a side; the re-employment share, the
    wage and the spell are assumptions with a range (``negotiation data show parameters``).

    Parameters
    ----------
    player
        ``"USA"`` or ``"CHN"``; None comes back for any other region.
    as_of
        Information date; a figure that became known later is refused.

    Examples
    --------
    >>> sourced_job_losses("CHN", as_of="2025-05-02").jobs_per_billion
    30496.0
    """
    side = _SIDES.get(player)
    if side is None:
        return None
    intensity = parameter(f"jobs_per_billion_exports_{side}", as_of=as_of)
    source = sources()[intensity.source]
    return JobLosses(
        jobs_per_billion=intensity.value,
        reemployment_share=parameter("reemployment_share", as_of=as_of).value,
        annual_wage=parameter(f"annual_wage_{side}", as_of=as_of).value,
        spell_years=parameter("unemployment_spell", as_of=as_of).value,
        source=f"{source.publisher} {source.year} ({source.key})",
    )


def _objectives(
    players: Sequence[str],
    objectives: Objective | Mapping[str, Objective] | None,
    labor_supply_elasticity: float,
    as_of: DateLike,
) -> tuple[Objective, ...]:
    """One objective a player, with sourced job figures where it names none."""
    if isinstance(objectives, Mapping):
        unknown = [name for name in objectives if name not in players]
        missing = [name for name in players if name not in objectives]
        if unknown or missing:
            raise InvalidInputError(
                "one objective for each player",
                where="objectives",
                seen=f"missing {missing}, unknown {unknown}",
                allowed=", ".join(players),
            )
    out = []
    for player in players:
        losses = sourced_job_losses(player, as_of=as_of)
        if objectives is None:
            counted = losses is not None and labor_supply_elasticity == 0.0
            weight = parameter("job_cost_weight", as_of=as_of).value if counted else 0.0
            objective = Objective(jobs=weight, job_losses=losses)
        else:
            objective = objectives[player] if isinstance(objectives, Mapping) else objectives
            if not isinstance(objective, Objective):
                raise InvalidInputError(
                    "not an objective", where=f"objectives[{player}]", seen=repr(objective)
                )
            if objective.job_losses is None:
                objective = replace(objective, job_losses=losses)
        if objective.jobs > 0.0 and objective.job_losses is None:
            raise InvalidInputError(
                "no figure of job losses is known for this player",
                where=f"objectives[{player}].jobs",
                seen=objective.jobs,
                hint="Pass Objective(job_losses=JobLosses(...)).",
            )
        objective.check(labor_supply_elasticity)
        out.append(objective)
    return tuple(out)


def tariff_payoffs(
    economy: Economy,
    rates: Any,
    *,
    players: Sequence[str] = ("USA", "CHN"),
    model: str = "export_dependence",
    horizon: str = "long_run",
    elasticities: ElasticityChoice | None = None,
    exporter_incidence: float | Mapping[str, float] | None = None,
    demand: str = "constant_elasticity",
    objectives: Objective | Mapping[str, Objective] | None = None,
    exemptions: Exemptions | None = None,
    sectors: Iterable[str] | None = None,
    as_of: DateLike = None,
) -> TariffPayoffs:
    """Return payoffs in percent of GDP in every tariff scenario, against the baseline tariffs.

    Parameters
    ----------
    economy
        Baseline flows, tariffs, GDP.
    rates
        Points added to each player's baseline tariffs on the other players: an array
        ``[scenario, player]``, or a mapping from each player to a list of numbers or
        ``"free_trade"``, one a scenario. Or a tariff schedule, or a list of them.
    players
        Two or more regions.
    model
        ``"export_dependence"``: each market by itself, with everything else given.
    horizon
        ``"short_run"`` or ``"long_run"``: which trade elasticities stand for it.
    elasticities
        A set by name, a number, a mapping or an array, instead of the horizon's.
    exporter_incidence
        Share of a tariff that exporters' prices absorb, in [0, 1), a number or by importer; None
        takes the sourced value (0: full pass-through).
    demand
        ``"constant_elasticity"`` or ``"linear"``.
    objectives
        One for all players or one a player; None takes real income and, where a job figure is
        sourced, the transition cost of job losses at its weight. Objectives that name no job
        figure are given the sourced one.
    exemptions
        By importer: sectors that keep the baseline tariff, or the exempt share of each.
    sectors
        Sectors to which added points apply; None: all but services.
    as_of
        Information date of sourced defaults.

    Returns
    -------
    TariffPayoffs
        Payoffs and their parts ``[scenario, player]``.

    Raises
    ------
    InvalidInputError
        If a name is unknown, a grid is empty, or a rate is not finite or at or below -100 %.

    Examples
    --------
    >>> from negotiation.data.embedded import load_economy
    >>> payoffs = tariff_payoffs(load_economy(), [(0.0, 0.0), (1.45, 1.25)])
    >>> payoffs.percent_of_gdp.shape
    (2, 2)
    >>> bool((payoffs.percent_of_gdp[1] < 0).all())
    True
    """
    one_of(model, MODELS, name="model")
    scenarios = tariff_scenarios(
        economy, rates, players=players, sectors=sectors, exemptions=exemptions
    )
    one_of(horizon, HORIZONS, name="horizon")
    if elasticities is None:
        chosen = horizon_elasticities(economy, horizon, as_of=as_of)
    else:
        chosen, horizon = trade_elasticities(economy, elasticities), "as given"
    if exporter_incidence is None:
        exporter_incidence = parameter("exporter_incidence", as_of=as_of).value
    return partial_equilibrium_payoffs(
        economy,
        scenarios,
        elasticities=chosen,
        objectives=_objectives(scenarios.players, objectives, 0.0, as_of),
        exporter_incidence=exporter_incidence,
        demand=demand,
        horizon=horizon,
    )


@dataclass(frozen=True, eq=False)
class TariffGame(NormalFormGame):
    """A normal-form game whose actions are tariffs.

    Attributes
    ----------
    outcomes
        Payoffs and their parts; scenarios are action profiles, the last player's action fastest.
    added_rates, total_rates
        Mean points added and mean tariff of each action before exemptions, one tuple a player.
    """

    outcomes: TariffPayoffs | None = None
    added_rates: tuple[tuple[float, ...], ...] = ()
    total_rates: tuple[tuple[float, ...], ...] = ()

    def _outcomes(self) -> TariffPayoffs:
        if self.outcomes is None:
            raise InvalidInputError("made without outcomes", where="TariffGame.outcomes")
        return self.outcomes

    @property
    def without_jobs(self) -> NormalFormGame:
        """The same game with no weight on job losses."""
        payoffs = self._outcomes().without_jobs.T.reshape(self.payoffs.shape)
        return NormalFormGame(
            payoffs, self.players, self.actions, title=f"{self.title}, jobs not counted"
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the payoffs must know."""
        return self._outcomes().notes

    def to_frame(self) -> pd.DataFrame:
        """Return one row an action profile: payoffs with and without jobs, and their parts.

        Columns are (measure, player); payoffs in percent of GDP, lost exports in billion USD a
        year. ``frame.attrs["notes"]`` says what a reader must know.
        """
        import pandas as pd

        outcomes = self._outcomes()
        frame = pd.concat(
            {
                name: pd.DataFrame(value, columns=list(self.players))
                for name, value in outcomes.measures().items()
            },
            axis="columns",
        )
        frame.index = pd.MultiIndex.from_product(self.actions, names=self.players)
        frame.attrs["notes"] = list(outcomes.notes)
        return frame


def tariff_game(
    economy: Economy,
    rates: Mapping[str, Any] | None = None,
    *,
    players: Sequence[str] | None = None,
    model: str = "export_dependence",
    horizon: str = "long_run",
    elasticities: ElasticityChoice | None = None,
    exporter_incidence: float | Mapping[str, float] | None = None,
    demand: str = "constant_elasticity",
    objectives: Objective | Mapping[str, Objective] | None = None,
    exemptions: Exemptions | None = None,
    sectors: Iterable[str] | None = None,
    as_of: DateLike = None,
) -> TariffGame:
    """Return the game in which each player picks a tariff from its grid.

    Parameters
    ----------
    economy
        Baseline flows, tariffs, GDP.
    rates
        By player, points added to its baseline tariffs on the others as fractions (1.45 adds 145
        points), or ``"free_trade"``, which removes the baseline. None: the steps of spring 2025,
        see :data:`negotiation.trade.tariff_scenarios.DEFAULT_RATES`.
    players
        Their order; None: that of ``rates``.
    model, horizon, elasticities, exporter_incidence, demand, objectives, exemptions, sectors, as_of
        As in :func:`tariff_payoffs`.

    Returns
    -------
    TariffGame
        Payoffs in percent of GDP; action labels show points added and the total.

    Raises
    ------
    InvalidInputError
        If a region is unknown, a grid is empty, or a rate is not finite or at or below -100 %.

    Examples
    --------
    >>> from negotiation.data.embedded import load_economy
    >>> game = tariff_game(load_economy(), {"USA": ["free_trade", 0, 1.45], "CHN": [0, 1.25]})
    >>> game.shape, game.actions[0]
    ((3, 2), ('free trade (0 %)', '0 (20.8 %)', '+145 (165.8 %)'))
    """
    grids = action_grids(rates, players)
    profiles = list(product(*grids.values()))
    columns = {name: [profile[k] for profile in profiles] for k, name in enumerate(grids)}
    taxed = None if sectors is None else tuple(sectors)
    outcomes = tariff_payoffs(
        economy,
        columns,
        players=tuple(grids),
        model=model,
        horizon=horizon,
        elasticities=elasticities,
        exporter_incidence=exporter_incidence,
        demand=demand,
        objectives=objectives,
        exemptions=exemptions,
        sectors=taxed,
        as_of=as_of,
    )
    shape = tuple(len(grid) for grid in grids.values())
    added = outcomes.added_rates.reshape(*shape, len(shape))
    baseline = _baseline_averages(economy, tuple(grids), taxed)
    labels, added_rates, total_rates = [], [], []
    for k, grid in enumerate(grids.values()):
        points = np.moveaxis(added[..., k], k, 0).reshape(len(grid), -1)[:, 0]
        totals = points + baseline[k]
        added_rates.append(tuple(float(point) for point in points))
        total_rates.append(tuple(float(total) for total in totals))
        labels.append(
            tuple(
                action_label(point, total, free=item == FREE_TRADE)
                for item, point, total in zip(grid, points, totals, strict=True)
            )
        )
    return TariffGame(
        payoffs=outcomes.percent_of_gdp.T.reshape(len(shape), *shape),
        players=tuple(grids),
        actions=tuple(labels),
        title=_title(economy, outcomes),
        outcomes=outcomes,
        added_rates=tuple(added_rates),
        total_rates=tuple(total_rates),
    )


def _baseline_averages(
    economy: Economy, players: Sequence[str], sectors: Iterable[str] | None
) -> list[float]:
    """Trade-weighted mean baseline tariff of each player on the others, in taxed sectors."""
    nothing = {name: [0.0] for name in players}
    unchanged = tariff_scenarios(economy, nothing, players=players, sectors=sectors)
    return [float(rate) for rate in unchanged.average[0]]


class PayoffOptions(TypedDict, total=False):
    """Options of :func:`tariff_payoffs` that other functions hand on."""

    model: str
    horizon: str
    elasticities: ElasticityChoice | None
    exporter_incidence: float | Mapping[str, float] | None
    demand: str
    objectives: Objective | Mapping[str, Objective] | None
    exemptions: Exemptions | None
    sectors: Sequence[str] | None
    as_of: DateLike


def best_response_curves(
    economy: Economy,
    *,
    players: Sequence[str] = ("USA", "CHN"),
    bounds: Mapping[str, tuple[float, float]] | None = None,
    partner_rates: ArrayLike | int = 41,
    status_quo: Mapping[str, float] | None = None,
    grid_size: int = 61,
    tol: float = 1e-7,
    **options: Unpack[PayoffOptions],
) -> BestResponseCurves:
    """Return each player's best added tariff against every added tariff of the other.

    Players: two governments, each with one number of points added to its baseline tariffs on the
    other. Timing: both set it at once. Information: complete.

    Parameters
    ----------
    economy
        Baseline flows, tariffs, GDP.
    players
        Two regions.
    bounds
        Lowest and highest added points by player; None: from a mean tariff of zero to 2.
    partner_rates
        Number of equally spaced rates of the other player, or these rates.
    status_quo
        Added points in force by player, for pictures and as a start of the search for Nash
        points; None: the sourced ones of the standoff where both players have one.
    grid_size, tol
        As in :func:`~negotiation.trade.best_responses.best_responses`.
    options
        As in :func:`tariff_payoffs`.

    Returns
    -------
    BestResponseCurves
        Certified by a second grid: ``.largest_regret`` in percent of GDP.

    Examples
    --------
    >>> from negotiation.data.embedded import load_economy
    >>> curves = best_response_curves(load_economy(), partner_rates=3, exporter_incidence=0.2)
    >>> curves.converged, curves.largest_regret < 1e-9
    (True, True)
    """
    names = tuple(players)
    options["sectors"] = None if options.get("sectors") is None else tuple(options["sectors"] or ())
    if status_quo is None and all(name in _SIDES for name in names):
        as_of = options.get("as_of")
        status_quo = {
            name: parameter(f"standoff_added_{_SIDES[name]}", as_of=as_of).value for name in names
        }
    baseline = _baseline_averages(economy, names, options["sectors"])
    if bounds is None:
        bounds = {name: (-baseline[k], 2.0) for k, name in enumerate(names)}
    for where, mapping in (("bounds", bounds), ("status_quo", status_quo)):
        if mapping is not None and set(mapping) != set(names):
            raise InvalidInputError(
                "one entry for each player",
                where=where,
                seen=", ".join(mapping),
                allowed=str(names),
            )
    quo = None if status_quo is None else [status_quo[name] for name in names]
    at = tariff_payoffs(economy, np.array([quo or [0.0] * len(names)]), players=names, **options)
    return best_responses(
        lambda rates: tariff_payoffs(economy, rates, players=names, **options).percent_of_gdp,
        players=names,
        bounds=[bounds[name] for name in names],
        partner_rates=partner_rates,
        baseline=baseline,
        status_quo=quo,
        grid_size=grid_size,
        tol=tol,
        title=_title(economy, at),
        notes=at.notes,
    )


def _title(economy: Economy, outcomes: TariffPayoffs) -> str:
    """What payoffs rest on, for tables and figures."""
    return (
        f"{economy.name}, {outcomes.model}, {outcomes.horizon}, "
        f"elasticities {outcomes.elasticities}"
    )
