"""Payoffs over the plane of two tariffs, or of the sizes of two other instruments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.payoffs.defaults import standoff_rates
from negotiation.payoffs.scenarios import PayoffOptions
from negotiation.payoffs.sizes import InstrumentChoices, chosen_sizes
from negotiation.policy.objectives.partial_equilibrium_payoffs import TariffPayoffs
from negotiation.presentation import Presented
from negotiation.trade.economy import Economy
from negotiation.trade.players import first_two
from negotiation.values import (
    FloatArray,
    float_array,
    number,
    quantity,
    read_only,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TariffPlane", "tariff_plane"]


@dataclass(frozen=True, eq=False, kw_only=True)
class TariffPlane(Presented):
    """Payoffs of two players on a grid of their tariffs, or of what else they choose.

    Attributes
    ----------
    players
        Two names.
    added_rates
        Points added by each player, or sizes of its instrument, increasing, one array a player.
    baseline
        Mean baseline tariff of each player on the other; a total is baseline plus added. 0 for who
        sets another instrument.
    payoffs
        ``[player, first player's rate, second player's rate]``.
    outcomes
        Their parts, one scenario a grid point, the second player's rate fastest.
    status_quo
        Added points in force, or None.
    instruments
        What each player's number is the size of.
    """

    players: tuple[str, str]
    added_rates: tuple[FloatArray, FloatArray]
    baseline: tuple[float, float]
    payoffs: FloatArray = quantity("u", "percent of GDP", "payoff [player, rate, rate]")
    outcomes: TariffPayoffs
    status_quo: tuple[float, float] | None
    instruments: tuple[str, str] = ("import_tariff", "import_tariff")

    @property
    def title(self) -> str:
        """What the payoffs rest on."""
        return self.outcomes.title

    @property
    def total_rates(self) -> tuple[FloatArray, FloatArray]:
        """Total tariffs of the grid, fractions, one array a player."""
        first, second = (
            rates + base for rates, base in zip(self.added_rates, self.baseline, strict=True)
        )
        return first, second

    def to_frame(self) -> pd.DataFrame:
        """Return one row a grid point: added and total rates, payoffs in percent of GDP."""
        import pandas as pd

        added = np.meshgrid(*self.added_rates, indexing="ij")
        columns = {}
        for k, player in enumerate(self.players):
            columns[f"added_{player}"] = added[k].ravel()
            columns[f"total_{player}"] = added[k].ravel() + self.baseline[k]
        for k, player in enumerate(self.players):
            columns[f"payoff_{player}"] = self.payoffs[k].ravel()
        return pd.DataFrame(columns)


@takes
def tariff_plane(
    economy: Economy,
    *,
    players: Sequence[str] | None = None,
    rates: Mapping[str, ArrayLike] | int = 31,
    highest: float = 2.0,
    instruments: InstrumentChoices = None,
    **options: Unpack[PayoffOptions],
) -> TariffPlane:
    """Return payoffs of two players over the plane of their tariffs, or of other instruments.

    Parameters
    ----------
    economy
        Baseline flows, tariffs, GDP.
    players
        Two regions; None: the first two of the economy.
    rates
        Added points or sizes by player, increasing; or how many, equally spaced as the bounds of
        :func:`~negotiation.payoffs.best_response_curves` are.
    highest
        Highest added points, or rate of a tax, control or barrier, where ``rates`` is a number.
    instruments
        As in :func:`~negotiation.payoffs.best_response_curves`.
    options
        As in :func:`~negotiation.payoffs.tariff_payoffs`.

    Examples
    --------
    >>> from negotiation.data.embedded import load_economy
    >>> plane = tariff_plane(load_economy(), rates=4)
    >>> plane.payoffs.shape
    (2, 4, 4)
    """
    names = first_two(economy) if players is None else tuple(players)
    if len(names) != 2:
        raise InvalidInputError(
            "a plane is of two players", where="players", seen=len(names), allowed="2"
        )
    options["sectors"] = None if options.get("sectors") is None else tuple(options["sectors"] or ())
    chosen = chosen_sizes(economy, names, instruments, options["sectors"])
    if isinstance(rates, Mapping):
        if set(rates) != set(names):
            raise InvalidInputError(
                "rates for each player", where="rates", seen=", ".join(rates), allowed=str(names)
            )
        grids = [float_array(rates[name], name=f"rates[{name}]", ndim=1) for name in names]
    else:
        count = int(number(rates, name="rates", low=2))
        top = number(highest, name="highest", low=0.0, open_low=True)
        grids = [np.linspace(*chosen.interval(k, top), count) for k in range(2)]
    for name, grid in zip(names, grids, strict=True):
        if np.any(np.diff(grid) <= 0.0):
            raise InvalidInputError("not increasing", where=f"rates[{name}]", seen=grid.tolist())
    profiles = np.stack([axis.ravel() for axis in np.meshgrid(*grids, indexing="ij")], axis=1)
    outcomes = chosen.payoffs(profiles, **options)
    quo = standoff_rates(names, as_of=options.get("as_of")) if chosen.plain else None
    shape = (2, len(grids[0]), len(grids[1]))
    return TariffPlane(
        players=(names[0], names[1]),
        added_rates=(read_only(grids[0]), read_only(grids[1])),
        baseline=(chosen.baseline[0], chosen.baseline[1]),
        payoffs=read_only(outcomes.percent_of_gdp.T.reshape(shape)),
        outcomes=outcomes,
        status_quo=None if quo is None else (quo[names[0]], quo[names[1]]),
        instruments=(chosen.instruments[0], chosen.instruments[1]),
    )
