"""What the readers of a scenario's tables assumed and left out: notes of `stress check` and `stress run`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from stress.inputs.deal.index_file import dated
from stress.inputs.files.made_of import Part
from stress.inputs.scenario import Shock
from stress.inputs.table import read_table
from stress.inputs.text.reference import resolve
from stress.inputs.text.remark import Sentences, named
from stress.tables.cells import read_cells
from stress.tables.dates import tells
from stress.tables.upright import upright


def notes_of_tables(parts: Sequence[Part]) -> tuple[tuple[str, str], ...]:
    """(key, sentence) of every table that a scenario (the first part) and those that it stands on read: under `macro`,
    and how dates of shocks are read. DataError as `read_table`."""
    return tuple(dict.fromkeys(_notes(parts)))


def _notes(parts: Sequence[Part]) -> Iterator[tuple[str, str]]:
    home = parts[0].path
    for part in parts:
        prefix = "" if part.path == home else f"{os.path.relpath(part.path, home.parent)}: "
        notes = [*_of_shocks(part, "", part.scenario.shocks), *_of_macro(part)]
        if part.level is not None:
            notes += _of_shocks(part, f"{named('levels', part.level.name)}.", part.level.shocks)
        yield from ((prefix + key, says) for key, says in notes)


def _of_shocks(part: Part, under: str, shocks: Sequence[Shock]) -> Sentences:
    for number, shock in enumerate(shocks, 1):
        if shock.file is not None:
            place = f"{under}shocks[{number}].file"
            cells = upright(read_cells(resolve(part.path, shock.file, f"{part.path}: {place}")))
            yield from ((place, f"{shock.file}: {note}") for note in filter(tells, dated(cells, None, True)[0].note))


def _of_macro(part: Part) -> Sentences:
    macro = part.scenario.macro
    for number, entry in enumerate(() if macro is None else macro.tables, 1):
        for key, reference in (("file", entry.file), ("history", entry.history)):
            if reference is not None:
                place = f"macro.tables[{number}].{key}"
                table = read_table(resolve(part.path, reference, f"{part.path}: {place}"))
                yield from ((place, f"{reference}: {note}") for note in table.note)
