"""Findings that a coarse computation once suggested: refused as sentences, absent as mechanisms."""

import re
from datetime import date

import numpy as np
import pytest

import negotiation as ng
from negotiation.process.analysis.conclusions import conclusion_named
from negotiation.study.claims import load_claims, load_evaluators, read_evaluation
from negotiation.study.functions import import_beside
from tests.forecasts import DAY, forecast
from tests.reference import ROOT

PAPER = ROOT / "paper"
CLAIMS = load_claims(PAPER / "claims.toml")
TEXTS = [ROOT / "README.md", *(PAPER / "sections").glob("*.tex"), *(ROOT / "docs").rglob("*.md")]
#: The sentence as it once stood; what marks it; what would make it right, empty for nothing.
ARTEFACTS = {
    "a point of a coarse grid": (
        "The only equilibrium is at 0 | +10.",
        r"equilibri\w+ (?:is |are )?at \+?\d+ ?\| ?\+?\d+|tariff_game\.\w*profiles",
        "",
    ),
    "the corner of a box": (
        "Nash bargaining removes all additions.",
        r"removes all additions",
        "",
    ),
    "a best reply never loses": (
        "In 12 of 12 sets of payoffs both gain by cutting alone.",
        r"gains? by cutting alone|alone_gains",
        "",
    ),
    "an assumed excess": (
        "The audience cost that a standoff needs is .00 for the United States and .11 for China.",
        r"[Aa]udience costs? that a standoff needs|smallest_audience_costs? (?:is|are)",
        "",
    ),
    "an unconditional share": (
        "The United States concedes the first cut with 80 %.",
        r"us_concedes_cut|(?:concedes?|makes?) the first cut,? (?:with |in )?\(?[\d\\]",
        r"process\.us_first",
    ),
    "draws that silence has refuted": (
        "In 68 % of the draws the standoff never ends: 68 % never.",
        r"%\S* never\b|never[^.]{0,20}\d+ ?\\?%",
        "",
    ),
    "mass in a box that was assumed": (
        "Of 12 conclusions 11 are not identified.",
        r"(?:is|are) not identified|identified set",
        "",
    ),
    "an interval, not a range": (
        r"It runs from \result{backtest.cut_by_may_low} to \result{backtest.cut_by_may_high}\,\%.",
        r"(?:backtest|beliefs|resolve)\.\w+_low\}",
        r"interval",
    ),
    "two denominators": (
        "In percent of GDP or of gross sales the Nash point gives more than cooperation.",
        r"GDP (?:or|and) (?:of )?gross sales",
        r"not be compared|stand apart",
    ),
    "a table that came out later": (
        "The study reads nothing later than its information date.",
        r"reads nothing later|nothing later \S* ?(?:is|was) (?:used|read)",
        "",
    ),
    "one of two shares": (
        r"To China go \result{export_dependence.us_share_of_exports}\,\% of US goods exports.",
        r"export_dependence\.us_share_of_exports\}|\b9\.9 ?\\?%",
        r"customs|table",
    ),
}


