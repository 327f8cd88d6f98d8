"""Tariff problems as optimisation.

Begin with `setting` (a problem from a user's arguments) and `tariff_problem` (instruments of
governments). `first_order` iterates to stationary rates, `one_rate` scans an interval,
`common_gain` maximises the least gain; `government` evaluates objectives with their
derivatives, and `outcome` certifies.
"""
