"""A dispute of two sides as one checked file: the games, bargains and processes that follow.

Begin with `load` (`load_standoff`) and `standoff` (`Standoff` and its methods); `template` writes
a new file. How a file is read stands in `negotiation.data.standoffs`.
"""
