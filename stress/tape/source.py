"""What a tape is, and where its columns stand: text, Parquet or a workbook, with its heading found."""

from __future__ import annotations

import csv
import importlib
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from shlex import quote
from typing import Any, NamedTuple, TypeVar

from stress.errors import ConfigError, DataError, LimitError
from stress.spelling import nearest
from stress.tables.cells import separator_of
from stress.tables.encoding import NAMES, encoding_of
from stress.tables.framed import has_number, word
from stress.tables.headings import Spans, Unclear, joined
from stress.tables.left_out import calculated, spans_of
from stress.tables.source import Start, is_workbook, started, unpacked
from stress.tables.workbook import several, sheets

COLUMNS = {
    "level": "score level of the borrower",
    "term": "instalments of the plan, months",
    "remaining": "instalments left to pay",
    "days_past_due": "days past due",
    "balance": "principal outstanding",
    "monthly_fee": "flat fee a month as a fraction of original principal",
}
"""What is read of each loan. Other columns are not looked at."""
DATES = {"maturity": "date of the last instalment", "as_of": "date of the tape"}
"""In the place of the instalments left."""
INTEREST = "apr"
"""In the place of the flat fee: interest a year on what is outstanding, as a fraction."""
FLAT = "monthly_fee"
Held = TypeVar("Held", str, int)
OUTCOMES = {
    "issued": "month, quarter or year in which the loan was made",
    "age": "months on book at the outcome, or at the tape's date where there is none",
    "status": "what became of the loan",
}
"""What is read of each loan of a tape with outcomes."""
_MEANING = {**COLUMNS, **OUTCOMES, **DATES, INTEREST: "interest a year on what is outstanding, as a fraction"}
_OR = {
    "level": ", or of loans of one level --levels all",
    "remaining": ", or --column maturity=HEADING --column as_of=HEADING, two dates",
}
STATUS, ZERO_BALANCE, CHARGED_OFF = "status", "zero_balance", "charged_off"
"""Codes of a published template, where a tape of loans has them."""
TEXT = ("level", "issued", STATUS, ZERO_BALANCE, *DATES)
"""Columns that are no numbers, unless levels are cut from scores."""
NUMBERS = tuple(name for name in COLUMNS if name != "level")
MAX_BYTES = 16 * 1024**3
"""Of a tape once it is unpacked; reading holds one chunk of it."""
MAX_ROWS = 200_000_000
CHUNK = 250_000
"""Rows held at a time."""
_SAMPLE = 1 << 18
BLOCK = 1 << 22
"""Bytes of text that Arrow reads at a time."""


class Missing(DataError):
    """A tape lacks a column; `head` are the headings that it has."""

    head: Sequence[str] = ()


class Tape(NamedTuple):
    """A tape whose heading is known; `chunks` reads it, as often as is needed."""

    path: Path
    kind: str
    """text, parquet or workbook"""
    theirs: dict[str, str]
    """Our name of each column -> the heading."""
    place: dict[str, int]
    """Our name of each column -> its position from 0."""
    width: int
    first: int
    """Row of the first loan in the file, from 1."""
    encoding: str
    separator: str
    """In a workbook the sheet's name."""
    note: tuple[str, ...]
    blank: int = 0
    """Blank lines above the first loan."""
    interest: bool = False
    """Loans with level payments: interest a year stands in the place of the flat fee."""
    text: tuple[str, ...] = TEXT
    """Our names of the columns that are no numbers."""
    head: tuple[str, ...] = ()
    """The heading, all of it."""


def opened(path: str | Path, rename: Mapping[str, str] | None = None, columns: Mapping[str, str] = COLUMNS) -> Tape:
    """Find what a tape is and where its columns are: those of COLUMNS, of OUTCOMES, or others. Where a column is given
    for INTEREST it is read in the place of the flat fee.

    DataError where it is none, or a column is missing, doubled, or named for two things.
    """
    start = started(Path(path) if "://" not in str(path) else _address(path))
    path = Path(path)
    theirs = {ours: (rename or {}).get(ours, ours) for ours in columns}
    if rename is None or FLAT not in columns or INTEREST not in rename:
        return _of_file(path, start, theirs)
    if FLAT in rename:
        raise DataError(f"{path}: {FLAT}={rename[FLAT]} and {INTEREST}={rename[INTEREST]}: a tape gives one of them")
    asked = {INTEREST if ours == FLAT else ours: name for ours, name in (theirs | {FLAT: rename[INTEREST]}).items()}
    tape = _of_file(path, start, asked)
    return tape._replace(theirs=_as_flat(tape.theirs), place=_as_flat(tape.place), interest=True)


