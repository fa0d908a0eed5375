"""A tape's file, a chunk of rows at a time: text, Parquet or a workbook, with its heading found."""

from __future__ import annotations

import csv
import difflib
import importlib
import io
import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import pandas as pd

from stress.errors import ConfigError, DataError, LimitError
from stress.tables.cells import separator_of
from stress.tables.encoding import NAMES, encoding_of
from stress.tables.framed import word
from stress.tables.source import is_workbook, started, unpacked
from stress.tables.workbook import sheets

COLUMNS = {
    "level": "score level of the borrower",
    "term": "instalments of the plan, months",
    "remaining": "instalments left to pay",
    "days_past_due": "days past due",
    "balance": "principal outstanding",
    "monthly_fee": "flat fee a month as a fraction of original principal",
}
"""What is read of each loan. Other columns are not looked at."""
NUMBERS = tuple(name for name in COLUMNS if name != "level")
MAX_BYTES = 16 * 1024**3
"""Of a tape once it is unpacked; reading holds one chunk of it."""
MAX_ROWS = 200_000_000
CHUNK = 250_000
"""Rows held at a time."""
_SAMPLE = 1 << 18
_BLOCK = 1 << 22


class Lines(io.RawIOBase):
    """A stream that counts the lines that went through it, blank ones left out."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.n = 0
        self._before = 10  # as if a line had just ended

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int | None = -1) -> bytes:
        """Some bytes, counted."""
        part = self._stream.read(-1 if size is None else size)
        text = np.frombuffer(part, dtype=np.uint8)
        text = text[text != 13]
        if len(text):
            end = text == 10
            started = np.concatenate(([self._before == 10], end[:-1])) & ~end
            self.n += int(started.sum())
            self._before = int(text[-1])
        return part

    def readinto(self, buffer: Any) -> int:
        """Some bytes, counted."""
        part = self.read(len(memoryview(buffer)))
        memoryview(buffer)[: len(part)] = part
        return len(part)


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


def opened(path: str | Path, rename: Mapping[str, str] | None = None) -> Tape:
    """Find what a tape is and where its columns are. DataError where it is none or a column is missing or doubled."""
    start = started(Path(path) if "://" not in str(path) else _address(path))
    path = Path(path)
    theirs = {ours: (rename or {}).get(ours, ours) for ours in COLUMNS}
    if start.size > MAX_BYTES:
        raise LimitError(f"{path}: {start.size / 1024**3:.1f} GB; a tape may have {MAX_BYTES // 1024**3}")
    if start.parquet or path.suffix.lower() in (".parquet", ".pq"):
        return _of_parquet(path, theirs)
    if is_workbook(path):
        return _of_workbook(path, theirs)
    return _of_text(path, theirs)


def chunks(tape: Tape) -> Iterator[tuple[int, pd.DataFrame]]:
    """(row of its first loan, its six columns under our names), chunk after chunk.

    A column is numbers where all its cells in the chunk are plain numbers, else text. LimitError beyond MAX_ROWS,
    DataError where a row has not the cells of the heading.
    """
    frames = {"text": _text, "parquet": _parquet, "workbook": _workbook}[tape.kind](tape)
    row, n = tape.first, 0
    for frame in frames:
        n += len(frame)
        if n > MAX_ROWS:
            raise LimitError(f"{tape.path}: more than {MAX_ROWS:,} rows; a tape may have {MAX_ROWS:,}")
        yield row, frame
        row += len(frame)


def _address(path: str | Path) -> Path:
    raise DataError(f"{path}: must be a local file, not an address")


def _places(path: Path, head: list[str], theirs: Mapping[str, str]) -> dict[str, int]:
    """Where each column stands; small letters and blanks for underscores will do. DataError with what there is."""
    found = {}
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
            raise DataError(f"{path}: has no column {name!r} ({COLUMNS[ours]}); {hint}")
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


def _text(tape: Tape) -> Iterator[pd.DataFrame]:
    """By Arrow where it is installed, which is several times faster and minds short rows; else by pandas."""
    arrow, n = _arrow("pyarrow.csv"), 0
    try:
        with unpacked(tape.path, MAX_BYTES) as packed:
            stream = Lines(packed)
            for frame in _by_pandas(tape, stream) if arrow is None else _by_arrow(tape, arrow, stream):
                n += len(frame)
                yield frame
            whole = tape.encoding[:6] not in ("utf-16", "utf-32") and stream.n >= 0
            if whole and stream.n - (tape.first - 1 - tape.blank) > n:
                raise DataError(f"{tape.path}: {_running_on(tape) or 'a row goes on over several lines'}")
    except (DataError, LimitError):
        raise
    except UnicodeDecodeError:
        raise DataError(f"{tape.path}: is not {NAMES[tape.encoding]} text throughout: save it as UTF-8") from None
    except (ValueError, OSError) as error:  # a parser error is a ValueError
        said = _ragged(tape) or " ".join(str(error).split())[:200]
        raise DataError(f"{tape.path}: is not a CSV table with a heading: {said}") from None


def _by_arrow(tape: Tape, arrow: Any, stream: Any) -> Iterator[pd.DataFrame]:
    pa = importlib.import_module("pyarrow")
    names = [f"c{k}" for k in range(tape.width)]
    wanted = {ours: names[k] for ours, k in tape.place.items()}
    reader = arrow.open_csv(
        stream,
        arrow.ReadOptions(
            block_size=_BLOCK,
            skip_rows=tape.first - 1,
            column_names=names,
            encoding="utf8" if tape.encoding.startswith("utf-8") else tape.encoding,
        ),
        arrow.ParseOptions(delimiter=tape.separator, newlines_in_values=False),
        arrow.ConvertOptions(
            column_types=dict.fromkeys(wanted.values(), pa.string()), include_columns=list(wanted.values())
        ),
    )
    for batch in reader:
        yield pd.DataFrame({ours: _cast(batch.column(name), ours, pa) for ours, name in wanted.items()})


def _cast(column: Any, ours: str, pa: Any) -> Any:
    """Numbers where Arrow finds nothing else in the chunk, else the cells as they are."""
    if ours != "level":
        try:
            return column.cast(pa.float64()).to_numpy(zero_copy_only=False)
        except pa.ArrowException:
            pass
    return column.to_numpy(zero_copy_only=False)


def _by_pandas(tape: Tape, stream: Any) -> Iterator[pd.DataFrame]:
    frames = pd.read_csv(
        stream, sep=tape.separator, header=None, names=list(range(tape.width)),  # all: so that long rows are refused
        skiprows=tape.first - 1, encoding=tape.encoding, chunksize=CHUNK, dtype={tape.place["level"]: str},
        keep_default_na=False, na_values=[""], index_col=False, low_memory=False,
    )  # fmt: skip
    for frame in frames:
        cells = {ours: frame[k].to_numpy() for ours, k in tape.place.items()}
        # pandas makes truth of "true" and "false", and a number of truth
        yield pd.DataFrame({k: v.astype(str).astype(object) if v.dtype == bool else v for k, v in cells.items()})


def _running_on(tape: Tape) -> str:
    """The first row that goes on over several lines, in words: mostly a quote that is not closed."""
    with unpacked(tape.path, MAX_BYTES) as stream:
        lines = (line.decode(tape.encoding, errors="replace") for line in stream)
        rows = csv.reader(itertools.islice(lines, tape.first - 1, None), delimiter=tape.separator)
        line = 0
        try:
            for _ in rows:
                if rows.line_num > line + 1:
                    begin, end = tape.first + line, tape.first + rows.line_num - 1
                    return f"lines {begin} to {end} are one row: a quote is not closed, or a cell has line breaks"
                line = rows.line_num
        except csv.Error:
            return f"line {tape.first + line}: a quote is not closed"
    return ""


def _ragged(tape: Tape) -> str:
    """The first row that has not the cells of the heading, in words; empty where all have."""
    try:
        with unpacked(tape.path, MAX_BYTES) as stream:
            lines = (line.decode(tape.encoding) for line in stream)
            rows = csv.reader(itertools.islice(lines, tape.first - 1, None), delimiter=tape.separator)
            for number, row in enumerate(rows, tape.first):
                if row and len(row) != tape.width:
                    return f"row {number} has {len(row)} cells; the heading has {tape.width}"
    except (csv.Error, OSError, UnicodeDecodeError, DataError, LimitError):
        pass
    return ""


def _of_parquet(path: Path, theirs: dict[str, str]) -> Tape:
    file = _parquet_file(path)
    head = [str(name) for name in file.schema_arrow.names]
    if file.metadata.num_rows > MAX_ROWS:
        raise LimitError(f"{path}: {file.metadata.num_rows:,} rows; a tape may have {MAX_ROWS:,}")
    return Tape(path, "parquet", theirs, _places(path, head, theirs), len(head), 1, "", "", ())


def _parquet(tape: Tape) -> Iterator[pd.DataFrame]:
    """Row groups a batch at a time; what pandas kept as an index is a column like any other."""
    pa = importlib.import_module("pyarrow")
    file = _parquet_file(tape.path)
    names = {ours: file.schema_arrow.names[k] for ours, k in tape.place.items()}
    try:
        for batch in file.iter_batches(batch_size=CHUNK, columns=list(dict.fromkeys(names.values()))):
            yield pd.DataFrame({ours: _plain(tape, ours, batch.column(name), pa) for ours, name in names.items()})
    except (ValueError, OSError, NotImplementedError) as error:
        raise _no_parquet(tape.path, error) from None


def _plain(tape: Tape, ours: str, column: Any, pa: Any) -> Any:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if ours == "level":
        return column.cast(pa.string()).to_numpy(zero_copy_only=False)
    if pa.types.is_boolean(column.type):
        raise DataError(f"{tape.path}: column {tape.theirs[ours]!r}: holds true and false; numbers are needed")
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
        return column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return column.cast(pa.string()).to_numpy(zero_copy_only=False)


def _parquet_file(path: Path) -> Any:
    arrow = _arrow("pyarrow.parquet")
    if arrow is None:
        raise ConfigError("Parquet tapes need pyarrow: pip install 'abs-stress[calibration]'")
    try:
        return arrow.ParquetFile(path)
    except (ValueError, OSError, NotImplementedError) as error:  # Arrow's errors are ValueErrors and OSErrors
        raise _no_parquet(path, error) from None


def _no_parquet(path: Path, error: BaseException) -> DataError:
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
        raise DataError(f"{path}: sheets {', '.join(fits)} all hold a tape: keep one in the workbook")
    if not heads:
        raise DataError(f"{path}: has no sheet with cells")
    name, (number, head) = next(iter((fits or heads).items()))
    place = _places(path, head, theirs)
    note = (f"sheet {name!r}", *([f"rows above the heading in row {number} are left out"] if number > 1 else []))
    return Tape(path, "workbook", theirs, place, len(head), number + 1, "", name, note)


def _workbook(tape: Tape) -> Iterator[pd.DataFrame]:
    for name, rows in sheets(tape.path):
        if name != tape.separator:
            continue
        loans = (cells for number, cells in rows if number >= tape.first)
        while part := list(itertools.islice(loans, CHUNK)):
            cells = {ours: [row[k] if k < len(row) else "" for row in part] for ours, k in tape.place.items()}
            yield pd.DataFrame({ours: np.array(column, dtype=object) for ours, column in cells.items()})


def _arrow(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
