"""The crisis-signalling game: sigInt's documented example, probabilities by simulation, errors."""

import csv
import json

import numpy as np
import pytest
from scipy import integrate
from scipy.stats import multivariate_normal, norm

import negotiation as ng
from negotiation.errors import ConvergenceError, InvalidInputError
from negotiation.estimation.crisis.game import PAYOFFS, SignallingGame, _both_below
from tests.reference import reference_path

SPEC = {
    "SA": ["sqrt(senderecondep)", "senderdemocracy", "contig", "ally"],
    "VA": ["constant", "anticipatedsendercosts"],
    "CB": ["constant", "sqrt(targetecondep)", "anticipatedtargetcosts", "contig", "ally"],
    "WA": ["constant", "sqrt(senderecondep)", "senderdemocracy", "lncaprat"],
    "WB": ["constant", "targetdemocracy", "lncaprat"],
    "a": ["constant", "senderdemocracy"],
}


@pytest.fixture(scope="module")
def sanctions():
    with reference_path("estimation", "sigint_sanctionsData.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    table = {k: np.array([float(r[k]) for r in rows]) for k in rows[0] if k != "gameID"}
    for side in ("sender", "target"):
        table[f"sqrt({side}econdep)"] = np.sqrt(table[f"{side}econdep"])
    return np.stack([table[k] for k in ("sq", "cd", "sf", "bd")], axis=-1), table


@pytest.fixture(scope="module")
def expected():
    return json.loads(
        reference_path("estimation", "sigint_expected.json").read_text(encoding="utf-8")
    )


def _names(entry):
    replaced = {"barWA": "WA", "barWB": "WB", "bara": "a", "(Intercept)": "constant"}
    return [
        ":".join(replaced.get(part, part) for part in name.split(":"))
        for name in entry["coefficients"]
    ]


def errors_with_the_inverse_transposed(fit, tallies, table):
    """Standard errors as the package prints them."""
    game = SignallingGame(dict(fit.payoffs), fit.resist, fit.firm)
    slopes, (of_r, of_f) = game.gradient(tallies), game.implied_slopes()
    n = tallies.shape[0]

    def columns(by_payoff):
        return np.stack(
            [
                by_payoff.get(name, np.zeros(n)) * (1.0 if x == "constant" else table[x])
                for name, x in (label.split(":") for label in fit.names)
            ],
            axis=-1,
        )

    jacobian = np.zeros((2 * n, 2 * n))
    place = np.arange(n)
    jacobian[place, n + place], jacobian[n + place, place] = of_r["F"], of_f["R"]
    beliefs = np.concatenate([np.diag(slopes["R"]), np.diag(slopes["F"])], axis=1)
    score, moved = columns(slopes), np.concatenate([columns(of_r), columns(of_f)])
    inverse = np.linalg.inv(np.eye(2 * n) - jacobian.T)
    left = np.linalg.inv(score.T @ score + score.T @ beliefs @ inverse @ moved)
    return np.sqrt(np.diag(left @ score.T @ score @ left.T))


@pytest.mark.parametrize(
    ("key", "stage", "method"),
    [
        ("pl_at_stored_npl_probabilities", "npl", "pl"),
        ("pl_at_stored_forest_probabilities", "hat", "pl"),
        ("npl_from_forest_probabilities", "hat", "npl"),
    ],
)
def test_the_documented_example(sanctions, expected, key, stage, method):
    tallies, table = sanctions
    fit = ng.fit_crisis_signalling(
        tallies, table, SPEC, resist=table[f"PR{stage}"], firm=table[f"PF{stage}"], method=method
    )
    entry = expected[key]
    assert list(fit.names) == _names(entry)
    assert fit.coefficients == pytest.approx(list(entry["coefficients"].values()), abs=1e-6)
    assert fit.log_likelihood == pytest.approx(entry["log_likelihood"], abs=1e-6)
    assert fit.converged
    if stage == "hat":
        violation = fit.equilibrium_violation
        assert violation < 1e-7 if method == "npl" else violation == pytest.approx(0.4278475)
    if method == "npl":
        assert fit.aic == pytest.approx(7904.895, abs=5e-4)
        printed = list(entry["standard_errors"].values())
        assert errors_with_the_inverse_transposed(fit, tallies, table) == pytest.approx(
            printed, abs=1e-6
        )
    if "predict_first_five_outcomes_SQ_CD_SF_BD" in entry:
        for game, outcomes in enumerate(entry["predict_first_five_outcomes_SQ_CD_SF_BD"]):
            challenge, resist, firm = fit.equilibria(game)[0]
            mine = [1 - challenge, challenge * (1 - resist)]
            mine += [challenge * resist * firm, challenge * resist * (1 - firm)]
            # The package takes the middle of a cell of its grid of beliefs.
            assert mine == pytest.approx(outcomes, abs=1e-5)


def test_equilibria_of_the_documented_game(expected):
    rows = []
    for number, x in enumerate((-1.0, 0.5, 2.0), start=1):
        game = {"VA": 1, "WA": -1.9, "WB": -2.9 + 0.1 * x, "a": -1.2, "VB": 1}
        rows += [[number, *equilibrium] for equilibrium in ng.crisis_equilibria(game)]
    assert np.array(rows) == pytest.approx(
        np.array(expected["generate_eq_example"]["values"]), abs=1e-8
    )


def test_normal_probabilities():
    rng = np.random.default_rng(0)
    h, k = (
        np.r_[rng.normal(size=60) * 2, 0, 0, 0, 1.3, -0.4],
        np.r_[rng.normal(size=60) * 2, 0, 1.1, -0.7, 0, 0],
    )
    rho = np.sqrt(0.5)
    fine = {"cov": [[1, rho], [rho, 1]], "abseps": 1e-13, "releps": 1e-13}
    exact = [multivariate_normal.cdf([a, b], **fine) for a, b in zip(h, k, strict=True)]
    assert _both_below(h, k) == pytest.approx(exact, abs=1e-12)
    # Far tails keep their digits: the inner integral by adaptive quadrature.
    for a, b in ((-7.0, -6.0), (-9.0, 1.0), (2.0, -8.0)):
        tail = integrate.quad(
            lambda z, b=b: norm.pdf(z) * norm.cdf((b - rho * z) / rho), -40, a, epsabs=0, limit=200
        )[0]
        assert _both_below(np.array([a]), np.array([b]))[0] == pytest.approx(tail, rel=1e-9)


def test_probabilities_by_simulated_play():
    rng = np.random.default_rng(1)
    u = {"SA": 0.1, "VA": 0.8, "CB": -0.3, "WA": -0.4, "WB": -0.2, "a": -0.6, "VB": 0.5}
    resist = firm = 0.5
    for _ in range(200):
        game = SignallingGame(
            {name: np.array([v]) for name, v in u.items()}, np.array([resist]), np.array([firm])
        )
        resist, firm = (float(p[0]) for p in game.implied())
    stands, yields, resists = rng.normal(size=(3, 2_000_000))
    fight, down = u["WA"] + stands, u["a"] + yields
    worth = (1 - resist) * u["VA"] + resist * np.maximum(fight, down)
    challenge = worth > u["SA"]
    firmly = (fight > down)[challenge].mean()
    resisting = firmly * u["WB"] + firmly * resists + (1 - firmly) * u["VB"] > u["CB"]
    played = game.outcomes()[0]
    assert 1 - played[0] == pytest.approx(challenge.mean(), abs=2e-3)
    assert firm == pytest.approx(firmly, abs=2e-3)
    assert resist == pytest.approx(resisting.mean(), abs=2e-3)
    assert played.sum() == pytest.approx(1.0, abs=1e-14)


def test_derivatives():
    rng = np.random.default_rng(2)
    u = {name: rng.normal(size=5) for name in PAYOFFS}
    game = SignallingGame(u, rng.uniform(0.2, 0.8, 5), rng.uniform(0.2, 0.8, 5))
    tallies = rng.integers(1, 6, (5, 4)).astype(float)
    assert game.log_likelihoods(tallies) == pytest.approx(
        (tallies * np.log(game.outcomes())).sum(axis=1)
    )
    gradient, (of_r, of_f) = game.gradient(tallies), game.implied_slopes()
    for name in (*PAYOFFS, "R", "F"):

        def moved(step, name=name):
            if name in PAYOFFS:
                return SignallingGame({**u, name: u[name] + step}, game.resist, game.firm)
            return SignallingGame(
                u, game.resist + step * (name == "R"), game.firm + step * (name == "F")
            )

        up, down = moved(1e-6), moved(-1e-6)
        slope = (up.log_likelihoods(tallies) - down.log_likelihoods(tallies)) / 2e-6
        assert gradient[name] == pytest.approx(slope, rel=1e-5, abs=1e-6)
        for k, parts in enumerate((of_r, of_f)):
            slope = (up.implied()[k] - down.implied()[k]) / 2e-6
            assert parts.get(name, np.zeros(5)) == pytest.approx(slope, abs=1e-7)


def played(n=60, times=200, seed=3):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, n)
    tallies, beliefs = [], []
    for value in x:
        u = {"SA": 0, "VA": 1, "WA": -1.2, "WB": -1.0 + 0.5 * value, "a": -0.8, "VB": 1}
        challenge, resist, firm = ng.crisis_equilibria(u, grid=500)[0]
        p = [1 - challenge, challenge * (1 - resist)]
        p += [challenge * resist * firm, challenge * resist * (1 - firm)]
        tallies.append(rng.multinomial(times, p))
        beliefs.append((resist, firm))
    return np.array(tallies, dtype=float), {"x": x}, np.array(beliefs)


