"""The rows of a tape, a chunk at a time, so that memory does not grow with it; a row that is no row is refused."""

from __future__ import annotations

import csv
import importlib
import io
import itertools
from collections.abc import Iterator
from typing import IO, Any

import numpy as np
import pandas as pd

from stress.errors import DataError, LimitError
from stress.tables.encoding import NAMES
from stress.tables.source import unpacked
from stress.tables.workbook import sheets
from stress.tape import source
from stress.tape.derived import completed
from stress.tape.source import Tape


def chunks(tape: Tape) -> Iterator[tuple[int, pd.DataFrame]]:
    """(row of its first loan, its columns under our names), chunk after chunk.

    A column is numbers where all its cells in the chunk are plain numbers, else text. LimitError beyond MAX_ROWS,
    DataError where a row has not the cells of the heading.
    """
    frames = {"text": _text, "parquet": _parquet, "workbook": _workbook}[tape.kind](tape)
    row, n = tape.first, 0
    for frame in frames:
        n += len(frame)
        if n > source.MAX_ROWS:
            raise LimitError(f"{tape.path}: more than {source.MAX_ROWS:,} rows; a tape may have {source.MAX_ROWS:,}")
        yield row, completed(tape, row, frame)
        row += len(frame)


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


def _text(tape: Tape) -> Iterator[pd.DataFrame]:
    """By Arrow where it is installed, which is several times faster and minds short rows; else by pandas."""
    arrow, n = source.arrow_module("pyarrow.csv"), 0
    try:
        with unpacked(tape.path, source.MAX_BYTES) as packed:
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
        fault = _ragged(tape) or " ".join(str(error).split())[:200]
        raise DataError(f"{tape.path}: is not a CSV table with a heading: {fault}") from None


def _by_arrow(tape: Tape, arrow: Any, stream: Any) -> Iterator[pd.DataFrame]:
    pa = importlib.import_module("pyarrow")
    names = [f"c{k}" for k in range(tape.width)]
    wanted = {ours: names[k] for ours, k in tape.place.items()}
    reader = arrow.open_csv(
        stream,
        arrow.ReadOptions(
            block_size=source.BLOCK,
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
        yield pd.DataFrame({ours: _cast(tape, ours, batch.column(name), pa) for ours, name in wanted.items()})


def _cast(tape: Tape, ours: str, column: Any, pa: Any) -> Any:
    """Numbers where Arrow finds nothing else in the chunk, else the cells as they are."""
    if ours not in tape.text:
        try:
            return column.cast(pa.float64()).to_numpy(zero_copy_only=False)
        except pa.ArrowException:
            pass
    return column.to_numpy(zero_copy_only=False)


def _by_pandas(tape: Tape, stream: Any) -> Iterator[pd.DataFrame]:
    texts = {tape.place[name]: str for name in tape.text if name in tape.place}
    frames = pd.read_csv(
        stream, sep=tape.separator, header=None, names=list(range(tape.width)),  # all: so that long rows are refused
        skiprows=tape.first - 1, encoding=tape.encoding, chunksize=source.CHUNK, dtype=texts,
        keep_default_na=False, na_values=[""], index_col=False, low_memory=False,
    )  # fmt: skip
    for frame in frames:
        cells = {ours: frame[k].to_numpy() for ours, k in tape.place.items()}
        # pandas makes truth of "true" and "false", and a number of truth
        yield pd.DataFrame({k: v.astype(str).astype(object) if v.dtype == bool else v for k, v in cells.items()})


def _running_on(tape: Tape) -> str:
    """The first row that goes on over several lines, in words: mostly a quote that is not closed."""
    with unpacked(tape.path, source.MAX_BYTES) as stream:
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
        with unpacked(tape.path, source.MAX_BYTES) as stream:
            lines = (line.decode(tape.encoding) for line in stream)
            rows = csv.reader(itertools.islice(lines, tape.first - 1, None), delimiter=tape.separator)
            for number, row in enumerate(rows, tape.first):
                if row and len(row) != tape.width:
                    return f"row {number} has {len(row)} cells; the heading has {tape.width}"
    except (csv.Error, OSError, UnicodeDecodeError, DataError, LimitError):
        pass
    return ""


def _parquet(tape: Tape) -> Iterator[pd.DataFrame]:
    """A batch at a time, by row groups (Arrow keeps the bytes of all that it was asked for at once); what pandas kept
    as an index is a column like any other."""
    pa = importlib.import_module("pyarrow")
    file = source.parquet_file(tape.path)
    names = {ours: file.schema_arrow.names[k] for ours, k in tape.place.items()}
    try:
        for group in range(file.metadata.num_row_groups):
            for batch in file.iter_batches(source.CHUNK, [group], list(dict.fromkeys(names.values()))):
                yield pd.DataFrame({ours: _plain(tape, ours, batch.column(name), pa) for ours, name in names.items()})
    except (ValueError, OSError, NotImplementedError) as error:
        raise source.no_parquet(tape.path, error) from None


def _plain(tape: Tape, ours: str, column: Any, pa: Any) -> Any:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if ours in tape.text:
        return column.cast(pa.string()).to_numpy(zero_copy_only=False)
    if pa.types.is_boolean(column.type):
        raise DataError(f"{tape.path}: column {tape.theirs[ours]!r}: holds true and false; numbers are needed")
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
        return column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return column.cast(pa.string()).to_numpy(zero_copy_only=False)


def _workbook(tape: Tape) -> Iterator[pd.DataFrame]:
    for name, rows in sheets(tape.path):
        if name != tape.separator:
            continue
        loans = _loans(rows, tape.first, list(tape.place.values()))
        while part := list(itertools.islice(loans, source.CHUNK)):
            columns = zip(tape.place, zip(*part, strict=True), strict=True)
            yield pd.DataFrame({ours: np.array(column, dtype=object) for ours, column in columns})


def _loans(rows: Iterator[tuple[int, list[str]]], first: int, places: list[int]) -> Iterator[list[str]]:
    """The cells at some places of each row; empty rows below the last loan are none."""
    empty = 0
    for number, cells in rows:
        if number >= first and not any(cells):
            empty += 1
        elif number >= first:
            yield from [[""] * len(places)] * empty
            yield [cells[k] if k < len(cells) else "" for k in places]
            empty = 0
