"""Multi-step processes, built from an economy, and the one of spring 2025.

Begin with `load` (`load_process`, `process_ensemble`). `definition` reads the files in
`definitions/` and `dated_plan` makes a `plan` of them, a process before it is valued.
`state_flows` values what is in force on smooth `surfaces`, `demands` says what sides ask for, and
`graph` makes the Markov game of a
`built_process`.
"""
