"""Named tables as one Excel workbook: numbers as numbers in their unit, errors beside them, assumptions, provenance.

All text is written as text, so that no name of a file can become a formula.
"""

from __future__ import annotations

import datetime
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.cells import cell_len

from stress.inputs.sheets.laid_out import keys_of
from stress.tables.new_workbook import new_workbook

if TYPE_CHECKING:
    import xarray as xr

    from stress.inputs.job import Job

FORMATS = {
    "share": "0.0000%",
    "money": "#,##0.00",
    "years": "0.0000",
    "number": "#,##0.000000",
    "count": "#,##0",
    "date": "yyyy-mm-dd",
    "text": "@",
}
"""Excel's format of each unit."""
OF_UNITS = {"1": "share", "1/year": "share", "years": "years", "month": "count"}
"""Units of a Dataset's variables."""
MADE = datetime.datetime(1980, 1, 1, tzinfo=datetime.UTC)
"""In every workbook, so that the same result gives the same bytes."""
FORBIDDEN = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
LONGEST, MOST_ROWS, WIDEST = 31, 1_048_575, 60
"""Of a sheet's name and of a sheet (Excel's limits); of a column."""


class Column(NamedTuple):
    """A heading and the unit of all below it."""

    title: str
    unit: str = "number"


class Table(NamedTuple):
    """One sheet: columns, rows of numbers, texts or nothing, and a line below."""

    name: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Any]]
    note: str = ""


def write(
    path: str | os.PathLike[str],
    tables: Sequence[Table],
    assumptions: Sequence[tuple[str, Any]],
    provenance: Mapping[str, Any],
) -> Path:
    """Write the workbook whole or not at all: the tables, a sheet of assumptions, one of provenance. Raises OSError."""
    about = (Column("Key", "text"), Column("Value", "text"))
    whole = [
        *tables,
        Table("Assumptions", about, assumptions),
        Table("Provenance", about, [(key, str(value)) for key, value in provenance.items() if len(str(value)) < 1000]),
    ]
    with new_workbook(path) as book:
        book.set_properties({"created": MADE})
        styles = {unit: book.add_format({"num_format": text}) for unit, text in FORMATS.items()}
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        for name, table in zip(names_of(whole), whole, strict=True):
            _fill(book.add_worksheet(name), table, styles, bold)
    return Path(path)


def names_of(tables: Sequence[Table]) -> list[str]:
    """Names of the sheets as Excel takes them, each once."""
    names: list[str] = []
    for table in tables:
        name = FORBIDDEN.sub(" ", table.name).strip()[:LONGEST] or "Sheet"
        k = 1
        while name.lower() in (known.lower() for known in names):
            k += 1
            name = f"{name[: LONGEST - len(str(k)) - 1]} {k}"
        names.append(name)
    return names


def _fill(sheet: Any, table: Table, styles: Mapping[str, Any], bold: Any) -> None:
    width = [min(WIDEST, max(9, cell_len(column.title) + 1)) for column in table.columns]
    for k, column in enumerate(table.columns):
        sheet.write_string(0, k, column.title, bold)
    for row, cells in enumerate(table.rows[:MOST_ROWS], 1):
        for k, (cell, column) in enumerate(zip(cells, table.columns, strict=True)):
            width[k] = max(width[k], min(WIDEST, _put(sheet, row, k, cell, column.unit, styles)))
    for k, wide in enumerate(width):
        sheet.set_column(k, k, wide)
    sheet.freeze_panes(1, 1)
    if table.note:
        sheet.write_string(min(len(table.rows), MOST_ROWS) + 1, 0, table.note)


def _put(sheet: Any, row: int, k: int, cell: Any, unit: str, styles: Mapping[str, Any]) -> int:
    """Write a cell; returns the columns that it takes."""
    value = cell.item() if hasattr(cell, "item") else cell
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return 0
    if isinstance(value, bool):
        sheet.write_boolean(row, k, value)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, k, value, styles[unit if unit != "text" else "number" if value % 1 else "count"])
        return 14
    elif isinstance(value, datetime.date):
        sheet.write_datetime(row, k, datetime.datetime.combine(value, datetime.time()), styles["date"])
        return 11
    else:
        sheet.write_string(row, k, str(value)[:32_767])
        return cell_len(str(value)[:WIDEST]) + 1
    return 6


