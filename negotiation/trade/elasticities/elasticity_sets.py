"""Trade elasticities of an economy's sectors, chosen by the name of a published set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from negotiation.errors import InvalidInputError
from negotiation.presentation import Presented
from negotiation.trade.economy import Economy
from negotiation.values import FloatArray, float_array, instance, read_only

__all__ = ["ElasticityChoice", "TradeElasticities", "trade_elasticities"]

ElasticityChoice: TypeAlias = "str | float | Mapping[str, float] | ArrayLike | TradeElasticities"


@dataclass(frozen=True, eq=False)
class TradeElasticities(Presented):
    """Positive trade elasticities ``[sector]`` and what they are called in tables."""

    name: str
    values: FloatArray

    def __post_init__(self) -> None:
        """Check that every elasticity is positive."""
        values = float_array(self.values, name=f"elasticities[{self.name}]", ndim=1)
        if np.any(values <= 0.0):
            s = int(np.argmax(values <= 0.0))
            raise InvalidInputError(
                "trade elasticity must be positive",
                where=f"elasticities[{self.name}], sector {s}",
                seen=values[s],
                allowed="> 0",
            )
        object.__setattr__(self, "values", values)


def trade_elasticities(economy: Economy, choice: ElasticityChoice) -> TradeElasticities:
    """Return the trade elasticity of every sector.

    Parameters
    ----------
    economy
        Its sectors give the order, its named sets the names.
    choice
        Name of one of the economy's sets; one number for all sectors; a mapping from every
        sector to its elasticity; an array ``[sector]``; or elasticities made before.

    Raises
    ------
    InvalidInputError
        If the name is unknown, a sector is left out, or an elasticity is not positive.

    Examples
    --------
    >>> import numpy as np
    >>> from negotiation.trade.economy import Economy, TariffSchedule
    >>> free = TariffSchedule(("A", "B"), ("food", "cars"), np.zeros((2, 2, 2)))
    >>> toy = Economy("toy", ("A", "B"), ("food", "cars"), np.ones((2, 2, 2)), free,
    ...               elasticities={"measured": [2.5, 6.0]})
    >>> trade_elasticities(toy, "measured").values
    array([2.5, 6. ])
    >>> trade_elasticities(toy, 4.0).name
    'flat 4'
    """
    count = len(instance(economy, Economy, name="economy").sectors)
    if isinstance(choice, TradeElasticities):
        if choice.values.shape != (count,):
            raise InvalidInputError(
                "one elasticity a sector",
                where=f"elasticities[{choice.name}]",
                seen=len(choice.values),
                allowed=str(count),
            )
        return choice
    if isinstance(choice, str):
        if choice not in economy.elasticities:
            raise InvalidInputError(
                "unknown set of trade elasticities",
                where="elasticities",
                seen=repr(choice),
                allowed=", ".join(economy.elasticities) or "none in this economy",
                hint="A number, a mapping by sector or an array [sector] works on any economy.",
            )
        return TradeElasticities(choice, economy.elasticities[choice])
    if isinstance(choice, Mapping):
        missing = [sector for sector in economy.sectors if sector not in choice]
        unknown = [sector for sector in choice if sector not in economy.sectors]
        if missing or unknown:
            raise InvalidInputError(
                "one elasticity for each of the economy's sectors",
                where="elasticities",
                seen=f"missing {missing}, unknown {unknown}",
            )
        return TradeElasticities("by sector", np.array([choice[s] for s in economy.sectors]))
    values = float_array(choice, name="elasticities")
    if values.ndim == 0:
        return TradeElasticities(f"flat {float(values):g}", read_only(np.full(count, values)))
    return TradeElasticities("by sector", float_array(values, name="elasticities", shape=(count,)))
