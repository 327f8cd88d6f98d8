"""The site has every page, tutorials first, and the first page leads to what it names."""

import re

from negotiation.study.functions import import_beside
from tests.reference import ROOT

DOCS = ROOT / "docs"


def test_every_page_has_its_place():
    pages = import_beside(DOCS, "build").navigation()
    listed = [
        name
        for item in pages
        for name in ([item] if isinstance(item, str) else next(iter(item.values())))
    ]
    assert len(listed) == len(set(listed))
    built = {"api", "pictures"}
    there = {
        path.relative_to(DOCS).as_posix()
        for path in DOCS.rglob("*.md")
        if path.relative_to(DOCS).parts[0] not in built
    }
    assert {name for name in listed if not name.startswith("api/")} == there
    assert listed[:2] == ["index.md", "tutorials/trade.md"]


def test_the_first_page_leads_to_every_tutorial_and_question():
    linked = set(re.findall(r"\]\(([\w/]+\.md)\)", (DOCS / "index.md").read_text(encoding="utf-8")))
    for room in ("tutorials", "how_to"):
        pages = {f"{room}/{path.name}" for path in (DOCS / room).glob("*.md")}
        assert pages <= linked
    assert all((DOCS / name).is_file() for name in linked)
