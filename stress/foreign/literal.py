"""A dict from a file of another tool: JSON, or Python read as data. Nothing in it is run."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stress.errors import ConfigError

MOST = 80
"""Characters of a value in a message."""
LARGEST = 5_000_000
"""Bytes of a deal; nobody writes more by hand."""


def read_dict(path: Path) -> dict[Any, Any]:
    """The dict of a JSON file, or the one literal dict of a Python file, alone or given a name. Raises ConfigError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "is not text in UTF-8"
        raise ConfigError(f"{path}: cannot be read: {why}") from None
    if len(text) > LARGEST:
        raise ConfigError(f"{path}: has {len(text):,} characters; at most {LARGEST:,}")
    try:
        content = json.loads(text) if path.suffix.lower() == ".json" else _literal(path, text)
    except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        at = f" (line {line})" if line else ""
        raise ConfigError(f"{path}: is neither JSON nor a Python dict of plain values{at}: {error}") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{path}: holds a {type(content).__name__}; a deal is a dict")
    return content


def _literal(path: Path, text: str) -> Any:
    """Every dict of the file's statements, by literal_eval: calls, names and imports are refused."""
    tree = ast.parse(text)
    values = [node.value for node in tree.body if isinstance(node, ast.Assign | ast.Expr | ast.AnnAssign)]
    dicts = [value for value in values if isinstance(value, ast.Dict)]
    if len(dicts) != 1:
        raise ConfigError(f"{path}: holds {len(dicts)} dicts; a deal is one, alone or given a name")
    return ast.literal_eval(dicts[0])


@contextmanager
def within(place: str, value: Any) -> Iterator[None]:
    """What goes wrong with a value is told as its fault, at its place: a ConfigError."""
    try:
        yield
    except ConfigError:
        raise
    except KeyError as error:
        raise ConfigError(f"{place}: has no {error.args[0]!r}: {shortened(value)}") from None
    except (LookupError, TypeError, ValueError, AttributeError):
        raise ConfigError(f"{place} = {shortened(value)}: is not laid out as AbsBox lays it out") from None


def shortened(value: Any) -> str:
    """A value as Python writes it, its beginning where it is long."""
    text = repr(value)
    return text if len(text) <= MOST else f"{text[: MOST - 4]} ..."


def part(given: Mapping[Any, Any], key: str) -> Any:
    """What a deal must have. Raises ConfigError."""
    if given.get(key) is None:
        raise ConfigError(f"{key}: is missing; a deal has dates, pool, bonds, collect and waterfall")
    return given[key]


def pairs(value: Any) -> list[tuple[str, Any]]:
    """Names and their descriptions: of a dict, or of a list of pairs."""
    if isinstance(value, dict):
        return [(str(key), item) for key, item in value.items()]
    return [(str(item[0]), item[1]) for item in value or () if isinstance(item, list | tuple) and len(item) == 2]
