"""Macro variables that a book's scenarios draw: by which vector autoregression each deal, and from which period on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from stress.errors import ConfigError
from stress.inputs.book import BookFile
from stress.inputs.job import Job
from stress.inputs.macro.swing import Swing
from stress.inputs.macro.var import Var
from stress.inputs.text.messages import show
from stress.tables.periods import Period


def drawn_of(path: Path, file: BookFile, jobs: Sequence[Job]) -> list[tuple[str | None, int]]:
    """Of each deal the name of its VAR, and periods from the first deal with it; aligned by closing: from its own.

    Raises ConfigError for a deal that draws by two of them or from two periods on, and for two of one name.
    """
    swings = [_only(path, deal.name, job) for deal, job in zip(file.deals, jobs, strict=True)]
    known: dict[str, Var] = {}
    first: dict[str, int] = {}
    for swing in filter(None, swings):
        name = swing.var.name
        if known.setdefault(name, swing.var) != swing.var:
            raise ConfigError(
                f"{path}: scenarios: two unlike vector autoregressions are named {show(name)}: deals share what they "
                "draw by its name"
            )
        first[name] = min(first.get(name, _base(swing)), _base(swing))
    by_date = file.align == "date"
    return [
        (None, 0) if swing is None else (swing.var.name, (_base(swing) - first[swing.var.name]) * by_date)
        for swing in swings
    ]


def _only(path: Path, deal: str, job: Job) -> Swing | None:
    """The first swing of a deal's scenarios, which all others must draw like."""
    swings = [case.swing for case in job.scenarios if case.swing is not None]
    for other in swings[1:]:
        if other.var != swings[0].var or other.base != swings[0].base:
            raise ConfigError(
                f"{path}: deals[{show(deal)}]: its scenarios draw macro variables by {show(swings[0].var.name)} and "
                f"{show(other.var.name)}, or from unlike periods on: one for all scenarios of a deal"
            )
    return swings[0] if swings else None


def _base(swing: Swing) -> int:
    return Period(*swing.base).ordinal
