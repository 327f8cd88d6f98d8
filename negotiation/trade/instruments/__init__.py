"""What governments do to trade, as data.

Begin with `policy` (import tariffs, export taxes and controls, trade costs, quotas and purchase
commitments by flow) and `measures` (what a player of a game does beyond adding points to its
tariffs); `rate_tables` checks tables of rates.
"""
