"""The path of a key as text: `notes[1].step_up.add`, `indices."SOFR 1.M"`; entries of lists count from 1."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

Part = str | int
_PART = re.compile(r'\.?(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^.\[\]"]+))|\[(?P<number>[1-9]\d{0,5})\]')
_BARE = re.compile(r'[^.\[\]"\s](?:[^.\[\]"\n]*[^.\[\]"\s])?')


def parts_of(text: str) -> tuple[Part, ...]:
    """The keys and places of a path, the first entry of a list as 0. Raises ValueError.

    >>> parts_of('thresholds[1].limit')
    ('thresholds', 0, 'limit')
    """
    parts: list[Part] = []
    at = 0
    while at < len(text):
        match = _PART.match(text, at)
        if match is None or match[0].startswith(".") != (at > 0 and match["number"] is None):
            raise ValueError("is not the path of a key, as notes[1].step_up.add")
        if match["number"] is not None:
            parts.append(int(match["number"]) - 1)
        else:
            parts.append(match["bare"] if match["bare"] is not None else json.loads(f'"{match["quoted"]}"'))
        at = match.end()
    return tuple(parts)


def joined(parts: Sequence[Part]) -> str:
    """The text of a path: what `parts_of` reads."""
    text = ""
    for part in parts:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            text += ("." if text else "") + (part if _BARE.fullmatch(part) else json.dumps(part, ensure_ascii=False))
    return text
