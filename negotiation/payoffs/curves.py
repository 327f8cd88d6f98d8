"""Best-response curves of the game in tariffs, or other instruments, on the continuum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.payoffs.defaults import standoff_rates
from negotiation.payoffs.scenarios import PayoffOptions
from negotiation.payoffs.sizes import InstrumentChoices, chosen_sizes
from negotiation.policy.best_responses import BestResponseCurves, best_responses
from negotiation.trade.economy import Economy
from negotiation.trade.players import first_two

__all__ = ["best_response_curves"]


@takes
def best_response_curves(
    economy: Economy,
    *,
    players: Sequence[str] | None = None,
    bounds: Mapping[str, tuple[float, float]] | None = None,
    partner_rates: ArrayLike | int | None = None,
    instruments: InstrumentChoices = None,
    status_quo: Mapping[str, float] | None = None,
    grid_size: int | None = None,
    tol: float | None = None,
    **options: Unpack[PayoffOptions],
) -> BestResponseCurves:
    """Return each player's best added tariff against every added tariff of the other.

    Players: two governments, each with one number: points added to its baseline tariffs on the
    other, or the size of a measure in any instrument. Timing: both set it at once. Information:
    complete.

    Parameters
    ----------
    economy
        Baseline flows, tariffs, GDP.
    players
        Two regions; None: the first two of the economy.
    bounds
        Lowest and highest size by player; None: from a mean tariff of zero to 2 added points, the
        same for taxes, controls and trade costs, and quotas up to the baseline's quantity.
        Purchases have to be bounded.
    partner_rates
        Number of equally spaced sizes of the other player's choice, or these sizes; None: 41, or
        15 in general equilibrium.
    instruments
        By player, ``"export_tax"``, ``"quota"`` or another instrument on all taxed trade with the
        other player, or a `negotiation.Measure` whose size is then what the player chooses; who
        is not named adds points to its tariffs. All but tariffs need general equilibrium. Every
        quota and purchase is a search of its own: take few points. Where a quota does not bind,
        every other that does not is as good a reply.
    status_quo
        Sizes in force by player, for pictures and as a start of the search for Nash points; None:
        the sourced points of the standoff where both players have one and set tariffs.
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
    chosen = chosen_sizes(economy, names, instruments, options["sectors"])
    if status_quo is None and chosen.plain:
        status_quo = standoff_rates(names, as_of=options.get("as_of"))
    if bounds is None:
        bounds = {name: chosen.interval(k) for k, name in enumerate(names)}
    for where, mapping in (("bounds", bounds), ("status_quo", status_quo)):
        if mapping is not None and set(mapping) != set(names):
            raise InvalidInputError(
                "one entry for each player",
                where=where,
                seen=", ".join(mapping),
                allowed=str(names),
            )
    quo = None if status_quo is None else [status_quo[name] for name in names]
    start = chosen.no_change if quo is None else np.array(quo)
    at = chosen.payoffs(start[None], **options)
    return best_responses(
        lambda sizes: chosen.payoffs(sizes, **options).percent_of_gdp,
        players=names,
        bounds=[bounds[name] for name in names],
        partner_rates=points if partner_rates is None else partner_rates,
        baseline=chosen.baseline,
        instruments=chosen.instruments,
        status_quo=quo,
        grid_size=size if grid_size is None else grid_size,
        tol=width if tol is None else tol,
        title=at.title,
        notes=at.notes,
    )
