"""Trade elasticities of an economy's sectors.

Begin with `elasticity_sets` (chosen by the name of a published set); `horizons` gives them by the
time that a policy has been in force.
"""
