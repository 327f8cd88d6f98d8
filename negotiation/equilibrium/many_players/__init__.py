"""Nash equilibria of games with three or more players.

Begin with `all_equilibria` (every support, every root proven); `kernels` holds the compiled
search over boxes, `logit_path` one equilibrium of a large game.
"""
