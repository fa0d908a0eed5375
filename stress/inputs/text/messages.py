"""Pydantic's errors -> one message: file, key, value, what is allowed, and what was probably meant."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from stress.inputs.text.branches import meant
from stress.inputs.text.characters import NAME_PATTERN, TEXT_PATTERN, TITLE_PATTERN
from stress.inputs.text.percents import percent_hint
from stress.inputs.text.schema import (
    Schema,
    allowed_key_words,
    allowed_keys,
    allowed_words,
    description,
    homes,
    number_range,
    root_of,
    schemas_at,
)
from stress.spelling import suggest

MAX_SHOWN = 12
"""Messages of one file that are shown; the rest is counted."""
MAX_WORDED = 100
"""Errors that are put into words: a hostile file can hold 200,000."""
MOST_HOMES = 3
"""Tables to which a misplaced key may belong; one of more is a word of many meanings."""
MUST = "must be "
"""How a reason begins that says what is allowed; what follows a semicolon is a hint."""
LIST = "must be a list: [ ... ]"
_NAMED = "must be a short printable name without {}, leading dot or outer blanks"
_PATTERNS = {
    r"^[A-Z]{3}$": "must be a currency code of three capitals: CNY",
    r"^\d{4}-\d{2}$": "must be a month: 2020-09",
    TEXT_PATTERN: "must be text without control characters",
    NAME_PATTERN: _NAMED.format("slash, backslash, colon"),
    TITLE_PATTERN: _NAMED.format("backslash"),
}
_KINDS = {
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "string_type": 'must be text in quotes: "..."',
    "tuple_type": LIST,
    "dict_type": "must be a table",
    "model_type": "must be a table: { ... }",
    "model_attributes_type": "must be a table: { ... }",
    "date_type": "must be a date: 2019-12-31",
    "date_parsing": "must be a date: 2019-12-31",
    "date_from_datetime_parsing": "must be a date: 2019-12-31",
    "date_from_datetime_inexact": "must be a date without a time: 2019-12-31",
    "finite_number": "must be a finite number",
    "string_too_short": "must not be empty",
}


class Placed(dict[str, Any]):
    """A document from a workbook, that knows the cell of each value."""

    places: Mapping[tuple[str | int, ...], str]

    def place(self, parts: tuple[str | int, ...]) -> str:
        """The cell of a value or around it; else the sheet of those below or beside it; nothing where there is none."""
        for n in range(len(parts), 0, -1):
            for known, place in self.places.items():
                if known[:n] == parts[:n]:
                    return place if len(known) == n else place.partition(",")[0]
        return ""


class Fault(NamedTuple):
    """One thing that is wrong in a document."""

    key: str
    value: str
    reason: str
    place: str = ""
    """The cell of a workbook."""

    def __str__(self) -> str:
        """`key = value: reason`, of a workbook `key = value (place): reason`."""
        shown = (f" = {self.value}" if self.value and self.key else "") + (f" ({self.place})" if self.place else "")
        return f"{self.key}{shown}: {self.reason}" if self.key else self.reason


def message(path: Path | str, model: type[BaseModel], document: dict[str, Any], error: ValidationError) -> str:
    """The one message of a file that a model refused."""
    details = meant(document, error.errors(include_url=False))
    faults = _merge([_fault(model, document, detail) for detail in details[:MAX_WORDED]])
    if len(faults) == 1:
        return f"{path}: {faults[0]}"
    n = len(faults) + max(len(details) - MAX_WORDED, 0)
    shown = [f"  {fault}" for fault in faults[:MAX_SHOWN]]
    more = [f"  and {n - MAX_SHOWN} more"] if n > MAX_SHOWN else []
    return "\n".join([f"{path}: {n} things are wrong", *shown, *more])


def one_of(words: Sequence[str]) -> str:
    """`a, b or c`."""
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else list(words))


def show(value: object) -> str:
    """A value as it stands in the file, shortened."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ ... }"
    if isinstance(value, list):
        return "[ ... ]" if value else "[]"
    text = repr(value) if not isinstance(value, str) else '"' + ascii_safe(value[:60]) + '"'
    long = isinstance(value, str) and len(value) > 60
    return text[:57] + "..." if long or len(text) > 60 else text


