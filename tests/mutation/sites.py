"""Where a source can be changed, and the change: one operator, constant, condition or statement at a time."""

import ast
import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

COMPARE = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
ARITHMETIC = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}


class Site(NamedTuple):
    """One change of one node."""

    module: str
    home: str
    """The function or class it is in, with a digest of its text: what a verdict stays true for, as far as it can."""
    line: int
    column: int
    node: str
    """Name of the node's class: with line and column it finds the node."""
    change: str
    """In words."""
    nth: int = 0
    """Of those that begin at the same place."""
    start: int = 1
    """Line at which the home begins."""

    def __str__(self) -> str:
        more = f" ({self.nth + 1})" if self.nth else ""
        return f"{self.module}.{self.home}+{self.line - self.start}:{self.column} {self.change}{more}"


def sites(module: str, source: str) -> Iterator[Site]:
    """Every change of a source, in the order of the file. Docstrings, annotations and decorators are left alone."""
    lines = source.splitlines()
    seen: Counter[Site] = Counter()
    for top in ast.parse(source).body:
        text = "\n".join(lines[top.lineno - 1 : top.end_lineno])
        home = f"{getattr(top, 'name', 'module')}@{hashlib.sha256(text.encode()).hexdigest()[:8]}"
        for node in _body(top):
            for change in changes(node):
                place = (node.lineno, node.col_offset, type(node).__name__)  # type: ignore[attr-defined]
                site = Site(module, home, *place, change, start=top.lineno)
                yield site._replace(nth=seen[site])
                seen[site] += 1


def _body(top: ast.AST) -> Iterator[ast.AST]:
    """Nodes within a function or a class, or the constant of the module."""
    if isinstance(top, ast.FunctionDef | ast.ClassDef):
        for inner in top.body:
            yield from _within(inner)
    elif isinstance(top, ast.Assign) and isinstance(top.value, ast.Constant):
        yield top.value


def _within(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.FunctionDef):
        for inner in node.body:
            yield from _within(inner)
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    yield node
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, ast.JoinedStr | ast.Raise):
                yield from _within(child)


def changes(node: ast.AST) -> Iterator[str]:
    """The changes of one node."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in COMPARE:
        yield f"{_name(node.ops[0])} -> {COMPARE[type(node.ops[0])].__name__}"
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in ARITHMETIC:
        yield f"{_name(node.op)} -> {ARITHMETIC[type(node.op)].__name__}"
    elif isinstance(node, ast.BoolOp):
        yield f"{_name(node.op)} -> {'Or' if isinstance(node.op, ast.And) else 'And'}"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
        yield f"drop {_name(node.op)}"
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield f"{node.value} -> {not node.value}"
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield f"{node.value!r} -> {node.value + 1!r}"
    elif isinstance(node, ast.If | ast.IfExp):
        yield "turn the condition"
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield "drop the call"
    elif isinstance(node, ast.Call) and _name(node.func) == "where_less" and len(node.args) == 4:
        yield "swap the branches of where_less"
    elif isinstance(node, ast.Break | ast.Continue):
        yield "drop the jump"


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else type(node).__name__


class Apply(ast.NodeTransformer):
    """Makes the change of a site."""

    def __init__(self, site: Site) -> None:
        self.site, self.done, self.before = site, False, site.nth

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Changes the node of the site, visits the others."""
        here = (getattr(node, "lineno", 0), getattr(node, "col_offset", -1), type(node).__name__)
        if not self.done and here == self.site[2:5] and self.site.change in changes(node):
            if self.before == 0:
                self.done = True
                return ast.copy_location(self._changed(node), node)
            self.before -= 1
        return super().generic_visit(node)

    def _changed(self, node: ast.AST) -> ast.AST:
        if isinstance(node, ast.Compare):
            node.ops = [COMPARE[type(node.ops[0])]()]
        elif isinstance(node, ast.BinOp | ast.AugAssign):
            node.op = ARITHMETIC[type(node.op)]()
        elif isinstance(node, ast.BoolOp):
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        elif isinstance(node, ast.UnaryOp):
            return node.operand
        elif isinstance(node, ast.Constant):
            return ast.Constant(not node.value if isinstance(node.value, bool) else node.value + 1)  # type: ignore[operator]
        elif isinstance(node, ast.If | ast.IfExp):
            node.test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
        elif isinstance(node, ast.Call):
            node.args[2], node.args[3] = node.args[3], node.args[2]
        else:
            return ast.Pass()
        return node


def mutated(source: str, site: Site) -> ast.Module:
    """The source with the change of a site, as a tree that compiles."""
    change = Apply(site)
    tree = change.visit(ast.parse(source))
    assert change.done, site
    return ast.fix_missing_locations(tree)
