"""Compiled kernels of the process with tough types.

Begin with `closed_form` (types drawn anew) and `deadlines`. `curves`, `tables`, `clocks` and
`entries` are paths and values of persistent types, and `persistent` passes over all nodes;
`regimes` names the kinds of equilibrium of a stage.
"""
