"""Tables written for a test: as text, and as a sheet with merged cells."""

import csv
from collections.abc import Sequence
from pathlib import Path

import openpyxl


def text(folder: Path, rows: Sequence[Sequence[object]]) -> Path:
    with open(folder / "table.csv", "w", newline="") as file:
        csv.writer(file).writerows(rows)
    return folder / "table.csv"


def sheet(folder: Path, rows: Sequence[Sequence[object]], *merged: str) -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append([None if cell == "" else cell for cell in row])
    for cells in merged:
        book.active.merge_cells(cells)
    book.save(folder / "table.xlsx")
    return folder / "table.xlsx"
