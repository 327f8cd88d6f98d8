"""What selects among equilibria, and what kind of game it is.

Begin with `dominance` (best responses, elimination, Pareto frontier). `perfection` tests
perfect and proper equilibria (`many_player_perfection` beyond two players), `trembling` finds
one of each, `selection` compares by risk and payoff dominance, and
`classification` names a matrix: prisoner's dilemma, chicken, stag hunt and others.
"""
