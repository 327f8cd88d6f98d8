"""A run of one standoff: its numbers, tables and pictures, and one page.

Begin with `run` (`run_standoff`); `standoff_run` holds what it computed, `run_tables` and
`standoff_page` are written from it.
"""
