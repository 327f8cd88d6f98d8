"""Every public name is shown by an example that the tests run."""

import inspect
import re

import negotiation as ng
from tests.test_doctests import PAGES

PUBLIC = {name: getattr(ng, name) for name in ng._MODULE_OF}
#: Kept for one version, with a warning that names what takes their place.
FORMER = {name for name, item in PUBLIC.items() if "Goes in version" in (item.__doc__ or "")}


def examples(text):
    """Lines of code of the examples in a docstring or a page."""
    return "\n".join(re.findall(r"^\s*(?:>>>|\.\.\.) .*$", text, flags=re.MULTILINE))


def called(text):
    """Public names that the examples of a text use: called, as a type, or as ``ng.name``."""
    words = re.findall(r"\b(\w+)\(|\w: (\w+) =|\bng\.(\w+)", examples(text))
    return {word for found in words for word in found} & set(PUBLIC)


def said(annotation):
    return set(re.findall(r"\w+", str(annotation))) & set(PUBLIC)


def gives(item):
    """Public classes that a function returns, or that attributes and methods of a class are."""
    if inspect.isfunction(item):
        return said(inspect.signature(item).return_annotation)
    found = set()
    for cls in getattr(item, "__mro__", ()):
        for annotation in vars(cls).get("__annotations__", {}).values():
            found |= said(annotation)
        for member in vars(cls).values():
            function = getattr(member, "fget", getattr(member, "__func__", member))
            function = getattr(function, "func", function)
            if inspect.isfunction(function):
                found |= said(inspect.signature(function).return_annotation)
    return found


def shown(pages, items):
    """Names that an example calls, and classes of what those give."""
    names = set().union(*(called(text) for text in pages))
    for name, item in items.items():
        if not isinstance(item, tuple):
            uses = called(item.__doc__ or "")
            names |= uses | ({name} if uses else set())
    while True:
        given = set().union(*(gives(items[name]) for name in names & set(items)))
        new = {name for name in given if inspect.isclass(items.get(name))} - names
        if not new:
            return names
        names |= new


def test_every_public_name_has_an_example():
    pages = [path.read_text(encoding="utf-8") for path in PAGES]
    assert sorted(set(PUBLIC) - shown(pages, PUBLIC) - FORMER) == []


def test_a_name_without_an_example_is_noticed():
    def plain() -> None:
        """No example."""

    class Result:
        """No example either."""

    def returns() -> Result:
        """One.

        >>> nash_equilibria(1)
        """

    items = {"plain": plain, "Result": Result, "returns": returns}
    assert "plain" not in shown([], items)
    assert "returns" in shown([], items)
    assert "Economy" in shown([">>> ng.Economy(1)"], {})
    assert "Economy" not in shown(["Economy(1) in words"], {})
