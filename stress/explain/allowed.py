"""What may stand at a key, and in which unit, in words: read from the schema of its model."""

from __future__ import annotations

import json

from stress.inputs.text.schema import Schema, allowed_key_words, allowed_words, alternatives, number_range

MOST_WORDS = 30
"""Words of an enumeration that are listed."""


def unit_of(root: Schema, schema: Schema) -> str:
    """Of a number, or of the numbers of a list or an open table."""
    for inner in ("items", "additionalProperties"):
        if isinstance(schema.get(inner), dict):
            return next((unit for branch in alternatives(root, schema[inner]) if (unit := unit_of(root, branch))), "")
    return str(schema.get("unit", ""))


def allowed_of(root: Schema, schema: Schema) -> str:
    """What may stand at a key, in words; nothing for what a null stands for."""
    if schema.get("type") == "null":
        return ""
    if words := allowed_words([schema]):
        shown = [json.dumps(word, ensure_ascii=False) if schema.get("type") != "integer" else word for word in words]
        return ", ".join(shown[:MOST_WORDS])
    if span := number_range([schema]):
        return span[0].removeprefix("a ")
    if schema.get("type") == "array":
        item = schema.get("items") or {"type": "any"}
        inner = " or ".join(
            dict.fromkeys(filter(None, (allowed_of(root, branch) for branch in alternatives(root, item))))
        )
        pairs = schema.get("prefixItems")
        return f"list of {len(pairs)} values" if pairs else f"list of: {inner}"
    if schema.get("type") == "object":
        keys = allowed_key_words([schema])
        return "table" if "properties" in schema else f"table by {', '.join(keys) if keys else 'name'}"
    return {"boolean": "true or false", "string": _text(schema)}.get(str(schema.get("type")), "table")


def _text(schema: Schema) -> str:
    if schema.get("format") == "date":
        return "date"
    return (
        "name"
        if schema.get("maxLength") == 80
        else "three capitals"
        if "[A-Z]" in schema.get("pattern", "")
        else "text"
    )
