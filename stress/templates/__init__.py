"""Commented input files to start from; `stress new` fills in the name."""

from __future__ import annotations

import json
from importlib import resources

from pydantic import TypeAdapter, ValidationError

from stress.errors import ConfigError
from stress.inputs.base import Name

NAME_LINE = 'name = "NAME"'


def fill(part: str, name: str) -> str:
    """The text of a template (`deal`, `pool`, `scenario`, `job`) with its name. Raises ConfigError for a bad name."""
    try:
        TypeAdapter(Name).validate_python(name)
    except ValidationError:
        raise ConfigError(
            f"NAME {name!r}: must be a printable name of at most 80 characters without slash, backslash, colon, "
            "leading dot or outer blanks"
        ) from None
    text = resources.files(__package__).joinpath(f"{part}.toml").read_text(encoding="utf-8")
    return text.replace(NAME_LINE, f"name = {json.dumps(name, ensure_ascii=False)}", 1)
