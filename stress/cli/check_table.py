"""`stress check` of a table: what it holds, and what its reader assumed and left out."""

from __future__ import annotations

from pathlib import Path

from stress.errors import DataError
from stress.tables.source import WORKBOOKS, is_workbook, parted

SUFFIXES = (".csv", ".tsv", ".tab", ".txt", *WORKBOOKS, ".parquet", ".pq")
PACKED = (".gz", ".bz2", ".xz", ".zip")
_EVERY = {1: "years", 2: "half-years", 4: "quarters", 12: "months"}


def is_table(path: Path) -> bool:
    """Whether a file's name says that it holds a table and no TOML, and no sheet of it an input file; or a folder holds
    reports alone."""
    if path.is_dir():
        from stress.inputs.files.reported import are_reports

        return are_reports(path)
    suffix = [part.lower() for part in parted(path)[0].suffixes[-2:]]
    if suffix and suffix[-1] in WORKBOOKS and _holds_inputs(path):
        return False
    return bool(suffix) and (suffix[-1] in SUFFIXES or (suffix[-1] in PACKED and suffix[0] in SUFFIXES))


def _holds_inputs(path: Path) -> bool:
    from stress.inputs.sheets.grid import files_in

    file, sheet = parted(path)
    there = files_in(path) if file.is_file() and is_workbook(file) else {}
    return sheet in there or (not sheet and bool(there))


def checked_table(path: Path) -> tuple[str, list[dict[str, str]]]:
    """(kind, notes) of reports, of a tape, of a table of periods or of vintages. Raises DataError."""
    from stress.inputs.files.reported import are_reports

    if are_reports(path):
        from stress.inputs.files.report_ties import notes_of_tables

        return "reports", [note._asdict() for note in notes_of_tables(path)]
    if _is_tape(path):
        return "tape", [_note(path, says) for says in _held_by_tape(path)]
    from stress.inputs.table import read_table

    try:
        table = read_table(path)
    except DataError:
        vintages = _held_by_vintages(path)
        if not vintages:
            raise
        return "vintages", [_note(path, says) for says in vintages]
    names = ", ".join(map(repr, table.variable[:8])) + (f" and {n - 8} more" if (n := len(table.variable)) > 8 else "")
    held = f"{table.n} {_EVERY[table.start.per_year]}, {table.label(0)} to {table.label(table.n - 1)}: {names}"
    return "table", [_note(path, says) for says in (held, *table.note)]


def _is_tape(path: Path) -> bool:
    """Whether it has the columns of a tape."""
    from stress.tape import opened

    try:
        opened(path)
    except DataError:
        return False
    return True


def _held_by_tape(path: Path) -> list[str]:
    from stress.tape import gather

    gathered = gather(path)
    dropped = [f"dropped {d.n:,} rows, first in row {d.first_row:,}: {d.reason}" for d in gathered.dropped]
    held = f"{gathered.stock.n:,} loans of {gathered.n_read:,} rows, balance {gathered.stock.balance:,.2f}"
    return [held, *gathered.note, *dropped]


def _held_by_vintages(path: Path) -> list[str]:
    """What a vintage table holds; nothing where the file is none."""
    from stress.tables.vintages import read_vintages

    try:
        table = read_vintages(path)
    except DataError:
        return []
    cohorts = f"{len(table.cohort)} cohorts, {table.cohort[0]} to {table.cohort[-1]}"
    totals = [f"{name}, {'running totals' if table.cumulative(name) else 'by month'}" for name in table.measure]
    held = f"{cohorts}, by ages {table.age[0]} to {table.age[-1]}; figures: {'; '.join(totals)}"
    return [held, *(f"by cohort: {name}" for name, _ in table.base), *table.note]


def _note(path: Path, says: str) -> dict[str, str]:
    return {"part": "table", "key": "", "says": says, "file": str(path)}


def layouts_text() -> str:
    """The layouts that are read, as Markdown."""
    from stress.tables.layouts import LAYOUTS, RULES

    rows = [f"| {layout.publisher} | `{layout.looks.replace('|', '/')}` | {layout.read} |" for layout in LAYOUTS]
    head = ["# Tables that are read", "", "| Publisher | Looks like | Read as |", "|---|---|---|"]
    return "\n".join([*head, *rows, "", *(f"- {rule}" for rule in RULES)]) + "\n"
