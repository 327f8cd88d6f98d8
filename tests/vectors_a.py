"""Reference vectors of solutions, alternating offers, agenda, ratification, agreements, strategies.

Each entry maps a short id to a function from the vector's inputs to its outputs, by the symbols
of its formula.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from negotiation.bargaining.problem import BargainingProblem
from negotiation.bargaining.solutions import (
    deal_me_out,
    discrete_raiffa,
    egalitarian,
    kalai_smorodinsky,
    maschler_perles,
    nash_bargaining,
    split_the_difference,
    utilitarian,
)
from negotiation.bargaining.threats import variable_threats
from negotiation.bargaining.transferable import nash_risk_averse, nash_transferable
from negotiation.games.normal_form import NormalFormGame

Inputs = dict[str, Any]
Outputs = dict[str, Any]

_BINARY = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_FUNCTIONS = {"sqrt": math.sqrt, "exp": math.exp, "log": math.log, "ln": math.log}


def num(value: Any) -> Any:
    """Numbers as they are, strings such as "1/3" as fractions, lists entry by entry."""
    if isinstance(value, str):
        return float(Fraction(value))
    if isinstance(value, (list, tuple)):
        return [num(item) for item in value]
    return value


def expression(text: str, variable: str) -> Callable[[float], float]:
    """Arithmetic in one variable as a function; anything else is refused."""

    def run(node: ast.AST, x: float) -> float:
        if isinstance(node, ast.Expression):
            return run(node.body, x)
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            return float(node.value)
        if isinstance(node, ast.Name) and node.id == variable:
            return x
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            return -run(node.operand, x) if isinstance(node.op, ast.USub) else run(node.operand, x)
        if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
            return _BINARY[type(node.op)](run(node.left, x), run(node.right, x))
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in _FUNCTIONS
        ):
            return _FUNCTIONS[node.func.id](run(node.args[0], x))
        raise ValueError(f"not arithmetic: {ast.dump(node)}")

    tree = ast.parse(text.replace("^", "**"), mode="eval")
    return lambda x: run(tree, float(x))


def frontier(value: Any) -> Any:
    """A curve from "u2=1-u1**2", or points."""
    if isinstance(value, str):
        return expression(value.split("=")[-1].strip(), "u1")
    return num(value)


def _problem(inputs: Inputs) -> BargainingProblem:
    return BargainingProblem(
        frontier(inputs["frontier"]),
        num(inputs.get("d", [0, 0])),
        weights=num(inputs["weights"]) if "weights" in inputs else None,
    )


def a01(inputs: Inputs) -> Outputs:
    solution = nash_transferable(
        num(inputs["S"]),
        num(inputs["d"]),
        weights=num(inputs["weights"]) if "weights" in inputs else None,
    )
    return {"u": list(solution.payoffs)}


def a02(inputs: Inputs) -> Outputs:
    a = num(inputs["a"])
    exponents = a if isinstance(a, list) else [a, num(inputs.get("b", 1.0))]
    share = nash_risk_averse(exponents, weights=num(inputs.get("weights")) or None).payoffs
    return {"x": list(share) if isinstance(a, list) else share[0]}


def a04(inputs: Inputs) -> Outputs:
    return {"u": list(kalai_smorodinsky(_problem(inputs)).payoffs)}


def a05(inputs: Inputs) -> Outputs:
    problem = _problem(inputs)
    return {
        "nash": list(nash_bargaining(problem).payoffs),
        "kalai_smorodinsky": list(kalai_smorodinsky(problem).payoffs),
        "egalitarian": list(egalitarian(problem).payoffs),
        "utilitarian": list(utilitarian(problem).payoffs),
        "ideal": list(problem.ideal),
    }


def a06(inputs: Inputs) -> Outputs:
    return {"u": list(maschler_perles(_problem(inputs)).payoffs)}


def a07(inputs: Inputs) -> Outputs:
    return {"u": list(discrete_raiffa(_problem(inputs)).payoffs)}


def a03(inputs: Inputs) -> Outputs:
    return {"u": list(nash_bargaining(_problem(inputs)).payoffs)}


def a08(inputs: Inputs) -> Outputs:
    s, o, total = num(inputs.get("s", [0, 0])), num(inputs["o"]), num(inputs.get("S", 1))
    low = [min(a, b) for a, b in zip(s, o, strict=True)]
    line = [[low[0], total - low[0]], [total - low[1], low[1]]]
    problem = BargainingProblem(line, s, outside_options=o)
    return {
        "deal_me_out": list(deal_me_out(problem).payoffs),
        "split_the_difference": list(split_the_difference(problem).payoffs),
    }


def a09(inputs: Inputs) -> Outputs:
    game = NormalFormGame.from_bimatrix(num(inputs["A"]), num(inputs["B"]))
    solution = variable_threats(game)
    return {
        "S": solution.joint_surplus,
        "D": solution.threat_value,
        "u": list(solution.payoffs),
    }


VECTORS: dict[str, Callable[[Inputs], Outputs]] = {
    "A01": a01,
    "A02": a02,
    "A03": a03,
    "A04": a04,
    "A05": a05,
    "A06": a06,
    "A07": a07,
    "A08": a08,
    "A09": a09,
}
