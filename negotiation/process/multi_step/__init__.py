"""Multi-step processes, built from an economy, and the one of spring 2025.

Begin with `load` (`load_process`, `process_ensemble`). `standoff_case` says what a standoff's file
means at a date and `dated_plan` makes a `plan` of it, a process before it is valued.
`state_flows` values what is in force on smooth `surfaces`, `demands` says what sides ask for, and
`graph` makes the Markov game of a `built_process`.
"""
