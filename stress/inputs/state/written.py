"""A state as the text of its file: every number in full, so that what is read again is the same to the last bit."""

from __future__ import annotations

from typing import Any

from stress.inputs.state import State
from stress.inputs.text.write import text_of as toml_of

HEAD = "# The deal at the end of {as_of}; what was before is data. Money in its currency, months from closing.\n"
TABLES = ("notes", "accounts", "fees", "triggers", "parties", "sums", "lately", "pending", "series", "known", "macro")


def text_of(state: State) -> str:
    """TOML of a state. What has its default is left out.

    >>> from stress.inputs.state.written import text_of
    >>> print(text_of(stress.state_at(job, 6)).splitlines()[1])
    kind = "state"
    """
    given = {"kind": state.kind, "version": state.version} | state.model_dump(mode="json", exclude_defaults=True)
    tables: dict[str, Any] = {key: given.pop(key) for key in (*TABLES, "opening", "pool") if key in given}
    return HEAD.format(as_of=state.as_of) + toml_of(given | tables, lines=())
