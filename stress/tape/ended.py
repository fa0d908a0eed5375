"""Loans that a tape's own codes put out of the pool: in default, or no longer there.

`Account Status` is that of Annexes II to IX of Delegated Regulation (EU) 2020/1224; `zeroBalanceCode` and
`chargedoffPrincipalAmount` are those of auto loans in Schedule AL of Regulation S-K, with the codes of EDGAR's
specification of ABS-EE. They are read wherever a tape of loans has a column of that heading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stress.arrays import Array
from stress.errors import DataError
from stress.tables.framed import word
from stress.tables.left_out import calculated
from stress.tape.column import clean_text
from stress.tape.source import CHARGED_OFF, STATUS, ZERO_BALANCE, Tape

HEADINGS = {STATUS: "Account Status", ZERO_BALANCE: "zeroBalanceCode", CHARGED_OFF: "chargedoffPrincipalAmount"}
"""Our name of each such column -> its heading."""


class Codes(NamedTuple):
    """The codes of a column."""

    default: tuple[str, ...]
    """Loans in default."""
    gone: tuple[str, ...]
    """Loans that are no longer there."""
    stays: tuple[str, ...]
    """Loans of the pool."""
    unsaid: tuple[str, ...]
    """Codes that leave it open: these loans stay, and the tape's note says how many."""

    def all(self) -> tuple[str, ...]:
        """Every code."""
        return self.stays + self.default + self.gone + self.unsaid


CODES = {
    STATUS: Codes(
        # by Article 178 of the CRR, by another definition and not by Article 178, by both, by another alone
        default=("DFLT", "NDFT", "DTCR", "DADB"),
        # repurchased: a warranty, defaulted, restructured, special servicing, another reason; redeemed
        gone=("REBR", "REDF", "RERE", "RESS", "REOT", "RDMD"),
        # performing, restructured without and with arrears, arrears
        stays=("PERF", "RNAR", "RARR", "ARRE"),
        unsaid=("OTHR", "ND1", "ND2", "ND3", "ND4", "ND5"),
    ),
    # charged off; prepaid or matured, sold, repurchased or replaced, servicing transferred; unavailable
    ZERO_BALANCE: Codes(default=("4",), gone=("1", "2", "3", "5"), stays=(), unsaid=("99",)),
}
REASONS = (
    ("in default by its status", STATUS, CODES[STATUS].default),
    ("redeemed or repurchased by its status", STATUS, CODES[STATUS].gone),
    ("charged off by its code: in default", ZERO_BALANCE, CODES[ZERO_BALANCE].default),
    ("prepaid, matured, sold, repurchased or transferred by its code", ZERO_BALANCE, CODES[ZERO_BALANCE].gone),
    ("some of its principal is charged off: in default", CHARGED_OFF, ()),
)
"""Why a loan is left out, and the column and the codes that say it. `ended` of a chunk is the number of one from 1."""


def with_codes(tape: Tape) -> Tape:
    """The tape with such columns as it has. DataError where one is there twice, or is a formula without a value."""
    place: dict[str, int] = {}
    for ours, heading in HEADINGS.items():
        places = [k for k, cell in enumerate(tape.head) if word(cell) == word(heading)]
        if len(places) > 1:
            which = " and ".join(str(k + 1) for k in places)
            raise DataError(
                f"{tape.path}: columns {which} are both called {heading!r}: rename or take out the one not meant"
            )
        if places and places[0] not in tape.place.values():
            place[ours] = places[0]
    if place and tape.kind == "workbook":
        calculated(tape.path, (tape.separator,), place.values())
    theirs = {ours: tape.head[k] for ours, k in place.items()}
    return tape._replace(theirs=tape.theirs | theirs, place=tape.place | place)


class Seen:
    """The codes of a tape, gathered chunk by chunk."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._counts = {ours: Counter[str]() for ours in CODES if ours in tape.place}
        self._first: dict[tuple[str, str], int] = {}

    def add(self, row: int, frame: pd.DataFrame) -> None:
        """A chunk that begins in this row."""
        for ours, counts in self._counts.items():
            number, codes = _coded(frame[ours])
            for k, code in enumerate(codes):
                counts[code] += int((number == k).sum())
                self._first.setdefault((ours, code), row + int(np.argmax(number == k)))

    def read(self, note: list[str]) -> tuple[str, ...]:
        """The columns that hold codes; `note` is told what was read. DataError for a code that is none among codes."""
        names = [ours for ours, counts in self._counts.items() if self._holds_codes(ours, counts, note)]
        names += [CHARGED_OFF] * (CHARGED_OFF in self._tape.place)
        if names:
            said = ", ".join(self._tape.theirs[name] for name in names)
            note.append(f"loans in default, or no longer in the pool, by {said} are left out")
        return tuple(names)

    def _holds_codes(self, ours: str, counts: Counter[str], note: list[str]) -> bool:
        known, theirs = CODES[ours].all(), self._tape.theirs[ours]
        unknown = [code for code in counts if code and code not in known]
        there = any(code in known for code in counts)
        if unknown:
            at = f"row {self._first[ours, unknown[0]]}: {unknown[0][:40]!r}"
            listed = ", ".join(known)
            if there:
                where = f"{self._tape.path}: column {theirs!r}"
                raise DataError(f"{where}: {at}: is no code of it: one of {listed}, or an empty cell")
            note.append(f"{theirs} is not read: it holds none of {listed} ({at})")
        open_ones = [f"{code} ({counts[code]:,} rows)" for code in CODES[ours].unsaid if counts[code]]
        if open_ones:
            note.append(f"{theirs}: {', '.join(open_ones)} does not say what a loan is: these stay in the pool")
        return there


def ended(names: Sequence[str], frame: pd.DataFrame, charged_off: Array | None) -> NDArray[np.int64]:
    """Of each loan of a chunk the number of the first of `REASONS` that holds from 1, 0 of a loan that stays.

    `names`: the columns that hold codes; `charged_off`: amounts of `CHARGED_OFF`, where the tape has it.
    """
    reason = np.zeros(len(frame), np.int64)
    for number, (_, ours, meant) in enumerate(REASONS, 1):
        if ours == CHARGED_OFF and charged_off is not None:
            reason[(reason == 0) & (charged_off > 0.0)] = number
        elif ours in names and ours in CODES:
            of, codes = _coded(frame[ours])
            reason[(reason == 0) & np.array([*(code in meant for code in codes), False])[of]] = number
    return reason


def _coded(cells: pd.Series[Any]) -> tuple[NDArray[np.intp], list[str]]:
    """Of each cell the number of its code, -1 of an empty one, and the codes in capitals.

    A number of a column of numbers, 4.0, is as it is written: 4.
    """
    number, distinct = pd.factorize(cells.astype("object"))
    return number, [clean_text(cell).upper().removesuffix(".0").lstrip("0") for cell in distinct]
