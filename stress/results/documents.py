"""The JSON documents that a result carries as attributes: whether they have the shape that tables and pages read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

Shape = Callable[[Any], bool]


def is_text(value: Any) -> bool:
    """Whether a value is a text."""
    return isinstance(value, str)


def is_number(value: Any) -> bool:
    """Whether a value is a number, and not a truth value."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def listed(shape: Shape) -> Shape:
    """A list of values of one shape."""
    return lambda value: isinstance(value, list) and all(map(shape, value))


def maybe(shape: Shape) -> Shape:
    """A value of a shape, or none."""
    return lambda value: value is None or shape(value)


def table(needed: Mapping[str, Shape], others: Mapping[str, Shape] | None = None) -> Shape:
    """A table with at least these keys, and with values of these shapes where it has the others."""

    def fits(value: Any) -> bool:
        if not isinstance(value, dict) or not needed.keys() <= value.keys():
            return False
        return all(shape(value[key]) for key, shape in {**(others or {}), **needed}.items() if key in value)

    return fits


def _is_point(value: Any) -> bool:
    return listed(is_number)(value) and len(value) == 2


def _is_move(value: Any) -> bool:
    return value is None or (is_text(value) and value in ("multiply", "add", "set"))


def _is_remark(value: Any) -> bool:
    return listed(is_text)(value) and 3 <= len(value) <= 4


_VALUES = dict.fromkeys(("multiply", "add", "set", "from_month", "to_month"), maybe(is_number))
_SHOCK = table(
    {"target": is_text},
    {**_VALUES, "by_month": listed(_is_point), "how": _is_move, "curve": maybe(is_text), "segments": listed(is_text)},
)
_SAID = {"description": maybe(is_text), "source": maybe(is_text), "illustrative": listed(is_text)}
_MADE_OF = table({"kind": is_text, "name": is_text}, _SAID)
_OF_CASE = {"made_of": listed(_MADE_OF), "probability": maybe(is_number), "shocks": listed(_SHOCK)}
_CASE = table({"name": is_text}, {**_SAID, **_OF_CASE})
_NOTE = table({"name": is_text})
_WORDS = {"scenario": is_text, "rules": is_text, "status": is_text, "date": is_text}
_RESTS_ON = table({**_WORDS, "pool_weight": is_number, "paths": is_number, "left_out": listed(is_text)})
_SINCE = table({
    "as_of": is_text, "told": lambda value: isinstance(value, bool),
    **dict.fromkeys(("pool", "net_loss", "default"), is_number),
})  # fmt: skip
_PART = table({}, {**_SAID, "name": is_text})
_DEAL = table({"notes": listed(_NOTE)}, {**_SAID, "name": is_text})
_JOB = table({"scenarios": listed(_CASE), "deal": _DEAL, "pool": _PART}, {"name": is_text})
SHAPES: dict[str, Shape] = {
    "job": lambda value: value == {} or _JOB(value),
    "input_notes": listed(_is_remark),
    "committee": lambda value: (
        table({}, {"base_net_loss": is_number, "since": _SINCE})(value) and ("rules" not in value or _RESTS_ON(value))
    ),
}
"""Of each attribute that holds JSON. A job of an older version may lack keys of today's, not these."""


def is_document(name: str, text: str) -> bool:
    """Whether an attribute of `SHAPES` is JSON of its shape."""
    try:
        return SHAPES[name](json.loads(text))
    except (ValueError, RecursionError):
        return False
