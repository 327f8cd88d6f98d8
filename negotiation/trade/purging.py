"""Economies whose trade imbalances have been taken out."""

from __future__ import annotations

from dataclasses import replace

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.trade.economy import Economy
from negotiation.trade.equilibrium import counterfactual
from negotiation.trade.model import TradeModel
from negotiation.values import instance

__all__ = ["purge_imbalances"]


@takes
def purge_imbalances(economy: Economy, model: TradeModel | None = None) -> Economy:
    """Return the economy as it would be without transfers, at its own tariffs.

    The equilibrium without transfers becomes the new baseline, as Ossa (2014) does before he
    changes tariffs: a transfer that is fixed in nominal terms has no meaning of its own.

    Parameters
    ----------
    economy
        The baseline with imbalances.
    model
        Options of the equilibrium; its own ``transfers`` do not matter.

    Raises
    ------
    InvalidInputError
        If the model measures sales at home net of inputs.
    ConvergenceError
        If there is no equilibrium without transfers.

    Examples
    --------
    >>> import numpy as np
    >>> from negotiation.trade.economy import TariffSchedule
    >>> free = TariffSchedule(("A", "B"), ("goods",), np.zeros((1, 2, 2)))
    >>> world = Economy("two", ("A", "B"), ("goods",), np.array([[[8.0, 3.0], [2.0, 8.0]]]), free)
    >>> flows = purge_imbalances(world, TradeModel(trade_elasticity=4.0)).flows[0]
    >>> bool(np.isclose(flows[0, 1], flows[1, 0]))
    True
    """
    economy = instance(economy, Economy, name="economy")
    options = instance(TradeModel() if model is None else model, TradeModel, name="model")
    if options.home_sales != "gross":
        raise InvalidInputError(
            "flows must be gross", where="home_sales", seen=options.home_sales, allowed="gross"
        )
    options = replace(options, transfers="balanced", transfer_values=None, absorbing_region=None)
    world = counterfactual(economy, economy.tariffs, options)
    gdp = economy.gdp
    if gdp is not None:
        gdp = gdp * world.income / world.calibration.gdp
    return replace(economy, flows=world.flows, gdp=gdp)
