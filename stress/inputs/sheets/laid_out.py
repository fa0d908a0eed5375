"""A document -> sheets: what `reading` reads back as the same document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel

from stress.errors import ConfigError
from stress.inputs.sheets.cells import cell_of, schemas_of
from stress.inputs.sheets.paths import Part, joined
from stress.inputs.text.schema import Schema, allowed_key_words, allowed_words, description, number_range, root_of

LONGEST = 31
"""Characters of a sheet's name."""
HEAD = ("Key", "Value", "Unit", "Allowed", "Meaning")


class Sheet(NamedTuple):
    """A name, headings with what each means, and rows of cells; None is an empty one."""

    name: str
    head: tuple[str, ...]
    meaning: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def sheets_of(name: str, document: Mapping[str, Any], model: type[BaseModel], every_key: bool = False) -> list[Sheet]:
    """The sheets of one input file, with `every_key` also what it leaves out, empty.

    Raises ConfigError for what no cell can hold.
    """
    return list(_Layout(name, document, root_of(model), every_key).sheets())


def keys_of(document: Mapping[str, Any], model: type[BaseModel]) -> list[tuple[str, Any]]:
    """All values in one sheet of keys: (path, cell). Raises ConfigError for what no cell can hold."""
    return [(row[0], row[1]) for row in _Layout("", document, root_of(model)).keys(document)]


def room_for(document: Mapping[str, Any]) -> int:
    """Characters that the name of the first sheet may have, so that those below it can be named."""
    below = [len(key) + 1 for key, value in document.items() if _is_list(value) or _are_lists(value)]
    return LONGEST - max(below, default=0)


class _Layout:
    def __init__(self, name: str, document: Mapping[str, Any], root: Schema, every_key: bool = False) -> None:
        self.name, self.document, self.root, self.every_key = name, document, root, every_key

    def sheets(self) -> Iterator[Sheet]:
        lists = {key: value for key, value in self.document.items() if _is_list(value) or _are_lists(value)}
        single = {key: value for key, value in self.document.items() if key not in lists}
        rows = [*self.keys(single), *self._empty()]
        yield Sheet(self.name, HEAD, ("",) * len(HEAD), tuple(rows))
        for key, value in lists.items():
            if isinstance(value, list):
                yield self._records(key, [((key, k), None, row) for k, row in enumerate(value)])
            else:
                rows = [
                    ((key, under, k), under, row) for under, listed in value.items() for k, row in enumerate(listed)
                ]
                yield self._records(key, rows, self._first(key))
        if self.every_key:
            for key in self.root["properties"]:
                entries = self._entries(key)
                if key not in self.document and entries:
                    comments = [_words_of(self._schemas((key, 0, entry))) for entry in entries]
                    yield Sheet(f"{self.name}.{key}", tuple(entries), tuple(comments), ())

    def _empty(self) -> Iterator[tuple[Any, ...]]:
        """Keys with one value that the document leaves out."""
        for key in self.root["properties"] if self.every_key else ():
            schemas = self._schemas((key,))
            if key not in self.document and not any("properties" in s for s in schemas) and not self._entries(key):
                yield key, None, *_described(schemas)

    def _entries(self, key: str) -> list[str]:
        """Keys of the entries of a list of tables; none where it is no such list."""
        return list(dict.fromkeys(name for schema in self._schemas((key, 0)) for name in schema.get("properties", {})))

    def keys(self, single: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
        for parts, value in _flat(single):
            schemas = self._schemas(parts)
            yield (joined(parts), self._cell(parts, value, schemas), *_described(schemas))

    def _records(self, key: str, rows: Sequence[tuple[tuple[Part, ...], str | None, Any]], first: str = "") -> Sheet:
        """One row an entry, columns in the order in which keys first appear; `first` heads the names of the lists."""
        flat = [({joined(parts): (parts, value) for parts, value in _flat(row)}, at, under) for at, under, row in rows]
        heads = _ordered([list(cells) for cells, _, _ in flat])
        meaning = dict.fromkeys(heads, "")
        body = []
        for cells, at, under in flat:
            row: list[Any] = [under] if first else []
            for head in heads:
                parts, value = cells.get(head, ((), None))
                schemas = self._schemas((*at, *parts)) if parts else []
                meaning[head] = meaning[head] or _words_of(schemas)
                row.append(self._cell((*at, *parts), value, schemas) if parts else None)
            body.append(tuple(row))
        front = (first,) if first else ()
        return Sheet(f"{self.name}.{key}", (*front, *heads), (*("",) * len(front), *meaning.values()), tuple(body))

    def _first(self, key: str) -> str:
        """What the names of the lists under a key are called."""
        return "phase" if allowed_key_words(self._schemas((key,))) else "name of the list"

    def _schemas(self, parts: tuple[Part, ...]) -> list[Schema]:
        return schemas_of(self.root, parts, lambda at: _at(self.document, at))

    def _cell(self, parts: tuple[Part, ...], value: Any, schemas: list[Schema]) -> Any:
        if value == "":  # no text is the default of every key that may have none
            return None
        try:
            return cell_of(value, self.root, schemas)
        except ValueError as error:
            raise ConfigError(f"{self.name}: {joined(parts)}: {error}") from None


def _described(schemas: list[Schema]) -> tuple[str, str, str]:
    """Unit, what is allowed, meaning."""
    unit = next((str(schema["unit"]) for schema in schemas if "unit" in schema), "")
    span = number_range(schemas)
    words = ", ".join(allowed_words(schemas))
    return unit, words or (span[0] if span else ""), description(schemas)


def _words_of(schemas: list[Schema]) -> str:
    """Meaning, unit and what is allowed, as a comment."""
    unit, allowed, meaning = _described(schemas)
    return "; ".join(filter(None, (meaning, unit, allowed)))


def _is_list(value: Any) -> bool:
    """A list of tables."""
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) and item for item in value)


def _are_lists(value: Any) -> bool:
    """Lists of tables under names."""
    return isinstance(value, dict) and bool(value) and all(map(_is_list, value.values()))


def _flat(value: Any, at: tuple[Part, ...] = ()) -> Iterator[tuple[tuple[Part, ...], Any]]:
    """Every value that is one cell, with its path."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _flat(item, (*at, key))
    elif _is_list(value):
        for k, item in enumerate(value):
            yield from _flat(item, (*at, k))
    else:
        yield at, value


def _ordered(rows: Sequence[list[str]]) -> list[str]:
    """All headings, each behind those that stand before it in its row."""
    heads: list[str] = []
    for row in rows:
        at = 0
        for head in row:
            if head in heads:
                at = max(at, heads.index(head) + 1)
            else:
                heads.insert(at, head)
                at += 1
    return heads


def _at(document: Any, parts: Sequence[Part]) -> Any:
    here = document
    for part in parts:
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            return None
    return here
