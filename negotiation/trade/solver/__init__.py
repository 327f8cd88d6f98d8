"""The trade equilibrium as a system of equations, and its solution.

Begin with `system` (the equations) and `solve`. `jacobian` and `adjoint` are derivatives,
`reduced` the short path without inputs, `kernels` what is compiled. Private to `trade` and
`policy`.
"""
