"""Equilibria of game trees.

Begin with `subgame_perfect` (all of them, by backward induction); `sequence_form` finds an
equilibrium without listing strategies, `perfect_bayesian` checks assessments, and `certificate`
measures deviations on the tree alone.
"""
