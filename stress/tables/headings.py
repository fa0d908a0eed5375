"""A heading of two rows, such as `Balance` over `Opening` and `Closing`, as one: `Balance Opening`, `Balance Closing`.

It is read as two rows only where the lower one alone does not name every column, nor the upper one, and both together
do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from stress.tables.dates import is_label
from stress.tables.numbers import looks_like_number

Spans = Mapping[int, int]
"""Of a row, the first column of each cell that is merged across columns and its last, from 0."""


class Unclear(ValueError):
    """Two rows that leave open what stands under what; the message says which column."""


def joined(
    upper: Sequence[str], lower: Sequence[str], below: Sequence[str], spans: Callable[[], Spans] = dict
) -> tuple[str, ...] | None:
    """The names of two rows together, None where they are no heading of two rows. Raises Unclear.

    `below`: the first row of values; `spans`: which cells of the upper row are merged, where that is known. Where none
    is, a blank goes on with the cell to its left, if the rest of the heading shows that.
    """
    width = max(len(upper), len(lower), len(below))
    above, under, value = ((*row, *[""] * (width - len(row))) for row in (upper, lower, below))
    text = [cell for cell in (*above, *under) if cell]
    if any(looks_like_number(cell) or is_label(cell) for cell in text):
        return None
    if _names_all(under, value) or _names_all(above, value) or not _has_group(above, under):
        return None
    merged = spans()
    group = _groups(above, under, merged)
    names = tuple(" ".join(part for part in pair if part) for pair in zip(group, under, strict=True))
    if not _names_all(names, value):
        return None
    if not merged:
        _certain(above, under, group)
    return names


def _names_all(names: Sequence[str], value: Sequence[str]) -> bool:
    """Whether every column that has a value has a name, and no two the same."""
    filled = [name for name in names if name]
    return len(set(filled)) == len(filled) and all(name for name, cell in zip(names, value, strict=True) if cell)


def _has_group(above: Sequence[str], under: Sequence[str]) -> bool:
    """Whether some cell of the upper row stands over two of the lower one."""
    return any(above[k] and under[k] and under[k + 1] and above[k + 1] in ("", above[k]) for k in range(len(above) - 1))


def _groups(above: Sequence[str], under: Sequence[str], merged: Spans) -> list[str]:
    """What of the upper row stands over each column."""
    groups, name, last = [], "", -1
    for k, (cell, sub) in enumerate(zip(above, under, strict=True)):
        if cell:
            name, last = cell, merged.get(k, k) if merged else len(above) if sub else k
        elif not sub and not merged:
            last = k - 1
        groups.append(name if k <= last and (cell or sub) else "")
    return groups


def _certain(above: Sequence[str], under: Sequence[str], group: Sequence[str]) -> None:
    """Raise Unclear where a column may as well stand by itself, as others that have their name in the lower row do."""
    ungrouped = [k for k, name in enumerate(group) if under[k] and not name]
    parts: dict[int, list[str]] = {}
    start = 0
    for k, name in enumerate(group):
        start = k if above[k] else start
        if name and under[k]:
            parts.setdefault(start, []).append(under[k])
    if ungrouped and len(set(map(tuple, parts.values()))) > 1:
        k = max(k for k, name in enumerate(group) if name and not above[k])
        name, other = under[k][:40], under[ungrouped[0]][:40]
        raise Unclear(
            f"the heading has two rows, which leave open whether {name!r} stands under {group[k][:40]!r} or by itself, "
            f"as {other!r} does: write one row, such as {f'{group[k][:40]} {name}'!r}"
        )
