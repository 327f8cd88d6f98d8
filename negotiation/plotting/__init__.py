"""Figures of results; nothing here solves anything.

One file a subject: each function takes a result and axes, and returns the axes.
"""
