"""Bargaining theory: each model one function with its assumptions and source.

`solutions` (cooperative solutions) and `offers` (alternating offers) are where to begin;
`attrition` is waiting for the other side to give in, `signals` what talk and silence reveal, and
`agreements` what holds a deal together. `conditions` are checks that these models share.
"""
