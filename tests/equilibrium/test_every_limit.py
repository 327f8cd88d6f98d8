"""Every public solver takes limits of one meaning, and says which of them it hit.

The table of public names decides what is looked at: a new solver has to be entered here.
"""

import dataclasses
import inspect
import re

import numpy as np
import pytest

import negotiation as ng
from negotiation.equilibrium.limits import COUNT_REACHED
from tests.game_trees import beer_quiche, random_perfect_information

PENNIES = ng.NormalFormGame.from_bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
CHICKEN = ng.NormalFormGame.from_bimatrix([[6, 2], [7, 0]], [[6, 7], [2, 0]])
DILEMMA = ng.NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
RANDOM = ng.NormalFormGame(np.random.default_rng(5).random((2, 6, 6)))
TREE = random_perfect_information(np.random.default_rng(4), 3, values=2)


def cycle():
    """A large game of pure conflict, without a pure equilibrium."""
    A = np.roll(np.eye(41), 1, axis=0) - np.roll(np.eye(41), -1, axis=0)
    return ng.NormalFormGame.from_bimatrix(A, -A)


def of_types():
    prior = np.full((1, 2), 0.5)
    payoffs = np.zeros((2, 1, 2, 2, 2))
    payoffs[0, 0, :] = [[2, 0], [0, 1]]
    payoffs[1, 0, 0], payoffs[1, 0, 1] = [[1, 0], [0, 2]], [[0, 2], [1, 0]]
    return ng.BayesianGame(payoffs, prior)


def still():
    return ng.StochasticGame((RANDOM,), (np.ones((6, 6, 1)),), (0.5, 0.5))


#: Solvers whose answer is a list: how to call them where there is more than one.
LISTS = {
    "bayesian_equilibria": lambda **limits: ng.bayesian_equilibria(of_types(), **limits),
    "correlated_payoff_set": lambda **limits: ng.correlated_payoff_set(CHICKEN, **limits),
    "nash_equilibria": lambda **limits: ng.nash_equilibria(CHICKEN, **limits),
    "nash_equilibria_batch": lambda **limits: ng.nash_equilibria_batch(
        *(table[None] for table in CHICKEN.bimatrix), **limits
    ),
    "pure_equilibria": lambda **limits: ng.pure_equilibria(CHICKEN, **limits),
    "quantal_response_branch": lambda **limits: ng.quantal_response_branch(PENNIES, 9.0, **limits),
    "subgame_perfect_equilibria": lambda **limits: ng.subgame_perfect_equilibria(TREE, **limits),
    "tree_equilibria": lambda **limits: ng.tree_equilibria(beer_quiche(), **limits),
}
#: Solvers with one answer, or as many as they were asked for.
SINGLE = {
    "correlated_equilibria": lambda **limits: ng.correlated_equilibria(CHICKEN, **limits),
    "critical_discount_factors": lambda **limits: ng.critical_discount_factors(
        CHICKEN, (0, 0), **limits
    ),
    "discounted_payoffs": lambda **limits: ng.discounted_payoffs(RANDOM, 0.55, **limits),
    "fictitious_play": lambda **limits: ng.fictitious_play(CHICKEN, 9, **limits),
    "fit_quantal_response": lambda **limits: ng.fit_quantal_response(
        CHICKEN, [[1, 2], [1, 1]], **limits
    ),
    "is_proper": lambda **limits: ng.is_proper(DILEMMA, ([0, 1], [0, 1]), **limits),
    "iterated_elimination": lambda **limits: ng.iterated_elimination(DILEMMA, **limits),
    "markov_perfect_equilibrium": lambda **limits: ng.markov_perfect_equilibrium(still(), **limits),
    "one_equilibrium": lambda **limits: ng.one_equilibrium(cycle(), **limits),
    "perfect_equilibrium": lambda **limits: ng.perfect_equilibrium(PENNIES, **limits),
    "proper_equilibrium": lambda **limits: ng.proper_equilibrium(PENNIES, **limits),
    "quantal_response": lambda **limits: ng.quantal_response(CHICKEN, [0.0, 1.0], **limits),
    "replicator_dynamics": lambda **limits: ng.replicator_dynamics(
        CHICKEN, [[0.9, 0.1], [0.8, 0.2]], 10.0, **limits
    ),
    "sequence_form_equilibrium": lambda **limits: ng.sequence_form_equilibrium(
        beer_quiche(), **limits
    ),
    "sequential_equilibrium": lambda **limits: ng.sequential_equilibrium(beer_quiche(), **limits),
    "stackelberg": lambda **limits: ng.stackelberg(RANDOM, **limits),
    "zero_sum_value": lambda **limits: ng.zero_sum_value(PENNIES, **limits),
}
#: What computes its answer from payoffs in a fixed number of steps, or in one linear programme.
DIRECT = {
    "best_responses", "certified_equilibrium", "check_assessment", "consistency_gap",
    "critical_discount", "deviation_payoffs", "dominant_actions", "dominated_actions",
    "exact_regret", "expected_payoffs", "from_nashpy", "from_pygambit", "from_quantecon",
    "incentive_to_disobey", "is_perfect", "is_sustainable", "markov_regret", "minmax_payoffs",
    "pareto_frontier", "payoff_dominant", "pure_best_responses", "read_game", "regret",
    "risk_dominance", "subgame_regret", "sustainable_payoffs", "to_nashpy", "to_pygambit",
    "to_quantecon", "tree_regret",
}  # fmt: skip
#: What has nothing to hand back, or hands it back with the error.
RAISES = {
    *("correlated_equilibria", "correlated_payoff_set", "discounted_payoffs"),
    *("fit_quantal_response", "markov_perfect_equilibrium", "one_equilibrium"),
    *("perfect_equilibrium", "proper_equilibrium", "quantal_response", "quantal_response_branch"),
    *("sequence_form_equilibrium", "sequential_equilibrium", "stackelberg", "zero_sum_value"),
}
#: Fields of results that a search can cut short.
SEARCHED = {"complete", "converged", "elapsed_seconds", "equilibria"}


