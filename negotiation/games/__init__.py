"""Games as values: normal form, extensive form, Bayesian, stochastic."""
