"""Embedded sets of trade elasticities with standard errors, origins and flags."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from negotiation.arguments import takes
from negotiation.data.schema import SECTORS
from negotiation.data.tables import DateLike, Table, as_date, load_table
from negotiation.errors import DataError, InformationDateError
from negotiation.trade.analysis.elasticity_draws import ElasticityEstimates
from negotiation.values import one_of

__all__ = ["elasticity_names", "load_elasticities"]

#: Broad sectors of a study that prints standard errors, by the first letter of our codes.
_BROAD = {"A": "agriculture", "B": "mining", "C": "manufacturing"}
_BROAD_SET = "ignatenko_2025"
_BROAD_STUDY = ("Ignatenko et al", "tariff elasticity")
#: Value of sectors that a study leaves out, as in the other sets (Simonovska and Waugh 2014).
_FILL = 4.0


@takes
def elasticity_names(*, folder: str | Path | None = None) -> tuple[str, ...]:
    """Return the names that `load_elasticities` knows.

    Examples
    --------
    >>> "ignatenko_2025" in elasticity_names()
    True
    """
    table = load_table("sector_elasticities", folder=folder)
    return (*dict.fromkeys(str(cell) for cell in table.column("set")), _BROAD_SET)


def _refuse_later(table: Table, as_of: DateLike, name: str) -> None:
    limit = as_date(as_of)
    known = max(day for day in table.column("known_on") if isinstance(day, date))
    if limit is not None and known > limit:
        raise InformationDateError(
            "these estimates were not known at the information date",
            where=name,
            seen=f"known on {known}",
            allowed=f"on or before {limit}",
        )


@takes
def load_elasticities(
    name: str, *, as_of: DateLike = None, folder: str | Path | None = None
) -> ElasticityEstimates:
    """Return a set of trade elasticities by sector of the embedded economy.

    ``ignatenko_2025`` are the tariff elasticities of Ignatenko et al. (2025) for agriculture,
    mining and manufacturing, signs turned, with their standard errors; services are filled with
    4. The other sets carry no standard errors: the source at hand prints none.

    Parameters
    ----------
    name
        One of `elasticity_names`.
    as_of
        Information date; a set published later is refused.
    folder
        As in `~negotiation.data.tables.load_table`.

    Returns
    -------
    ElasticityEstimates
        Its flags tell published values from those copied to several sectors, averaged over
        several published ones, and filled in.

    Examples
    --------
    >>> table = load_elasticities("ignatenko_2025").to_frame()
    >>> table.loc[["A01", "C26", "SERV"], ["value", "std_error", "flag"]].values.tolist()
    [[3.339, 0.529, 'copied'], [3.801, 0.17, 'copied'], [4.0, nan, 'filled']]
    >>> load_elasticities("caliendo_parro_2015").to_frame().loc["C16", "published"]
    'Wood + Paper'
    """
    one_of(name, elasticity_names(folder=folder), name="elasticities")
    if name == _BROAD_SET:
        return _broad(as_of, folder)
    table = load_table("sector_elasticities", folder=folder).select(set=name)
    _refuse_later(table, as_of, name)
    rows = {str(row["sector"]): row for row in table}
    values = [rows[sector]["value"] for sector in SECTORS]
    return ElasticityEstimates(
        name=name,
        sectors=SECTORS,
        values=np.array(values, dtype=np.float64),
        std_errors=np.zeros(len(SECTORS)),
        published=tuple(str(rows[sector]["published"] or "") for sector in SECTORS),
    )


def _broad(as_of: DateLike, folder: str | Path | None) -> ElasticityEstimates:
    study, parameter = _BROAD_STUDY
    table = load_table("elasticities", folder=folder).select(study=study, parameter=parameter)
    _refuse_later(table, as_of, _BROAD_SET)
    found = {}
    for row in table:
        value, error = row["value"], row["std_error"]
        if not isinstance(value, float) or not isinstance(error, float):
            raise DataError(
                "no value or standard error", where="tables/elasticities.csv", seen=row["scope"]
            )
        found[str(row["scope"])] = (abs(value), error)
    origins = [_BROAD.get(sector[0], "") for sector in SECTORS]
    pairs = np.array([found[origin] if origin else (_FILL, 0.0) for origin in origins])
    return ElasticityEstimates(
        name=_BROAD_SET,
        sectors=SECTORS,
        values=pairs[:, 0],
        std_errors=pairs[:, 1],
        published=tuple(origin.capitalize() for origin in origins),
    )
