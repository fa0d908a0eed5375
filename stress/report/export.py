"""Measures as CSV or Parquet: one file for each set of dims, one row for each cell."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from stress.results.sweep import Result, dims_of, groups
from stress.results.variables import DERIVED

FORMULA = re.compile(r"^[=+\-@\t\r\n]")
"""Starts of a cell that a spreadsheet would run (OWASP, CSV injection)."""


def to_csv(ds: Result, folder: str | os.PathLike[str]) -> list[Path]:
    """Write the measures as CSV. A name that a spreadsheet would take for a formula gets an apostrophe in front."""
    files = []
    for name, frame in frames(ds):
        path = _folder(folder) / f"{name}.csv"
        safe = frame.rename(columns=spreadsheet_safe)
        for column in safe.select_dtypes(include=["object", "string"]):
            safe[column] = safe[column].map(spreadsheet_safe)
        safe.to_csv(path, index=False, lineterminator="\n")
        files.append(path)
    return files


def to_parquet(ds: Result, folder: str | os.PathLike[str]) -> list[Path]:
    """Write the measures as Parquet, names as they are (pyarrow)."""
    files = []
    for name, frame in frames(ds):
        path = _folder(folder) / f"{name}.parquet"
        frame.to_parquet(path, index=False)
        files.append(path)
    return files


def frames(result: Result) -> Iterator[tuple[str, pd.DataFrame]]:
    """File name (`scenario_tranche`, ...) and tidy frame of all measures with these dims.

    A sweep's frames have a column for each of its dims in front.
    """
    parts: dict[str, list[pd.DataFrame]] = {}
    for deal, ds in groups(result):
        for these in sorted({v.dims for v in DERIVED if v.name in ds}):
            names = [v.name for v in DERIVED if v.dims == these and v.name in ds]
            order = [*dims_of(ds), *these]
            frame = ds[names].reset_coords(drop=True).to_dataframe(dim_order=order).reset_index()
            if deal:
                frame.insert(0, "deal", deal)
            parts.setdefault("_".join(these), []).append(frame)
    for name, frames_ in parts.items():
        yield name, pd.concat(frames_, ignore_index=True)


def spreadsheet_safe(value: object) -> object:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


def _folder(folder: str | os.PathLike[str]) -> Path:
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    return path
