"""Cooperative solutions of a bargaining problem.

Begin with `problem` (what the sides can agree on and what each has without agreement) and
`axiomatic` (Nash, Kalai-Smorodinsky, egalitarian, utilitarian). `stepwise`, `fairness`,
`transferable` and `variable_threats` are other solutions; `agenda` and `tariff_war_settlement`
apply them. `frontier`, `curve` and `polytope` are the geometry; `result` certifies.
"""

from collections.abc import Callable
from typing import Any

from negotiation.former_names import former_module

__getattr__: Callable[[str], Any] = former_module(__name__)
