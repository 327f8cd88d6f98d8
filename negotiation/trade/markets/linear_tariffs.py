"""The linear model of one import market: tariffs, terms of trade and the tariff war.

Two governments each tax the imports of one good that the other side sells. A tariff acts on its
own market only, so a government's optimal tariff is dominant and the war is the pair of optimal
tariffs. Tariffs here are specific: money a unit, not a fraction of the value.

With exporter incidence ``phi`` a tariff ``tau`` lowers the exporter's price by ``phi tau`` and
raises the importer's price by ``(1-phi) tau``. ``M0`` are imports under free trade and ``m`` the
slope of import demand. Up to the prohibitive tariff ``M0 / (m (1-phi))``::

    imports             M0 - m (1-phi) tau
    importer's welfare  phi tau M0 - m (1-phi^2) tau^2 / 2
    exporter's welfare  -phi tau M0 + m phi (1-phi) tau^2 / 2
    world welfare       -m (1-phi) tau^2 / 2
    optimal tariff      phi M0 / (m (1-phi^2))

At ``phi = 1/2``, ``M0 = G/2`` and ``m = b`` this is the symmetric two-good model with a gap ``G``
between the two sides' demand intercepts and slope ``b``. Past the prohibitive tariff trade is zero
and welfare no longer changes.

References
----------
H. G. Johnson (1953), "Optimum tariffs and retaliation". J. Kennan and R. Riezman (1988), "Do big
countries win tariff wars?". K. Bagwell and R. W. Staiger (1990), "A theory of managed trade". The
form with exporter incidence is derived from the same areas under linear demand and supply.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError, NonFiniteError
from negotiation.presentation import Presented
from negotiation.values import FloatArray, decoding, float_array, number, quantity, read_only

__all__ = [
    "LinearTariffEffects",
    "LinearTariffModel",
    "LinearTariffWar",
    "linear_tariff_war",
]


@dataclass(frozen=True, eq=False)
class LinearTariffEffects(Presented):
    """What tariffs do in one linear import market, against free trade.

    Attributes
    ----------
    tariff
        Specific tariff, any shape; the other arrays have its shape.
    importer, exporter, world
        Welfare changes, in price times quantity units.
    imports, revenue
        Quantity traded and tariff revenue.
    consumer_loss
        Loss of the importer's buyers net of its own producers (area left of import demand).
    prohibitive
        True where nothing is traded.
    """

    tariff: FloatArray = field(metadata={"symbol": "tau", "unit": "money/unit"})
    importer: FloatArray
    exporter: FloatArray
    world: FloatArray
    imports: FloatArray
    revenue: FloatArray
    consumer_loss: FloatArray
    prohibitive: np.typing.NDArray[np.bool_]

    def __post_init__(self) -> None:
        """Make the arrays read-only and refuse numbers that are not finite."""
        for name in ("tariff", "importer", "exporter", "world", "imports", "revenue"):
            self._freeze(name)
        self._freeze("consumer_loss")
        self._freeze("prohibitive")

    def _freeze(self, name: str) -> None:
        with decoding(name):
            value = np.asarray(getattr(self, name))
            finite = bool(np.all(np.isfinite(value)))
        if not finite:
            raise NonFiniteError("overflow", where=f"linear tariff model, {name}")
        object.__setattr__(self, name, read_only(value))


@dataclass(frozen=True)
class LinearTariffModel:
    """One linear import market.

    Attributes
    ----------
    free_trade_imports
        Imports without a tariff, positive.
    import_slope
        Fall of import demand for a unit rise of the importer's price, positive.
    exporter_incidence
        Share of a tariff that the exporter's price absorbs, in [0, 1); 1/2 when demand and
        supply are equally steep, 0 when the tariff is passed through in full.

    Raises
    ------
    InvalidInputError
        If a number is out of these bounds.

    Examples
    --------
    >>> market = LinearTariffModel.two_good(gap=1.0, slope=1.0)
    >>> round(market.optimal_tariff, 6), market.prohibitive_tariff
    (0.333333, 1.0)
    >>> effects = market.effects(0.23)
    >>> round(float(effects.importer), 7), round(float(effects.exporter), 7)
    (0.0376625, -0.0508875)
    """

    free_trade_imports: float = quantity("M0", "quantity", "imports under free trade")
    import_slope: float = quantity("m", "quantity/price", "slope of import demand")
    exporter_incidence: float = quantity(
        "phi", "fraction", "share of a tariff absorbed by the exporter's price", default=0.5
    )

    def __post_init__(self) -> None:
        """Check the bounds."""
        put = object.__setattr__
        for name in ("free_trade_imports", "import_slope"):
            put(self, name, number(getattr(self, name), name=name, low=0.0, open_low=True))
        incidence = number(
            self.exporter_incidence, name="exporter_incidence", low=0.0, high=1.0, open_high=True
        )
        put(self, "exporter_incidence", incidence)

    @classmethod
    @takes
    def two_good(cls, *, gap: float, slope: float = 1.0) -> LinearTariffModel:
        """Return the market of the symmetric two-good model.

        Both sides demand ``intercept - slope * price`` and their intercepts differ by ``gap``
        (net of endowments), so that ``M0 = gap / 2``, ``m = slope`` and half of a tariff falls
        on the exporter.
        """
        gap = number(gap, name="gap", low=0.0, open_low=True)
        return cls(free_trade_imports=gap / 2.0, import_slope=slope, exporter_incidence=0.5)

    @property
    def prohibitive_tariff(self) -> float:
        """Smallest tariff at which nothing is traded, ``M0 / (m (1-phi))``."""
        return self.free_trade_imports / (self.import_slope * (1.0 - self.exporter_incidence))

    @property
    def optimal_tariff(self) -> float:
        """Tariff that maximises the importer's welfare, ``phi M0 / (m (1-phi^2))``."""
        phi = self.exporter_incidence
        return phi * self.free_trade_imports / (self.import_slope * (1.0 - phi) * (1.0 + phi))

    @property
    def optimal_gain(self) -> float:
        """Importer's gain at its optimal tariff, ``phi^2 M0^2 / (2 m (1-phi^2))``."""
        return 0.5 * self.exporter_incidence * self.free_trade_imports * self.optimal_tariff

    @property
    def victim_loss(self) -> float:
        """Exporter's welfare change at the importer's optimal tariff, zero or negative.

        ``-(2+phi)/(1+phi)`` times the importer's gain.
        """
        phi = self.exporter_incidence
        return -self.optimal_gain * (2.0 + phi) / (1.0 + phi)

    @property
    def win_threshold_ratio(self) -> float:
        """How much larger a side's free-trade imports must be for it to gain from the war.

        ``sqrt((2+phi)/(1+phi))``, for two markets of one slope and one incidence.
        """
        phi = self.exporter_incidence
        return float(np.sqrt((2.0 + phi) / (1.0 + phi)))

    @property
    def critical_discount_factor(self) -> float:
        """Smallest discount factor at which two such markets sustain free trade.

        Grim trigger: the gain from one period of the optimal tariff against the war for ever
        after, ``gain / -victim = (1+phi)/(2+phi)``. At ``phi = 0`` the value is the limit: the
        optimal tariff is zero there and there is nothing to sustain.
        """
        phi = self.exporter_incidence
        return (1.0 + phi) / (2.0 + phi)

    def effects(self, tariff: ArrayLike) -> LinearTariffEffects:
        """Return welfare, imports and revenue at specific tariffs, against free trade.

        Parameters
        ----------
        tariff
            Specific tariffs, any shape; negative ones are import subsidies. Tariffs above the
            prohibitive one have its effects.

        Raises
        ------
        InvalidInputError
            If a tariff is not a finite number.
        """
        given = float_array(tariff, name="tariff")
        tau = np.minimum(given, self.prohibitive_tariff)
        phi, m, M0 = self.exporter_incidence, self.import_slope, self.free_trade_imports
        prohibitive = np.asarray(given >= self.prohibitive_tariff)
        imports = np.where(prohibitive, 0.0, M0 - m * (1.0 - phi) * tau)
        with np.errstate(over="ignore", invalid="ignore"):
            importer = phi * tau * M0 - 0.5 * m * (1.0 - phi) * (1.0 + phi) * tau**2
            exporter = -phi * tau * M0 + 0.5 * m * phi * (1.0 - phi) * tau**2
            return LinearTariffEffects(
                tariff=given,
                importer=np.asarray(importer),
                exporter=np.asarray(exporter),
                world=np.asarray(-0.5 * m * (1.0 - phi) * tau**2),
                imports=imports,
                revenue=np.asarray(tau * imports),
                consumer_loss=np.asarray(0.5 * (1.0 - phi) * tau * (M0 + imports)),
                prohibitive=prohibitive,
            )


