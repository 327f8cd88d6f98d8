"""Crisis signalling, estimated.

Begin with `estimator` (`fit_crisis_signalling`); `game` finds the equilibria behind it.
"""
