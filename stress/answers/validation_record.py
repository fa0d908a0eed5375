"""The record of `stress validate`: one JSON document that the command writes and pages read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from stress.errors import DataError

NAME = "validation.json"
SHIPPED = Path(__file__).parents[1] / "data" / NAME
"""The record that belongs to this version, measured by its authors."""
FORMAT = 1
KEYS = {
    "checks": {
        "name", "part", "promise", "measured", "verdict", "source", "command", "date", "source_digest", "findings",
    },
    "parts": {"name", "title", "text"},
}  # fmt: skip
"""What every entry of the record's two lists holds."""


def read(path: Path) -> dict[str, Any]:
    """A record. DataError where the file holds none.

    >>> read(SHIPPED)["format"]
    1
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        record = None
    if not _is_record(record):
        raise DataError(f"{path}: is not a record of `stress validate`; name another file with -o")
    return dict(record)


def _is_record(value: Any) -> bool:
    if not isinstance(value, dict) or value.get("format") != FORMAT or "version" not in value:
        return False
    return all(
        isinstance(value.get(name), list) and all(isinstance(e, dict) and keys <= set(e) for e in value[name])
        for name, keys in KEYS.items()
    )
