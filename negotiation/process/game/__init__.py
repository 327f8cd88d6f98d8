"""The process as a Markov game with private shocks: data, solution, certificate, paths."""