def ascii_safe(text: str) -> str:
    """Text without characters that could move the cursor of a terminal."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def _merge(faults: Sequence[Fault]) -> list[Fault]:
    """One fault a key: the branches of a union become `or`, and what each adds (`; did you mean ..`) comes after."""
    reasons: dict[tuple[str, str, str], list[str]] = {}
    for fault in faults:
        reasons.setdefault((fault.key, fault.value, fault.place), []).append(fault.reason)
    return [
        Fault(key, value, _either(dict.fromkeys(texts), value), place) for (key, value, place), texts in reasons.items()
    ]


def _either(reasons: Collection[str], value: str) -> str:
    """The reasons of a key as one: what it must be, of any branch, then all else. A text alone is shown in its list."""
    if list(reasons) == [LIST] and value.startswith('"'):
        return f"must be a list: [{value}]"
    parted = [reason.partition("; ") if reason.startswith(MUST) else ("", "", reason) for reason in reasons]
    allowed = dict.fromkeys(head.removeprefix(MUST) for head, _, _ in parted if head)
    other = dict.fromkeys(rest for _, _, rest in parted if rest)
    return "; ".join([*([MUST + " or ".join(allowed)] if allowed else []), *other])


def _fault(model: type[BaseModel], document: dict[str, Any], detail: ErrorDetails) -> Fault:
    location = list(detail["loc"])
    kind = detail["type"]
    key, value, present, parts = _locate(document, location, kind == "missing")
    place = document.place(parts) if isinstance(document, Placed) else ""
    if kind == "value_error":
        return _once(Fault(key, "", str(detail.get("ctx", {}).get("error", detail["msg"])), place))
    if kind == "extra_forbidden":
        keys = allowed_keys(schemas_at(model, location[:-1]))
        hint = _home(model, str(location[-1]), suggest(str(location[-1]), keys))
        rest = hint or f"; allowed: {', '.join(keys)}{_reference(model, location)}"
        return Fault(key, "", f"no such key{rest}", place)
    schemas = schemas_at(model, location)
    if kind == "missing":
        meaning = description(schemas)
        return Fault(key, "", "is missing" + (f" ({meaning.rstrip('.')})" if meaning else ""), place)
    shown = show(value) if present and location[-1] != "[key]" else ""
    return Fault(key, shown, _reason(detail, value, model, schemas), place)


def _home(model: type[BaseModel], key: str, hint: str) -> str:
    """The hint, with where a key belongs that stands in the wrong table, unless that could be many."""
    places = homes(model, key) if "kind" in root_of(model)["properties"] else ()  # of a file, not of a whole job
    if not 0 < len(places) <= MOST_HOMES:
        return hint
    belongs = f"belongs to {one_of([home or 'the top of the file' for home in places])}"
    return f"{hint} ({key} {belongs})" if hint else f"; it {belongs}"


def _once(fault: Fault) -> Fault:
    """A table's own rule names the table and the key: the table is not said twice."""
    named = re.match(rf"{re.escape(fault.key.rpartition('.')[2])}\.([\w.]+):? ", fault.reason) if fault.key else None
    if named is None:
        return fault
    return fault._replace(key=f"{fault.key}.{named[1]}", reason=fault.reason[named.end() :])


def _reference(model: type[BaseModel], location: Sequence[str | int]) -> str:
    """The command that tells the keys of the table at a location; none of a part alone, whose file is not known."""
    of_job = "job" if model.__name__ == "Job" else ""  # its file has a kind, what is read from it has none
    kind = next((word for word in allowed_words(schemas_at(model, ["kind"]))), of_job)
    table = f".{location[0]}" if len(location) > 1 else ""
    return f"; `stress explain --keys {kind}{table}` says what each means" if kind else ""


