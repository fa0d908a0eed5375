"""A table with periods across as one with periods down, for readers that want a row a period."""

from __future__ import annotations

from stress.tables.cells import Cells, Row
from stress.tables.dates import is_label, some_period
from stress.tables.framed import across, framed, has_number
from stress.tables.numbers import looks_like_number


def upright(cells: Cells) -> Cells:
    """The table with a row a period, named by the cells before the first of them; as it is where periods run down."""
    head = across(cells)
    if head is None or any(_is_date(cell) for row in cells.row[head + 1 :] for cell in row.cell):
        return cells
    below = [n for n in range(head + 1, len(cells.row)) if has_number(cells.row[n].cell[1:])]
    if not below:
        return cells
    frame = framed(cells, head + 1, below[-1], head, ())
    date = [k for k, cell in enumerate(frame.head) if some_period(cell) is not None]
    names = [", ".join(cell for cell in row.cell[: date[0]] if cell) for row in frame.body]
    left = ", ".join(name for k, name in enumerate(frame.head) if name and k > date[0] and k not in date)
    note = (*frame.note, "periods stand across: a column is read as a row")
    note = (*note, f"columns that are no period are left out: {left}") if left else note
    number = cells.row[head].number
    rows = [Row(number, (frame.head[k], *frame.column(k))) for k in date]
    return cells._replace(row=(Row(number, ("Period", *names)), *rows), note=note)


def _is_date(cell: str) -> bool:
    """Whether a cell is a period and no figure."""
    return is_label(cell) and not looks_like_number(cell)
