"""Generated LaTeX: escaped words, true minus signs, every table and key."""

import pytest

from negotiation.errors import InvalidInputError
from negotiation.presentation import escape, table_latex
from negotiation.study.latex import compile_paper, write_generated
from negotiation.study.store.study_results import write_summary


def test_escape():
    assert escape("50 % of A_min & more") == r"50 \% of A\_min \& more"
    assert escape("-0.5") == "$-$0.5"
    assert escape("2018-20") == "2018-20"


def test_tables_align_numbers_right():
    text = table_latex(["side", "value"], [["USA", "-1.0"], ["CHN", "2.0"]])
    assert r"\begin{tabular}{lr}" in text
    assert r"USA & $-$1.0 \\" in text


def test_a_heading_wider_than_its_column_is_broken():
    text = table_latex(["side", "share of exports"], [["USA", "1.0"], ["China", "2.0"]])
    assert r"side & \shortstack[r]{share of \\ exports} \\" in text
    kept = table_latex(["a long heading", "x"], [["kept in a column of words", "1"]], "p{3cm}r")
    assert r"a long heading & x \\" in kept


def test_generated_files(tmp_path):
    summary = {
        "study": "game",
        "profile": "fast",
        "numbers": {"loss": {"value": -1.0, "text": "-1.0"}},
        "tables": {"main": {"columns": ["a"], "rows": [["b"]], "align": ""}},
        "health": {"regret": {"value": 1e-12, "bound": 1e-9}},
    }
    write_summary(tmp_path / "game", summary)
    out = tmp_path / "generated"
    out.mkdir()
    (out / "table_old_gone.tex").write_text("stale")
    write_generated({"game": tmp_path / "game" / "summary.json"}, out)
    assert r"\@namedef{result@game.loss}{$-$1.0}" in (out / "numbers.tex").read_text()
    assert r"\@namedef{result@profile}{fast}" in (out / "numbers.tex").read_text()
    assert sorted(p.name for p in out.glob("table_*")) == [
        "table_game_main.tex",
        "table_health.tex",
    ]


def test_a_bad_epoch_is_named(tmp_path):
    (tmp_path / "epoch").write_text("yesterday")
    with pytest.raises(InvalidInputError, match="epoch"):
        compile_paper(tmp_path / "paper.tex")
