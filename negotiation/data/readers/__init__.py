"""Tables of trade, production and tariffs that users bring.

Begin with `trade_tables` (long csv, ITPD-E, BACI) or `icio` and `wiod` (input-output tables, whose
accounts `input_output` checks). `tariff_tables` are rates by product, `grouping` concordances,
`home_sales` what trade data lack, `text_files` the door where sizes are bounded.
"""

from collections.abc import Callable
from typing import Any

from negotiation.former_names import former_module

__getattr__: Callable[[str], Any] = former_module("negotiation.data.readers")