@dataclass(frozen=True)
class LinearTariffWar(Presented):
    """The Nash equilibrium in tariffs between two sides, in dominant strategies.

    Players: two governments, each with one import market that the other supplies. Timing: both
    set tariffs at once. Information: complete. Each tuple is ordered as the two markets were
    given.

    Attributes
    ----------
    tariffs
        Optimal tariffs.
    payoffs
        Welfare changes of both sides in the war, against free trade: the gain on own imports
        plus the loss on exports.
    unilateral
        Each side's change if it alone sets its optimal tariff.
    victim
        Each side's change if the other side alone sets its optimal tariff.
    joint
        Sum of the war payoffs.
    """

    tariffs: tuple[float, float]
    payoffs: tuple[float, float]
    unilateral: tuple[float, float]
    victim: tuple[float, float]
    joint: float

    @property
    def winner(self) -> int | None:
        """Position of the side that gains from the war, or None where both lose."""
        for side in (0, 1):
            if self.payoffs[side] > 0.0:
                return side
        return None


@takes
def linear_tariff_war(first: LinearTariffModel, second: LinearTariffModel) -> LinearTariffWar:
    """Return the war between the importer of ``first`` and the importer of ``second``.

    Parameters
    ----------
    first, second
        Import market of each side; the other side is its exporter.

    Returns
    -------
    LinearTariffWar
        ``u_i = gain_i - (2+phi_j)/(1+phi_j) gain_j``; with ``phi = 1/2`` and one slope
        ``G_i^2/(24 b) - 5 G_j^2/(72 b)``.

    Examples
    --------
    >>> war = linear_tariff_war(
    ...     LinearTariffModel.two_good(gap=3.0), LinearTariffModel.two_good(gap=1.0)
    ... )
    >>> [round(payoff, 4) for payoff in war.payoffs], war.winner
    ([0.3056, -0.5833], 0)
    """
    for name, market in (("first", first), ("second", second)):
        if not isinstance(market, LinearTariffModel):
            raise InvalidInputError(
                "not a market", where=name, seen=repr(market), allowed="LinearTariffModel"
            )
    unilateral = (first.optimal_gain, second.optimal_gain)
    victim = (second.victim_loss, first.victim_loss)
    payoffs = (unilateral[0] + victim[0], unilateral[1] + victim[1])
    return LinearTariffWar(
        tariffs=(first.optimal_tariff, second.optimal_tariff),
        payoffs=payoffs,
        unilateral=unilateral,
        victim=victim,
        joint=payoffs[0] + payoffs[1],
    )