def public_functions():
    return {
        name: value
        for name in ng.__all__
        if name in ng._MODULE_OF and inspect.isfunction(value := getattr(ng, name))
    }


def fields_of_result(function):
    words = re.findall(r"\w+", str(inspect.signature(function).return_annotation))
    kinds = [getattr(ng, word, None) for word in words]
    return {f.name for kind in kinds if dataclasses.is_dataclass(kind)
            for f in dataclasses.fields(kind)}  # fmt: skip


def held(result):
    """What a list-like result lists."""
    if isinstance(result, ng.BatchNashResult):
        return result.strategies
    names = ("equilibria", "vertices", "points")
    return next((getattr(result, n) for n in names if hasattr(result, n)), result)


def finished(result):
    state = getattr(result, "complete", None)
    return bool(np.all(result.converged if state is None else state))


def test_every_solver_of_the_public_table_is_here():
    functions = public_functions()
    room = "negotiation.equilibrium."
    rooms = {name for name in functions if ng._MODULE_OF[name].startswith(room)}
    assert not set(LISTS) & set(SINGLE)
    assert rooms == {*LISTS, *SINGLE, *DIRECT}
    for name in DIRECT:
        assert not SEARCHED & fields_of_result(functions[name]), name
    for name, function in functions.items():
        # Wherever it stands: who may say that an answer is not complete can be limited.
        if "complete" in fields_of_result(function):
            assert name in {*LISTS, *SINGLE}, name


@pytest.mark.parametrize("name", [*LISTS, *SINGLE])
def test_limits_have_one_name(name):
    parameters = inspect.signature(getattr(ng, name)).parameters
    assert ("max_count" in parameters) == (name in LISTS)
    # Pure equilibria are looked up in the payoffs.
    assert ("max_seconds" in parameters) == (name != "pure_equilibria")
    for limit in {"max_count", "max_seconds"} & set(parameters):
        assert parameters[limit].kind is inspect.Parameter.KEYWORD_ONLY
        with pytest.raises(ng.InvalidInputError, match=limit):
            {**LISTS, **SINGLE}[name](**{limit: -1})


@pytest.mark.parametrize("name", LISTS)
def test_a_list_holds_the_first_so_many_and_says_so(name):
    whole = LISTS[name]()
    listed = held(whole)
    assert len(listed) > 1
    part = LISTS[name](max_count=1)
    assert len(held(part)) == 1
    enough = LISTS[name](max_count=len(listed))
    assert len(held(enough)) == len(listed)
    if name != "pure_equilibria":
        assert finished(whole)
        assert finished(enough)
        assert not finished(part)
        assert any(COUNT_REACHED in note for note in part.notes)
        assert not enough.notes


@pytest.mark.parametrize("name", [*LISTS, *SINGLE])
def test_without_time_there_is_a_partial_answer_or_none(name):
    if name == "pure_equilibria":
        return
    call = {**LISTS, **SINGLE}[name]
    if name in RAISES:
        with pytest.raises(ng.ConvergenceError) as caught:
            call(max_seconds=0.0)
        assert "max_seconds" in str(caught.value)
        return
    result = call(max_seconds=0.0)
    if name == "is_proper":
        assert result.is_proper is None
        assert "max_seconds" in result.reason
        return
    assert not finished(result)
    if hasattr(result, "notes"):
        assert any("max_seconds" in note for note in result.notes)


@pytest.mark.parametrize(
    ("former", "name"),
    [
        ("max_equilibria", "nash_equilibria"),
        ("max_equilibria", "tree_equilibria"),
        ("max_equilibria", "bayesian_equilibria"),
        ("max_equilibria", "subgame_perfect_equilibria"),
        ("most", "pure_equilibria"),
    ],
)
def test_former_names_of_the_limit_still_work(former, name):
    with pytest.warns(DeprecationWarning, match="max_count"):
        part = LISTS[name](**{former: 1})
    assert len(held(part)) == 1
