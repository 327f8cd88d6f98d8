"""Options of the trade model: every published setting is one choice of them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from negotiation.arguments import takes
from negotiation.errors import InvalidInputError
from negotiation.values import FloatArray, float_array, number, one_of, quantity

__all__ = ["TradeModel"]

ByRegion: TypeAlias = float | Mapping[str, float] | Sequence[float] | FloatArray
BySector: TypeAlias = float | Mapping[str, float] | Sequence[float] | FloatArray

_SCALE = 0.67
_PUBLISHED = Path(__file__).with_name("ignatenko2025.toml")


@cache
def _destination_shares() -> Mapping[str, float]:
    """Return the published destination shares by region."""
    shares: dict[str, float] = tomllib.loads(_PUBLISHED.read_text(encoding="utf-8"))[
        "destination_share"
    ]
    return MappingProxyType(shares)


@dataclass(frozen=True, eq=False, kw_only=True)
class TradeModel:
    """Options of the exact-hat trade equilibrium.

    Competitive or monopolistically competitive producers sell everywhere; workers and profits
    stay at home; each region's income is spent with constant sector shares. ``x^`` marks the
    counterfactual over the baseline value. Costs, shares and prices are::

        c*_is = w_i^gL_is prod_k P_ik^gIO_iks            unit cost without scale economies
        c_is  = c*_is (L_is w_i / c*_is)^-psi_s          firms enter with the cost bundle
        share'_ijs ~ share_ijs c_is^-theta_s [(1+t')/(1+t0)]^(-theta_s phi_j)
        P_js  = (x_js/w_j)^(1-phi_j) S_js^(-1/theta_s),  P_j = prod_s P_js^mu_js

    with ``S_js`` the sum that makes shares add to 1 and ``x_js`` the spending on the sector.

    Attributes
    ----------
    trade_elasticity
        ``theta_s``: a number, one a sector, or the name of one of the economy's sets. None takes
        the economy's first set.
    years_in_force
        Time that the policy has been in force: elasticities are the share of the values above that
        `horizons.share_of_long_run` gives. None takes them as they are.
    tariff_exponent
        ``phi_j``, by importer: how strongly a tariff moves shares beyond its price effect.
    destination_share
        ``nu_j``: share of each sale that pays labour at the destination.
    scale_elasticity
        ``psi_s``: fall of unit cost with the number of firms.
    labor_supply_elasticity
        ``kappa``: elasticity of employment to the after-tax real wage.
    value_added_share
        ``gL``: value added over cost. ``"economy"`` takes the economy's own, by sector with its
        input shares where it has them, else by region (1 where it has neither); otherwise a
        number, one a region, or ``[region, sector]``.
    input_shares
        ``gIO[region, input, using sector]``; None takes the economy's own with its value added,
        else spreads ``1 - gL`` like the region's spending.
    negative_final_demand
        Where more of a sector is used as input than is bought: ``"refuse"``, or ``"zero"``, which
        puts its share of final demand to 0 and scales up the others (Caliendo and Parro 2015). The
        data are then no equilibrium of the model: `purge_imbalances` makes one of them.
    profit_share
        ``pi_s``: profits over sales. ``"monopolistic"`` is ``1/(1 + theta_s)`` with fixed entry.
    revenue
        ``"income_tax_relief"``: tariff revenue cuts the tax on labour income, which raises labour
        supply; ``"lump_sum"``: it is paid out. Without elastic labour the two agree.
    transfers
        ``"world_gdp_share"``: the transfers behind trade imbalances stay fixed shares of world GDP;
        ``"balanced"``: they end, also where tariffs do not change; ``"given"``: they are fixed in
        units of the numeraire.
    transfer_values
        Transfers received, by region in billion USD, instead of those that the data or
        ``"balanced"`` imply.
    absorbing_region
        Lets ``transfer_values`` not add to 0: this region's market then takes up the rest.
        A published table does that; the result is not an equilibrium.
    home_sales
        ``"gross"``: sales at home are gross output, as exports are; ``"value_added"``: they were
        measured net of inputs and are divided by ``value_added_share``.
    numeraire
        ``"wages"``: the mean wage weighted by wage bills stays 1; ``"prices"``: the mean price
        index weighted by spending does. Prices depend on it; welfare, shares and employment don't.

    Raises
    ------
    InvalidInputError
        If an option is unknown or a number out of bounds.

    Notes
    -----
    Array options may be given as lists. An option by region may be a mapping; its key ``"*"``
    stands for every region not named.

    Examples
    --------
    >>> TradeModel.eaton_kortum().labor_supply_elasticity
    0.5
    >>> TradeModel(trade_elasticity=-1)
    Traceback (most recent call last):
    ...
    negotiation.errors.InvalidInputError: trade_elasticity: number out of range; seen -1.0; \
