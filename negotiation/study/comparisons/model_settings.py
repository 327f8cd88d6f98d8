"""Settings of the map of models: published models and options on one economy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from negotiation.data.readers.home_sales import close_home_sales
from negotiation.errors import InvalidInputError
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.model import TradeModel
from negotiation.values import FloatArray

__all__ = ["ModelSetting", "goods_economy", "model_settings"]

_ONE_YEAR = "boehm_short_run"
_NO_BASELINE = "no baseline tariffs"
_SET_NAMES = {
    "caliendo_parro_2015": "Caliendo-Parro elasticities",
    "bagwell_staiger_yurukoglu_2021": "Bagwell-Staiger-Yurukoglu",
    "fontagne_2022": "Fontagné et al.",
    "giri_yi_yilmazkuday_2021": "Giri-Yi-Yilmazkuday",
    "lashkaripour_lugovskyy_2023": "Lashkaripour-Lugovskyy",
    "shapiro_2016": "Shapiro",
    "boehm_short_run": "Boehm et al., one year",
    "boehm_long_run": "Boehm et al., long run",
    "flat_4": "flat 4",
}


@dataclass(frozen=True, eq=False)
class ModelSetting:
    """One setting of the map.

    Attributes
    ----------
    name
        For tables.
    family
        ``many sectors``, ``no inputs``, ``labour supply``, ``scale and profits``,
        ``one sector`` or ``no baseline tariffs``.
    horizon
        ``one year`` or ``long run``.
    denominator
        What percentages are of: ``GDP`` or ``gross sales``.
    economy, model
        What is solved.
    """

    name: str
    family: str
    horizon: str
    denominator: str
    economy: Economy
    model: TradeModel


def goods_economy(economy: Economy, destination_shares: FloatArray) -> Economy:
    """Return the economy as one sector of goods trade, sales at home closed by GDP.

    As in the one-sector data of Ignatenko et al. (2025): only goods cross borders, and what a
    region does not import it buys at home, so that income adds up to GDP.

    Parameters
    ----------
    economy
        With GDP; services carry the label ``SERV``.
    destination_shares
        ``nu`` by region of the model that will be used.
    """
    if economy.gdp is None:
        raise InvalidInputError("the economy has no GDP table", where="economy")
    goods = [k for k, sector in enumerate(economy.sectors) if sector != "SERV"]
    trade = economy.flows[goods]
    value, paid = trade.sum(axis=0), (trade * economy.tariffs.rates[goods]).sum(axis=0)
    rates = np.divide(paid, value, out=np.zeros_like(value), where=value > 0.0)
    np.fill_diagonal(rates, 0.0)
    closed = close_home_sales(value, economy.gdp, destination_shares)
    return Economy(
        name=f"{economy.name}, goods as one sector",
        regions=economy.regions,
        sectors=("goods",),
        flows=closed.flows[None],
        tariffs=TariffSchedule(economy.regions, ("goods",), rates[None]),
        gdp=economy.gdp,
        year=economy.year,
    )


def _horizon(elasticities: str) -> str:
    return "one year" if elasticities == _ONE_YEAR else "long run"


def model_settings(
    economy: Economy, *, elasticities: Iterable[str] | None = None, central: str = "fontagne_2022"
) -> tuple[ModelSetting, ...]:
    """Return the settings of the map.

    Settings without baseline tariffs show how much hangs on the tariffs in force before: where
    they are high, a prohibitive tariff destroys revenue and not only surplus. Published one-sector
    data have none.

    Parameters
    ----------
    economy
        Many sectors, with named elasticity sets.
    elasticities
        Sets to go through with and without inputs; None: all.
    central
        Set under which other options vary.
    """
    sets = tuple(economy.elasticities) if elasticities is None else tuple(elasticities)
    found = []
    for name in sets:
        label = _SET_NAMES.get(name, name.replace("_", " "))
        model = TradeModel(trade_elasticity=name)
        found.append(ModelSetting(label, "many sectors", _horizon(name), "GDP", economy, model))
        plain = replace(model, value_added_share=1.0)
        found.append(
            ModelSetting(
                f"{label}, no inputs", "no inputs", _horizon(name), "gross sales", economy, plain
            )
        )
    base = TradeModel(trade_elasticity=central, labor_supply_elasticity=0.5)
    flat = TradeModel(trade_elasticity=4.0, value_added_share=1.0)
    others = (
        ("Fontagné et al., elastic labour, tax relief", "labour supply", "GDP", base),
        (
            "Fontagné et al., elastic labour, lump sum",
            "labour supply",
            "GDP",
            replace(base, revenue="lump_sum"),
        ),
        (
            "flat 4, scale economies, no inputs",
            "scale and profits",
            "gross sales",
            replace(flat, scale_elasticity=0.67 / 4.0),
        ),
        (
            "Fontagné et al., monopoly profits, no inputs",
            "scale and profits",
            "gross sales",
            replace(flat, trade_elasticity=central, profit_share="monopolistic"),
        ),
        (
            "Caliendo-Parro model, deficits given",
            "many sectors",
            "GDP",
            TradeModel.caliendo_parro2015(trade_elasticity="caliendo_parro_2015"),
        ),
    )
    for name, family, denominator, model in others:
        found.append(ModelSetting(name, family, "long run", denominator, economy, model))
    short = economy.elasticities.get(_ONE_YEAR)
    one_sector = {
        "Ignatenko et al.": TradeModel.ignatenko2025(),
        "Ignatenko et al., lump sum": TradeModel.ignatenko2025(revenue="lump_sum"),
        "Ignatenko et al., pass-through .25": TradeModel.ignatenko2025(pass_through=0.25),
        "Eaton-Kortum, Krugman": TradeModel.eaton_kortum(),
        "roundabout": TradeModel.roundabout(),
    }
    if short is not None:
        one_sector["Eaton-Kortum, one year"] = TradeModel(
            trade_elasticity=float(short[0]), value_added_share=1.0
        )
    for name, model in one_sector.items():
        shares = model.by_region("destination_share", economy.regions)
        horizon = "one year" if name.endswith("one year") else "long run"
        small = goods_economy(economy, shares)
        found.append(ModelSetting(name, "one sector", horizon, "GDP", small, model))
    free = replace(economy, tariffs=economy.tariffs.set(rate=0.0))
    for name in dict.fromkeys(name for name in (_ONE_YEAR, central, "flat_4") if name in sets):
        label = _SET_NAMES.get(name, name.replace("_", " "))
        found.append(
            ModelSetting(
                f"{label}, zero baseline",
                _NO_BASELINE,
                _horizon(name),
                "GDP",
                free,
                TradeModel(trade_elasticity=name),
            )
        )
    for name in ("Ignatenko et al.", "Eaton-Kortum, Krugman"):
        model = one_sector[name]
        small = goods_economy(free, model.by_region("destination_share", economy.regions))
        title = f"{name}, zero baseline"
        found.append(ModelSetting(title, _NO_BASELINE, "long run", "GDP", small, model))
    return tuple(found)
