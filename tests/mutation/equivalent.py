"""Mutants that cannot change any result: a rule that proves it, and those judged one by one, each with its reason."""

from __future__ import annotations

import ast
from pathlib import Path

from mutation.sites import Apply, Site
from stress.kernels import codes, layout, tables

CONSTANTS = {
    name: value for part in (layout, tables, codes) for name, value in vars(part).items() if isinstance(value, int)
}
"""Rows and places that the kernels name; several are 0."""
JUDGED: dict[tuple[str, str, str], str] = {
    (
        "stress.measures.fans",
        "flat = count.reshape(-1, count.shape[-1]).astype(np.float64)",
        "1 -> 2",
    ): "NumPy takes any negative length for the one that it is to find",
}
"""(module, line without indent, change) -> why nothing can come of it."""


class Seen(Apply):
    """Finds the node of a site and leaves it as it is."""

    node: ast.AST = ast.Pass()

    def _changed(self, node: ast.AST) -> ast.AST:
        self.node = node
        return node


def reason(site: Site, path: Path) -> str:
    """Why no result can differ; empty where one may."""
    source = path.read_text(encoding="utf-8")
    known = JUDGED.get((site.module, source.splitlines()[site.line - 1].strip(), site.change))
    if known is not None:
        return known
    seen = Seen(site)
    seen.visit(ast.parse(source))
    if not isinstance(seen.node, ast.BinOp) or not isinstance(seen.node.op, ast.Add | ast.Sub):
        return ""
    added = seen.node.right
    return f"{ast.unparse(added)} is 0" if value(added) == 0 else ""


def value(node: ast.AST) -> int | None:
    """What an expression of constants comes to; a product with 0 is 0 whatever the other side."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    if isinstance(node, ast.Name):
        return CONSTANTS.get(node.id)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        sides = (value(node.left), value(node.right))
        return 0 if 0 in sides else None if None in sides else sides[0] * sides[1]
    return None