allowed: finite and > 0
    """

    trade_elasticity: BySector | str | None = quantity(
        "theta_s", "1", "trade elasticity", default=None
    )
    years_in_force: float | None = quantity("t_f", "year", "time in force", default=None)
    tariff_exponent: ByRegion = quantity("phi_j", "1", "tariff exponent", default=1.0)
    destination_share: ByRegion = quantity(
        "nu_j", "fraction", "share of sales paid at the destination", default=0.0
    )
    scale_elasticity: BySector = quantity("psi_s", "1", "scale elasticity", default=0.0)
    labor_supply_elasticity: float = quantity("kappa", "1", "labour supply elasticity", default=0.0)
    value_added_share: str | ByRegion | FloatArray = quantity(
        "gL", "fraction", "value added over cost", default="economy"
    )
    input_shares: ArrayLike | None = quantity(
        "gIO", "fraction", "input shares [region, input, using sector]", default=None
    )
    profit_share: str | BySector = quantity("pi_s", "fraction", "profits over sales", default=0.0)
    revenue: str = "income_tax_relief"
    transfers: str = "world_gdp_share"
    transfer_values: Sequence[float] | FloatArray | None = quantity(
        "T_i", "billion USD/year", "transfers received", default=None
    )
    absorbing_region: str | None = None
    home_sales: str = "gross"
    numeraire: str = "wages"
    negative_final_demand: str = "refuse"

    def __post_init__(self) -> None:
        """Check every option that can be checked without an economy."""
        put = object.__setattr__
        one_of(self.revenue, ("income_tax_relief", "lump_sum"), name="revenue")
        one_of(self.transfers, ("world_gdp_share", "balanced", "given"), name="transfers")
        one_of(self.home_sales, ("gross", "value_added"), name="home_sales")
        one_of(self.numeraire, ("wages", "prices"), name="numeraire")
        one_of(self.negative_final_demand, ("refuse", "zero"), name="negative_final_demand")
        put(
            self,
            "labor_supply_elasticity",
            number(self.labor_supply_elasticity, name="labor_supply_elasticity", low=0.0),
        )
        if isinstance(self.value_added_share, str):
            one_of(self.value_added_share, ("economy",), name="value_added_share")
        if isinstance(self.profit_share, str):
            one_of(self.profit_share, ("monopolistic",), name="profit_share")
        for name, low, high, open_low, open_high in (
            ("trade_elasticity", 0.0, None, True, False),
            ("years_in_force", 0.0, None, True, False),
            ("tariff_exponent", 0.0, None, True, False),
            ("destination_share", 0.0, 1.0, False, True),
            ("scale_elasticity", 0.0, None, False, False),
            ("value_added_share", 0.0, 1.0, True, False),
            ("input_shares", 0.0, 1.0, False, False),
            ("profit_share", 0.0, 1.0, False, True),
            ("transfer_values", None, None, False, False),
        ):
            value = getattr(self, name)
            if value is None or isinstance(value, str):
                continue
            put(self, name, _frozen_option(value, name, low, high, open_low, open_high))
        signature = tuple((item.name, _hashable(getattr(self, item.name))) for item in fields(self))
        put(self, "_signature", signature)

    def __eq__(self, other: object) -> bool:
        """Return whether all options agree."""
        if not isinstance(other, TradeModel):
            return NotImplemented
        return bool(vars(self)["_signature"] == vars(other)["_signature"])

    def __hash__(self) -> int:
        """Hash of all options."""
        return hash(vars(self)["_signature"])

    @classmethod
    @takes
    def ignatenko2025(
        cls, *, pass_through: float = 1.0, revenue: str = "income_tax_relief"
    ) -> TradeModel:
        """Return the one-sector model of Ignatenko, Lashkaripour, Macedoni, Simonovska (2025).

        Elasticity 4, scale elasticity .67/4, labour supply elasticity .5, and destination shares
        calibrated on their 2023 data: .27047 in the US (label ``USA``), .11434 elsewhere.

        Parameters
        ----------
        pass_through
            Tariff pass-through of the sensitivity analysis; 1 in the main tables.
        revenue
            As in the class.
        """
        shares = _destination_shares()
        exponent = {
            region: _tariff_exponent(share) - 1.0 + number(pass_through, name="pass_through")
            for region, share in shares.items()
        }
        return cls(
            trade_elasticity=4.0,
            tariff_exponent=exponent,
            destination_share=shares,
            scale_elasticity=_SCALE / 4.0,
            labor_supply_elasticity=0.5,
            value_added_share=1.0,
            revenue=revenue,
            numeraire="prices",
        )

    @classmethod
    @takes
    def roundabout(cls, *, value_added_share: float = 0.49) -> TradeModel:
        """Return their version with roundabout production: inputs are 51 % of cost.

        Sales at home are taken as value added and grossed up by ``1/value_added_share``.
        """
        base = cls.ignatenko2025()
        return cls(
            trade_elasticity=base.trade_elasticity,
            tariff_exponent=base.tariff_exponent,
            destination_share=base.destination_share,
            scale_elasticity=base.scale_elasticity,
            labor_supply_elasticity=base.labor_supply_elasticity,
            value_added_share=value_added_share,
            home_sales="value_added",
        )

    @classmethod
    def eaton_kortum(cls) -> TradeModel:
        """Return the same economy without destination shares and with tariff exponent 1."""
        return cls(
            trade_elasticity=4.0,
            scale_elasticity=_SCALE / 4.0,
            labor_supply_elasticity=0.5,
            value_added_share=1.0,
            numeraire="prices",
        )

    @classmethod
    def krugman(cls) -> TradeModel:
        """Return the Krugman reading of :meth:`eaton_kortum`: the equations are the same."""
        return cls.eaton_kortum()

    @classmethod
    def ossa2014(cls) -> TradeModel:
        """Return the many-sector model of Ossa (2014): fixed entry, profits, no inputs."""
        return cls(profit_share="monopolistic", value_added_share=1.0, transfers="given")

    @classmethod
    @takes
    def caliendo_parro2015(
        cls,
        *,
        trade_elasticity: BySector | str | None = None,
        value_added_share: str | ByRegion | FloatArray = "economy",
        input_shares: ArrayLike | None = None,
    ) -> TradeModel:
        """Return the many-sector input-output model of Caliendo and Parro (2015).

        Parameters
        ----------
        trade_elasticity, value_added_share, input_shares
            As in the class; without ``input_shares`` inputs are bought like final goods.
        """
        return cls(
            trade_elasticity=trade_elasticity,
            value_added_share=value_added_share,
            input_shares=input_shares,
            transfers="given",
        )

    def by_region(self, name: str, regions: tuple[str, ...]) -> FloatArray:
        """Return an option as one value a region.

        Raises
        ------
        InvalidInputError
            If a mapping misses a region or a list has another length.
        """
        return _spread(getattr(self, name), regions, name, "region")

    def by_sector(self, name: str, sectors: tuple[str, ...]) -> FloatArray:
        """Return an option as one value a sector; as in :meth:`by_region`."""
        return _spread(getattr(self, name), sectors, name, "sector")


def _tariff_exponent(destination_share: float) -> float:
    """``phi = 1 + (1+z)/((1-nu) z) - 1/z - 1`` with ``z = eps/.67`` at eps = 4."""
    z = 4.0 / _SCALE
    return (1.0 + z) / ((1.0 - destination_share) * z) - 1.0 / z


def _frozen_option(
    value: Any, name: str, low: float | None, high: float | None, open_low: bool, open_high: bool
) -> Any:
    """Number, read-only array or plain mapping, with its bounds checked."""

    def check(item: Any, where: str) -> float:
        return number(item, name=where, low=low, high=high, open_low=open_low, open_high=open_high)

    if isinstance(value, Mapping):
        return {str(key): check(item, f"{name}[{key}]") for key, item in value.items()}
    if isinstance(value, str) or not isinstance(value, np.ndarray | list | tuple):
        return check(value, name)
    array = float_array(value, name=name, low=low, high=high)
    if (open_low and low is not None and np.any(array <= low)) or (
        open_high and high is not None and np.any(array >= high)
    ):
        bad = array <= low if open_low and low is not None else array >= (high or 0.0)
        place = [int(i) for i in np.argwhere(bad)[0]]
        raise InvalidInputError(
            "number on an excluded bound", where=f"{name}{place}", seen=array[tuple(place)]
        )
    return array


def _hashable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return tuple(sorted(value.items()))
    if isinstance(value, np.ndarray):
        return (value.shape, value.tobytes())
    return value


def _spread(value: Any, labels: tuple[str, ...], name: str, axis: str) -> FloatArray:
    count = len(labels)
    if isinstance(value, Mapping):
        missing = [label for label in labels if label not in value and "*" not in value]
        if missing:
            raise InvalidInputError(
                f"no value for a {axis}", where=name, seen=missing[0], hint="Add the key '*'."
            )
        return np.array([value.get(label, value.get("*", np.nan)) for label in labels])
    array = np.asarray(value, dtype=np.float64)
    if array.ndim == 0:
        return np.full(count, float(array))
    if array.shape != (count,):
        raise InvalidInputError(
            f"wrong number of values by {axis}", where=name, seen=array.shape, allowed=f"({count},)"
        )
    return array
