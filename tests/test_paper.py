"""The paper's numbers come from results: no literals, no unknown or stale keys."""

import json
import re

import pytest

from negotiation.study.exhibit import exhibit_scripts
from tests.reference import ROOT

PAPER = ROOT / "paper"
SOURCES = [PAPER / "paper.tex", *sorted((PAPER / "sections").glob("*.tex"))]
EXHIBITS = exhibit_scripts(ROOT / "figures")
STUDIES = {path.stem for path in (ROOT / "experiments").glob("*.toml")}
# Words of the case and of the design, not results: dates, counts of the embedded tables, names.
ALLOWED = re.compile(
    r"\b(?:1[89]\d\d|20[0-3]\d|S1?\d|\d{1,2} (?:January|April|May|June|December))\b"
)


def text_of(path):
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"(?<!\\)%.*", "", text)
    if path.name == "paper.tex":
        text = text[text.index("\\begin{document}") :]
    text = re.sub(
        r"\\(?:result|ref|label|cite[tp]?|eqref|input|exhibittable|includegraphics)(?:\[[^\]]*\])?\{[^}]*\}",
        "",
        text,
    )
    text = re.sub(
        r"\\begin\{(?:equation|align)\*?\}.*?\\end\{(?:equation|align)\*?\}",
        "",
        text,
        flags=re.DOTALL,
    )
    text = re.sub(r"\$[^$]*\$", "", text)
    text = re.sub(r"\[[\w.!\\]*\]|\{[\d.]+(?:cm|pt|em)\}|p\{[^}]*\}", "", text)
    return text.replace("~", " ")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_literal_results(path):
    text = ALLOWED.sub("", text_of(path))
    found = re.findall(r"[^\s{}]*\d*\.\d+[^\s{}]*|\d+\s*(?:\\,)?\\%|\b\d{2,}\b", text)
    assert not found


def used_keys():
    joined = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    return set(re.findall(r"\\result\{([^}]*)\}", joined))


def test_keys_and_tables_belong_to_studies():
    joined = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    for key in used_keys():
        assert key == "profile" or key.split(".")[0] in STUDIES, key
    for name in re.findall(r"\\includegraphics\[[^\]]*\]\{([^}]*)\}", joined):
        assert name in EXHIBITS, name
    for name in EXHIBITS:
        assert re.search(rf"\\includegraphics\[[^\]]*\]\{{{name}\}}", joined), (
            f"{name} is not shown"
        )


def test_keys_are_not_stale():
    results = ROOT / "experiments" / "results"
    known = {
        f"{path.parent.name}.{key}"
        for path in results.glob("*/summary.json")
        for key in json.loads(path.read_text(encoding="utf-8"))["numbers"]
    }
    if not known:
        pytest.skip("no results here: LaTeX itself stops at an unknown key")
    assert used_keys() <= known | {"profile"}


def test_every_work_cited_is_listed_and_every_listed_work_is_cited():
    joined = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    cited = {
        key.strip()
        for group in re.findall(r"\\cite[tp]?(?:\[[^\]]*\])*\{([^}]*)\}", joined)
        for key in group.split(",")
    }
    listed = set(re.findall(r"^@\w+\{(\w+),", (PAPER / "references.bib").read_text(), re.MULTILINE))
    assert cited <= listed
    assert listed <= cited
