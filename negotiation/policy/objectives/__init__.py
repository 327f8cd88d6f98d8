"""What governments maximise.

Begin with `objective` (real income, revenue, jobs, political weights). Payoffs of tariff
scenarios come from `partial_equilibrium_payoffs` (market by market) or
`general_equilibrium_payoffs` (the whole world).
"""
