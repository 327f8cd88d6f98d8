"""Dated forecasts of a standoff.

Begin with `dated_forecast` (`forecast`): payoff models and `draws`, weighed by what was seen.
"""
