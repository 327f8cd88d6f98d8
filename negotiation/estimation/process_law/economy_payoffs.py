"""What an economy says that disputes are about: flows while they last, and terms that end them.

A side's flow in a dispute is its payoff, as the process has it, with both sides' duties in force:
points added on all goods, or times the share of the other's sales that is covered. Terms that a
side concedes leave a share of the other's duties in force and none of its own. Rates and coverage
are those of the table of disputes: peaks, threatened or applied.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np

from negotiation.arguments import takes
from negotiation.data.tables import DateLike, as_date
from negotiation.errors import InvalidInputError
from negotiation.estimation.disputes.durations import Disputes
from negotiation.estimation.process_law.payoffs import DisputePayoffs
from negotiation.estimation.process_law.terms import FixedTerms
from negotiation.payoffs.ensemble import PayoffModel, payoff_model
from negotiation.payoffs.scenarios import tariff_payoffs
from negotiation.trade.economy import Economy
from negotiation.trade.tariff_scenarios import taxed_sectors
from negotiation.values import FloatArray

__all__ = ["dispute_payoffs"]


@takes
def dispute_payoffs(
    disputes: Disputes,
    economy: Economy,
    *,
    model: str | PayoffModel = "equilibrium_one_year",
    since: DateLike = None,
    all_goods: Iterable[str] = (),
    terms: FixedTerms | None = None,
) -> DisputePayoffs:
    """Return the payoffs of those disputes whose two sides an economy holds.

    Parameters
    ----------
    disputes
        With the covariates ``sender_added_rate``, ``target_retaliation_rate`` (missing: none) and
        ``coverage_usd_bn`` of `negotiation.load_disputes`.
    economy
        Served are disputes between two of its regions, with a known rate and coverage.
    model
        Payoff model; its first horizon.
    since
        Disputes that began earlier are not served. None: all are.
    all_goods
        Ids of disputes whose rates are means over all goods of the other side, whatever their
        coverage.
    terms
        Its ``demand`` is the share of duties that a concession leaves in force; None:
        `FixedTerms()`.

    Returns
    -------
    DisputePayoffs
        In units of the mean size of the flows of a side, so that 1 is the cost of reference. Other
        disputes are not named in it.

    Raises
    ------
    InvalidInputError
        If the economy holds no dispute, or a name is unknown.

    Examples
    --------
    >>> import negotiation as ng
    >>> disputes, world = ng.load_disputes(), ng.load_economy("world-2022")
    >>> found = dispute_payoffs(disputes, world, model="partial_25", since="2018-01-01")
    >>> len(found.rows), found.rows["us_canada_s338_2026"][0].round(3)
    (11, array([-0.05 , -0.207]))
    """
    chosen = payoff_model(model)
    opened = as_date(since, name="since")
    everywhere = tuple(all_goods)
    unknown = [name for name in everywhere if name not in disputes.ids]
    if unknown:
        raise InvalidInputError(
            "no such dispute", where="all_goods", seen=unknown[0], allowed="ids of the disputes"
        )
    share = (terms or FixedTerms()).demand
    pairs: dict[tuple[str, str], dict[str, FloatArray]] = {}
    for place, name in enumerate(disputes.ids):
        sides = _sides(disputes, place)
        if set(sides) <= set(economy.regions) and _begun(disputes.start[place], opened):
            rates = _rates(disputes, place, economy, sides, name in everywhere)
            if np.isfinite(rates).all():
                pairs.setdefault(sides, {})[name] = rates
    if not pairs:
        raise InvalidInputError(
            "the economy holds no dispute with known rates and coverage",
            where="disputes",
            seen=f"{len(disputes)} disputes",
            allowed=f"both sides among {', '.join(economy.regions)}",
        )
    rows = {}
    for sides, given in pairs.items():
        kept = np.array([[1.0, 1.0], [0.0, share], [share, 0.0]])
        paid = tariff_payoffs(
            economy,
            (np.stack(list(given.values()))[:, None, :] * kept).reshape(-1, 2),
            players=sides,
            model=chosen.model,
            horizon=chosen.horizons[0],
            exporter_incidence=chosen.exporter_incidence,
        ).percent_of_gdp.reshape(-1, 3, 2)
        for name, (both, first, second) in zip(given, paid, strict=True):
            # The first concedes: the second's duties stay. And the other way round.
            losses, gains = [-first[0], -second[1]], [second[0], first[1]]
            rows[name] = np.array([both, losses, gains])
    unit = float(np.mean([np.abs(row[0]) for row in rows.values()]))
    return DisputePayoffs(
        {name: row / unit for name, row in rows.items()}, 1.0, f"{unit:.3g} % of GDP a year"
    )


def _sides(disputes: Disputes, place: int) -> tuple[str, str]:
    """Sender and target."""
    sender = disputes.senders[place]
    pair = disputes.dyads[place]
    target = pair.removeprefix(f"{sender}-") if pair.startswith(f"{sender}-") else ""
    return sender, target or pair.removesuffix(f"-{sender}")


def _begun(start: date | None, opened: date | None) -> bool:
    return opened is None or (start is not None and start >= opened)


def _rates(
    disputes: Disputes, place: int, economy: Economy, sides: tuple[str, str], everywhere: bool
) -> FloatArray:
    """Points that each side adds on average to the other's goods; NaN where not known."""
    added, answered, covered = (
        float(disputes.covariates[name][place])
        for name in ("sender_added_rate", "target_retaliation_rate", "coverage_usd_bn")
    )
    rates = np.array([added, 0.0 if np.isnan(answered) else answered])
    if everywhere:
        return rates
    goods = taxed_sectors(economy, None)
    first, second = (economy.region_index(side) for side in sides)
    sales = economy.flows[goods].sum(axis=0)
    imports = np.array([sales[second, first], sales[first, second]])
    return np.asarray(rates * np.minimum(covered / imports, 1.0))