def test_the_nested_estimator_finds_the_truth():
    tallies, table, beliefs = played()
    spec = {"WA": ["constant"], "WB": ["constant", "x"], "a": ["constant"]}
    fit = ng.fit_crisis_signalling(
        tallies, table, spec, resist=beliefs[:, 0], firm=beliefs[:, 1], fixed={"VA": 1, "VB": 1}
    )
    truth = np.array([-1.2, -1.0, 0.5, -0.8])
    assert (np.abs(fit.coefficients - truth) < 3.5 * fit.standard_errors).all()
    assert fit.equilibrium_violation < 1e-6
    other = ng.fit_crisis_signalling(
        tallies, {"x": 1e6 * table["x"]}, spec, resist=beliefs[:, 0], firm=beliefs[:, 1],
        fixed={"VA": 1, "VB": 1}, start=[-1.0, -1.0, 1e-7, -1.0],
    )  # fmt: skip
    assert other.coefficients[2] * 1e6 == pytest.approx(fit.coefficients[2], abs=1e-6)
    assert other.standard_errors[2] * 1e6 == pytest.approx(fit.standard_errors[2], rel=1e-5)
    assert "crisis signalling by npl, 60 games" in fit._repr_html_()
    assert list(fit.to_frame()["parameter"]) == list(fit.names)
    assert r"\toprule" in fit.to_latex()
    with pytest.raises(ConvergenceError, match="last change") as caught:
        ng.fit_crisis_signalling(
            tallies, table, spec, resist=0.7 * beliefs[:, 0], firm=beliefs[:, 1],
            fixed={"VA": 1, "VB": 1}, max_iter=2,
        )  # fmt: skip
    assert not caught.value.partial.converged


