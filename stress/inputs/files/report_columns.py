"""Where the figures of a report stand: the columns that its file names, of a renamed one that of each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stress.errors import ConfigError, DataError
from stress.inputs.reports import Column
from stress.inputs.text.messages import show
from stress.spelling import suggest
from stress.tables.cells import Cells
from stress.tables.numbers import is_missing


def refuse_unknown(tables: Sequence[Cells], columns: Mapping[str, Column]) -> None:
    """ConfigError for a heading that stands in none of the tables."""
    for figure, column in columns.items():
        for heading in column.headings:
            if not any(heading in cells.row[0].cell for cells in tables):
                place_of(tables[0], tables[0].row[0].cell, heading, f"columns.{figure}.column")


def places_of(cells: Cells, column: Column, key: str) -> list[int]:
    """The columns in which a table has a figure: of one that was renamed all of its headings that stand there."""
    head = cells.row[0].cell
    there = [heading for heading in column.headings if heading in head] or column.headings[:1]
    return [place_of(cells, head, heading, key) for heading in there]


def place_of(cells: Cells, head: tuple[str, ...], wanted: str, key: str) -> int:
    """The column of a heading that stands once. ConfigError with the key that names it."""
    if wanted not in head:
        listed = ", ".join(head)
        raise ConfigError(
            f"{key} = {show(wanted)}: {cells.file} has no such column: it has {listed}{suggest(wanted, head)}"
        )
    if head.count(wanted) > 1:
        which = " and ".join(str(k + 1) for k, name in enumerate(head) if name == wanted)
        raise ConfigError(
            f"{key} = {show(wanted)}: {cells.file}: columns {which} are both called so: rename one of them"
        )
    return head.index(wanted)


def by_row(cells: Cells, name: str, columns: Sequence[int]) -> list[int]:
    """The column, of those that may hold a figure, in which each row has it. DataError where a row has it in several,
    or in none without a word that it was not reported."""
    if len(columns) == 1:
        return [columns[0]] * len(cells.row[1:])
    places = []
    for row in cells.row[1:]:
        given = [k for k in columns if not is_missing(row.cell[k])] or [k for k in columns if row.cell[k].strip()][:1]
        if len(given) != 1:
            headings = [repr(cells.row[0].cell[k]) for k in given or columns]
            has = f"{' and '.join(headings)} give {name}" if given else f"none of {', '.join(headings)} gives {name}"
            remedy = "leave one of them empty" if given else "write n/a where it was not reported"
            raise DataError(f"{cells.place(row)}: {has}: each period has one of them; {remedy}")
        places += given
    return places
