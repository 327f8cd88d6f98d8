"""Small changes of numeric code, one at a time: comparison, operator, constant, boolean, bound."""

import ast
import copy
import hashlib
from dataclasses import dataclass

import numpy as np

PACKAGES = ("trade", "policy", "games", "equilibrium", "bargaining", "process", "estimation")
_COMPARISONS = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_OPERATORS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Pow: ast.Mult, ast.MatMult: ast.Add,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change: file and line, what stood there and what stands there now, and the whole text."""

    file: str
    line: int
    kind: str
    before: str
    after: str
    text: str

    @property
    def key(self):
        """What tells it from any other mutant of any version of the file."""
        return hashlib.sha256(f"{self.file}\n{self.text}".encode()).hexdigest()


def _numeric_nodes(tree):
    """Nodes of computations: no annotations, decorators, messages of errors or declarations."""
    found = []

    def visit(node):
        if isinstance(node, ast.Raise | ast.Import | ast.ImportFrom | ast.JoinedStr):
            return
        skipped = {"annotation", "returns", "decorator_list", "bases", "keywords"}
        if isinstance(node, ast.Call):
            skipped.discard("keywords")
        if isinstance(node, ast.AnnAssign) and node.value is None:
            return
        found.append(node)
        for name, value in ast.iter_fields(node):
            if name in skipped:
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    visit(child)

    visit(tree)
    return found


def _changes(node):
    """What one node can become: kinds and functions that change it in place."""
    if isinstance(node, ast.Compare):
        for k, operator in enumerate(node.ops):
            other = _COMPARISONS[type(operator)]
            yield "comparison", lambda n, k=k, other=other: n.ops.__setitem__(k, other())
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _OPERATORS:
        other = _OPERATORS[type(node.op)]
        yield "operator", lambda n: setattr(n, "op", other())
    elif isinstance(node, ast.BoolOp):
        other = ast.And if isinstance(node.op, ast.Or) else ast.Or
        yield "boolean", lambda n: setattr(n, "op", other())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "sign", lambda n: setattr(n, "op", ast.UAdd())
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "boolean", lambda n: setattr(n, "value", not n.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield "off by one", lambda n: setattr(n, "value", n.value + 1)
    elif isinstance(node, ast.Constant) and isinstance(node.value, float):
        yield "constant", lambda n: setattr(n, "value", n.value * 2 if n.value else 1.0)


def mutants_of(file, source):
    """Every mutant of a file, as functions that make it."""
    tree = ast.parse(source)
    sites = [
        (place, kind, change)
        for place, node in enumerate(_numeric_nodes(tree))
        for kind, change in _changes(node)
    ]

    def make(place, kind, change):
        other = copy.deepcopy(tree)
        node = _numeric_nodes(other)[place]
        before = ast.unparse(node)
        change(node)
        text = ast.unparse(ast.fix_missing_locations(other)) + "\n"
        return Mutant(file, node.lineno, kind, before, ast.unparse(node), text)

    return [lambda site=site: make(*site) for site in sites]


def draw_mutants(root, count, seed, packages=PACKAGES):
    """Mutants of the numeric packages, drawn with equal chances over all places."""
    makers = []
    for package in packages:
        for path in sorted((root / "negotiation" / package).rglob("*.py")):
            name = path.relative_to(root).as_posix()
            makers += mutants_of(name, path.read_text(encoding="utf-8"))
    chosen = np.random.default_rng(seed).permutation(len(makers))[:count]
    return [makers[k]() for k in chosen]
