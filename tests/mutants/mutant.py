"""What a mutant is, and how a document becomes TOML text again."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

Place = tuple[str | int, ...]
"""Keys and positions from the root of a document to a value."""


class Mutant(NamedTuple):
    """A file changed in one respect."""

    kind: str
    """What was done, in words."""
    content: bytes
    place: Place = ()
    """Where in the document; for a table (row, column)."""
    was: Any = None
    now: Any = None

    def __str__(self) -> str:
        """For lists of what was accepted."""
        where = ".".join(map(str, self.place)) or "the file"
        return f"{self.kind}: {where}: {shown(self.was)} -> {shown(self.now)}"


class Date(str):
    """A date as TOML writes it, without quotes."""


def shown(value: object) -> str:
    text = repr(value)
    return text if len(text) < 50 else text[:47] + "..."


def toml(document: dict[str, Any]) -> str:
    """A document as TOML: one line for each key of the root, everything below it inline."""
    return "".join(f"{key(name)} = {literal(value)}\n" for name, value in document.items())


def key(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)


def literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Date):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key(name)} = {literal(part)}" for name, part in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return value.isoformat() if hasattr(value, "isoformat") else repr(value)


def leaves(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every value of a document that is no table and no list of tables, with its place."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from leaves(part, (*place, name))
    elif isinstance(value, list) and value and isinstance(value[0], (dict, list)):
        for number, part in enumerate(value):
            yield from leaves(part, (*place, number))
    else:
        yield place, value


def containers(value: Any, kind: type, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every table (kind dict) or list (kind list) of a document, with its place."""
    if isinstance(value, kind):
        yield place, value
    if isinstance(value, (dict, list)):
        for name, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from containers(part, kind, (*place, name))


def at(document: Any, place: Place) -> Any:
    for part in place:
        document = document[part]
    return document


def put(document: Any, place: Place, value: Any) -> None:
    at(document, place[:-1])[place[-1]] = value
