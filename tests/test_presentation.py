"""Every public result presents itself: frame, LaTeX that compiles, HTML, and a repr."""

import doctest
import functools
import importlib
import inspect
import shutil
import subprocess
from datetime import date
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import negotiation as ng
from negotiation.presentation import Pictured, Presented, escape, show, table_latex
from negotiation.study.sweeps.design import SobolIndices

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
PUBLIC = [
    getattr(ng, name)
    for name in ng.__all__
    if inspect.isclass(getattr(ng, name)) and issubclass(getattr(ng, name), Presented)
]
#: Definitions and descriptions that functions return: what goes in, not what comes out.
NO_RESULT = {
    *("BargainingProblem", "Branch", "CaliendoParro2015", "Concordance", "DatedEvent"),
    *("Elimination", "Exemption", "ExtensiveFormGame", "Law", "Moment", "MultiStepProcess"),
    *("Parameter", "Source", "Standoff", "Study", "Sweep", "TariffScenarios", "TariffStep"),
    *(
        "TreeStrategies",
        "BuiltProcess",
        "EnsembleMember",
        "PayoffModel",
        "ProcessGame",
        "RevealedWeight",
    ),
}


def returned():
    """Public classes that public functions return."""
    for name in ng.__all__:
        function = getattr(ng, name)
        if inspect.isfunction(function):
            said = str(inspect.signature(function).return_annotation)
            for word in said.replace("[", " ").replace("]", " ").replace(",", " ").split():
                if word in ng.__all__ and word not in NO_RESULT:
                    yield name, word


def by_hand():
    """Results that no docstring's example makes."""
    two, sides = np.array([0.25, 0.75]), ("USA", "CHN")
    square = np.array([[0.2, 0.4], [0.6, 0.8]])
    names = ("stubbornness_USA", "terms & mixture_%")
    days = (date(2025, 5, 2), date(2025, 8, 12))
    return [
        ng.BeliefDraws(square[..., None], square[..., None], square[..., None], two),
        ng.CounterfactualDraws(
            sides,
            ng.ElasticityEstimates("own", ("C26_#",), [4.0], [1.0], ("",)),
            np.full((2, 1), 4.0),
            np.arange(8.0).reshape(2, 2, 2),
            square,
        ),
        ng.DatedForecasts(two, days, ("a_1", "b"), np.full((2, 2, 2), 0.1), square),
        ng.ExemptionRegions(sides, two, two, np.full((2, 2, 2), 0.1)),
        ng.FirstConcessionMap(sides, two, two, square, square),
        ng.IdentifiedSet(names, square, ("m",), two[:, None], two, ("c",), two[:, None]),
        ng.Multiplicity(None, (two,), {0: two}, 1, 2),
        ng.SectorTariffs(sides, ("C26", "C27"), square, two),
        ng.Readings(days[0], names, two, two - 0.1, two + 0.1, 0.9),
        SobolIndices(names, two, two, square, square),
        ng.StrategyCheck((0, 1), (0, 0), square, two, 1e-9),
        ng.StudyResult({"gain_usa": ng.Number(0.25, ".0f", 100)}),
        ng.SweepResult({"x_1": two}, {"y_1": two}, None, 2),
        ng.SweptOutcome("deal", names, two, two, two),
        ng.TariffFan(sides, days[0], two, two, np.full((2, 2, 2), 0.1), square),
        ng.Tornado("deal", names, 0.5, square),
        ng.WarGains(("USA alone", "both"), sides, square),
    ]


@pytest.fixture(scope="module")
def results():
    """One result of each public class: the last that the docstrings' examples make."""
    made = {type(result).__name__: result for result in by_hand()}

    def recording(initialize):
        @functools.wraps(initialize)
        def recorded(self, *given, **named):
            initialize(self, *given, **named)
            made[type(self).__name__] = self

        return recorded

    with pytest.MonkeyPatch.context() as patch:
        for cls in PUBLIC:
            patch.setattr(cls, "__init__", recording(cls.__init__))
        run_examples()
    return made


def run_examples():
    """Run the examples of every public function that returns a result, and of each class."""
    runner = doctest.DocTestRunner(verbose=False, optionflags=FLAGS)
    wanted = {name for name, _ in returned()} | {cls.__name__ for cls in PUBLIC}
    for name in sorted(wanted):
        module = importlib.import_module(ng._MODULE_OF[name])
        item = getattr(module, name)
        for example in doctest.DocTestFinder().find(item, name, globs=dict(vars(module))):
            runner.run(example, out=lambda _: None)
            plt.close("all")


#: Results that only long computations make; their own tests read their tables.
ELSEWHERE = {"BeliefPath", "CrisisFit", "GamePaths", "StandoffRun", "SustainableCooperation"}


def test_what_functions_return_is_a_result():
    kinds = {cls.__name__ for cls in PUBLIC}
    assert {word for _, word in returned()} - kinds - {"Any"} == set()


def test_every_result_shows_itself(results):
    assert {cls.__name__ for cls in PUBLIC} - set(results) - ELSEWHERE == set()
    for name, result in results.items():
        frame = result.to_frame()
        assert isinstance(frame, pd.DataFrame), name
        assert all(isinstance(column, str | tuple) for column in frame.columns), name
        assert "object at 0x" not in repr(result), name
        assert len(repr(result)) < 3000, name
        assert result._repr_html_().count("<tr>") <= 13, name


