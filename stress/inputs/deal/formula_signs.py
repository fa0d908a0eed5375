"""Differences of numbers in a formula that come to less than 0: `1 - 15` where 15% was meant."""

from __future__ import annotations

import operator
from collections.abc import Iterator

from stress.inputs.deal.formula_text import Node

_DOES = {"+": operator.add, "-": operator.sub, "*": operator.mul}


def below_zero(tree: Node) -> Iterator[str]:
    """What is to be said of each `a - b` below 0 that is written in numbers alone; `-b` and `0 - b` are
    no difference.

    >>> from stress.inputs.deal.formula_text import parse
    >>> list(below_zero(parse("pool * (1 - 15)")))
    ['1 - 15 is -14; if 15% is meant, write 1 - 0.15']
    """
    if tree.does == "-" and tree.parts[0].at != tree.at:
        a, b = map(_number, tree.parts)
        if a is not None and b is not None and 0.0 < a < b:
            meant = f"; if {b:g}% is meant, write 1 - {b / 100.0:.10g}" if a == 1.0 and b <= 100.0 else ""
            yield f"{a:g} - {b:g} is {a - b:g}{meant}"
    for part in tree.parts:
        yield from below_zero(part)


def _number(tree: Node) -> float | None:
    """What numbers alone come to."""
    if tree.does == "number":
        return tree.value
    parts = [_number(part) for part in tree.parts]
    if tree.does not in _DOES or len(parts) != 2 or parts[0] is None or parts[1] is None:
        return None
    return float(_DOES[tree.does](parts[0], parts[1]))
