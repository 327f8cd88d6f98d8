"""Equilibria of game trees.

Begin with `subgame_perfect` (by backward induction) and `reduced_form` (all Nash equilibria);
`sequence_form` finds an equilibrium without listing strategies, `sequential` one with beliefs,
`bayesian` answers by type, `perfect_bayesian` checks assessments, and `certificate` measures
deviations on the tree alone.
"""