@pytest.mark.oracle
@pytest.mark.skipif(shutil.which("latexmk") is None, reason="no latexmk")
def test_every_latex_table_compiles(results, tmp_path):
    body = "\n\n".join(f"{name}\n\n{result.to_latex()}" for name, result in results.items())
    text = (
        r"\documentclass{article}\usepackage{booktabs,longtable}"
        r"\usepackage[paperwidth=2000mm,paperheight=1000mm]{geometry}"
        rf"\begin{{document}}{body}\end{{document}}"
    )
    (tmp_path / "tables.tex").write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["latexmk", "-pdf", "-interaction=nonstopmode", "-halt-on-error", "tables.tex"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Overfull" not in done.stdout


def test_a_question_in_six_lines(tmp_path, monkeypatch):
    """Payoffs and all equilibria of my 5 x 5 game as a LaTeX table and a figure."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(3)
    A, B = rng.integers(0, 9, (2, 5, 5))
    lines = """
    game = ng.NormalFormGame.from_bimatrix(A, B, players=["USA", "CHN"])
    found = ng.nash_equilibria(game)
    Path("payoffs.tex").write_text(game.to_latex())
    Path("equilibria.tex").write_text(found.to_latex())
    ng.plot_payoff_matrix(game, found).figure.savefig("game.pdf")
    """
    exec(inspect.cleandoc(lines), {"ng": ng, "A": A, "B": B, "Path": Path})
    assert len(inspect.cleandoc(lines).splitlines()) <= 6
    payoffs = (tmp_path / "payoffs.tex").read_text(encoding="utf-8")
    assert payoffs.count("\\\\\n") == 6
    assert f"{A[0, 0]}, {B[0, 0]}" in payoffs
    table = (tmp_path / "equilibria.tex").read_text(encoding="utf-8")
    game = ng.NormalFormGame.from_bimatrix(A, B)
    assert table.count("\\\\\n") == 1 + len(ng.nash_equilibria(game).equilibria)
    assert (tmp_path / "game.pdf").read_bytes().startswith(b"%PDF")


def test_frames_keep_the_order_of_actions():
    labels = (("free trade", "0", "+10", "+145"), ("0", "+125"))
    game = ng.NormalFormGame(
        np.random.default_rng(1).normal(size=(2, 4, 2)), ("USA", "CHN"), labels
    )
    by_profile = game.to_frame().pivot(index="USA", columns="CHN", values="payoff USA")
    assert list(by_profile.index) == list(labels[0])
    assert list(by_profile.columns) == list(labels[1])
    np.testing.assert_array_equal(by_profile, game.payoffs[0])
    found = ng.nash_equilibria(game).to_frame()
    own = found[(found.player == "USA") & (found.equilibrium == 1)]
    assert list(own.sort_values("action").action) == list(labels[0])


def test_an_equilibrium_carries_its_labels():
    game = ng.NormalFormGame.from_bimatrix(
        [[2, 0], [0, 1]], [[1, 0], [0, 2]], [["opera", "fight"]] * 2, ["she", "he"]
    )
    mixed = ng.nash_equilibria(game).equilibria[1]
    assert mixed.strategies == ("opera (2/3), fight (1/3)", "opera (1/3), fight (2/3)")
    assert mixed.to_frame().player.tolist() == ["she", "she", "he", "he"]
    assert "opera (2/3)" in repr(mixed)


def test_numbers_people_read():
    frame = pd.DataFrame({"a": [0.5, 1234.5678], "b": [1e-9, 1.0], "c": [None, True]})
    assert show(frame)[1] == [["0.5", "1.000e-09", ""], ["1235", "1", "yes"]]
    assert show(pd.DataFrame({"x": [np.inf, -0.0, np.nan]}))[1] == [["infinite"], ["0"], [""]]
    assert (
        show(pd.DataFrame({"x": [1.0]}, index=pd.Index(["USA"], name="player")))[0][0] == "player"
    )


def test_latex_of_awkward_words():
    assert escape(r"a_b & 5 % of {x} ~ ^ \ # $") == (
        r"a\_b \& 5 \% of \{x\} \textasciitilde{} \textasciicircum{} \textbackslash{} \# \$"
    )
    assert "{}[0, 1]" in table_latex(["set", "x"], [["[0, 1]", "1"]])
    assert r"\endhead" in table_latex(["x"], [["1"]], long=True)


def test_every_picture_of_a_result_is_a_function():
    for cls in PUBLIC:
        if issubclass(cls, Pictured):
            assert cls._picture in ng.__all__, cls.__name__


def test_results_with_a_picture_draw_it(results):
    drawn = [result for result in results.values() if isinstance(result, Pictured)]
    assert len(drawn) > 20
    for result in drawn:
        name = type(result).__name__
        if name in {"ReputationEquilibrium", "NormalFormGame", "NashResult", "TreeSolution"}:
            continue  # the last example may be a corner, or of three players
        if name == "QuantalResponseResult" and len(result.points) < 2:
            continue
        assert result.plot(ax=plt.figure().add_subplot()) is not None, name
        plt.close("all")
    game = ng.NormalFormGame.from_bimatrix(np.eye(2), np.eye(2))
    assert len(ng.nash_equilibria(game).plot().get_legend().get_texts()) == 6
