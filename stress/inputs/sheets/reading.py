"""Sheets -> the document that a TOML file would hold, every value with the cell it stands in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from stress.errors import ConfigError
from stress.inputs.sheets.cells import schemas_of, value_of
from stress.inputs.sheets.grid import Cell, Grid, grids, named, words
from stress.inputs.sheets.paths import Part, joined, parts_of
from stress.inputs.text.messages import Placed
from stress.inputs.text.read import plain
from stress.inputs.text.schema import Schema, child, root_of

Parts = tuple[Part, ...]
Raw = dict[Parts, tuple[Any, str]]
"""Path -> the content of its cell and the place of that."""


def read_sheets(path: Path, models: Mapping[str, type[BaseModel]]) -> Placed:
    """The document of one input file of a workbook. ConfigError with sheet and cell; DataError, LimitError."""
    name = named(path)
    first, *others = grids(path, name)
    raw: Raw = {}
    _add(path, raw, _of_keys(path, first, ()))
    model = models.get(str(raw[("kind",)][0]).strip())
    root = root_of(model) if model is not None else {}
    for grid in others:
        _add(path, raw, _of_sheet(path, grid, _parts(path, grid, grid.name[len(name) + 1 :], None), root))
    return _placed(path, raw, root)


def read_keys(path: Path, sheet: str, model: type[BaseModel]) -> Placed:
    """The document of a model that one sheet of keys holds whole. Raises as `read_sheets` does."""
    raw: Raw = {}
    _add(path, raw, _of_keys(path, grids(path, sheet)[0], ()))
    return _placed(path, raw, root_of(model))


def _placed(path: Path, raw: Raw, root: Schema) -> Placed:
    placed = Placed(_document(path, raw, root))
    placed.places = {parts: place for parts, (_, place) in raw.items()}
    return placed


def _add(path: Path, raw: Raw, cells: Iterator[tuple[Parts, Any, str]]) -> None:
    for parts, value, place in cells:
        if parts in raw:
            raise ConfigError(f"{path}: {place}: {joined(parts)} stands in {raw[parts][1]} too")
        raw[parts] = (value, place)


def _of_sheet(path: Path, grid: Grid, above: Parts, root: Schema) -> Iterator[tuple[Parts, Any, str]]:
    """The cells below a key: a list of tables by rows, lists under names likewise, or one table by keys."""
    schemas = schemas_of(root, above, lambda _: None) if root else []
    inner = [branch for schema in schemas for branch in child(root, schema, "*")]  # of an open table: any name
    if any(schema.get("type") == "array" for schema in schemas):
        return _of_rows(path, grid, above, named_lists=False)
    if any(schema.get("type") == "array" and "properties" not in schema for schema in inner):
        return _of_rows(path, grid, above, named_lists=True)
    return _of_keys(path, grid, above)


def _of_keys(path: Path, grid: Grid, above: Parts) -> Iterator[tuple[Parts, Any, str]]:
    """Of a sheet with the columns Key and Value; the user's own columns beside them are passed over."""
    for row in grid.rows:
        cells = {cell.column: cell for cell in row if cell.column <= 2}
        if 1 not in cells and 2 in cells:
            raise ConfigError(f"{path}: {grid.place(cells[2])}: a value without a key")
        if 1 in cells and 2 in cells:
            yield (*above, *_parts(path, grid, cells[1].value, cells[1])), cells[2].value, grid.place(cells[2])


def _of_rows(path: Path, grid: Grid, above: Parts, named_lists: bool) -> Iterator[tuple[Parts, Any, str]]:
    """Of a sheet whose headings are the keys of an entry."""
    heads = words(grid.head)
    first = min(heads, default=0)
    keys = {c.column: _parts(path, grid, c.value, c) for c in grid.head if not (named_lists and c.column == first)}
    count: dict[str, int] = {}
    for row in grid.rows:
        cells = {cell.column: cell for cell in row}
        if lost := [cell for cell in row if cell.column not in heads]:
            raise ConfigError(f"{path}: {grid.place(lost[0])}: stands below no heading")
        under = ""
        if named_lists:
            if first not in cells:
                raise ConfigError(f"{path}: {grid.place(row[0])}: the row lacks its {heads[first]}")
            under = str(cells.pop(first).value).strip()
        place = count[under] = count.get(under, -1) + 1
        for column, cell in cells.items():
            yield (*above, *((under,) if named_lists else ()), place, *keys[column]), cell.value, grid.place(cell)


def _parts(path: Path, grid: Grid, text: Any, cell: Cell | None) -> Parts:
    try:
        return parts_of(str(text).strip())
    except ValueError as error:
        place = f"sheet {grid.name!r}" if cell is None else grid.place(cell)
        raise ConfigError(f"{path}: {place}: {str(text)[:80]!r}: {error}") from None


def _document(path: Path, raw: Raw, root: Schema) -> dict[str, Any]:
    """The values by their paths, as tables and lists."""
    top: dict[Part, Any] = {}
    for parts, (content, place) in raw.items():
        here: Any = top
        for k, part in enumerate(parts[:-1]):
            here = here.setdefault(part, {})
            if not isinstance(here, dict):
                raise ConfigError(f"{path}: {place}: {joined(parts[: k + 1])} is a value already, no table")
        schemas = schemas_of(root, parts, lambda at: raw.get(at, (None,))[0]) if root else []
        try:
            here[parts[-1]] = value_of(content, root, schemas)
        except ValueError as error:
            raise ConfigError(f"{path}: {joined(parts)} ({place}): {error}") from None
    return plain(path, {str(key): _with_lists(path, value, (key,)) for key, value in top.items()})


def _with_lists(path: Path, value: Any, at: Sequence[Part]) -> Any:
    """Tables whose keys are places as lists."""
    if not isinstance(value, dict):
        return value
    if not any(isinstance(key, int) for key in value):
        return {key: _with_lists(path, item, (*at, key)) for key, item in value.items()}
    for k in range(len(value)):
        if k not in value:
            raise ConfigError(f"{path}: {joined((*at, k))} is missing: a list has no gaps")
    return [_with_lists(path, value[k], (*at, k)) for k in range(len(value))]
