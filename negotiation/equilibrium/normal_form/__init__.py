"""Nash equilibria of games in normal form.

Begin with `nash` (all equilibria, each certified); `one_equilibrium` is for large games, `batch`
for many small ones, `zero_sum` and `stackelberg` for pure conflict and commitment. `bimatrix`
enumerates vertices of `polytopes` through `vertex_search` and the compiled `kernels`, or goes
face by face (`faces`) where one player has far more actions;
`components` joins them to sets; `other_solvers` calls peers.
"""
