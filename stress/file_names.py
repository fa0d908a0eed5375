"""A name as a part of a path: what a file system or a group of a file takes for a separator is escaped."""

from __future__ import annotations

from urllib.parse import unquote

_ESCAPED = {sign: f"%{ord(sign):02X}" for sign in "%/:\\"}


def escaped(name: str) -> str:
    """The name with percent signs for what separates paths; a leading dot too.

    >>> escaped("2024/1: A")
    '2024%2F1%3A A'
    """
    safe = "".join(_ESCAPED.get(sign, sign) for sign in name)
    return f"%2E{safe[1:]}" if safe.startswith(".") else safe


def unescaped(part: str) -> str:
    """The name that was escaped."""
    return unquote(part)
