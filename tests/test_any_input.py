"""Whatever a public function is given, only the library's errors leave it."""

import time
from contextlib import suppress

import numpy as np
import pytest

import negotiation as ng
from negotiation.errors import InvalidInputError, NegotiationError
from tests.any_input import PLAIN, any_arguments, arguments_of, objects, public_calls
from tests.spoilt import little_memory

CALLS = public_calls()
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    """Some of the functions write files, wherever an argument says."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", CALLS, ids=str)
def test_a_wrong_first_argument_is_named(name):
    call = CALLS[name]
    needed, taken = arguments_of(call)
    first, *others = needed or list(taken)[:1]
    # Some of the values are right: a grid is then small.
    small = dict.fromkeys({"points"} & set(taken), 2)
    for value in PLAIN:
        for other in (0.5, "x", None) if others else (None,):
            with suppress(NegotiationError):
                call(**{**small, first: value, **dict.fromkeys(others, other)})


def any_calls(count, seed):
    """Call public names with arguments drawn at random; returns the most CPU seconds of a call."""
    rng = np.random.default_rng(seed)
    names, slowest = sorted(CALLS), 0.0
    for k in range(count):
        name = names[k % len(names)]
        given = any_arguments(CALLS[name], rng)
        began = time.process_time()
        try:
            CALLS[name](**given)
        except NegotiationError:
            pass
        except Exception as error:
            raise AssertionError(f"{name}({given}): {error!r}") from error
        slowest = max(slowest, time.process_time() - began)
    return slowest


def test_any_arguments():
    any_calls(1_000, seed=1)


@pytest.mark.slow
def test_any_arguments_10000_calls():
    """The same at full size; each call stays under 5 CPU seconds and all under 1 GB more."""
    ng.process_ensemble()  # equilibria of the embedded economy, which are kept
    with little_memory():
        assert any_calls(10_000, seed=2) < 5.0


GAME = ng.NormalFormGame.from_bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
PIE = ng.BargainingProblem([[0, 1], [1, 0]], [0, 0])
FREE = ng.TariffSchedule(("A", "B"), ("g",), np.zeros((1, 2, 2)))
DISPUTES = ng.Disputes.from_intervals([7, 9, 30], [7, 9, np.inf])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ng.PayoffModel("own", horizons=True), "horizons: not a sequence"),
        (lambda: ng.PayoffModel("own", horizons=("short_run", None)), r"horizons\[1\]"),
        (lambda: ng.certified_equilibrium(GAME, "zz"), r"probabilities\[0\]"),
        (lambda: ng.quantal_response(GAME, [[1], [2, 3]]), "precision"),
        (lambda: ng.quantal_response(GAME, [[1.0]]), "precision"),
        (lambda: ng.quantal_response(GAME, [1.0], max_steps=GAME), "max_steps"),
        (lambda: ng.fictitious_play(GAME, 10**400), "rounds"),
        (lambda: ng.replicator_dynamics(GAME, [[1, 0], [1, 0]], 1.0, points=10**12), "points"),
        (lambda: ng.correlated_payoff_set(GAME, players=set()), "players"),
        (
            lambda: ng.staged_exchange(
                [[0.1, 0.2], [0.3, 0.4]],
                first_cost=[1],
                first_gain=[1],
                second_cost=[1],
                second_gain=[1],
            ),
            "delta",
        ),
        (lambda: ng.purchase_compliance(2, 0.5, shortfall_if_unwilling=[0.5, 0.5]), "unwilling"),
        (lambda: ng.plot_bargaining_set(PIE, {"a": None}), r"solutions\[0\]"),
        (lambda: ng.stage_chain([0.1, 1.0], horizons=np.array(["a"])), "horizons"),
        (lambda: ng.stage_chain([0.1, 1.0], horizons=[[1], [2, 3]]), "horizons"),
        (lambda: ng.purchase_compliance([1.0, 2.0], [[1], [2, 3]]), "actual"),
        (lambda: ng.load_process().times([[1], [2, 3]]), "days"),
        (lambda: ng.is_sustainable(GAME, [2, 2], tolerance=10**400), "tolerance is not a float"),
        (lambda: ng.write_nfg(GAME, ""), "cannot be written"),
        (lambda: ng.incentive_to_disobey(GAME, np.zeros(3)), "distribution"),
        (lambda: ng.plot_model_map(PIE), "found is not a"),
        (lambda: ng.verify_equilibrium(objects()[0]), "result is not a"),
        (lambda: ng.multiplicity(PIE), "solution is not a"),
        (lambda: ng.Policy(FREE, export_controls=10**400), "export_controls"),
        (lambda: ng.fit_concessions(DISPUTES, deadline_windows=(0.1, 10.0)), "not identified"),
    ],
)
def test_what_is_wrong_is_named(call, message):
    with pytest.raises(InvalidInputError, match=message):
        call()
