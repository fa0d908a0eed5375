"""What a model allows at a key, read from its JSON schema (keys, words, ranges), for messages and the reference."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel

Schema = dict[str, Any]


def schemas_at(model: type[BaseModel], location: Sequence[str | int]) -> list[Schema]:
    """Every alternative the model allows at a location of a pydantic error (union tags are passed over)."""
    root = root_of(model)
    schemas = alternatives(root, root)
    for part in location:
        step = [s for schema in schemas for s in child(root, schema, part)]
        schemas = step or schemas
    return schemas


@functools.cache
def root_of(model: type[BaseModel]) -> Schema:
    """The JSON schema of a model, with `unit` where a type has one."""
    return model.model_json_schema()


def allowed_keys(schemas: Sequence[Schema]) -> list[str]:
    """The keys a table may have."""
    return sorted({key for schema in schemas for key in schema.get("properties", {})})


def homes(model: type[BaseModel], key: str) -> list[str]:
    """The tables of a file that may have a key: `segments`, `plans.floating`; the file itself is nothing."""
    root = root_of(model)
    return list(dict.fromkeys(_homes(root, root, key, "", frozenset())))


def _homes(root: Schema, schema: Schema, key: str, where: str, above: frozenset[str]) -> Iterator[str]:
    title = schema.get("title", "")
    if key in schema.get("properties", {}):
        yield where
    parts: list[tuple[str, Schema]] = [
        *((f"{where}.{name}".strip("."), value) for name, value in schema.get("properties", {}).items()),
        *((where, {"$ref": value}) for value in schema.get("_mapping", {}).values()),
        *((where, schema[inner]) for inner in ("items", "additionalProperties") if isinstance(schema.get(inner), dict)),
    ]
    for place, part in parts if title not in above else ():
        for branch in alternatives(root, part):
            yield from _homes(root, branch, key, place, above | {title} - {""})


def allowed_words(schemas: Sequence[Schema]) -> list[str]:
    """The words an enumeration allows."""
    words: list[str] = []
    for schema in schemas:
        words += [str(w) for w in schema.get("enum", [])]
        words += [str(schema["const"])] if "const" in schema else []
        words += list(schema.get("discriminator", {}).get("mapping", {}))
    return list(dict.fromkeys(words))


def allowed_key_words(schemas: Sequence[Schema]) -> list[str]:
    """The words allowed as keys of an open table (phases, for example)."""
    return [str(w) for schema in schemas for w in schema.get("propertyNames", {}).get("enum", [])]


def number_range(schemas: Sequence[Schema]) -> tuple[str, float | None, float | None] | None:
    """(sentence, low, high) of the first alternative that is a number."""
    for schema in schemas:
        if schema.get("type") not in ("number", "integer"):
            continue
        noun = "a number" if schema["type"] == "number" else "a whole number"
        low, high = schema.get("minimum"), schema.get("maximum")
        above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
        low = None if above is not None and low is not None and above >= low else low
        high = None if below is not None and high is not None and below <= high else high
        if low is not None and high is not None:
            words = f"{noun} from {low:g} to {high:g}"
        else:
            bounds = (("at least", low), ("above", above), ("at most", high), ("below", below))
            parts = [f"{word} {bound:g}" for word, bound in bounds if bound is not None]
            words = " ".join([noun, " and ".join(parts)]).strip()
        return words, low if low is not None else above, high if high is not None else below
    return None


def description(schemas: Sequence[Schema]) -> str:
    """The first line of the field's docstring, where there is one."""
    for schema in schemas:
        text = schema.get("description")
        if isinstance(text, str):
            return text.strip().split("\n")[0]
    return ""


def child(root: Schema, schema: Schema, part: str | int) -> list[Schema]:
    """Every alternative at one key, or at one place of a list, of a schema."""
    if isinstance(part, int):
        items = schema.get("prefixItems")
        if items and part < len(items):
            return alternatives(root, items[part])
        return alternatives(root, schema["items"]) if "items" in schema else []
    if part in schema.get("properties", {}):
        return alternatives(root, schema["properties"][part])
    if part in schema.get("_mapping", {}):
        return alternatives(root, {"$ref": schema["_mapping"][part]})
    if isinstance(schema.get("additionalProperties"), dict):
        return alternatives(root, schema["additionalProperties"])
    return []


def alternatives(root: Schema, schema: Schema) -> list[Schema]:
    """The schema with references followed and unions opened; a description goes to each alternative."""
    if "$ref" in schema:
        target = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
        return alternatives(root, {**target, **{k: v for k, v in schema.items() if k != "$ref"}})
    mapping = schema.get("discriminator", {}).get("mapping")
    if mapping:
        return [{"_mapping": mapping, "discriminator": schema["discriminator"]}]
    for union in ("anyOf", "oneOf"):
        if union in schema:
            outer = {k: v for k, v in schema.items() if k == "description"}
            return [s for option in schema[union] for s in alternatives(root, {**option, **outer})]
    return [schema]
