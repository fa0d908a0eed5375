"""Of what a union's branches say against a value, what concerns the branch that was meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic_core import ErrorDetails

MOST = 1_000
"""Errors that are told apart: a hostile file can hold 200,000."""
KEY = ("[key]",)
"""How the place of a wrong key ends."""
_LENGTH = ("too_short", "too_long")
_KEYS = ("missing", "extra_forbidden")

Place = tuple[str | int, ...]


def meant(document: Mapping[str, Any], details: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """Without what is told of a list that is short only of the entries that were refused, of the value of a key that
    cannot be there, and by branches of a union that were not meant: a table or a list is no text or number, and a table
    is the one whose keys it has.
    """
    kept = [detail for detail in details if not _is_long_enough(detail)]
    wrong = [detail["loc"][:-1] for detail in kept[:MOST] if detail["loc"][-1:] == KEY]
    if wrong:
        kept = [d for d in kept if d["loc"][-1:] == KEY or not any(d["loc"][: len(key)] == key for key in wrong)]
    if len(kept) > MOST:
        return kept
    unions: dict[Place, dict[str | int, list[ErrorDetails]]] = {}
    for detail in kept:
        for at in _tags(document, detail):
            unions.setdefault(detail["loc"][:at], {}).setdefault(detail["loc"][at], []).append(detail)
    idle = {id(detail) for place, branches in unions.items() for detail in _idle(len(place), branches)}
    return [detail for detail in kept if id(detail) not in idle] or kept


def _is_long_enough(detail: ErrorDetails) -> bool:
    given = detail["input"]
    return detail["type"] == "too_short" and isinstance(given, list) and len(given) >= detail["ctx"]["min_length"]


def _tags(document: Mapping[str, Any], detail: ErrorDetails) -> Iterator[int]:
    """Where the place of an error names a branch and no key."""
    here: Any = document
    for at, part in enumerate(detail["loc"]):
        held = range(len(here)) if isinstance(here, list) else here if isinstance(here, dict) else ()
        if part in held:
            here = here[part]
        elif detail["type"] == "missing" and at == len(detail["loc"]) - 1:
            return
        else:
            yield at


def _idle(at: int, branches: Mapping[str | int, Sequence[ErrorDetails]]) -> Iterator[ErrorDetails]:
    """What branches say that were not meant, where another takes a value of this shape."""
    inside = {name: details for name, details in branches.items() if any(_is_inside(at, detail) for detail in details)}
    if len(branches) < 2 or not inside:
        return
    for name, details in branches.items():
        if name not in inside:
            yield from (
                detail
                for detail in details
                if isinstance(detail["input"], dict | list) and detail["type"].endswith("_type")
            )
    strange = {name: sum(detail["type"] in _KEYS for detail in details) for name, details in inside.items()}
    for name, details in inside.items():
        if strange[name] > min(strange.values()):
            yield from details


def _is_inside(at: int, detail: ErrorDetails) -> bool:
    """Whether an error is of a part of the value, or of how many it has."""
    return len(detail["loc"]) > at + 1 or detail["type"] in _LENGTH
