"""Readers of the replication files of published models.

Each module is one paper: its authors' own files, which users bring, become an economy;
`matlab_files` bounds the size of a .mat file before it is read.
"""

from negotiation.data.published.caliendo_parro2015 import (
    CaliendoParro2015,
    read_caliendo_parro2015,
)
from negotiation.data.published.ignatenko2025 import (
    read_ignatenko2025,
    read_ignatenko2025_tariffs,
)
from negotiation.data.published.ossa2014 import read_ossa2014

__all__ = [
    "CaliendoParro2015",
    "read_caliendo_parro2015",
    "read_ignatenko2025",
    "read_ignatenko2025_tariffs",
    "read_ossa2014",
]
