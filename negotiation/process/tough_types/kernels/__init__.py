"""Compiled kernels of the process with tough types.

Begin with `closed_form` (a stage, and the pass over all of them) and `deadlines`; `regimes` names
the kinds of equilibrium of a stage.
"""
