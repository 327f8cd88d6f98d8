"""Disputes of two sides as files: the embedded ones, and how a file is read and checked.

Begin with `read` (`read_standoff`, `standoff_names`) and `facts` (`StandoffFacts`: what was known
and in force on a day); `records` are the rows of a file, `parts` reads its sections, `checks`
finds every mistake of one at once.
"""
