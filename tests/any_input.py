"""Calls of every public name: which there are, and arguments of many kinds to give them."""

import inspect
from functools import cache

import numpy as np

import negotiation as ng
from tests.trade.worlds import random_world

#: Values of no use to any function, or of use to a few.
PLAIN = [
    *(3, None, "zzz", b"x", [1], {"a": 1}, (), 3.5, float("nan"), object(), True, -1, [None]),
    *(np.zeros(3), np.array(["a"]), {"a": None}, lambda *_, **__: 0, [[1, 2], [3, 4]], 1e300),
    *(float("inf"), "\0", [[1], [2, 3]], {1: 2}, 10**400, set(), type, "nowhere.csv", 2j, ""),
    *(np.ma.masked_array([1.0, 2.0], [True, False]), np.array([object()]), "2025-05-02", 0.5, 2),
]


@cache
def objects():
    """Small objects of the library, right for some arguments and wrong for most."""
    economy = random_world(1, regions=2, sectors=2)
    game = ng.NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    process = ng.MultiStepProcess.from_payoffs(
        flows=[[-0.05, -0.08]],
        terms=[[[0.3, 0.6], [0.7, 0.4]]],
        discount_rates=[0.05, 0.05],
        stubbornness=[0.1, 0.1],
    )
    tree = ng.read_efg('EFG 2 R "" { "a" "b" } p "" 1 1 "" { "x" "y" } 0 t "" 1 "" { 1 2 } '
                       't "" 2 "" { 2 1 }')  # fmt: skip
    return [
        economy,
        economy.tariffs,
        ng.TradeModel(trade_elasticity=4.0),
        ng.counterfactual(economy, economy.tariffs, ng.TradeModel(trade_elasticity=4.0)),
        game,
        tree,
        ng.StochasticGame((game,), (np.ones((2, 2, 1)),), (0.9, 0.9)),
        process,
        ng.solve_process(process),
        ng.BargainingProblem([[0, 1], [0.7, 0.7], [1, 0]], [0, 0]),
        ng.Disputes.from_intervals([7, 9, 30], [7, 9, np.inf]),
        ng.Objective(),
        economy.regions,
        economy.sectors,
        "R0",
        ("R0", "R1"),
    ]


def public_calls():
    """Public functions, classes and their named constructors, by name."""
    found = {}
    for name in ng.__all__:
        value = getattr(ng, name)
        if inspect.isclass(value) and not issubclass(value, Exception):
            found[name] = value
            for method, held in vars(value).items():
                if isinstance(held, classmethod | staticmethod) and not method.startswith("_"):
                    found[f"{name}.{method}"] = getattr(value, method)
        elif inspect.isfunction(value):
            found[name] = value
    return {name: call for name, call in found.items() if arguments_of(call)[1]}


def arguments_of(call):
    """Arguments that a call needs, and all it takes, with the words of their types."""
    try:
        listed = inspect.signature(call).parameters.values()
    except ValueError:
        return {}, {}
    named = [p for p in listed if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    taken = {p.name: str(p.annotation) for p in named}
    return {p.name: taken[p.name] for p in named if p.default is p.empty}, taken


def any_value(words, rng):
    """A value for an argument: one of the type that its annotation names, or anything."""
    pool = objects()
    if rng.random() < 0.6:
        fitting = [item for item in pool if type(item).__name__ in words]
        if "float" in words or "int" in words or "Array" in words:
            fitting += [0.5, 2, [0.5, 0.5], (0.1, 10.0), [[0.1, 0.2], [0.3, 0.4]]]
        if "str" in words:
            fitting += ["R0", "S0", "uniform", "auto", ("R0", "R1")]
        if fitting:
            return fitting[rng.integers(len(fitting))]
    pool = [*PLAIN, *pool]
    return pool[rng.integers(len(pool))]


def any_arguments(call, rng):
    """Arguments for one call: those it needs, and now and then others."""
    needed, taken = arguments_of(call)
    optional = {k: v for k, v in taken.items() if k not in needed and rng.random() < 0.15}
    return {name: any_value(words, rng) for name, words in {**needed, **optional}.items()}
