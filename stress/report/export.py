"""Measures as CSV or Parquet: one file for each set of dims, one row for each cell."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from stress import schema
from stress.atomic import replacing
from stress.errors import ConfigError
from stress.results.paths import check_run, kept_paths, stretch
from stress.results.sweep import Result, dims_of, groups, partials
from stress.results.variables import MEASURES
from stress.spelling import suggest

STRETCH = 2**17
"""Paths of a file."""
TYPES = {"string": "string", "int64": "int64", "double": "float64"}
"""Types of a schema as pyarrow makes them."""
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
        with replacing(path) as part:
            safe.to_csv(part, index=False, lineterminator="\n")
        files.append(path)
    return _without_earlier(folder, files, ".csv")


def to_parquet(ds: Result, folder: str | os.PathLike[str]) -> list[Path]:
    """Write the measures as Parquet, names as they are, columns as `stress.schema` has them. Raises ConfigError without
    pyarrow."""
    files = []
    partial = "; ".join(attrs["partial"] for attrs in partials(ds))
    for name, frame in frames(ds):
        swept = [dim for dim in schema.SWEPT if dim in frame]
        path = _folder(folder) / f"{name}.parquet"
        _write(path, name, frame, swept, partial)
        files.append(path)
    return _without_earlier(folder, files, ".parquet")


def _without_earlier(folder: str | os.PathLike[str], files: list[Path], suffix: str) -> list[Path]:
    """The files, of which no table of an earlier result is left beside them."""
    for name in schema.tables():
        if (old := Path(folder) / f"{name}{suffix}") not in files:
            old.unlink(missing_ok=True)
    return files


def forget_paths(folder: str | os.PathLike[str], but: Sequence[Path] = ()) -> None:
    """Take away the paths of an earlier run, `but` those of this one."""
    for name in (schema.NOTE_PATHS, schema.POOL_PATHS):
        for file in (Path(folder) / name).glob("part-*.parquet"):
            if file not in but:
                file.unlink(missing_ok=True)


def paths_to_parquet(
    store: str | os.PathLike[str], folder: str | os.PathLike[str], result: Result | None = None
) -> list[Path]:
    """Write the outcomes that a run kept (its `paths.zarr`) as the tables `note_paths` and `pool_paths`.

    A file for each stretch of paths, so that memory holds one. Raises DataError for no store, for one that is damaged
    or not of `result`, ConfigError without pyarrow.
    """
    files = []
    with kept_paths(store) as paths:
        if isinstance(result, xr.Dataset):
            check_run(store, paths, result)
        for k, start in enumerate(range(0, paths.sizes["path"], STRETCH)):
            part = stretch(store, paths, start, start + STRETCH)
            part = part.assign_coords(path=np.arange(start, start + part.sizes["path"]))
            if "weight" not in part:
                part["weight"] = ("path", np.ones(part.sizes["path"]))
            for name in (schema.NOTE_PATHS, schema.POOL_PATHS):
                file = _folder(Path(folder) / name) / f"part-{k:05d}.parquet"
                _write(file, name, _outcomes(part, name), [])
                files.append(file)
    forget_paths(folder, files)
    return files


def _outcomes(part: xr.Dataset, name: str) -> pd.DataFrame:
    """The tidy frame of a stretch of paths."""
    keys = schema.tables()[name].keys
    pool = {f"pool_{quantity}": quantity for quantity in schema.OF_POOL}
    chosen = part[list(schema.OF_NOTE) if name == schema.NOTE_PATHS else list(pool)].rename(
        {} if name == schema.NOTE_PATHS else pool
    )
    frame = chosen.to_dataframe(dim_order=list(keys)).reset_index()
    return frame.assign(weight=np.tile(part["weight"].values, len(frame) // part.sizes["path"]))


def _write(path: Path, name: str, frame: pd.DataFrame, swept: list[str], partial: str = "") -> None:
    """A table with the types of its schema; units and meanings go with its columns, what a result lacks is null."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise ConfigError("Parquet needs pyarrow: pip install 'abs-stress[parquet]'") from None
    columns = [*(schema.SWEPT[dim] for dim in swept), *schema.tables()[name].columns]
    fields = [
        pa.field(c.name, getattr(pa, TYPES[c.type])(), metadata={"unit": c.unit, "meaning": c.meaning}) for c in columns
    ]
    about = {"stress_schema": str(schema.VERSION), "stress_table": name} | ({"partial": partial} if partial else {})
    whole = frame.reindex(columns=[c.name for c in columns])
    for column in columns:
        if column.type == "string":
            whole[column.name] = whole[column.name].astype(str)
    table = pa.Table.from_pandas(whole, pa.schema(fields), preserve_index=False)
    with replacing(path) as part:
        parquet.write_table(table.replace_schema_metadata(about), part)


def frames(result: Result) -> Iterator[tuple[str, pd.DataFrame]]:
    """File name (`scenario_tranche`, ...) and tidy frame of all measures with these dims.

    A sweep's frames have a column for each of its dims in front.
    """
    parts: dict[str, list[pd.DataFrame]] = {}
    for deal, ds in groups(result):
        for dims in sorted({v.dims for v in MEASURES if v.name in ds}):
            names = [v.name for v in MEASURES if v.dims == dims and v.name in ds]
            order = [*dims_of(ds), *dims]
            frame = ds[names].reset_coords(drop=True).to_dataframe(dim_order=order).reset_index()
            if deal:
                frame.insert(0, "deal", deal)
            parts.setdefault("_".join(dims), []).append(frame)
    for name, frames_ in parts.items():
        yield name, pd.concat(frames_, ignore_index=True)


def frame_of(result: Result, table: str) -> pd.DataFrame:
    """One of `frames` by its name. Raises ConfigError for one that the result has not."""
    tables = dict(frames(result))
    if table not in tables:
        raise ConfigError(f'table = "{table}": must be one of {", ".join(tables)}{suggest(table, list(tables))}')
    return tables[table]


def spreadsheet_safe(value: object) -> object:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


def _folder(folder: str | os.PathLike[str]) -> Path:
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    return path
