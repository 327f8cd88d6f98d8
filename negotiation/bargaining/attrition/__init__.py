"""Waiting for the other side to give in.

Begin with `war_of_attrition`; `hazard` is the one equation behind all of them. `reputation`
adds stubborn types, `reputation_types` the choice of one to imitate, and `audience_costs` a cost
of backing down that grows in public.
"""

from negotiation.former_names import former_module

__getattr__ = former_module(__name__)