@pytest.mark.slow
def test_errors_of_the_nested_estimator_against_simulated_samples():
    spec = {"WA": ["constant"], "WB": ["constant", "x"], "a": ["constant"]}
    found, stated = [], []
    for seed in range(400):
        tallies, table, beliefs = played(seed=seed)
        fit = ng.fit_crisis_signalling(
            tallies, table, spec, resist=beliefs[:, 0], firm=beliefs[:, 1], fixed={"VA": 1, "VB": 1}
        )
        found.append(fit.coefficients)
        stated.append(fit.standard_errors)
    assert np.median(stated, axis=0) == pytest.approx(np.std(found, axis=0), rel=0.2)


def test_bad_input():
    tallies, table, beliefs = played(8, 20)
    stage = {"resist": beliefs[:, 0], "firm": beliefs[:, 1]}
    cases = [
        ({"WA": ["y"]}, {}, "payoffs, WA: unknown choice; seen 'y'; allowed: x, constant"),
        ({"W": ["x"]}, {}, "payoffs: unknown choice"),
        ({}, {}, "nothing to estimate"),
        ({"VA": ["x"]}, {"fixed": {"VA": 1}}, "payoffs, VA: fixed and estimated"),
        ({n: ["constant"] for n in ("CB", "WB", "VB")}, {}, "not identified: in every payoff of B"),
        ({"WA": ["x"]}, {"method": "cmle"}, "method: unknown choice"),
        ({"WA": ["x"]}, {"resist": np.ones(8)}, r"resist\[0\]: number out of range"),
        ({"WA": ["x"]}, {"start": [1, 2]}, "start: wrong shape"),
    ]
    for spec, more, message in cases:
        with pytest.raises(InvalidInputError, match=message):
            ng.fit_crisis_signalling(tallies, table, spec, **{**stage, **more})
    with pytest.raises(InvalidInputError, match="tallies: wrong shape"):
        ng.fit_crisis_signalling(tallies[:, :3], table, {"WA": ["x"]}, **stage)
    with pytest.raises(InvalidInputError, match="payoffs: unknown choice"):
        ng.crisis_equilibria({"V": 1})
