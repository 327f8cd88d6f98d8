"""Which examples reach a changed line: by the lines that run, and for kernels by who calls them."""

import ast
from functools import cache
from pathlib import Path


def places(source, line):
    """Lines of the statement that a line belongs to; for the head of a function, of its body."""
    best = None
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.stmt) or not node.lineno <= line <= node.end_lineno:
            continue
        if best is None or node.end_lineno - node.lineno <= best.end_lineno - best.lineno:
            best = node
    body = getattr(best, "body", None)
    if body is None:
        return range(best.lineno, best.end_lineno + 1)
    if isinstance(best, ast.FunctionDef):
        return range(body[0].lineno, best.end_lineno + 1)
    return range(best.lineno, body[0].lineno)


def _imported(source):
    """Names that a file imports, each with the module it may be."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def module_of(file):
    """Name of the module in a file of the tree."""
    return Path(file).with_suffix("").as_posix().replace("/", ".")


@cache
def _graph(tree):
    """What each file imports, and which files have kernels; no mutant changes either."""
    sources = {
        path.relative_to(tree).as_posix(): path.read_text(encoding="utf-8")
        for path in (tree / "negotiation").rglob("*.py")
    }
    imported = {name: _imported(source) for name, source in sources.items()}
    return imported, {name for name, source in sources.items() if "njit" in source}


def kernels_and_callers(tree, file):
    """Files of kernels into which those of a file are compiled, and files that call any of them."""
    imported, compiled = _graph(tree)
    kernels, waiting = set(), [file]
    while waiting:
        here = waiting.pop()
        kernels.add(here)
        users = {name for name, found in imported.items() if module_of(here) in found}
        waiting += (users - kernels) & compiled
    modules = {module_of(name) for name in kernels}
    return kernels, {name for name, found in imported.items() if found & modules} - kernels
