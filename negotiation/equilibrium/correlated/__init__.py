"""Correlated equilibria.

Begin with `equilibria` (correlated and coarse correlated, for any number of players) and
`payoff_set` (what they pay two players);
`programme` is the linear programme behind them.
"""

from collections.abc import Callable
from typing import Any

from negotiation.former_names import former_module

__getattr__: Callable[[str], Any] = former_module(__name__)
