"""One self-contained HTML page with the exhibits and a payoff explorer.

`page` writes it from stored results.
"""
