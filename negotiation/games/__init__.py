"""Games as values: normal form, extensive form, Bayesian, stochastic.

Begin with `normal_form` and `extensive_form` (nodes and nested calls in `tree`); `bayesian` and
`stochastic` build on them, `strategies` turns trees into normal forms and back, and `formats`
reads and writes Gambit's text files.
"""
