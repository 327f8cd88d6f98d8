"""Best-response curves of the tariff game on the continuum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike

from negotiation.errors import InvalidInputError
from negotiation.payoffs.defaults import standoff_rates
from negotiation.payoffs.scenarios import PayoffOptions, tariff_payoffs
from negotiation.policy.best_responses import BestResponseCurves, best_responses
from negotiation.trade.economy import Economy
from negotiation.trade.players import first_two
from negotiation.trade.tariff_scenarios import baseline_averages

__all__ = ["best_response_curves"]


def best_response_curves(
    economy: Economy,
    *,
    players: Sequence[str] | None = None,
    bounds: Mapping[str, tuple[float, float]] | None = None,
    partner_rates: ArrayLike | int | None = None,
    status_quo: Mapping[str, float] | None = None,
    grid_size: int | None = None,
    tol: float | None = None,
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
        Two regions; None: the first two of the economy.
    bounds
        Lowest and highest added points by player; None: from a mean tariff of zero to 2.
    partner_rates
        Number of equally spaced rates of the other player, or these rates; None: 41, or 15 in
        general equilibrium.
    status_quo
        Added points in force by player, for pictures and as a start of the search for Nash
        points; None: the sourced ones of the standoff where both players have one.
    grid_size, tol
        As in :func:`~negotiation.policy.best_responses.best_responses`; None: 61 and 1e-7, or 21
        and 1e-5 in general equilibrium, where each scenario is an equilibrium of the world.
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
    names = first_two(economy) if players is None else tuple(players)
    world = options.get("model") == "general_equilibrium"
    points, size, width = (15, 21, 1e-5) if world else (41, 61, 1e-7)
    options["sectors"] = None if options.get("sectors") is None else tuple(options["sectors"] or ())
    if status_quo is None:
        status_quo = standoff_rates(names, as_of=options.get("as_of"))
    baseline = baseline_averages(economy, names, options["sectors"])
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
        partner_rates=points if partner_rates is None else partner_rates,
        baseline=baseline,
        status_quo=quo,
        grid_size=size if grid_size is None else grid_size,
        tol=width if tol is None else tol,
        title=at.title,
        notes=at.notes,
    )
