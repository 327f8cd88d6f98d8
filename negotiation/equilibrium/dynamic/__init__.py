"""Games over time.

Begin with `repeated` (discounting, perfect monitoring) or `markov` (stochastic games, checked
by `markov_certificate`); `learning` draws adjustment paths.
"""
