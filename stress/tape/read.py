"""A loan tape from a CSV or Parquet file: six columns, their types checked, formulas refused."""

from __future__ import annotations

import csv
import difflib
import importlib
import os
import stat
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stress.errors import ConfigError, DataError, LimitError

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
MAX_ROWS = 200_000_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is a command in a spreadsheet; a level never does."""


def read_tape(path: str | Path, rename: Mapping[str, str] | None = None) -> pd.DataFrame:
    """The six columns of a tape, `level` as a category and the rest as numbers (what is no number becomes NaN).

    rename: our name -> the tape's, where it has another. DataError where a column is missing or a level is a
    spreadsheet formula; LimitError where the file is too large.
    """
    if "://" in str(path):
        raise DataError(f"{path}: must be a local file, not an address")
    path = Path(path)
    name = {ours: (rename or {}).get(ours, ours) for ours in COLUMNS}
    size = _size(path)
    if size > MAX_BYTES:
        raise LimitError(f"{path}: {size / 1024**3:.1f} GB; a tape may have {MAX_BYTES // 1024**3}")
    parquet = path.suffix.lower() in (".parquet", ".pq")
    table = _parquet(path, name) if parquet else _csv(path, name)
    table = table.rename(columns={theirs: ours for ours, theirs in name.items()})[list(COLUMNS)]
    if table.empty:
        raise DataError(f"{path}: holds no loans")
    for column in NUMBERS:
        table[column] = _numbers(path, name[column], table[column])
    table["level"] = _levels(path, name["level"], table["level"])
    return table


def _size(path: Path) -> int:
    try:
        found = os.stat(path)
    except (OSError, ValueError) as error:
        raise DataError(f"{str(path)!r}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if not stat.S_ISREG(found.st_mode):
        raise DataError(f"{path}: is not a regular file; a CSV or Parquet tape is needed")
    return found.st_size


def _csv(path: Path, name: Mapping[str, str]) -> pd.DataFrame:
    """All columns typed by what they hold; Arrow where it is installed, several times faster."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pd.errors.ParserWarning)
            head = list(pd.read_csv(path, nrows=0, encoding="utf-8-sig").columns)
            _check_columns(path, head, name)
            fast: dict[str, Any] = {"engine": "pyarrow"} if _arrow() is not None else {"low_memory": False}
            table: pd.DataFrame = pd.read_csv(path, usecols=list(name.values()), encoding="utf-8-sig", **fast)
            return table
    except UnicodeDecodeError:
        raise DataError(f"{path}: is not UTF-8 text") from None
    except (ValueError, OSError) as error:  # a parser error is a ValueError
        said = _ragged(path) or " ".join(str(error).split())[:200]
        raise DataError(f"{path}: is not a CSV table with a heading: {said}") from None


def _ragged(path: Path) -> str:
    """The first row that has not the cells of the heading, in words; empty where all have."""
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            rows = csv.reader(file)
            width = len(next(rows, []))
            for number, row in enumerate(rows, 2):
                if row and len(row) != width:
                    return f"row {number} has {len(row)} cells; the heading has {width}"
    except (csv.Error, OSError, UnicodeDecodeError):
        pass
    return ""


def _parquet(path: Path, name: Mapping[str, str]) -> pd.DataFrame:
    arrow = _arrow()
    if arrow is None:
        raise ConfigError("Parquet tapes need pyarrow: pip install 'abs-stress[calibration]'")
    try:
        file = arrow.ParquetFile(path)
        _check_columns(path, list(file.schema_arrow.names), name)
        if file.metadata.num_rows > MAX_ROWS:
            raise LimitError(f"{path}: {file.metadata.num_rows:,} rows; a tape may have {MAX_ROWS:,}")
        table: pd.DataFrame = file.read(columns=list(name.values())).to_pandas()
    except (ValueError, OSError, NotImplementedError) as error:  # Arrow's errors are ValueErrors and OSErrors
        said = " ".join(str(error).split())[:200]
        raise DataError(f"{path}: is not a Parquet table: {said}") from None
    return table


def _arrow() -> Any:
    try:
        return importlib.import_module("pyarrow.parquet")
    except ImportError:
        return None


def _check_columns(path: Path, head: list[str], name: Mapping[str, str]) -> None:
    for ours, theirs in name.items():
        if head.count(theirs) == 1:
            continue
        close = difflib.get_close_matches(theirs, [str(h) for h in head], n=1, cutoff=0.5)
        hint = (
            f"; if it is {close[0]!r}, say --column {ours}={close[0]}"
            if close
            else f"; it has {', '.join(str(column)[:40] for column in head[:20])}"
        )
        raise DataError(f"{path}: has no column {theirs!r} ({COLUMNS[ours]}){hint}")


def _numbers(path: Path, name: str, column: pd.Series[Any]) -> pd.Series[Any]:
    """Plain numbers; what a spreadsheet would compute is refused, other text becomes NaN and is dropped later."""
    if pd.api.types.is_bool_dtype(column):
        raise DataError(f"{path}: column {name!r}: holds true and false; numbers are needed")
    if pd.api.types.is_numeric_dtype(column):
        return column.astype(np.float64)
    text = column.astype("string").str.strip()
    formula = text.str.startswith(("=", "@")).fillna(False)
    if formula.any():
        raise _formula(path, name, column, formula)
    return pd.to_numeric(text, errors="coerce").astype(np.float64)


def _levels(path: Path, name: str, column: pd.Series[Any]) -> pd.Series[Any]:
    level = column.astype("string").str.strip().astype("category")
    wrong = [str(one) for one in level.cat.categories if str(one).startswith(_FORMULA)]
    if wrong:
        raise _formula(path, name, column, level.isin(wrong))
    return level


def _formula(path: Path, name: str, column: pd.Series[Any], where: pd.Series[Any]) -> DataError:
    row = int(np.flatnonzero(where.to_numpy(dtype=bool))[0])
    cell = "".join(c if c.isprintable() else "?" for c in str(column.iloc[row]))[:40]
    return DataError(
        f"{path}: row {row + 2}, column {name!r}: {cell!r}: is a spreadsheet formula; save the tape as plain values"
    )
