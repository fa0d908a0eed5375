"""Sheets of input files as a workbook."""

from __future__ import annotations

import datetime
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stress.inputs.sheets.laid_out import HEAD, Sheet
from stress.tables.new_workbook import new_workbook

MADE = datetime.datetime(1980, 1, 1, tzinfo=datetime.UTC)
"""In every workbook, so that the same inputs give the same bytes."""
WIDTHS = (30, 44, 12, 34, 100)
"""Of the columns of a sheet of keys."""


def write(path: str | os.PathLike[str], sheets: Sequence[Sheet]) -> Path:
    """Write the workbook whole or not at all. Raises OSError."""
    with new_workbook(path) as book:
        book.set_properties({"created": MADE})
        bold = book.add_format({"bold": True, "bottom": 1, "valign": "top"})
        date = book.add_format({"num_format": "yyyy-mm-dd", "align": "left", "valign": "top"})
        plain = book.add_format({"align": "left", "valign": "top", "text_wrap": True})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            for k, (head, meaning) in enumerate(zip(sheet.head, sheet.meaning, strict=True)):
                page.write_string(0, k, head, bold)
                if meaning:
                    page.write_comment(0, k, meaning, {"x_scale": 2.5})
                page.set_column(k, k, WIDTHS[k] if sheet.head == HEAD else max(14, min(40, len(head) + 3)))
            for n, row in enumerate(sheet.rows, 1):
                for k, cell in enumerate(row):
                    _put(page, n, k, cell, date, plain)
            page.freeze_panes(1, 1)
    return Path(path)


def _put(page: Any, row: int, column: int, cell: Any, date: Any, plain: Any) -> None:
    if isinstance(cell, bool):
        page.write_boolean(row, column, cell, plain)
    elif isinstance(cell, (int, float)):
        page.write_number(row, column, cell, plain)
    elif isinstance(cell, datetime.date):
        page.write_datetime(row, column, datetime.datetime.combine(cell, datetime.time()), date)
    elif cell is not None and cell != "":
        page.write_string(row, column, cell, plain)
