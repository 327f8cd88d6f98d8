"""Agreements that must enforce themselves.

Begin with `self_enforcing` (tariff agreements held by the threat of their end). `monitoring`
adds noise, `repeated_strategies` strategies with one period of memory, `purchases` measured past
compliance, `flexibility` escape clauses, and `staged_exchange` steps in which one goes first.
"""

from collections.abc import Callable
from typing import Any

from negotiation.former_names import former_module

__getattr__: Callable[[str], Any] = former_module(__name__)