def _reason(detail: ErrorDetails, value: object, model: type[BaseModel], schemas: Sequence[Schema]) -> str:
    """What is allowed, as the rest of a sentence."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in ("literal_error", "enum"):
        return _choice(detail["loc"], value, model, schemas)
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _tag(str(context.get("discriminator", "")).strip("'"), value, schemas)
    limits = number_range(schemas)
    if limits and (kind.startswith(("greater", "less")) or kind in ("float_type", "float_parsing", "int_type")):
        span, low, high = limits
        hint = _whole(value) if "whole" in span else percent_hint(value, low, high, schemas)
        return f"must be {span}{hint}{_quoted(value)}"
    if kind == "string_pattern_mismatch":
        return _PATTERNS[str(context.get("pattern"))]
    if kind == "too_short":
        return f"must have at least {_entries(context.get('min_length'))}"
    if kind == "too_long":
        return f"must have at most {_entries(context.get('max_length'))}"
    if kind == "string_too_long":
        return f"must have at most {context.get('max_length')} characters"
    if kind == "dict_type" and (words := allowed_key_words(schemas)):
        return f"must be a table by {', '.join(words)}: {{ {words[0]} = ... }}"
    text = detail["msg"]
    return _KINDS.get(kind, text[:1].lower() + text[1:])


def _entries(n: object) -> str:
    return "1 entry" if n == 1 else f"{n} entries"


def _choice(location: Sequence[str | int], value: object, model: type[BaseModel], schemas: Sequence[Schema]) -> str:
    words: Sequence[str] = allowed_words(schemas)
    if location and location[-1] == "[key]":
        words, value = allowed_key_words(schemas_at(model, location[:-2])), location[-2]
        return f"no such key: one of {', '.join(words)}{suggest(str(value), words)}"
    listed = f"one of {', '.join(words)}" if len(words) > 1 else "".join(map(show, words))
    return f"{MUST}{listed}{suggest(str(value), words)}" if words else "must be another value"


def _tag(field: str, value: object, schemas: Sequence[Schema]) -> str:
    """A table whose kind (`step`) is missing or unknown."""
    words = allowed_words(schemas)
    given = value.get(field) if isinstance(value, dict) else None
    if given is None:
        return f"{field} is missing: one of {', '.join(words)}"
    return f"{field} = {show(given)}: must be one of {', '.join(words)}{suggest(str(given), words)}"


def _whole(value: object) -> str:
    """A hint when a whole number is written as another: 1e6."""
    return f"; write {value:.0f}" if isinstance(value, float) and value.is_integer() else ""


def _quoted(value: object) -> str:
    if not isinstance(value, str) or value.strip().endswith("%"):
        return ""
    try:
        float(value)
    except ValueError:
        return ""
    return "; write it without quotes"


def _locate(
    document: dict[str, Any], location: Sequence[str | int], missing: bool
) -> tuple[str, object, bool, tuple[str | int, ...]]:
    """(key path in words, value there, whether there is one, its path); union tags are passed over, lists count from
    1."""
    here: object = document
    path, parts = "", tuple[str | int, ...]()
    for place, part in enumerate(location):
        if isinstance(part, int) and isinstance(here, list):
            if part >= len(here):
                return f"{path}[{part + 1}]", None, False, parts
            here = here[part]
            name = here.get("name") if isinstance(here, dict) else None
            path += f"[{show(name)}]" if isinstance(name, str) else f"[{part + 1}]"
        elif isinstance(part, str) and isinstance(here, dict) and part in here:
            here = here[part]
            path = f"{path}.{ascii_safe(part)[:60]}" if path else ascii_safe(part)[:60]
        elif missing and place == len(location) - 1:
            return (f"{path}.{part}" if path else str(part)), None, False, parts
        else:
            continue
        parts = (*parts, part)
    return path, here, path != "", parts
