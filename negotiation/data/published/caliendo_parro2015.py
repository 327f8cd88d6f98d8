"""Reader of the data of Caliendo and Parro (2015).

"Estimates of the Trade and Welfare Effects of NAFTA": text files of 31 countries and 40 sectors in
1993.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from negotiation.arguments import takes
from negotiation.data.readers.text_files import FileLimits, csv_rows
from negotiation.errors import ConvergenceError, DataError, InvalidInputError
from negotiation.trade.calibration import calibrate
from negotiation.trade.economy import Economy, TariffSchedule
from negotiation.trade.model import TradeModel
from negotiation.values import FloatArray, compact_repr, number, one_of, user_path

__all__ = ["CaliendoParro2015", "consistent_base_year", "read_caliendo_parro2015"]

_REGIONS = (
    *("ARG", "AUS", "AUT", "BRA", "CAN", "CHL", "CHN", "DNK", "FIN", "FRA", "DEU", "GRC", "HUN"),
    *("IND", "IDN", "IRL", "ITA", "JPN", "KOR", "MEX", "NLD", "NZL", "NOR", "PRT", "ZAF", "ESP"),
    *("SWE", "TUR", "GBR", "USA", "ROW"),
)
_TRADED = (
    *("Agriculture", "Mining", "Food", "Textile", "Wood", "Paper", "Petroleum", "Chemicals"),
    *("Plastic", "Minerals", "Basic metals", "Metal products", "Machinery n.e.c.", "Office"),
    *("Electrical", "Communication", "Medical", "Auto", "Other transport", "Other"),
)
_NOT_TRADED = (
    *("Electricity", "Construction", "Retail", "Hotels", "Land transport", "Water transport"),
    *("Air transport", "Auxiliary transport", "Post", "Finance", "Real estate"),
    *("Renting of machinery", "Computer", "R&D", "Other business", "Public", "Education"),
    *("Health", "Other services", "Private"),
)
_SECTORS = (*_TRADED, *_NOT_TRADED)
#: Elasticity of the sectors without trade in the authors' programs.
_NOT_TRADED_ELASTICITY = 8.22
_LIMITS = FileLimits(text_bytes=20_000_000)


@dataclass(frozen=True, eq=False)
class CaliendoParro2015:
    """The base year of Caliendo and Parro (2015) and what was changed to make it consistent.

    Attributes
    ----------
    economy
        31 regions, 40 sectors, billion USD of 1993; elasticity set ``caliendo_parro_2015``.
    tariffs_2005
        Tariffs of 2005 on the same axes.
    zeroed_final_demand
        Region, sector and final demand of the raw data, billion USD, where it was negative and
        its share was put to 0.
    zeroed_inputs
        Region, input, using sector and coefficient of ``IO.txt``, where it was negative and was
        put to 0, the others scaled to the same sum.
    raised_output
        Region, sector and the billion USD by which output was raised to exports.
    """

    economy: Economy
    tariffs_2005: TariffSchedule
    zeroed_final_demand: tuple[tuple[str, str, float], ...]
    zeroed_inputs: tuple[tuple[str, str, str, float], ...]
    raised_output: tuple[tuple[str, str, float], ...]

    __repr__ = compact_repr

    def tariffs_between(self, *members: str) -> TariffSchedule:
        """Return the schedule in which only members of a group have their tariffs of 2005.

        ``tariffs_between("CAN", "MEX", "USA")`` is the paper's experiment with NAFTA.
        """
        schedule = self.economy.tariffs
        places = [self.economy.region_index(name) for name in members]
        rates = schedule.rates.copy()
        chosen = np.ix_(range(rates.shape[0]), places, places)
        rates[chosen] = self.tariffs_2005.rates[chosen]
        return replace(schedule, rates=rates)


def _matrix(
    folder: Path, name: str, shape: tuple[int, int], *, low: float = 0.0, high: float = np.inf
) -> FloatArray:
    path = folder / f"{name}.txt"
    rows: list[list[float]] = []
    for line, cells in csv_rows(path, delimiter="\t", limits=_LIMITS):
        where = f"{path.name}, row {line}"
        if len(cells) != shape[1] or len(rows) == shape[0]:
            raise DataError(
                "wrong number of cells", where=where, seen=len(cells),
                allowed=f"{shape[0]} rows of {shape[1]}, separated by tabulators",
            )  # fmt: skip
        values = []
        for column, cell in enumerate(cells, start=1):
            try:
                value = float(cell)
            except ValueError as error:
                raise DataError(
                    "not a number", where=f"{where}, column {column}", seen=repr(cell[:40])
                ) from error
            if not (np.isfinite(value) and low <= value <= high):
                raise DataError(
                    "number out of range",
                    where=f"{where}, column {column}",
                    seen=cell[:40],
                    allowed=f"finite, {low:g} to {high:g}",
                )
            values.append(value)
        rows.append(values)
    if len(rows) != shape[0]:
        raise DataError(
            "wrong number of rows", where=path.name, seen=len(rows), allowed=f"{shape[0]}"
        )
    return np.array(rows)


def _by_pair(folder: Path, name: str, *, high: float) -> FloatArray:
    """Table of traded sectors stacked, rows importers, as ``[sector, exporter, importer]``."""
    n, traded = len(_REGIONS), len(_TRADED)
    stacked = _matrix(folder, name, (traded * n, n), high=high).reshape(traded, n, n)
    home = np.diagonal(stacked, axis1=1, axis2=2)
    if home.any():
        s, i = (int(k) for k in np.argwhere(home)[0])
        raise DataError(
            "the diagonal must be empty",
            where=f"{name}.txt, row {s * n + i + 1} ({_TRADED[s]}, {_REGIONS[i]})",
            seen=home[s, i],
        )
    out = np.zeros((len(_SECTORS), n, n))
    out[:traded] = stacked.transpose(0, 2, 1)
    return out


def _technology(
    folder: Path, tolerance: float
) -> tuple[FloatArray, FloatArray, tuple[tuple[str, str, str, float], ...]]:
    """Value added ``[region, sector]``, inputs ``[region, input, using]``, what was put to 0."""
    n, kinds = len(_REGIONS), len(_SECTORS)
    added = _matrix(folder, "B", (kinds, n), high=1.0).T
    mix = _matrix(folder, "IO", (n * kinds, kinds), low=-1.0, high=1.0).reshape(n, kinds, kinds)
    total = mix.sum(axis=1)
    off = np.abs(total - 1.0) > tolerance
    off &= added < 1.0
    if off.any():
        i, s = (int(k) for k in np.argwhere(off)[0])
        raise DataError(
            "input coefficients do not add up to 1",
            where=f"IO.txt, {_REGIONS[i]}, column {s + 1} ({_SECTORS[s]})",
            seen=float(total[i, s]),
            allowed=f"1 within {tolerance:g}",
        )
    zeroed = tuple(
        (_REGIONS[i], _SECTORS[k], _SECTORS[s], float(mix[i, k, s]))
        for i, k, s in np.argwhere(mix < 0.0).tolist()
    )
    mix = np.maximum(mix, 0.0)
    total = mix.sum(axis=1, keepdims=True)
    mix = np.divide(mix, total, out=np.zeros_like(mix), where=total > 0.0)
    inputs = mix * (1.0 - added)[:, None, :]
    return 1.0 - inputs.sum(axis=1), inputs, zeroed


@takes
def read_caliendo_parro2015(
    folder: str | Path,
    *,
    negative_final_demand: str = "refuse",
    deficits: str = "removed",
    coefficient_tolerance: float = 1e-5,
    tol: float = 1e-10,
    max_iter: int = 5000,
) -> CaliendoParro2015:
    """Return the base year 1993 of Caliendo and Parro (2015) from the authors' raw data.

    Final demand is spending less inputs. In the raw data it is negative for some regions and
    sectors; the authors put those shares to 0, scale up the others, and solve their model at the
    tariffs of 1993 for a base year that is consistent with these shares.

    Parameters
    ----------
    folder
        Holds the authors' ``xbilat1993.txt`` (thousand USD), ``tariffs1993.txt`` and
        ``tariffs2005.txt`` (percent; traded sectors stacked, rows importers), ``GO.txt`` (gross
        output, USD), ``B.txt`` (value added over output), both sector by country, ``IO.txt``
        (countries stacked, rows inputs) and ``T.txt`` (elasticities of the traded sectors).
    negative_final_demand
        ``"refuse"``, or ``"zero"``, the authors' treatment; the result lists what it changed.
    deficits
        ``"removed"`` solves for a base year without trade deficits, as in the paper's main
        tables; ``"kept"`` keeps the deficits of the data as transfers.
    coefficient_tolerance
        How far a column of ``IO.txt`` may add up to something other than 1.
    tol, max_iter
        Of the base year, as in `consistent_base_year`.

    Raises
    ------
    DataError
        If a file is missing, of another shape, or has a cell that is no number or out of bounds;
        names file, row and column. If final demand is negative and that is refused; names where.
    ConvergenceError
        If no consistent base year is found.
    """
    base = user_path(folder)
    one_of(negative_final_demand, ("refuse", "zero"), name="negative_final_demand")
    one_of(deficits, ("removed", "kept"), name="deficits")
    n, kinds = len(_REGIONS), len(_SECTORS)
    flows = _by_pair(base, "xbilat1993", high=1e12) * 1e-6
    rates = _by_pair(base, "tariffs1993", high=1000.0) / 100.0
    later = _by_pair(base, "tariffs2005", high=1000.0) / 100.0
    output = _matrix(base, "GO", (kinds, n), high=1e15) * 1e-9
    added, inputs, zeroed = _technology(
        base, number(coefficient_tolerance, name="coefficient_tolerance", low=0.0)
    )
    theta = _matrix(base, "T", (len(_TRADED), 1), low=1e-6, high=1e3)[:, 0]
    exports = flows.sum(axis=2)
    short = np.maximum(exports - output, 0.0)
    index = np.arange(n)
    flows[:, index, index] = np.maximum(output - exports, 0.0)
    raw = Economy(
        name="caliendo_parro2015",
        regions=_REGIONS,
        sectors=_SECTORS,
        flows=flows,
        tariffs=TariffSchedule(_REGIONS, _SECTORS, rates),
        elasticities={
            "caliendo_parro_2015": np.r_[theta, np.full(len(_NOT_TRADED), _NOT_TRADED_ELASTICITY)]
        },
        year=1993,
        sector_value_added_share=added,
        input_shares=inputs,
    )
    spending = (flows * (1.0 + rates)).sum(axis=1)
    final = spending - np.einsum("iks,si->ki", inputs, flows.sum(axis=2))
    negative = tuple(
        (_REGIONS[j], _SECTORS[s], float(final[s, j])) for s, j in np.argwhere(final < 0.0).tolist()
    )
    if negative and negative_final_demand == "refuse":
        region, sector, amount = negative[0]
        raise DataError(
            "final demand is negative",
            where=f"{base.name}, {region}, {sector}",
            seen=f"{amount:.6g} billion USD, and {len(negative) - 1} more",
            hint='negative_final_demand="zero" is the authors\' treatment.',
        )
    return CaliendoParro2015(
        economy=consistent_base_year(
            raw, balanced=deficits == "removed", tol=tol, max_iter=max_iter
        ),
        tariffs_2005=TariffSchedule(_REGIONS, _SECTORS, later),
        zeroed_final_demand=negative,
        zeroed_inputs=zeroed,
        raised_output=tuple(
            (_REGIONS[i], _SECTORS[s], float(short[s, i]))
            for s, i in np.argwhere(short > 0.0).tolist()
        ),
    )


@takes
def consistent_base_year(
    economy: Economy, *, balanced: bool, tol: float = 1e-10, max_iter: int = 5000
) -> Economy:
    """Return the economy at its own tariffs with no negative final demand, by steps of wages.

    Shares of final demand are those of the data, with 0 for negative ones. Wages rise where more
    is sold than bought, transfers counted, until nothing is left; at given wages prices and
    spending follow by iteration. The result is an equilibrium of `counterfactual`'s model with
    fixed labour and no scale economies, reached by another method.

    Parameters
    ----------
    economy
        With technology by sector and one set of elasticities.
    balanced
        Whether transfers end; otherwise they stay those of the data.
    tol, max_iter
        Largest gap between what a region's workers are paid for and earn, relative, and steps of
        the wages.

    Raises
    ------
    ConvergenceError
        If imbalances remain after ``max_iter`` steps.
    """
    model = TradeModel.caliendo_parro2015()
    cal = calibrate(economy, replace(model, negative_final_demand="zero"))
    inputs = cal.input_shares
    if inputs is None:
        raise InvalidInputError("no inputs by sector", where="economy.input_shares")
    net = cal.shares / (1.0 + cal.tariffs)
    theta = cal.theta[:, None]
    wages, prices = np.ones(len(cal.regions)), np.zeros_like(cal.spending)
    spending = cal.spending.copy()
    transfers = np.zeros_like(cal.transfers) if balanced else cal.transfers
    world, gap = float(cal.wage_bill.sum()), np.inf
    sold: FloatArray = cal.flows
    bill, step = cal.wage_bill, 0.3
    for _ in range(max_iter):
        for _ in range(500):
            cost = cal.labor_share * np.log(wages) + np.einsum("iks,ki->si", inputs, prices)
            pull = np.exp(-theta * cost)
            total = np.matmul(cal.shares.transpose(0, 2, 1), pull[:, :, None])[:, :, 0]
            moved = -np.log(total) / theta
            change = float(np.abs(moved - prices).max())
            prices = moved
            if change < 0.01 * tol:
                break
        shares = net * pull[:, :, None] / total[:, None, :]
        for _ in range(500):
            sold = shares * spending[:, None, :]
            made = sold.sum(axis=2)
            income = wages * bill + (spending - sold.sum(axis=1)).sum(axis=0) + transfers
            wanted = cal.final_shares * income + np.einsum("iks,si->ki", inputs, made)
            change = float(np.abs(wanted - spending).max() / world)
            spending = wanted
            if change < 0.01 * tol:
                break
        earned = (cal.labor_share * made).sum(axis=0)
        excess = earned / (wages * bill) - 1.0
        before, gap = gap, float(np.abs(excess).max())
        if gap < tol:
            break
        step = 0.5 * step if gap > before else min(1.02 * step, 0.5)
        wages = wages * np.exp(step * np.clip(excess, -0.5, 0.5))
        wages *= world / (wages @ bill)
    if not gap < tol:
        raise ConvergenceError(
            f"no consistent base year: imbalance {gap:.3g} after {max_iter} steps",
            where=economy.name,
            hint="A larger max_iter or tol.",
        )
    flows = shares * spending[:, None, :]
    return replace(economy, flows=flows, name=f"{economy.name}, consistent base year")
