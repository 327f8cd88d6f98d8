"""One import market at a time.

Begin with `linear_tariffs` (linear demand and supply, the tariff war in closed form) or
`partial_equilibrium` (constant elasticities, incidence on exporters).
"""
