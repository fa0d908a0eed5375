"""What a tape is, and where its columns stand: text, Parquet or a workbook, with its heading found."""

from __future__ import annotations

import csv
import difflib
import importlib
import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from stress.errors import ConfigError, DataError, LimitError
from stress.tables.cells import separator_of
from stress.tables.encoding import NAMES, encoding_of
from stress.tables.framed import word
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
_MEANING = {**COLUMNS, **OUTCOMES, INTEREST: "interest a year on what is outstanding, as a fraction"}
TEXT = ("level", "issued", "status")
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


def opened(path: str | Path, rename: Mapping[str, str] | None = None, columns: Mapping[str, str] = COLUMNS) -> Tape:
    """Find what a tape is and where its columns are: those of COLUMNS, or of OUTCOMES. Where a column is given for
    INTEREST it is read in the place of the flat fee.

    DataError where it is none, or a column is missing, doubled, or named for two things.
    """
    start = started(Path(path) if "://" not in str(path) else _address(path))
    path = Path(path)
    theirs = {ours: (rename or {}).get(ours, ours) for ours in columns}
    if rename is None or columns is not COLUMNS or INTEREST not in rename:
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
    found: dict[str, int] = {}
    for ours, name in theirs.items():
        places = [k for k, cell in enumerate(head) if cell == name]
        places = places or [k for k, cell in enumerate(head) if word(cell) == word(name)]
        if len(places) > 1:
            which = " and ".join(str(k + 1) for k in places)
            raise DataError(f"{path}: columns {which} are both called {name!r}: rename or take out the one not meant")
        if not places:
            close = difflib.get_close_matches(name, head, n=1, cutoff=0.5)
            there = f"it has {', '.join(cell[:40] for cell in head[:20])}"
            hint = f"if it is {close[0]!r}, say --column {ours}={close[0]}" if close else there
            if ours == FLAT and INTEREST in map(word, head):
                hint = (
                    f"interest a year in its place: --column {INTEREST}={head[list(map(word, head)).index(INTEREST)]}"
                )
            raise DataError(f"{path}: has no column {name!r} ({_MEANING[ours]}); {hint}")
        other = next((one for one, place in found.items() if place == places[0]), None)
        if other is not None:
            raise DataError(f"{path}: column {name!r} is named for both {other} and {ours}")
        found[ours] = places[0]
    return found


def _heading(path: Path, rows: list[list[str]], theirs: Mapping[str, str]) -> int:
    """The first row that has all columns; else the first that is as wide as most, which is then refused."""
    wanted = {word(name) for name in theirs.values()}
    for k, row in enumerate(rows):
        if wanted <= {word(cell) for cell in row}:
            return k
    wide = [len(row) for row in rows]
    return wide.index(max(set(wide), key=wide.count)) if rows else -1


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
    at = _heading(path, rows, theirs)
    if at < 0:
        raise DataError(f"{path}: is not a CSV table with a heading: it is empty")
    line = numbered[at][0]
    note = [] if encoding.startswith("utf-8") else [f"read as {NAMES[encoding]} text"]
    if at:
        above = "line 1 above the heading is" if line == 1 else f"lines 1 to {line} above the heading are"
        note.append(f"{above} left out")
    place = _places(path, rows[at], theirs)
    return Tape(path, "text", theirs, place, len(rows[at]), line + 2, encoding, separator, tuple(note), line - at)


def _of_parquet(path: Path, theirs: dict[str, str]) -> Tape:
    file = parquet_file(path)
    head = [str(name) for name in file.schema_arrow.names]
    if file.metadata.num_rows > MAX_ROWS:
        raise LimitError(f"{path}: {file.metadata.num_rows:,} rows; a tape may have {MAX_ROWS:,}")
    return Tape(path, "parquet", theirs, _places(path, head, theirs), len(head), 1, "", "", ())


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
    heads = {}
    for name, rows in sheets(path):
        top = [
            (number, [cell.strip() for cell in cells]) for number, cells in itertools.islice(rows, 100) if any(cells)
        ]
        at = _heading(path, [cells for _, cells in top], theirs)
        if at >= 0:
            heads[name] = (top[at][0], top[at][1])
    fits = {name: head for name, head in heads.items() if {word(n) for n in theirs.values()} <= set(map(word, head[1]))}
    if len(fits) > 1:
        raise several(path, fits, "sheets that hold a tape")
    if not heads:
        raise DataError(f"{path}: has no sheet with cells")
    name, (number, head) = next(iter((fits or heads).items()))
    place = _places(path, head, theirs)
    note = (f"sheet {name!r}", *([f"rows above the heading in row {number} are left out"] if number > 1 else []))
    return Tape(path, "workbook", theirs, place, len(head), number + 1, "", name, note)


def arrow_module(name: str) -> Any:
    """A part of Arrow, or None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
