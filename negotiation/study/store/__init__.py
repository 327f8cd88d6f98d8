"""Results on disk: whole files that carry their own checksum, and are believed only if it holds.

Begin with `objects` (a frozen result as arrays and JSON) and `study_results` (all that one study
wrote). `files` writes whole files and sealed JSON, and `result_types` says which types are read.
"""

from collections.abc import Callable
from typing import Any

from negotiation.former_names import former_module

__getattr__: Callable[[str], Any] = former_module(__name__)
