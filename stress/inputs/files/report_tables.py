"""The table inside a report's file: its heading and a row a period."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from stress.tables.cells import Cells, read_cells
from stress.tables.dates import is_label
from stress.tables.framed import is_remark
from stress.tables.upright import upright

TOP = 20
"""Rows in which the heading stands."""


def report_table(file: Path, known: Callable[[str], bool]) -> Cells:
    """A file from the row on that has the most known headings, without the remarks below its last row. DataError."""
    cells = upright(read_cells(file))
    headings = [sum(map(known, row.cell)) for row in cells.row[:TOP]]
    head = headings.index(max(headings))
    rows = list(cells.row[head:])
    while len(rows) > 1 and is_remark(rows[-1]) and not any(map(is_label, rows[-1].cell)):
        rows.pop()
    left = [str(row.number) for row in (*cells.row[:head], *cells.row[head + len(rows) :])]
    note = [f"left out as no rows of the table: {cells.unit}{'s' * (len(left) > 1)} {', '.join(left)}"] if left else []
    return cells._replace(row=tuple(rows), note=(*cells.note, *note))
