"""Disputes as data.

Begin with `load` (the embedded table or a user's file) and `durations` (what it holds at
a date); `ties` reads files of Threat and Imposition of Sanctions.
"""
