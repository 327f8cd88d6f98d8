"""Solution concepts, each with a certificate computed apart from its solver.

Begin with `normal_form` (Nash equilibria) and `certificate`. `refinements`, `correlated`,
`quantal`, `trees` and `dynamic` are the other concepts; `interop` exchanges games with other
libraries. `exact_linear_program`, `lemke` and `path_following` are the numerical methods,
`time_limit` is what they all end with, and `precompile` compiles the kernels.
"""