def _as_flat(columns: dict[str, Held]) -> dict[str, Held]:
    """Interest under the name of the fee in whose place it is read."""
    return {FLAT if ours == INTEREST else ours: value for ours, value in columns.items()}


def _of_file(path: Path, start: Start, theirs: dict[str, str]) -> Tape:
    if start.size > MAX_BYTES:
        raise LimitError(f"{path}: {start.size / 1024**3:.1f} GB; a tape may have {MAX_BYTES // 1024**3}")
    if start.parquet or path.suffix.lower() in (".parquet", ".pq"):
        return _of_parquet(path, theirs)
    if is_workbook(path):
        return _of_workbook(path, theirs)
    return _of_text(path, theirs)


def _address(path: str | Path) -> Path:
    raise DataError(f"{path}: must be a local file, not an address")


def _places(path: Path, head: list[str], theirs: Mapping[str, str]) -> dict[str, int]:
    """Where each column stands; small letters and blanks for underscores will do. DataError with what there is."""
    place: dict[str, int] = {}
    for ours, name in theirs.items():
        places = [k for k, cell in enumerate(head) if cell == name]
        places = places or [k for k, cell in enumerate(head) if word(cell) == word(name)]
        if len(places) > 1:
            which = " and ".join(str(k + 1) for k in places)
            raise DataError(f"{path}: columns {which} are both called {name!r}: rename or take out the one not meant")
        if not places:
            close = nearest(name, head)
            there = f"it has {', '.join(cell[:40] for cell in head[:20])}"
            hint = f"if it is {close!r}, say --column {quote(f'{ours}={close}')}" if close else there
            hint += (
                ""
                if close or name != ours
                else f". What it is called there: --column {ours}=HEADING{_OR.get(ours, '')}"
            )
            if ours == FLAT and INTEREST in map(word, head):
                theirs_of_it = head[list(map(word, head)).index(INTEREST)]
                hint = f"interest a year in its place: --column {quote(f'{INTEREST}={theirs_of_it}')}"
            missing = Missing(f"{path}: has no column {name!r} ({_MEANING[ours]}); {hint}")
            missing.head = head
            raise missing
        other = next((taken for taken, k in place.items() if k == places[0]), None)
        if other is not None:
            raise DataError(f"{path}: column {name!r} is named for both {other} and {ours}")
        place[ours] = places[0]
    return place


class Heading(NamedTuple):
    """The names of a tape's columns, and where they stand."""

    cells: list[str]
    at: int
    """Row of the sample, the lower one of two."""
    rows: int = 1


def _heading(
    rows: Sequence[list[str]], theirs: Mapping[str, str], spans: Callable[[int], Spans] = lambda at: {}
) -> Heading | None:
    """The first row, or two together, with all columns once; else what is most like a heading, which is then refused.

    None without rows. Raises Unclear.
    """
    wanted = {word(name) for name in theirs.values()}
    for k, row in enumerate(rows):
        words = [word(cell) for cell in row]
        if wanted <= set(words) and not (len(wanted) < sum(name in wanted for name in words) and _both(rows, k, spans)):
            return Heading(row, k)
    pairs = [heading for k in range(1, len(rows)) if (heading := _both(rows, k, spans))]
    for heading in pairs:
        if wanted <= set(map(word, heading.cells)):
            return heading
    if pairs or not rows:
        return pairs[0] if pairs else None
    wide = [len(row) for row in rows]
    usual = wide.index(max(set(wide), key=wide.count))
    return Heading(rows[usual], usual)


def _both(rows: Sequence[list[str]], at: int, spans: Callable[[int], Spans]) -> Heading | None:
    """A row and the one above it, where they are a heading of two rows above a row of values."""
    if not 0 < at < len(rows) - 1 or not has_number(rows[at + 1]):
        return None
    names = joined(rows[at - 1], rows[at], rows[at + 1], lambda: spans(at - 1))
    return None if names is None else Heading(list(names), at, 2)


