"""Keys of the parts of an input, as `pool__dependence__rho`: what `but` is given becomes parts with other values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stress.errors import ConfigError
from stress.spelling import suggest

DEEPER = "__"
"""Between a part and its key."""


def with_parts(whole: Any, where: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes by key of a model: of a key of a part, the part with it. Raises ConfigError where there is none."""
    own = {key: value for key, value in changes.items() if DEEPER not in key}
    for part, inner in _by_part(changes).items():
        if part in own:
            raise ConfigError(f"{where}: {part} and {part}{DEEPER}{next(iter(inner))}: give one of them")
        own[part] = _changed(getattr(whole, part, None), f"{where}: {part}{DEEPER}", inner)
    return own


def _by_part(changes: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    parts: dict[str, dict[str, Any]] = {}
    for key, value in changes.items():
        part, deeper, rest = key.partition(DEEPER)
        if deeper:
            parts.setdefault(part, {})[rest] = value
    return parts


def _changed(held: Any, where: str, inner: Mapping[str, Any]) -> Any:
    """A part, a table or a list of named parts with other values."""
    if hasattr(held, "but"):
        return held.but(**inner)
    if isinstance(held, Mapping):
        return {**held, **inner}
    names = [element.name for element in held if hasattr(element, "name")] if isinstance(held, tuple) else []
    if not names:
        raise ConfigError(f"{where}{next(iter(inner))}: there is no such part: give it whole, or a file that has it")
    by_name = _by_part(inner)
    wrong = [key for key in inner if key.partition(DEEPER)[0] not in names or not key.partition(DEEPER)[2]]
    if wrong:
        name = wrong[0].partition(DEEPER)[0]
        hint = suggest(name, names) if name not in names else ""
        raise ConfigError(f"{where}{wrong[0]}: must be a name and a key of it: {', '.join(names)}{hint}")
    return tuple(each.but(**by_name[each.name]) if each.name in by_name else each for each in held)
