"""A note on an input that is allowed and still likely to surprise: where it stands, and one sentence.

`Remark` because a note is also a class of notes. Each kind of file has its table of rules: `deal_notes`, `pool_notes`,
`scenario_notes`, `job_notes`; a rule yields what it finds as (key, sentence).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeVar

Sentences = Iterable[tuple[str, str]]
"""(key, sentence) of each thing that a rule finds."""
Model = TypeVar("Model")


class Remark(NamedTuple):
    """One note: `stress check` and `stress run` print it, the report lists it."""

    part: str
    """What it is about: `deal`, `pool`, `job`, `scenario NAME`."""
    key: str
    """As messages spell it: `notes["A"].coupon`; empty for a whole part."""
    says: str
    file: str = ""
    """Where the part was read from, as far as that is known."""

    def __str__(self) -> str:
        """`file: key: sentence`; the part where no file is known."""
        where = (self.file or self.part, self.key, self.says)
        return ": ".join(word for word in where if word)


def remarks(part: str, model: Model, rules: Sequence[Callable[[Model], Sentences]]) -> list[Remark]:
    """What a table of rules finds in a part of a job."""
    return [Remark(part, key, says) for rule in rules for key, says in rule(model)]


def named(key: str, name: str) -> str:
    """An entry of a list by its name, as messages spell it: `notes["A"]`."""
    return f"{key}[{json.dumps(name, ensure_ascii=False)}]"
