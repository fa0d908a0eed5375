"""A state as the text of its file: every number in full, so that what is read again is the same to the last bit."""

from __future__ import annotations

import json
from typing import Any

from stress.inputs.state import State

HEAD = "# The deal at the end of {as_of}; what was before is data. Money in its currency, months from closing.\n"
TABLES = ("notes", "accounts", "fees", "triggers", "parties", "sums", "lately", "pending")


def text_of(state: State) -> str:
    """TOML of a state. What has its default is left out.

    >>> from stress.inputs.state.written import text_of
    >>> print(text_of(stress.state_at(job, 6)).splitlines()[1])
    kind = "state"
    """
    given = state.model_dump(mode="json", exclude_defaults=True)
    given = {"kind": state.kind, "version": state.version} | given
    tables: dict[str, Any] = {key: given.pop(key) for key in TABLES if key in given}
    lists: dict[str, Any] = {key: given.pop(key) for key in ("opening", "pool") if key in given}
    said = [f"{key} = {_value(value)}" for key, value in given.items()]
    for key, table in tables.items():
        said += ["", f"[{key}]", *(f"{_key(name)} = {_value(value)}" for name, value in table.items())]
    for of, entries in lists.items():
        for entry in entries:
            said += ["", f"[[{of}]]", *(f"{_key(name)} = {_value(value)}" for name, value in entry.items())]
    return HEAD.format(as_of=state.as_of) + "\n".join(said) + "\n"


def _key(name: str) -> str:
    bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if bare else json.dumps(name, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }" if value else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(value)
