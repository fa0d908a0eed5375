"""How large a formula can come out, whatever its quantities are: beyond that its arithmetic would overflow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from stress.inputs.deal.formula_text import LARGEST, FormulaError, Node

MOST = 1e100
"""No amount, share or count is as large; a product of two such values is still a number."""


class Size(NamedTuple):
    """The magnitudes that a part of a formula can have where it is not 0."""

    least: float
    most: float


ANY = Size(1.0 / LARGEST, LARGEST)
"""Of a quantity of the deal."""


def size(tree: Node, own: Mapping[str, Node | tuple[tuple[int, float], ...]]) -> Size:
    """Magnitudes of a tree, own quantities written out. FormulaError where a part may come to more than MOST."""
    if tree.does == "number":
        return Size(tree.value, tree.value)
    if tree.does == "name":
        given = own.get(tree.name) if not tree.of else None
        return size(given, own) if isinstance(given, Node) else ANY
    parts = [size(part, own) for part in tree.parts]
    magnitudes = Size(min(part.least for part in parts), max(part.most for part in parts))
    if tree.does in ("+", "-"):
        magnitudes = Size(magnitudes.least, sum(part.most for part in parts))
    elif tree.does == "*":
        magnitudes = Size(parts[0].least * parts[1].least, parts[0].most * parts[1].most)
    elif tree.does == "/":
        magnitudes = Size(parts[0].least / (parts[1].most or 1.0), parts[0].most / (parts[1].least or ANY.least))
    if magnitudes.most > MOST:
        raise FormulaError(tree.at, f"{tree.does!r} may come to more than {MOST:g}, which stands for nothing")
    return magnitudes
