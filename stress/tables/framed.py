"""The table inside a published file: its heading, its rows, and what stands before, between and after them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from stress.errors import DataError
from stress.tables.ages import are_ages
from stress.tables.cells import Cells, Row
from stress.tables.dates import FISCAL, counted, is_fiscal, is_label, some_period
from stress.tables.numbers import is_missing, looks_like_number
from stress.tables.periods import ALLOWED, parse_period

DATES = ("date", "observation date", "time period", "time", "period", "quarter", "month", "year", "year quarter",
         "日期", "时间", "月份", "季度", "年份", "年度")  # fmt: skip
"""What a column of periods is called, in small letters with blanks for underscores."""
WITHIN = {"quarter": "Q", "qtr": "Q", "q": "Q", "季度": "Q", "month": "-", "mon": "-", "月份": "-", "月": "-"}
"""What a second column is called whose numbers count within the year of the first."""
TOTALS = frozenset((
    "total", "totals", "grand total", "subtotal", "sub-total", "sum", "all", "overall", "average", "mean", "median",
    "weighted average", "simple average", "wtd avg", "avg", "合计", "总计", "小计", "汇总", "平均", "加权平均",
))  # fmt: skip
"""What a row or a column that adds up or averages others is called."""
TOP = 20
"""Rows in which a heading stands."""
UNITS = frozenset((
    "%", "(%)", "（%）", "‰", "percent", "pct", "bp", "bps", "usd", "eur", "gbp", "cny", "rmb", "jpy", "元",
    "千元", "万元", "百万元", "亿元", "人民币", "笔", "户", "个", "天", "月", "个月",
))  # fmt: skip
"""What a row below the names holds that says in which unit their columns are."""
_WORDS = re.compile(r"[^\W\d_]{3,}|[\u4e00-\u9fff]{2,}")
"""What a remark has: three letters in a row, or two Chinese signs."""
YEARS = ("year", "yr", "年", "年份", "年度")


class Frame(NamedTuple):
    """A heading and the rows below it, all with its number of cells."""

    cells: Cells
    head: tuple[str, ...]
    """Empty names filled from the lines above, where these have one."""
    body: tuple[Row, ...]
    note: tuple[str, ...]
    """What was left out, in words."""

    def column(self, k: int) -> tuple[str, ...]:
        """All cells of column k."""
        return tuple(row.cell[k] for row in self.body)

    def place(self, row: int, column: int) -> str:
        """File, line and column of a cell of the body, for messages."""
        return self.cells.place(self.body[row], self.head[column] or str(column + 1))


def word(heading: str) -> str:
    """A heading as it is compared: small letters, blanks for underscores."""
    return " ".join(heading.lower().replace("_", " ").split())


def is_total(name: str) -> bool:
    """Whether a row or a column adds up or averages others, by its name."""
    return word(name).rstrip(":：") in TOTALS


def continued(cells: Cells, body: Sequence[Row], k: int, name: str) -> list[Row]:
    """Rows whose blank cells of a column go on with the one above, as where cells are merged. DataError for the first.

    Of a column that tells rows apart: in each of them it holds something.
    """
    rows, last = [], ""
    for row in body:
        last = row.cell[k] or last
        if not last:
            raise DataError(f"{cells.place(row, name)}: is empty, and nothing stands above it")
        rows.append(Row(row.number, (*row.cell[:k], last, *row.cell[k + 1 :])))
    return rows


def across(cells: Cells) -> int | None:
    """The row that is a heading of periods (years across); None where periods run down."""
    for k, row in enumerate(cells.row):
        periods = [some_period(cell) for cell in row.cell]
        frequencies = [period.per_year for period in periods if period is not None]
        if len(frequencies) < 2 or len(set(frequencies)) > 1:
            continue
        if not any(p is None and looks_like_number(cell) for p, cell in zip(periods, row.cell, strict=True)):
            above = cells.row[k - 1].cell if k else ()
            named = len(above) == len(row.cell) and any(word(cell) in DATES for cell in above)
            return None if named or some_period(row.cell[0]) is not None else k
    return None


def from_heading(cells: Cells, known: Callable[[str], bool]) -> Cells:
    """The table from the row on that has the most known names, without the remarks below its last row."""
    names = [sum(map(known, row.cell)) for row in cells.row[:-1][:TOP]]
    head, rows = names.index(max(names)), list(cells.row)
    while len(rows) > head + 2 and is_remark(rows[-1]) and not any(map(is_label, rows[-1].cell)):
        rows.pop()
    left = [str(row.number) for row in (*cells.row[:head], *cells.row[len(rows) :])]
    note = [f"left out as no rows of the table: {cells.unit}{'s' * (len(left) > 1)} {', '.join(left)}"] if left else []
    return cells._replace(row=tuple(rows[head:]), note=(*cells.note, *note))


def date_columns(cells: Cells) -> tuple[int, ...]:
    """The column of periods, or the two of year and quarter (or month). DataError where there is none."""
    words = [[word(cell) for cell in row.cell] for row in cells.row]
    for names in words:
        year = next((names.index(name) for name in YEARS if name in names), None)
        inside = next((k for k, name in enumerate(names) if name in WITHIN), None)
        if year is not None and inside is not None:
            return (year, inside)
    width = max(len(row.cell) for row in cells.row)
    count = [sum(len(row.cell) > k and is_label(row.cell[k]) for row in cells.row) for k in range(width)]
    named = [k for names in words for k, name in enumerate(names) if name in DATES and count[k]]
    if named:
        return (max(named, key=lambda k: (count[k], -k)),)
    if not max(count):
        fiscal = ((row, cell, FISCAL) for row in cells.row for cell in row.cell if is_fiscal(cell))
        called = next(
            ((n, k) for n, names in enumerate(words[:-1]) for k, name in enumerate(names) if name in DATES), (0, 0)
        )
        below = cells.row[called[0] + 1]
        first = below.cell[called[1]] if len(below.cell) > called[1] else ""
        none = f"there is no column of periods: each row must begin with {ALLOWED}{counted(first)}"
        row, cell, said = next(fiscal, (below, first, none))
        raise DataError(f"{cells.place(row)}: {cell[:40]!r}: {said}")
    return (count.index(max(count)),)


def with_years(cells: Cells, date: Sequence[int]) -> Cells:
    """The cells; of a year and a month (or quarter) in two columns an empty year is the one above, as where merged."""
    if len(date) < 2:
        return cells
    rows, last, note = [], "", cells.note
    for row in cells.row:
        if len(row.cell) > max(date) and row.cell[date[1]]:
            if last and not row.cell[date[0]]:
                row = Row(row.number, (*row.cell[: date[0]], last, *row.cell[date[0] + 1 :]))
                note = (*cells.note, "an empty year goes on with the one above it")
            last = row.cell[date[0]] if parse_period(row.cell[date[0]]) else ""
        rows.append(row)
    return cells._replace(row=tuple(rows), note=note)


def labels_of(frame: Frame, date: Sequence[int]) -> list[str]:
    """The label of each row; of a year and a quarter (or month) in two columns, one."""
    if len(date) == 1:
        return list(frame.column(date[0]))
    name = frame.head[date[1]]
    if word(name) not in WITHIN:
        raise DataError(f"{frame.cells.file}: column {name!r} stands where a heading above has the months of each year")
    letter = WITHIN[word(name)]
    inside = [cell.upper().lstrip("Q") if letter == "Q" else cell for cell in frame.column(date[1])]
    joint = [" " if part[:1].isalpha() else letter for part in inside]
    return [f"{year}{by}{part}" for year, by, part in zip(frame.column(date[0]), joint, inside, strict=True)]


def framed(cells: Cells, first: int, last: int, head: int, date: Sequence[int]) -> Frame:
    """Rows first..last under the heading, checked to be as wide; what stands around them is left out and noted.

    DataError where something in between or after is neither blank nor plainly a remark: it names the lines.
    """
    body = list(cells.row[first : last + 1])
    width = len(cells.row[head].cell)
    body = [as_wide(cells, row, width) for row in body]
    names = _names(cells, head, width, date)
    after = cells.row[last + 1 :]
    for row in after:
        if not is_remark(row):
            raise second(cells, row, after[-1].number)
    for row in cells.row[head + 1 : first]:
        if has_number(row.cell) or row.cell[0][:1].isdecimal() or (cells.separator and len(row.cell) != width):
            raise second(cells, row, row.number)
    note = list(cells.note)
    around = [*cells.row[:head], *cells.row[head + 1 : first], *after]
    if around:
        lines = ", ".join(str(row.number) for row in around[:8]) + (", ..." if len(around) > 8 else "")
        note.append(f"left out as no rows of the table: {cells.unit}{'s' * (len(around) > 1)} {lines}")
    return Frame(cells, names, tuple(body), tuple(note))


def rows_of_periods(cells: Cells, date: Sequence[int]) -> tuple[int, int, int]:
    """(first row, last row, heading) of a table whose periods run down. DataError where a row between is none."""
    k = date[0]
    dated = [n for n, row in enumerate(cells.row) if len(row.cell) > max(date) and _dated(row, date)]
    if not dated:
        raise DataError(f"{cells.file}: has no row that begins with {ALLOWED}")
    first, last = dated[0], dated[-1]
    if first == 0:
        raise DataError(f"{cells.place(cells.row[0])}: is a row of values: a heading with names must stand above it")
    within = set(dated)
    for n in range(first, last):
        if n not in within:
            row = cells.row[n]
            cell = row.cell[k] if len(row.cell) > k else " ".join(row.cell)
            raise DataError(
                f"{cells.place(row)}: {cell[:40]!r}: must be {ALLOWED}; take the {cells.unit} out if it is none of "
                f"the table, and keep one table in the file: it stands in {cells.unit}s {cells.row[first].number} to "
                f"{cells.row[last].number}"
            )
    wide = len(cells.row[first].cell)
    above = [n for n in range(first) if len(cells.row[n].cell) == wide or not cells.separator]
    called = [n for n in above if len(cells.row[n].cell) > k and word(cells.row[n].cell[k]) in DATES]
    head = called[-1] if called else first - 1
    if head and not called and all(word(cell) in ("", *UNITS) for cell in cells.row[head].cell):
        head -= 1
    numbers = [cell for cell in cells.row[head].cell if looks_like_number(cell) and parse_period(cell) is None]
    if numbers and not are_ages(numbers):
        said = f"{numbers[0]!r} stands in the heading: is the line a row whose period is misspelt?"
        raise DataError(f"{cells.place(cells.row[head])}: {said} Name the columns in words")
    return first, last, head


def _dated(row: Row, date: Sequence[int]) -> bool:
    if len(date) == 1:
        return is_label(row.cell[date[0]])
    return parse_period(row.cell[date[0]]) is not None and bool(row.cell[date[1]])


def as_wide(cells: Cells, row: Row, width: int) -> Row:
    """The row with the cells of the heading; empty ones at its end may be missing in a workbook, or be too many."""
    cell = row.cell
    while len(cell) > width and not cell[-1]:
        cell = cell[:-1]
    if len(cell) < width and not cells.separator:
        cell = (*cell, *[""] * (width - len(cell)))
    if len(cell) != width:
        raise DataError(f"{cells.place(row)}: has {len(cell)} cells; the heading has {width}")
    return Row(row.number, cell)


def _names(cells: Cells, head: int, width: int, date: Sequence[int]) -> tuple[str, ...]:
    """The heading; a name that it lacks is taken from the nearest line above that has as many cells (Bank of Japan)."""
    names = list(cells.row[head].cell)
    for k in range(width):
        above = [row.cell[k] for row in cells.row[:head] if len(row.cell) == width and row.cell[k] and k not in date]
        if not names[k] and above:
            names[k] = above[-1]
    return tuple(names)


def is_remark(row: Row) -> bool:
    """Words, and no number beside them; where it begins with a digit, a word by itself after it."""
    text = next(cell for cell in row.cell if cell)
    words = re.search(r"\s[^\W\d_]{3,}", text) if text[0].isdecimal() else _WORDS.search(text)
    return words is not None and not has_number(row.cell[1:])


def second(cells: Cells, row: Row, last: int) -> DataError:
    """Of rows up to line `last` that are none of the table, from `row` on: what to do about them."""
    lines = f"{cells.unit} {row.number}" if row.number == last else f"{cells.unit}s {row.number} to {last}"
    reason = f"{row.cell[0][:40]!r}: is neither a row that begins with a period nor a remark in words"
    return DataError(f"{cells.place(row)}: {reason}: take {lines} out, or write {ALLOWED}")


def has_number(cells: Sequence[str]) -> bool:
    """Whether any cell is a number."""
    return any(not is_missing(cell) and looks_like_number(cell) for cell in cells)
