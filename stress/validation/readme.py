"""The README's table of promises, written from the catalogue and the record that ships with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stress.errors import DataError
from stress.validation.catalogue import ALL

START = "<!-- promises: written by `python -m stress.validation README.md` -->"
END = "<!-- end of promises -->"
NOT_YET = "not measured yet"
FIRST = (
    "turnover", "card-charge-offs", "card-forecasts", "deals-2020", "oracle-10000", "hand-worked", "cash-flows",
    "coverage", "vector-width",
)  # fmt: skip
"""The promises that the README shows, in its order: hits and misses of the model first."""


def table(record: Mapping[str, Any]) -> str:
    """Promise, what was measured, and the command that measures it again, of those in `FIRST`."""
    measured = {e["name"]: _measured(e) for e in record.get("checks", ())}
    lines = ["| promise | measured | command |", "|---|---|---|"]
    known = {check.name: check for check in ALL}
    for check in (known[name] for name in FIRST):
        said = measured.get(check.name, NOT_YET)
        lines.append(f"| {_cell(check.promise)} | {_cell(said)} | `{_cell(check.command)}` |")
    return "\n".join(lines)


def rewritten(readme: str, record: Mapping[str, Any]) -> str:
    """The README with its table written anew between the two marks. DataError where a mark is missing."""
    if readme.count(START) != 1 or readme.count(END) != 1 or readme.index(END) < readme.index(START):
        raise DataError(f"the README needs the lines {START} and {END}, once each and in this order")
    head, rest = readme.split(START)
    return f"{head}{START}\n\n{table(record)}\n\n{END}{rest.split(END)[1]}"


def _measured(entry: Mapping[str, Any]) -> str:
    said = str(entry["measured"])
    return said if entry["verdict"] in ("kept", "shown") else f"**{entry['verdict']}**: {said}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
