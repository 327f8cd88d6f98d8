"""Nothing in the code names a country: data, files of standoffs and docstrings do."""

import ast
import re

import pytest

from tests.reference import ROOT

PACKAGE = ROOT / "negotiation"
NAMES = re.compile(
    r"(?<![A-Za-z])(?:USA|CHN|EU27|JPN|MEX|CAN|IND)(?![A-Za-z])|(?<![a-z])(?:usa|chn)(?![a-z])"
    r"|United States|China|(?<!\w)C26(?!\w)"
)
#: Rooms of data and readers of files whose form names countries.
DATA = ("data/published/", "data/readers/icio.py")
#: Names of version 0.1, which warn.
FORMER = ("former_names.py",)
#: An example in a help text or the hint of an error.
EXAMPLES = {
    "cli/games.py": 1,
    "cli/standoff.py": 1,
    "cli/sweep.py": 1,
    "cli/trade.py": 9,
    "trade/tariff_scenarios.py": 1,
}


def lines_that_name(path):
    """Lines of code with the name of a country, docstrings left out."""
    text = path.read_text(encoding="utf-8")
    prose = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            prose.update(range(node.lineno, node.end_lineno + 1))
    return [
        f"{path.relative_to(PACKAGE)}:{k}: {line.strip()}"
        for k, line in enumerate(text.splitlines(), start=1)
        if k not in prose and NAMES.search(line)
    ]


FILES = [
    path
    for path in sorted(PACKAGE.rglob("*.py"))
    if not str(path.relative_to(PACKAGE)).startswith((*DATA, *FORMER))
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_line_of_code_names_a_country(path):
    allowed = EXAMPLES.get(path.relative_to(PACKAGE).as_posix(), 0)
    assert len(lines_that_name(path)) <= allowed, lines_that_name(path)


def test_the_search_finds_names(tmp_path):
    file = PACKAGE / "former_names.py"
    assert any("USA" in line for line in lines_that_name(file))