def refused(text, marked, right):
    """Paragraphs that say it; output of code is no sentence."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return [
        paragraph
        for paragraph in (re.sub(r"\s+", " ", part) for part in re.split(r"\n\s*\n", text))
        if re.search(marked, paragraph) and not (right and re.search(right, paragraph))
    ]


@pytest.mark.parametrize("name", ARTEFACTS)
def test_the_old_sentence_is_refused_and_stands_nowhere(name):
    old, marked, right = ARTEFACTS[name]
    assert refused(f"First.\n\n{old}\n\nLast.", marked, right) == [old]
    for path in TEXTS:
        assert refused(path.read_text(encoding="utf-8"), marked, right) == [], path.name


def finding(name, **options):
    claim = CLAIMS[name]
    evaluators = load_evaluators(PAPER / "claims.py")
    return getattr(evaluators, claim.evaluator)(as_of=claim.as_of, **options)


def test_the_crossing_is_no_point_of_a_coarse_grid():
    coarse = finding("crossing", game_step=0.1).values
    fine = finding("crossing", game_step=0.02).values
    exact = finding("crossing").values
    for side in ("usa", "china"):
        assert abs(fine[side] - exact[side]) < 0.011
        assert abs(coarse[side] - exact[side]) > abs(fine[side] - exact[side])


def test_nash_bargaining_over_additions_alone_is_a_corner():
    box, wide = (finding("nash_solution", lowest=low) for low in ("base", "free trade"))
    assert box.values["usa"] == box.values["china"] == 0.0
    assert wide.values["product"] > box.values["product"]


def test_the_best_reply_at_the_top_of_the_range_is_the_duty_in_force():
    top = finding(
        "best_replies", model="export_dependence", horizon="short_run", incidence=0.5, step=0.01
    )
    assert not top.holds
    assert abs(top.values["china"] - 1.25) < 0.05
    assert top.values["gain_china"] < 1e-4


def test_cooperation_beats_nash_in_one_unit():
    found = finding("cooperation", inputs=False)
    assert found.holds


def test_customs_and_the_table_differ():
    found = finding("us_share").values
    assert round(100 * found["table"], 1) == 9.9
    assert round(100 * found["customs"], 1) == 7.4


def test_no_finding_rests_on_an_excess_of_audience_costs():
    """At the smallest costs the silence of April had a chance of a percent; here it is likely."""
    for path in (PAPER / "claims.py", *(ROOT / "experiments").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"smallest_audience_costs|with_audience_costs", text), path.name
    stored = read_evaluation(PAPER / "evaluations" / "silence.json")
    assert stored.findings["base"].values["lowest"] > 0.5


def test_who_concedes_is_conditional_on_the_same_date_as_when():
    rows = [CLAIMS[name] for name in ("first_cut", "who_first", "deal")]
    assert {row.as_of for row in rows} == {date(2025, 5, 2)}
    process = ng.load_process(as_of="2025-05-02", model="partial_25")
    assert process.start == date(2025, 5, 2)
    assert ng.solve_process(process).cut_by("2025-05-02") == 0.0


def test_refuted_draws_weigh_nothing():
    """The second draw alone would leave the stage open; what was seen is impossible under it."""
    cut = np.array([[0.5, 0.5], [0.9, 0.9], [0.0, 0.0]])[:, :, None] * np.ones(2)
    seen = np.array([[1.0, 1.0], [1.0, 1.0], [0.0, 0.0]])
    found = forecast(cut=cut, seen=seen)
    assert found.cut_by(DAY) == pytest.approx(0.9)
    assert found.effective_draws == pytest.approx(2.0)
    for name in ("first_cut", "score", "interval"):
        assert CLAIMS[name].perturbations["weighting"], name


def test_no_conclusion_is_the_complement_of_another():
    solution = ng.solve_process(ng.load_process(as_of="2025-05-02", model="partial_25"))
    listed = import_beside(ROOT / "experiments", "sensitivity").CONCLUSIONS
    margins = [conclusion_named(name, solution.process.players).margin(solution) for name in listed]
    for k, one in enumerate(margins):
        for other in margins[k + 1 :]:
            assert abs(one + other) > 1e-9


def test_an_interval_is_narrower_than_the_range_of_the_draws():
    cut = np.linspace(0.0, 0.76, 41)[:, None, None] * np.ones((1, 2, 2))
    many = forecast(
        cut=cut, seen=np.ones((41, 2)), values=np.linspace(0.0, 1.0, 41)[:, None],
        deal=cut / 10.0, lowered=np.stack([cut, cut], axis=-1),
        concedes=np.tile([0.25, 0.75], (41, 2, 1)), after=np.zeros((41, 2, 2, 2)),
    )  # fmt: skip
    low, high = many.interval(DAY, 0.9)
    assert 0.0 < low < high < 0.76


def test_the_flows_came_out_later_and_the_text_says_so():
    with pytest.raises(ng.InformationDateError):
        ng.load_economy("us-china-2022", as_of="2025-05-02", vintage="edition")
    for name, said in (("introduction", "edition that came out later"), ("data", "not at hand")):
        text = (PAPER / "sections" / f"{name}.tex").read_text(encoding="utf-8")
        assert said in re.sub(r"\s+", " ", text)
