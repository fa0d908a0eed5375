"""A document as the text of its TOML file: single values first, then tables; every number in full."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

HEAD = ("kind", "version", "name")
LINES = ("opening", "plans")
"""Lists whose short tables stand one a line."""


def text_of(document: Mapping[str, Any], comment: str = "", lines: Collection[str] = LINES) -> str:
    """The file's text, which is read back as the document."""
    order = [key for key in HEAD if key in document] + [key for key in document if key not in HEAD]
    body = [f"# {part}" for part in comment.splitlines()]
    body += [f"{key(name)} = {value(document[name])}" for name in order if not _is_table(document[name])]
    tables = [name for name in order if _is_table(document[name])]
    for name in tables:
        body += _rows(name, document[name]) if name in lines else ()
    for name in tables:
        body += _tables(name, document[name]) if name not in lines else ()
    return "\n".join(body) + "\n"


def value(given: Any) -> str:
    """A value on one line; JSON's text, truth and numbers are TOML's too."""
    if isinstance(given, Mapping):
        return (
            "{ " + ", ".join(f"{key(name)} = {value(item)}" for name, item in given.items()) + " }" if given else "{}"
        )
    if isinstance(given, list | tuple):
        return "[" + ", ".join(value(item) for item in given) + "]"
    return json.dumps(given, ensure_ascii=False).replace("\x7f", "\\u007f")


def key(name: str) -> str:
    """A key, in quotes where it needs them."""
    bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if bare else json.dumps(name, ensure_ascii=False).replace("\x7f", "\\u007f")


def _is_table(given: Any) -> bool:
    return isinstance(given, dict) or (isinstance(given, list) and bool(given) and isinstance(given[0], dict))


def _tables(name: str, given: Any) -> Iterator[str]:
    """A table, or each of a list, under a heading; a list of tables within one entry a line."""
    for head, table in (
        [(f"[[{key(name)}]]", row) for row in given] if isinstance(given, list) else [(f"[{key(name)}]", given)]
    ):
        yield ""
        yield head
        for inner, item in table.items():
            yield from (
                _rows(inner, item) if _is_table(item) and isinstance(item, list) else (f"{key(inner)} = {value(item)}",)
            )


def _rows(name: str, given: Any) -> Iterator[str]:
    if isinstance(given, dict):
        yield f"{key(name)} = {value(given)}"
        return
    yield from (f"{key(name)} = [", *(f"  {value(row)}," for row in given), "]")
