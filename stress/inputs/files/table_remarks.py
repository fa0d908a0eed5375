"""What the readers of a scenario's tables assumed and left out: notes of `stress check`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from stress.inputs.deal.index_file import dated
from stress.inputs.files.parse import parse
from stress.inputs.scenario import Scenario
from stress.inputs.table import read_table
from stress.inputs.text.reference import resolve
from stress.inputs.text.remark import Found, Remark
from stress.tables.cells import read_cells
from stress.tables.dates import tells
from stress.tables.upright import upright


def notes_of_tables(files: Iterable[Path]) -> list[Remark]:
    """Of every table that these files name, where they are scenarios: under `macro`, and how dates of shocks are read.

    DataError as `read_table`.
    """
    return [note for file in dict.fromkeys(files) for note in _notes(file)]


def _notes(file: Path) -> list[Remark]:
    model = parse(file)
    if not isinstance(model, Scenario):
        return []
    of = f"scenario {model.name}"
    return [Remark(of, place, says, str(file)) for place, says in (*_of_shocks(file, model), *_of_macro(file, model))]


def _of_shocks(file: Path, model: Scenario) -> Found:
    for number, shock in enumerate(model.shocks, 1):
        if shock.file is not None:
            place = f"shocks[{number}].file"
            cells = upright(read_cells(resolve(file, shock.file, f"{file}: {place}")))
            yield from ((place, f"{shock.file}: {note}") for note in filter(tells, dated(cells, None, True)[0].note))


def _of_macro(file: Path, model: Scenario) -> Found:
    for number, one in enumerate(() if model.macro is None else model.macro.tables, 1):
        for key, reference in (("file", one.file), ("history", one.history)):
            if reference is not None:
                place = f"macro.tables[{number}].{key}"
                table = read_table(resolve(file, reference, f"{file}: {place}"))
                yield from ((place, f"{reference}: {note}") for note in table.note)
