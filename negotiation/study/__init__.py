"""Experiments as data, run anywhere."""
