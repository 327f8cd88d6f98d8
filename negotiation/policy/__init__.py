"""Tariff policy of governments: optimal, Nash, cooperative and bargained.

Begin with `noncooperative` (`optimal_tariffs`, `nash_tariffs`), `cooperative` and `bargained`;
`results` is what they return. `objectives` says what governments want; `problem` and `bargains`
are the optimisation behind, on first-order maps with certificates. `best_responses` finds best
replies on a continuum, `closed_form` approximations of optimal tariffs.
"""
