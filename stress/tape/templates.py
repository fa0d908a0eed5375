"""A tape of loans under our headings, under those that --column names, or under those of a published template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from stress.errors import DataError
from stress.tables.framed import word
from stress.tape.ended import with_codes
from stress.tape.source import COLUMNS, DATES, FLAT, INTEREST, Missing, Tape, opened


class Template(NamedTuple):
    """A template of loan-level data that a regulation prescribes."""

    name: str
    heading: Mapping[str, str]
    """Our name -> its heading."""


TEMPLATES = (
    Template(
        "Regulation AB II (Schedule AL of Regulation S-K)",
        {
            "level": "obligorCreditScore",
            "term": "originalLoanTerm",
            "remaining": "remainingTermToMaturityNumber",
            "days_past_due": "currentDelinquencyStatus",
            "balance": "reportingPeriodActualEndBalanceAmount",
            INTEREST: "reportingPeriodInterestRatePercentage",
        },
    ),
    Template(
        "Delegated Regulation (EU) 2020/1224 (the ESMA annexes)",
        {
            "term": "Original Term",
            "maturity": "Maturity Date",
            "as_of": "Data Cut-Off Date",
            "days_past_due": "Number Of Days In Arrears",
            "balance": "Current Principal Balance",
            INTEREST: "Current Interest Rate",
        },
    ),
)
ENOUGH = 3
"""Headings of a template that a tape must have to be taken for one."""


def of_loans(path: str | Path, rename: Mapping[str, str] | None = None, one_level: bool = False) -> Tape:
    """Find a tape's columns: those of COLUMNS, a date of maturity and the tape's own date (DATES) in the place of the
    instalments left, none for the level where all loans are of one. Where a heading is missing and those of a template
    are there, they are read, and the tape's note says so. Columns whose codes tell which loans are in default, or no
    longer there, are read beside them (`ended`).

    DataError where a column is missing, doubled, or named for two things.
    """
    given = dict(rename or {})
    try:
        return with_codes(_opened(path, given, one_level))
    except Missing as error:
        template = _like(error.head, given)
        if template is None:
            raise
    heading = {ours: name for ours, name in template.heading.items() if not _told(ours, given, one_level)}
    tape = _opened(path, heading | given, one_level)
    note = f"headings are those of {template.name}: {', '.join(heading.values())}"
    return with_codes(tape._replace(note=(*tape.note, note)))


def _told(ours: str, given: Mapping[str, str], one_level: bool) -> bool:
    """Whether what a template has under a name is said otherwise."""
    instead = {INTEREST: (FLAT,), **dict.fromkeys(DATES, ("remaining",)), "remaining": tuple(DATES)}.get(ours, ())
    return not {ours, *instead}.isdisjoint(given) or (one_level and ours == "level")


def _like(head: Sequence[str], given: Mapping[str, str]) -> Template | None:
    """The template whose headings a tape has."""
    words = set(map(word, head))
    counts = [sum(word(name) in words for ours, name in t.heading.items() if ours not in given) for t in TEMPLATES]
    return TEMPLATES[counts.index(max(counts))] if max(counts) >= ENOUGH else None


def _opened(path: str | Path, given: Mapping[str, str], one_level: bool) -> Tape:
    columns, known = dict(COLUMNS), {}
    if one_level:
        if "level" in given:
            raise DataError(f"{path}: --levels all and --column level={given['level']}: say one of them")
        known["level"] = columns.pop("level")
    if not given.keys().isdisjoint(DATES):
        if "remaining" in given:
            raise DataError(f"{path}: --column remaining and --column {'/'.join(DATES)}: say one of them")
        columns = {name: meaning for name, meaning in columns.items() if name != "remaining"} | DATES
    tape = opened(path, given, columns)
    if "maturity" in columns:
        known["remaining"] = tape.theirs["maturity"]
    return tape._replace(theirs=tape.theirs | known)
