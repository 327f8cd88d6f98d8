"""Bargaining by offers and counter-offers.

Begin with `alternating_offers` (Rubinstein and its limit). `finite_horizon`, `random_proposer`
and `commitment` change who offers until when; `private_information` and `bilateral_trade` hide
values; `ratification` adds approval at home. `outcome` is the result that they share.
"""
