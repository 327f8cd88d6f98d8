"""Embedded tables with their sources, dated parameters, and readers of files users bring.

Begin with `tables` (`load_table`; columns in `schema`) and `embedded` (`load_economy`);
`parameters`, `tariffs` and `sources` are dated facts, `catalog` lists everything, and `readers`
and `icio` load what users bring.
"""

from negotiation.data.embedded import economy_names, load_economy
from negotiation.data.icio import read_icio
from negotiation.data.parameters import Parameter, parameter, parameters
from negotiation.data.readers import read_ignatenko2025, read_ignatenko2025_tariffs, read_ossa2014
from negotiation.data.sources import Source, sources
from negotiation.data.tables import Table, load_table, table_names
from negotiation.data.tariffs import (
    Exemption,
    TariffStep,
    average_tariff,
    exempt_sectors,
    tariff_history,
)

__all__ = [
    "Exemption",
    "Parameter",
    "Source",
    "Table",
    "TariffStep",
    "average_tariff",
    "economy_names",
    "exempt_sectors",
    "load_economy",
    "load_table",
    "parameter",
    "parameters",
    "read_icio",
    "read_ignatenko2025",
    "read_ignatenko2025_tariffs",
    "read_ossa2014",
    "sources",
    "table_names",
    "tariff_history",
]
