"""Correlated equilibria.

Begin with `equilibria` (correlated and coarse correlated, for any number of players);
`programme` is the linear programme behind them.
"""

from negotiation.former_names import former_module

__getattr__ = former_module(__name__)
