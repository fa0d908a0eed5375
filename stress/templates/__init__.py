"""Commented input files to start from; `stress new` fills in the name."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from pydantic import TypeAdapter, ValidationError

from stress.errors import ConfigError
from stress.inputs.arguments import hold
from stress.inputs.kinds import say
from stress.inputs.text.base import Name, Title

__all__ = ["NAME_LINE", "checked", "fill", "table"]

PARTS = ("deal", "pool", "scenario", "job", "book", "reports", "state")
"""What a template may be of."""
NAME_LINE = 'name = "NAME"'


def fill(part: str, name: str, every_key: bool = False) -> str:
    """The text of a template (`deal`, `pool`, `scenario`, `job`, `book`, `reports`, `state`) with its name, and below
    it every key that such a file may have, as comments, where that is asked for. Raises ConfigError for a bad name."""
    checked(part, name)
    text = resources.files(__package__).joinpath(f"{part}.toml").read_text(encoding="utf-8")
    text = text.replace(NAME_LINE, f"name = {json.dumps(name, ensure_ascii=False)}", 1)
    if not every_key:
        return text
    from stress.explain.keys import as_comments, key_tables

    head = f"# Every key that a {part} may have, with an example, what is allowed and its default."
    return f"{text}\n# {'-' * 100}\n{head}\n{as_comments(key_tables(part))}"


def checked(part: str, name: str) -> str:
    """A name as a file of that kind may have it. Raises ConfigError for any other."""
    titled = part in ("deal", "pool")
    try:
        TypeAdapter(Title if titled else Name).validate_python(name)
    except ValidationError:
        barred = "backslash" if titled else "slash, backslash, colon"
        raise ConfigError(
            f"NAME {name!r}: must be a printable name of at most 80 characters without {barred}, leading dot or outer "
            "blanks"
        ) from None
    return name


def table() -> str:
    """The table of the reports' template, invented."""
    return resources.files(__package__).joinpath("reports.csv").read_text(encoding="utf-8")


def _part(name: str, value: Any) -> None:
    say(isinstance(value, str) and value in PARTS, name, value, f"one of {', '.join(PARTS)}")


hold(globals(), __all__, {"part": _part})
