"""One cell and the value that it stands for, by what the schema allows there."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import tomli

from stress.inputs.sheets.paths import Part
from stress.inputs.text.schema import Schema, alternatives, child
from stress.inputs.text.write import value as toml

LONGEST = 32_767
"""Characters of a cell."""
EXACT = 2**53
"""Whole numbers below this are held exactly."""
_NUMBERS = {"number", "integer"}
Tag = Callable[[tuple[Part, ...]], object]
"""What stands at a path: the key that tells the members of a union apart."""


def schemas_of(root: Schema, parts: Sequence[Part], tag: Tag) -> list[Schema]:
    """Every alternative at a path; none where there is no such key."""
    schemas = alternatives(root, root)
    for k, part in enumerate(parts):
        schemas = [s for schema in schemas for s in child(root, _member(root, schema, tuple(parts[:k]), tag), part)]
    return schemas


def _member(root: Schema, schema: Schema, parts: tuple[Part, ...], tag: Tag) -> Schema:
    """Of a union the member that the cell of its tag names."""
    if "_mapping" not in schema:
        return schema
    name = schema["discriminator"]["propertyName"]
    word, members = tag((*parts, name)), schema["_mapping"]
    reference = members.get(word, next(iter(members.values())))  # an unknown word is refused at its own cell
    return alternatives(root, {"$ref": reference})[0]


def value_of(raw: Any, root: Schema, schemas: Sequence[Schema]) -> Any:
    """The value that a cell stands for. Raises ValueError where a list or a table in it cannot be read."""
    wanted = _wanted(schemas)
    if isinstance(raw, str):
        return _of_text(raw, root, schemas, wanted)
    if isinstance(raw, datetime.datetime):
        raw = raw.date() if raw.time() == datetime.time() else raw
    if isinstance(raw, (datetime.date, datetime.time)):
        raw = raw.isoformat()
    elif isinstance(raw, float) and raw.is_integer() and abs(raw) < EXACT:
        raw = int(raw)
    if isinstance(raw, (int, float)) and not isinstance(raw, bool) and "string" in wanted and not wanted & _NUMBERS:
        return str(raw)
    return [raw] if wanted == {"array"} else raw


def _of_text(text: str, root: Schema, schemas: Sequence[Schema], wanted: set[str]) -> Any:
    bare = text.strip()
    inner = [branch for schema in schemas if schema.get("type") == "array" for branch in child(root, schema, 0)]
    if bare[:1] in ("[", "{") and wanted & {"array", "object"}:
        parts = _bare_lists(bare) if "string" in _wanted(inner) else []
        return [value_of(part.strip(), root, inner) for part in parts] if parts else _literal(bare)
    if "string" in wanted or not wanted:
        return text
    if wanted & _NUMBERS and (number := _number(bare)) is not None:
        return number
    if "boolean" in wanted and bare.lower() in ("true", "false"):
        return bare.lower() == "true"
    if "array" in wanted:
        return [value_of(part.strip(), root, inner) for part in (bare.split("\n") if "\n" in bare else _listed(bare))]
    return text


def _bare_lists(text: str) -> list[str]:
    """Parts of `[A-1, A-2], B`, or of `[A-1, A-2]` itself, whose names need no quotes; none of what TOML may read."""
    parts = _listed(text)
    if len(parts) == 1 and text[0] == "[" and text[-1] == "]" and '"' not in text:
        parts = _listed(text[1:-1])
    elif len(parts) == 1:
        return []
    return parts if all(part.strip() and part.count("[") == part.count("]") for part in parts) else []


def _listed(text: str) -> list[str]:
    """What stands between commas; those within brackets, as of a formula's arguments, divide nothing."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _literal(text: str) -> Any:
    try:
        return tomli.loads(f"x = {text}")["x"]
    except (tomli.TOMLDecodeError, RecursionError, ValueError) as error:
        raise ValueError(f"is no list or table as TOML writes it: {error}") from None


def _number(text: str) -> float | int | None:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return None


def cell_of(value: Any, root: Schema, schemas: Sequence[Schema]) -> Any:
    """The plainest cell that is read back as the value. Raises ValueError where there is none."""
    for cell in _spellings(value):
        if isinstance(cell, str) and (len(cell) > LONGEST or not cell):
            continue
        try:
            again = value_of(cell, root, schemas)
        except ValueError:
            continue
        if again in (value, [value]) and isinstance(again, bool) == isinstance(value, bool):  # `when` may be either
            return cell
    raise ValueError("a cell cannot hold it")


def _spellings(value: Any) -> Iterator[Any]:
    if isinstance(value, str):
        try:
            yield datetime.date.fromisoformat(value)
        except ValueError:
            yield value
        else:
            yield value
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield value if float(f"{value:.16G}") == value else repr(value)  # a workbook holds sixteen digits
    elif isinstance(value, list):
        texts = [item if isinstance(item, str) else toml(item) for item in value]
        yield ", ".join(texts)
        yield "\n".join(texts)
        yield toml(value)
    elif isinstance(value, dict):
        yield toml(value)
    else:
        yield value


def _wanted(schemas: Sequence[Schema]) -> set[str]:
    """Types that are allowed; none where anything is."""
    types = {"object" if "_mapping" in schema else str(schema.get("type", "")) for schema in schemas}
    return set() if "" in types else types - {"null"}
