"""Tables in workbooks and archives."""

import bz2
import gzip
import io
import lzma
import math
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from printed_tables import QUARTER, TRUTH, iso, rows, table, written

from stress.errors import DataError, LimitError
from stress.inputs.table import read_table
from stress.tables.periods import Period


def test_a_sheet_of_a_workbook_is_read_as_it_shows(tmp_path):
    excel = pytest.importorskip("openpyxl")
    import datetime

    book = excel.Workbook()
    sheet = book.active
    sheet.append(["Scenario of the bank"])
    sheet.append(["Date", "rate", "share"])
    for (y, q), u in zip(QUARTER, TRUTH, strict=True):
        sheet.append([datetime.date.fromisoformat(iso(y, q)), u, u / 100.0])
        sheet.cell(sheet.max_row, 3).number_format = "0.0%"
    book.create_sheet("empty")
    book.save(tmp_path / "one.xlsx")
    got = read_table(tmp_path / "one.xlsx")
    assert (got.start, got.column("rate"), got.column("share")) == (Period(2023, 1, 4), TRUTH, TRUTH)
    book["empty"].append(["a", 1])
    book.save(tmp_path / "two.xlsx")
    with pytest.raises(
        DataError, match=r"2 sheets with cells: 'Sheet', 'empty'; say which, such as '.*two.xlsx#Sheet'"
    ):
        read_table(tmp_path / "two.xlsx")
    assert read_table(tmp_path / "two.xlsx#Sheet").column("rate") == TRUTH
    with pytest.raises(DataError, match=r"two.xlsx: has no sheet 'Shet': it has 'Sheet', 'empty'; did you mean"):
        read_table(tmp_path / "two.xlsx#Shet")
    with pytest.raises(DataError, match="no such file"):
        read_table(tmp_path / "none.xlsx#Sheet")


def test_blank_rows_and_cells_beside_a_table_of_a_workbook_are_none_of_it(tmp_path, monkeypatch):
    excel = pytest.importorskip("openpyxl")
    book = excel.Workbook()
    with pytest.raises(DataError, match="has no sheet with cells"):
        read_table(saved(book, tmp_path))
    sheet = book.active
    for row in (["Date", "rate", "final"], ["2025 Q1", 0.5, True], [], ["2025 Q2", 0.25, False], ["2025 Q3", 1.0]):
        sheet.append(row)
    for row in (1, 2, 7):
        sheet.cell(row, 5).number_format = "0.0%"
    got = read_table(saved(book, tmp_path))
    assert got.column("rate") == (0.5, 0.25, 1.0)
    assert "columns of text are left out: final" in got.note
    sheet["C2"] = 7
    with pytest.raises(DataError, match="row 4, column 'final': 'false': must be a finite number"):
        read_table(saved(book, tmp_path))
    sheet.cell(2, 600).value = 1
    with pytest.raises(DataError, match="sheet 'Sheet': row 2: more than 500 columns"):
        read_table(saved(book, tmp_path))
    monkeypatch.setattr("stress.tables.cells.MAX_ROWS", 3)
    sheet.cell(2, 600).value = None
    with pytest.raises(DataError, match="sheet 'Sheet': has more than 3 rows, the most a table may have"):
        read_table(saved(book, tmp_path))


def saved(book, folder):
    book.save(folder / "table.xlsx")
    return folder / "table.xlsx"


def packed(name: str, raw: bytes) -> bytes:
    if name == "zip":
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("table.csv", raw)
        return stream.getvalue()
    return {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}[name](raw)


@pytest.mark.parametrize("name", ["gz", "bz2", "xz", "zip"])
def test_a_packed_table_is_bounded_by_what_is_unpacked(tmp_path, name):
    assert read_table(written(tmp_path, packed(name, table("Date,rate", rows()).encode()))).column("rate") == TRUTH
    bomb = written(tmp_path, packed(name, b"Date,rate\n" + b"0" * 50_000_000))
    assert bomb.stat().st_size < 100_000
    with pytest.raises(LimitError, match="larger than 4 MB once unpacked"):
        read_table(bomb)


def test_an_archive_of_several_files_is_unpacked_by_its_reader(tmp_path):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in ("a.csv", "b.csv"):
            archive.writestr(name, "Date,x\n2025 Q1,1\n")
    with pytest.raises(DataError, match="holds 2 files; one table is needed: unpack it and name one"):
        read_table(written(tmp_path, stream.getvalue()))


def _with_formula(folder: Path, cell: bytes) -> Path:
    """A workbook whose cell C3 is as given."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["Date", "x", "y"], ["2019-01", 1, 2], ["2019-02", 3, 4]):
        book.active.append(row)
    book.save(folder / "plain.xlsx")
    with zipfile.ZipFile(folder / "plain.xlsx") as old, zipfile.ZipFile(folder / "table.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(name, re.sub(rb'<c r="C3".*?</c>', cell, old.read(name)))
    return folder / "table.xlsx"


def test_a_formula_that_was_never_calculated_is_no_empty_cell(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="sheet 'Sheet', cell C3: a formula that was never calculated"):
        read_table(_with_formula(tmp_path, b'<c r="C3"><f>B3*2</f><v/></c>'))
    assert read_table(_with_formula(tmp_path, b'<c r="C3"><f>B3*2</f><v>6</v></c>')).value[1] == (3.0, 6.0)
    assert math.isnan(read_table(_with_formula(tmp_path, b'<c r="C3"/>')).value[1][1])
    empty = read_table(_with_formula(tmp_path, b'<c r="C3" t="str"><f>IF(B3,"","")</f><v></v></c>'))
    assert math.isnan(empty.value[1][1])
