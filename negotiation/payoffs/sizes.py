"""What two players choose the size of: points on tariffs, or one measure in any instrument."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, Unpack

import numpy as np

from negotiation.errors import InvalidInputError
from negotiation.payoffs.scenarios import PayoffOptions, tariff_payoffs
from negotiation.policy.objectives.partial_equilibrium_payoffs import TariffPayoffs
from negotiation.trade.economy import Economy
from negotiation.trade.instruments.measures import NO_CHANGE, Measure
from negotiation.trade.tariff_scenarios import baseline_averages
from negotiation.values import FloatArray

__all__ = ["InstrumentChoices", "Sizes", "chosen_sizes"]

InstrumentChoices: TypeAlias = "Mapping[str, str | Measure] | None"
"""By player, an instrument or a measure whose size is free; who is left out sets tariffs."""

_HIGHEST = 2.0


@dataclass(frozen=True, eq=False)
class Sizes:
    """What the numbers of two players stand for.

    Attributes
    ----------
    players
        Two labels.
    measures
        One a player; its size is replaced by the number.
    baseline
        Mean baseline tariff of who sets tariffs, which points are added to; else 0.
    """

    economy: Economy
    players: tuple[str, ...]
    measures: tuple[Measure, ...]
    baseline: tuple[float, ...]
    plain: bool

    @property
    def instruments(self) -> tuple[str, ...]:
        """Names, one a player."""
        return tuple(measure.instrument for measure in self.measures)

    @property
    def no_change(self) -> FloatArray:
        """Sizes that leave the baseline as it is, one a player."""
        return np.array([NO_CHANGE.get(name, 0.0) for name in self.instruments])

    def payoffs(self, sizes: FloatArray, **options: Unpack[PayoffOptions]) -> TariffPayoffs:
        """Payoffs at sizes ``[scenario, player]``."""
        if self.plain:
            return tariff_payoffs(self.economy, sizes, players=self.players, **options)
        actions: dict[str, Any] = {
            player: [replace(measure, size=float(size)) for size in sizes[:, k]]
            for k, (player, measure) in enumerate(zip(self.players, self.measures, strict=True))
        }
        return tariff_payoffs(self.economy, actions, players=self.players, **options)

    def interval(self, k: int, highest: float = _HIGHEST) -> tuple[float, float]:
        """Sizes that are looked at where none are named.

        From a mean tariff of zero, no tax, no control, no barrier or a quota of nothing, to
        ``highest`` added to the baseline, or the baseline's quantity.

        Raises
        ------
        InvalidInputError
            For purchases, which have no natural scale.
        """
        name = self.measures[k].instrument
        if name == "purchase":
            raise InvalidInputError(
                "purchases have no interval of their own",
                where=f"player {self.players[k]}",
                hint="Give lowest and highest purchases in billion USD a year.",
            )
        if name == "quota":
            return (0.0, 1.0)
        start = float(self.no_change[k])
        return (start - self.baseline[k], start + highest)


def chosen_sizes(
    economy: Economy,
    players: Sequence[str],
    instruments: InstrumentChoices,
    sectors: Sequence[str] | None,
) -> Sizes:
    """Return what the players choose, checked.

    Parameters
    ----------
    economy, players, sectors
        As in :func:`~negotiation.payoffs.tariff_payoffs`.
    instruments
        By player, the name of an instrument, on all taxed sectors of trade with the other player,
        or a measure; None, and players left out: points added to tariffs.

    Raises
    ------
    InvalidInputError
        If a player is unknown, or bans, which have no size, are to be chosen.
    """
    names = tuple(players)
    given: dict[str, str | Measure] = {}
    if instruments is not None:
        if not isinstance(instruments, Mapping):
            raise InvalidInputError(
                "not by player",
                where="instruments",
                seen=type(instruments).__name__,
                allowed='a mapping as {player: "export_tax"}',
            )
        given.update(instruments)
    unknown = [name for name in given if name not in names]
    if unknown:
        raise InvalidInputError(
            "not a player", where="instruments", seen=unknown[0], allowed=", ".join(names)
        )
    measures = []
    for name in names:
        choice = given.get(name, "import_tariff")
        measure = choice if isinstance(choice, Measure) else Measure(choice)
        if measure.instrument == "export_ban":
            raise InvalidInputError(
                "a ban has no size",
                where=f"instruments[{name}]",
                hint='The limit of "export_control" is a ban; in a game it is an action.',
            )
        measures.append(measure)
    baseline = [0.0] * len(names)
    for k, measure in enumerate(measures):
        if measure.instrument == "import_tariff":
            on = sectors if measure.sectors is None else measure.sectors
            baseline[k] = baseline_averages(economy, names, on)[k]
    return Sizes(
        economy=economy,
        players=names,
        measures=tuple(measures),
        baseline=tuple(baseline),
        plain=all(measure == Measure("import_tariff", measure.size) for measure in measures),
    )
