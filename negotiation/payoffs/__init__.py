"""Where trade meets games: payoffs of tariffs, the tariff game and best-response curves.

Players: governments, each with tariffs on the others' goods. Timing: all set them at once.
Information: complete. Payoffs: each government's `negotiation.Objective`
in percent of its GDP, against the baseline tariffs of the economy.
"""

from negotiation.payoffs.curves import best_response_curves
from negotiation.payoffs.defaults import (
    HORIZONS,
    horizon_elasticities,
    sourced_job_losses,
)
from negotiation.payoffs.game import TariffGame, tariff_game
from negotiation.payoffs.plane import TariffPlane, tariff_plane
from negotiation.payoffs.scenarios import MODELS, PayoffOptions, tariff_payoffs

__all__ = [
    "HORIZONS",
    "MODELS",
    "PayoffOptions",
    "TariffGame",
    "TariffPlane",
    "best_response_curves",
    "horizon_elasticities",
    "sourced_job_losses",
    "tariff_game",
    "tariff_payoffs",
    "tariff_plane",
]
