"""Embedded tables with their sources, dated parameters, and readers of files users bring.

Begin with `tables` (`load_table`; columns in `schema`) and `embedded` (`load_economy`);
`parameters`, `tariffs` and `sources` are dated facts, `catalog` lists everything; `readers` load
tables that users bring, `published` the files of published models.
"""

from negotiation.data.elasticity_estimates import elasticity_names, load_elasticities
from negotiation.data.embedded import economy_names, load_economy
from negotiation.data.parameters import Parameter, parameter, parameters
from negotiation.data.published import (
    CaliendoParro2015,
    read_caliendo_parro2015,
    read_ignatenko2025,
    read_ignatenko2025_tariffs,
    read_ossa2014,
)
from negotiation.data.readers.grouping import Concordance, read_concordance
from negotiation.data.readers.home_sales import close_home_sales
from negotiation.data.readers.icio import read_icio
from negotiation.data.readers.tariff_tables import read_tariffs
from negotiation.data.readers.text_files import FileLimits
from negotiation.data.readers.trade_tables import read_trade
from negotiation.data.readers.wiod import read_wiod
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
    "CaliendoParro2015",
    "Concordance",
    "Exemption",
    "FileLimits",
    "Parameter",
    "Source",
    "Table",
    "TariffStep",
    "average_tariff",
    "close_home_sales",
    "economy_names",
    "elasticity_names",
    "exempt_sectors",
    "load_economy",
    "load_elasticities",
    "load_table",
    "parameter",
    "parameters",
    "read_caliendo_parro2015",
    "read_concordance",
    "read_icio",
    "read_ignatenko2025",
    "read_ignatenko2025_tariffs",
    "read_ossa2014",
    "read_tariffs",
    "read_trade",
    "read_wiod",
    "sources",
    "table_names",
    "tariff_history",
]
