"""Agreements that must enforce themselves.

Begin with `self_enforcing` (tariff agreements held by the threat of their end). `monitoring`
adds noise, `repeated_strategies` strategies with one period of memory, `purchases` measured past
compliance, `flexibility` escape clauses, and `staged_exchange` steps in which one goes first.
"""

from negotiation.former_names import former_module

__getattr__ = former_module(__name__)
