"""Economies, tariffs and their general equilibrium.

Begin with `economy` (tables), `model` (options) and `equilibrium` (`counterfactual`), which
calls `calibration` and the private `solver`; `results` is what comes back and `verification`
checks it. `analysis` takes results apart, `markets` looks at one market at a time, and
`tariff_scenarios` spells out what players put on one another.
"""
