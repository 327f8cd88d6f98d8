"""Quantal response equilibria.

Begin with `quantal_response` (logit responses at a precision); `estimation` reads it from play;
`logit_branch` follows the principal branch as a curve, by the compiled `kernels`.
"""
