"""Nash equilibria of games with three or more players.

Begin with `equilibria` (certified answers) and `isolation` (every support, every root proven);
`kernels` holds the compiled search over boxes.
"""
