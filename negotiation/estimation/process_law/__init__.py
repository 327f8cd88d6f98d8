"""The law of a dispute's end that the process implies: hazards of a solved node, estimated.

Begin with `terms` (what is fixed, and the node as a `ProcessGame`) and `law` (parameters, priors,
payoffs of a dispute at given parameters); `likelihood` integrates over what a dispute's sides know
of each other's resolve and we do not; `fit` finds the posterior; `economy_payoffs` has what an
economy says that disputes are about.
"""
