"""What a counterfactual is made of.

Begin with `dependence` (who needs which market), `decomposition` (parts of a change of real
income) and `diversion` (where trade goes).
"""
