"""Many parameter values, on any executor, resumable after a kill.

Begin with `specification` (a sweep as data) and `run`. `design` says which values are visited,
`tasks` computes rows part by part, `folder` keeps parts on disk, and `workers` starts processes.
"""
