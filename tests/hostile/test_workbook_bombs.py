"""Workbooks made to harm: what they unpack to is counted before it is parsed, and refused by one message."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from handed import Capture, Patch
from mutants.spent import spent

from stress.cli import exit_code
from stress.errors import DataError, LimitError
from stress.tables import source, workbook
from stress.tables.parts import MAX_MEMBERS, MAX_SHEETS, check_parts

SHEET, STYLES, BOOK, TYPES = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml", "[Content_Types].xml"
TEXTS = "xl/sharedStrings.xml"
HEADING = ("level", "term", "remaining", "days_past_due", "balance", "monthly_fee")
ROW = '<row r="9"><c r="A9"><v>1</v></c></row>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "' + "ha" * 1000 + '">' + "".join(
    f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)  # fmt: skip


def into_rows(more: str) -> Callable[[str], str]:
    """Put XML after the last row of the sheet."""
    return lambda text: text.replace("</sheetData>", more + "</sheetData>")


def declared(text: str) -> Callable[[str], str]:
    return lambda xml: f"{text}]>{xml}"


def many(tag: str, count: int) -> Callable[[str], str]:
    """Put tags before the end of a part."""
    return lambda text: re.sub(r"</(\w+)>\s*$", lambda end: f"<{tag}/>" * count + end[0], text)


BOMBS: dict[str, tuple[str, Callable[[str], str | bytes], str]] = {
    "a cell of a megabyte": (SHEET, into_rows(f"<row><c><v>{'x' * 1_100_000}</v></c></row>"), "one place"),
    "a row of a million cells": (SHEET, into_rows(f"<row>{'<c/>' * 1_200_000}</row>"), "one place"),
    "cells within cells": (SHEET, into_rows(f"<row>{'<c>' * 1_500_000}{'</c>' * 1_500_000}</row>"), "one place"),
    "rows that are a comment": (SHEET, into_rows(f"<!--{ROW * 120_000}-->"), "one place"),
    "two hundred thousand styles": (STYLES, many("xf", 200_000), "one place"),
    "two hundred thousand kinds": (TYPES, many("Default", 200_000), "one place"),
    "a thousand sheets of one part": (BOOK, many('sheet name="a" r:id="rId1"', MAX_SHEETS + 1), "1,000 sheets"),
    "a billion laughs": (SHEET, declared(LAUGHS), "DOCTYPE"),
    "a billion laughs in the texts": (TEXTS, declared(LAUGHS), "DOCTYPE"),
    "a file beside the workbook": (SHEET, declared('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">'), "DOCTYPE"),
    "a declaration where pieces meet": (STYLES, lambda xml: f"{'<a/>':<{2**18 - 4}}<!DOCTYPE x>{xml}", "DOCTYPE"),
    "a part in UTF-16": (SHEET, lambda xml: xml.encode("utf-16"), "UTF-8"),
    "a row beyond all rows": (SHEET, into_rows(ROW.replace('"9"', f'"{10**12}"')), "beyond row 1,048,576"),
}  # fmt: skip


def tape(path: Path, changes: dict[str, Callable[[str], str | bytes]], more: int = 0) -> Path:
    """A good tape in which parts are changed, with empty members beside them."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADING, ("L1", 3, 2, 0, 100, 0.01), ("L1", 3, 2, 5, 10, 0.01), ("L1", 3, 2, 35, 10, 0.01)):
        sheet.append(row)
    good = path.with_name("good.xlsx")
    book.save(good)
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name).decode()
            new.writestr(name, changes[name](text) if name in changes else text)
        for name in changes.keys() - set(old.namelist()):
            new.writestr(name, changes[name]("<sst/>"))
        for k in range(more):
            new.writestr(f"m{k}", "")
    good.unlink()
    return path


@pytest.mark.parametrize("name", BOMBS)
def test_a_workbook_that_bursts_is_refused_by_one_message(name: str, tmp_path: Path, capsys: Capture) -> None:
    part, change, words = BOMBS[name]
    path = tape(tmp_path / "tape.xlsx", {part: change})
    assert exit_code(["pool", str(path)]) in (3, 5)
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert err.startswith(f"stress: {path}: ")
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == [path]


def test_a_good_workbook_is_read_through_and_kept_as_it_is(tmp_path: Path) -> None:
    check_parts(tape(tmp_path / "tape.xlsx", {}))


def test_empty_rows_below_the_last_loan_are_none(tmp_path: Path, capsys: Capture) -> None:
    """A sheet that was formatted to its last row holds the same loans."""
    far = into_rows('<row r="1048576"/>')
    for folder, changes in (("a", {}), ("b", {SHEET: far})):
        (tmp_path / folder).mkdir()
        path = tape(tmp_path / folder / "tape.xlsx", changes)
        assert exit_code(["pool", str(path), "--quiet", "-o", str(path.with_suffix(".toml"))]) == 0
    assert not capsys.readouterr().err
    assert (tmp_path / "a/tape.toml").read_text() == (tmp_path / "b/tape.toml").read_text()


def test_a_workbook_of_too_many_files_is_refused_before_they_are_listed(tmp_path: Path, monkeypatch: Patch) -> None:
    path = tape(tmp_path / "tape.xlsx", {}, more=MAX_MEMBERS)
    with pytest.raises(LimitError, match="more files than a workbook may have"):
        check_parts(path)
    monkeypatch.setattr(source, "MAX_LIST", 100_000)
    with pytest.raises(LimitError, match="lists more files"):
        source.is_workbook(path)


def test_what_a_workbook_unpacks_to_is_counted_not_what_it_says(tmp_path: Path) -> None:
    path = tape(tmp_path / "tape.xlsx", {SHEET: into_rows(ROW * 10_000)})
    with pytest.raises(LimitError, match=r"larger than 0\.25 MB once unpacked"):
        check_parts(path, most=1 << 18)
    data = path.read_bytes()
    size = zipfile.ZipFile(path).getinfo(SHEET).file_size
    path.write_bytes(data.replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little")))
    with pytest.raises(DataError, match="damaged"):
        check_parts(path)


def test_cells_that_begin_far_to_the_right_are_counted(tmp_path: Path, monkeypatch: Patch) -> None:
    wide = "".join(f'<row r="{r}"><c r="XFD{r}"><v>1</v></c></row>' for r in range(5, 40))
    path = tape(tmp_path / "tape.xlsx", {SHEET: into_rows(wide)})
    monkeypatch.setattr(workbook, "_CELL", 1024)
    _, rows = next(sheets := workbook.sheets(path))
    with pytest.raises(LimitError, match=r"row 3\d: too many cells, mostly empty ones"):
        list(rows)
    sheets.close()


@pytest.mark.slow
@pytest.mark.parametrize("megabytes", [400])
def test_a_workbook_of_a_cell_of_400_megabytes_costs_a_second_and_300_mb(tmp_path: Path, megabytes: int) -> None:
    path = tape(tmp_path / "tape.xlsx", {SHEET: into_rows(f"<row><c><v>{'x' * megabytes * 1_000_000}</v></c></row>")})
    cost = spent("pool", str(path))
    assert cost.code == 5
    assert cost.megabytes < 300
    assert cost.seconds < 2.0
