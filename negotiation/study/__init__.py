"""Experiments as data, run anywhere.

Begin with `spec` (a study file), `run` and `store`; `sweep` covers many parameter values,
resumable and on any executor. `provenance` hashes what a result rests on, and `latex` turns
results into numbers and tables of a text.
"""
