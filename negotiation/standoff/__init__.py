"""A dispute of two sides as one checked file: what it holds, and what follows from it.

Begin with `load` (`load_standoff`, `standoff_names`) and `standoff` (`Standoff` and its methods);
`records` are the rows of a file, `checks` finds every mistake of one at once, `parts` reads its
sections, `template` writes a new one.
"""