def of_flows(ds: xr.Dataset, vectors: Sequence[str]) -> list[Table]:
    """Cash flows: a sheet each for pool, notes, fees, accounts, parties, vectors, own quantities and triggers."""
    from stress.report.flows import parts

    months = ds["month"].values.tolist()
    ends, dates = (
        [datetime.date.fromisoformat(str(date)[:10]) for date in ds[name].values]
        for name in ("collection_end", "payment_date")
    )
    tables = []
    for part in parts(ds, vectors):
        columns, values = [Column("Month", "count")], [months]
        for head, days in (("Collected until", ends), ("Payment", dates)):
            columns.append(Column(head, "date"))
            values.append(days)
        for title, value, error, of in zip(part.columns, part.values, part.errors, part.units, strict=True):
            sign = f", {ds.attrs['currency']}" if of == "money" else ""
            unit = of if error is None else {"condition": "share", "count": "number"}.get(of, of)
            unit = "count" if unit == "condition" else unit
            columns.append(Column(f"{title}{sign}", unit))
            values.append(value.tolist())
            if error is not None:
                columns.append(Column(f"± {title}", unit))
                values.append(error.tolist())
        tables.append(Table(part.title, tuple(columns), list(zip(*values, strict=True))))
    return tables


def of_result(result: Any) -> list[Table]:
    """Every measure of a result: a sheet for each set of dims, each figure beside its error or interval."""
    from stress.report.export import frames
    from stress.results.variables import MEASURES

    units = {v.name: OF_UNITS.get(v.unit, "number") for v in MEASURES}
    tables = []
    for name, frame in frames(result):
        columns = tuple(Column(str(c), units.get(str(c), "text")) for c in frame.columns)
        rows = [tuple(_day(x) for x in row) for row in frame.itertuples(index=False)]
        tables.append(Table(name.replace("_", " "), columns, rows))
    return tables


def of_answer(name: str, answer: Mapping[str, Any]) -> list[Table]:
    """An answer as its JSON document has it: what is one value in a first sheet, every list of records in its own."""
    single = [(key, value) for key, value in answer.items() if not isinstance(value, (list, dict))]
    for key, value in answer.items():  # an estimate with its error and its interval
        if isinstance(value, dict) and not any(isinstance(part, (list, dict)) for part in value.values()):
            single += [(f"{key} {name}", part) for name, part in value.items()]
    tables = [Table(name, (Column("Figure", "text"), Column("Value", "text")), single)]
    for key, value in answer.items():
        records = value if isinstance(value, list) else _columns(value) if isinstance(value, dict) else []
        if records and isinstance(records[0], dict):
            rows = [dict(_flat(record)) for record in records]
            heads = list(dict.fromkeys(head for row in rows for head in row))
            cells = [[row.get(head) for head in heads] for row in rows]
            tables.append(Table(key, tuple(Column(head.replace("_", " "), "text") for head in heads), cells))
    return tables


def of_job(job: Job | None) -> list[tuple[str, Any]]:
    """All inputs of a job, one a row, by the path of its key: `stress new --from` reads them back."""
    if job is None:
        return []
    stated = dict(keys_of(job.model_dump(mode="json", exclude_none=True, exclude_defaults=True), type(job)))
    every = keys_of(job.model_dump(mode="json", exclude_none=True), type(job))
    return [(key, cell) for key, cell in every if key in stated or cell not in (None, "[]", "{}")]


def of_document(document: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """All values of an input, one a row, by the path of its key."""
    return [(key, value) for key, value in _flat(document) if value != []]


def _columns(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Lists of equal length under one key, as a curve has them, as records."""
    lists = {key: item for key, item in value.items() if isinstance(item, list)}
    if not lists or len({len(item) for item in lists.values()}) != 1:
        return []
    return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every scalar below a value with the path to it; lists of scalars as one text."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _flat(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (list, tuple)) and any(isinstance(item, (Mapping, list, tuple)) for item in value):
        if path:  # records have a sheet of their own; in inputs they are numbered
            for k, item in enumerate(value, 1):
                yield from _flat(item, f"{path}[{k}]")
    elif isinstance(value, (list, tuple)):
        yield path, ", ".join(map(str, value))
    else:
        yield path, value


def _day(value: Any) -> Any:
    """A timestamp as a date, anything else as it is."""
    return value.date() if hasattr(value, "date") else value