def _of_text(path: Path, theirs: dict[str, str]) -> Tape:
    with unpacked(path, MAX_BYTES) as stream:
        raw = stream.read(_SAMPLE)
    encoding = encoding_of(path, raw, whole=len(raw) < _SAMPLE)
    lines = raw.decode(encoding, errors="ignore").splitlines()
    lines = lines[:-1] if len(raw) == _SAMPLE else lines
    separator = separator_of(lines[:200])
    numbered = [(k, line) for k, line in enumerate(lines[:200]) if line.strip()]
    try:
        rows = [[c.strip() for c in next(csv.reader([line], delimiter=separator))] for _, line in numbered]
    except csv.Error as error:
        raise DataError(f"{path}: is not a CSV table with a heading: {error}") from None
    try:
        head = _heading(rows, theirs)
    except Unclear as error:
        raise DataError(f"{path}: {error}") from None
    if head is None:
        raise DataError(f"{path}: is not a CSV table with a heading: it is empty")
    line = numbered[head.at][0]
    note = [] if encoding.startswith("utf-8") else [f"read as {NAMES[encoding]} text"]
    first = numbered[head.at + 1 - head.rows][0]
    if first:
        above = "line 1 above the heading is" if first == 1 else f"lines 1 to {first} above the heading are"
        note.append(f"{above} left out")
    if head.rows == 2:
        note.append(f"the heading is that of lines {first + 1} and {line + 1} together")
    place = _places(path, head.cells, theirs)
    width, blank = len(head.cells), line - head.at
    tape = Tape(path, "text", theirs, place, width, line + 2, encoding, separator, tuple(note), blank)
    return tape._replace(head=tuple(head.cells))


def _of_parquet(path: Path, theirs: dict[str, str]) -> Tape:
    file = parquet_file(path)
    head = [str(name) for name in file.schema_arrow.names]
    if file.metadata.num_rows > MAX_ROWS:
        raise LimitError(f"{path}: {file.metadata.num_rows:,} rows; a tape may have {MAX_ROWS:,}")
    return Tape(path, "parquet", theirs, _places(path, head, theirs), len(head), 1, "", "", (), head=tuple(head))


def parquet_file(path: Path) -> Any:
    """A Parquet file opened by Arrow. ConfigError without Arrow, DataError where it is none."""
    arrow = arrow_module("pyarrow.parquet")
    if arrow is None:
        raise ConfigError("Parquet tapes need pyarrow: pip install 'abs-stress[calibration]'")
    try:
        return arrow.ParquetFile(path)
    except (ValueError, OSError, NotImplementedError) as error:  # Arrow's errors are ValueErrors and OSErrors
        raise no_parquet(path, error) from None


def no_parquet(path: Path, error: BaseException) -> DataError:
    """The message for a file that Arrow cannot read."""
    return DataError(f"{path}: is not a Parquet table: {' '.join(str(error).split())[:200]}")


def _of_workbook(path: Path, theirs: dict[str, str]) -> Tape:
    headings = ((name, _of_sheet(path, name, rows, theirs)) for name, rows in sheets(path))
    heads = {name: head for name, head in headings if head is not None}
    wanted = {word(n) for n in theirs.values()}
    fits = {name: head for name, head in heads.items() if wanted <= set(map(word, head[1].cells))}
    if len(fits) > 1:
        raise several(path, fits, "sheets that hold a tape")
    if not heads:
        raise DataError(f"{path}: has no sheet with cells")
    name, (number, head) = next(iter((fits or heads).items()))
    place = _places(path, head.cells, theirs)
    calculated(path, (name,), place.values())
    note = [f"sheet {name!r}"]
    if number > head.rows:
        note.append(f"rows above the heading in row {number + 1 - head.rows} are left out")
    if head.rows == 2:
        note.append(f"the heading is that of rows {number - 1} and {number} together")
    wide, cells = len(head.cells), tuple(head.cells)
    return Tape(path, "workbook", theirs, place, wide, number + 1, "", name, tuple(note), head=cells)


def _of_sheet(
    path: Path, name: str, rows: Iterator[tuple[int, list[str]]], theirs: dict[str, str]
) -> tuple[int, Heading] | None:
    """The row of a sheet's heading and its names. DataError where it leaves open what stands under what."""
    top = [(number, [cell.strip() for cell in cells]) for number, cells in itertools.islice(rows, 100) if any(cells)]
    try:
        head = _heading([cells for _, cells in top], theirs, lambda at: spans_of(path, name, top[at][0]))
    except Unclear as error:
        raise DataError(f"{path}: sheet {name!r}: {error}") from None
    return None if head is None else (top[head.at][0], head)


def arrow_module(name: str) -> Any:
    """A part of Arrow, or None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
