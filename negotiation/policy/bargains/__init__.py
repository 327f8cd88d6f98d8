"""Pairs of governments that bargain over tariffs.

Begin with `pairs` (who bargains with whom over which rates) and `bargain` (the Nash bargain of
a pair); `nash_in_nash` is several pairs at once, `side_payments` a pair that also agrees on a sum.
"""
