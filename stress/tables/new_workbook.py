"""Excel workbooks that are written whole or not at all."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stress.atomic import write_atomically

TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""Text is written as text: no name of a file becomes a formula."""


@contextlib.contextmanager
def new_workbook(path: str | os.PathLike[str]) -> Iterator[Any]:
    """A workbook of xlsxwriter to fill, made in memory and written at the end. Raises OSError where it cannot be."""
    import xlsxwriter

    whole = io.BytesIO()
    with xlsxwriter.Workbook(whole, {**TEXT, "in_memory": True}) as book:
        yield book
    write_atomically(Path(path), whole.getvalue())
