"""Reference vectors of the multi-step process: from a vector's inputs to its outputs."""

import numpy as np

from negotiation.process.solve import solve_process
from negotiation.process.stages import MultiStepProcess

MONTH = 365.25 / 12.0


def _solve(inputs, **more):
    return solve_process(MultiStepProcess.from_dict({"time_unit": "month", **inputs, **more}))


def _one_stage(*, r, z, l, f, g=(0.0, 0.0), **more):  # noqa: E741 - the vectors' own key
    stage = {"g": list(g), "l": list(l), "f": list(f), **more}
    return _solve({"stages": [stage], "r": list(r), "z": list(z), "psi": 0})


def values(inputs):
    solution = _solve(inputs)
    return {
        "V": solution.values.tolist(),
        "stage_V": solution.stage_values.tolist(),
        "atoms": solution.atoms.tolist(),
        "hazards": solution.hazards.tolist(),
        "T0": solution.exhaustion_times.tolist(),
    }


def outcomes(inputs):
    solution = _solve(inputs)
    success = solution.success
    return {
        "prob_deal": solution.deal_probability,
        "p_stage": success.sum(axis=1).tolist(),
        "p_us_concedes_given_stage": (success[:, 0] / success.sum(axis=1)).tolist(),
        "mean_months_to_deal": solution.mean_time_to_deal,
    }


def values_and_outcomes(inputs):
    return {**values(inputs), **outcomes(inputs)}


def _abreu_gul(inputs):
    a1, a2 = inputs["alpha"]
    return _one_stage(r=inputs["r"], z=inputs["z"], l=[1 - a2, 1 - a1], f=[a1, a2])


def abreu_gul(inputs):
    solution = _abreu_gul(inputs)
    branch = solution.branch_solution
    return {
        "hazard": solution.hazards[0].tolist(),
        "T": branch.exhaustion[0, 0].tolist(),
        "T0": float(solution.exhaustion_times[0]),
        "atom_0": solution.atoms[0].tolist(),
        "payoff_rational": solution.values.tolist(),
    }


def abreu_gul_outcomes(inputs):
    solution = _abreu_gul(inputs)
    success = solution.success[0]
    return {
        "prob_deal_at_0": float(solution.atoms[0].sum()),
        "prob_1_first": float(success[0]),
        "mean_time_given_deal": solution.mean_time_to_deal,
        "prob_never": float(solution.impasse[0]),
    }


def flow_costs(inputs):
    solution = _one_stage(
        r=inputs["r"],
        z=inputs["z"],
        l=inputs["L"],
        f=inputs["F"],
        g=[-cost for cost in inputs["flow_cost"]],
    )
    return {
        "hazard": solution.hazards[0].tolist(),
        "T0": float(solution.exhaustion_times[0]),
        "atom_0": solution.atoms[0].tolist(),
        "payoff": solution.values.tolist(),
    }


def complete_information(inputs):
    solution = _one_stage(r=inputs["r"], z=[0, 0], l=inputs["concede"], f=inputs["win"])
    success = solution.success[0]
    return {
        "hazard_1": float(solution.hazards[0, 0]),
        "hazard_2": float(solution.hazards[0, 1]),
        "expected_duration": solution.mean_time_to_deal,
        "prob_1_concedes_first": float(success[0] / success.sum()),
    }


def stage_chain(inputs):
    # Payoffs that make the equilibrium hazards equal to the given ones: with L = 0, F = 1 and
    # breakdown worth nothing, each side concedes at minus the other's flow.
    stages = [
        {"g": [-lam / 2, -lam / 2], "l": [0, 0], "f": [1, 1], "B": [0, 0], "beta": beta}
        for lam, beta in zip(inputs["lam"], inputs["breakdown"], strict=True)
    ]
    solution = _solve({"stages": stages, "r": [0.01, 0.01], "z": [0, 0], "psi": 0})
    return {
        "prob_deal": solution.deal_probability,
        "discounted_deal": solution.discounted_deal(inputs["rho"]),
        "prob_deal_by_12": solution.deal_by(inputs["horizon"] * MONTH),
        "mean_time_given_deal": solution.mean_time_to_deal,
    }


def core_hazard(inputs):
    """The hazard of side 2 in three special cases, read off a solved stage."""
    fearon, abreu, flow = inputs["fearon"], inputs["abreu_gul"], inputs["flow"]
    a, v, t = fearon["a"], fearon["v"], fearon["t"]
    # At time t the cost of conceding has grown to a t: the stage started then is the same game.
    first = _one_stage(r=[0, 0], z=[0.1, 0.1], l=[-a * t] * 2, f=[v, v], a=[a, a])
    second = _one_stage(
        r=[abreu["r_i"]] * 2, z=[0.1, 0.1], l=[abreu["L_i"]] * 2, f=[abreu["F_i"]] * 2
    )
    third = _one_stage(r=[0, 0], z=[0.1, 0.1], l=[0, 0], f=[flow["v"]] * 2, g=[-flow["c"]] * 2)
    return {
        "fearon": float(first.hazards[0, 1]),
        "abreu_gul": float(second.hazards[0, 1]),
        "flow": float(third.hazards[0, 1]),
    }


VECTORS = {
    "P01": values,
    "P02": outcomes,
    "P03": values_and_outcomes,
    "P04": values_and_outcomes,
    "F01": abreu_gul,
    "F02": abreu_gul_outcomes,
    "F04": flow_costs,
    "D01": complete_information,
    "N01": stage_chain,
    "P06": core_hazard,
}


def largest_gap(seen, wanted):
    """Largest |x - y| over max(1e-9 |y|, 1e-12), over nested lists and mappings."""
    if isinstance(wanted, dict):
        return max(largest_gap(seen[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list):
        return max(largest_gap(x, y) for x, y in zip(seen, wanted, strict=True))
    target = float(wanted)
    return float(np.abs(seen - target) / max(1e-9 * abs(target), 1e-12))
