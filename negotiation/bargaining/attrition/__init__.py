"""Waiting for the other side to give in.

Begin with `war_of_attrition`; `hazard` is the one equation behind all of them. `reputation`
adds stubborn types, `reputation_types` the choice of one to imitate, and `audience_costs` a cost
of backing down that grows in public.
"""

from collections.abc import Callable
from typing import Any

from negotiation.former_names import former_module

__getattr__: Callable[[str], Any] = former_module(__name__)
