"""A pool as the text of its TOML file; what stands at its default is left out."""

from __future__ import annotations

import json
from typing import Any

from stress.inputs.pool import Pool


def pool_to_toml(pool: Pool, comment: str = "") -> str:
    """The pool file: single values first, opening lines one a row, then tables. `stress check` accepts it."""
    kept = {"version", "kind", "currency", "balance"}
    document = pool.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    document |= {key: getattr(pool, key) for key in kept}
    plain = {key: value for key, value in document.items() if not _is_table(value)}
    line = [f"# {part}" for part in comment.splitlines()]
    first = ("kind", "version", "name")
    line += [f"{key} = {_value(plain[key])}" for key in (*first, *(k for k in plain if k not in first))]
    for key, value in document.items():
        if key in plain:
            continue
        if key in ("opening", "plans"):
            line += ["", f"{key} = [", *(f"  {_value(row)}," for row in value), "]"]
    for key, value in document.items():
        if key in plain or key in ("opening", "plans"):
            continue
        for head, table in [(f"[[{key}]]", row) for row in value] if isinstance(value, list) else [(f"[{key}]", value)]:
            line += ["", head, *(f"{name} = {_value(one)}" for name, one in table.items())]
    return "\n".join(line) + "\n"


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _value(value: Any) -> str:
    """A TOML value on one line; JSON's text, truth and numbers are TOML's too."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items()) + " }" if value else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(key: str) -> str:
    return key if key.replace("_", "").isalnum() and key.isascii() else json.dumps(key, ensure_ascii=False)
