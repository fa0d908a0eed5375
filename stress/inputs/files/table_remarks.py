"""What the readers of a scenario's macro tables assumed and left out: notes of `stress check`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from stress.inputs.files.parse import parse
from stress.inputs.scenario import Scenario
from stress.inputs.table import read_table
from stress.inputs.text.reference import resolve
from stress.inputs.text.remark import Remark


def notes_of_tables(files: Iterable[Path]) -> list[Remark]:
    """Of every table that these files name under `macro`, where they are scenarios. DataError as `read_table`."""
    return [note for file in dict.fromkeys(files) for note in _notes(file)]


def _notes(file: Path) -> list[Remark]:
    model = parse(file)
    if not isinstance(model, Scenario) or model.macro is None:
        return []
    found = []
    for number, one in enumerate(model.macro.tables, 1):
        for key, reference in (("file", one.file), ("history", one.history)):
            if reference is not None:
                place = f"macro.tables[{number}].{key}"
                table = read_table(resolve(file, reference, f"{file}: {place}"))
                said = [f"{reference}: {note}" for note in table.note]
                found += [Remark(f"scenario {model.name}", place, says, str(file)) for says in said]
    return found
