"""What disputes are about: flows while they last, and terms that end them, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from negotiation.estimation.disputes.durations import Disputes
from negotiation.estimation.process_law.terms import FixedTerms
from negotiation.presentation import Presented
from negotiation.values import FloatArray, read_only

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["NO_ECONOMY", "DisputePayoffs", "PayoffRows"]

#: Column that marks disputes whose payoffs are those of reference.
NO_ECONOMY = "no economy"


@dataclass(frozen=True, eq=False)
class PayoffRows:
    """Payoffs of some disputes ``[dispute, side]``, sender first.

    Attributes
    ----------
    flows
        What each side earns a year while the dispute lasts.
    losses, gains
        What each pays a year under terms it conceded, and earns where the other did.
    known
        Whether they are the dispute's own ``[dispute]``.
    """

    flows: FloatArray
    losses: FloatArray
    gains: FloatArray
    known: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class DisputePayoffs(Presented):
    """Payoffs of disputes by name; others are taken to be like one of reference.

    Attributes
    ----------
    rows
        By id of the dispute: flow of sender and target, a year; loss of each under terms it
        conceded, gain where the other did ``[3, side]``.
    reference
        Yearly cost of a side of reference, in the same units.
    unit
        Of all of them.
    """

    rows: dict[str, FloatArray]
    reference: float
    unit: str

    def to_frame(self) -> pd.DataFrame:
        """Return one row a dispute and side."""
        import pandas as pd

        return pd.DataFrame(
            [
                {"dispute": name, "side": side, "flow": flow, "loss": loss, "gain": gain}
                for name, row in self.rows.items()
                for side, (flow, loss, gain) in zip(("sender", "target"), row.T, strict=True)
            ]
        )

    def of(self, disputes: Disputes, terms: FixedTerms) -> PayoffRows:
        """Return the payoffs of these disputes, a row each."""
        plain = reference_row(self.reference, terms)
        table = np.array([self.rows.get(name, plain) for name in disputes.ids])
        known = np.array([name in self.rows for name in disputes.ids])
        return _split(table, known)


def reference_row(cost: float, terms: FixedTerms) -> FloatArray:
    """Return flow, loss and gain of a dispute that costs each side as much ``[3, side]``."""
    return cost * np.array([[-1.0, -1.0], [terms.demand] * 2, [terms.demand] * 2])


def reference_payoffs(n: int, terms: FixedTerms) -> PayoffRows:
    """Return payoffs of disputes of which nothing is known: each costs a side 1 a year."""
    return _split(np.broadcast_to(reference_row(1.0, terms), (n, 3, 2)), np.ones(n, dtype=bool))


def _split(table: FloatArray, known: NDArray[np.bool_]) -> PayoffRows:
    flows, losses, gains = (read_only(np.ascontiguousarray(table[:, k])) for k in range(3))
    return PayoffRows(flows, losses, gains, known)
