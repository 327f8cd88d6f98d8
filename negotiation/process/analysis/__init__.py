"""What a process says, and what its answers rest on.

Begin with `forecast` (`forecast_process`: payoff models and draws, weighed by what was seen) and
`conclusions` (each a margin). `break_even` and `identified_set` vary parameters through
`parameter_changes`; `parameter_draws` serves sweeps, `sensitivity` holds their results, `scores`
scores forecasts, and `other_models` solves the open stage otherwise.
"""
