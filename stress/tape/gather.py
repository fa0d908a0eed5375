"""A tape, however long, as its aggregate: read twice, a chunk at a time, so that memory does not grow with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from stress.errors import DataError
from stress.tape.aggregate import Stock, aggregate, merged
from stress.tape.chunks import chunks
from stress.tape.clean import NOTHING, Dropped, clean, together
from stress.tape.levels import Cuts, names_of
from stress.tape.source import TEXT, Tape
from stress.tape.spelling import Late, look, read
from stress.tape.templates import of_loans

ALLOWED_SHARE = 0.01
"""Of rows or of balance: more than this is not dropped unless it is asked for."""


class Gathered(NamedTuple):
    """What a tape came to."""

    stock: Stock
    n_read: int
    dropped: tuple[Dropped, ...]
    note: tuple[str, ...]
    """How its cells were read, in words."""
    interest: bool = False
    """Its fees are interest a year, of loans with level payments."""


def gather(
    path: str | Path,
    rename: Mapping[str, str] | None = None,
    late: Late = "auto",
    allowed: float = ALLOWED_SHARE,
    cuts: Cuts = (),
    one_level: bool = False,
) -> Gathered:
    """Aggregate a tape, its levels cut from scores where `cuts` are given; `one_level`: it has no column of levels.

    DataError where its spelling is not certain, where more than `allowed` of its rows or of its balance would be
    dropped (with the first cell of each reason), or where no loan is left.
    """
    tape = of_loans(path, rename, one_level)
    tape = tape._replace(text=tuple(name for name in TEXT if name != "level")) if cuts else tape
    spelling = look(tape, chunks(tape), late, cuts)
    n, balance, dropped, stock = 0, 0.0, [], None
    for row, frame in chunks(tape):
        part = clean(read(spelling, frame), frame, row, tape.interest)
        n += part.n_read
        balance += part.balance_read
        dropped.append(part.dropped)
        if len(part.loans):
            added = aggregate(part.loans)
            stock = added if stock is None else merged(stock, added, names_of(cuts) if cuts else ())
    reasons = together(dropped)
    _allowed(tape, reasons, n, balance, allowed)
    if stock is None:
        raise DataError(f"no loan is left in the pool{_listed(tape, reasons)}")
    return Gathered(stock, n, reasons, spelling.note, tape.interest)


def read_tape(path: str | Path, rename: Mapping[str, str] | None = None, late: Late = "auto") -> pd.DataFrame:
    """The six columns of a tape, `level` as a category and the rest as numbers (what is no number becomes NaN); with
    `ended`, not 0 for loans in default or no longer there, where the tape has codes that say so.

    rename: our name -> the tape's, where it has another; late: what its days_past_due counts. DataError where a column
    is missing, a spelling not certain or a cell a spreadsheet formula; LimitError where the file is too large. All of
    it is held in memory: `gather` holds a chunk.
    """
    tape = of_loans(path, rename)
    spelling = look(tape, chunks(tape), late)
    whole = pd.concat([frame for _, frame in chunks(tape)], ignore_index=True)
    return read(spelling, whole)


def _allowed(tape: Tape, dropped: tuple[Dropped, ...], n: int, balance: float, allowed: float) -> None:
    lost = [drop for drop in dropped if drop.reason not in NOTHING]
    free = sum(drop.n for drop in dropped if drop.reason in NOTHING)
    rows = sum(drop.n for drop in lost) / max(n - free, 1)
    money = sum(drop.balance for drop in lost) / balance if balance else 0.0
    if max(rows, money) > allowed:
        lost_share = f"{rows:.2%} of the rows with {money:.2%} of the balance"
        raise DataError(
            f"{tape.path}: {lost_share} would be dropped, more than {100.0 * allowed:.4g}% of either"
            f"{_listed(tape, dropped)}\nMend the tape, or take what is left of it: --allow-dropped SHARE"
        )


def _listed(tape: Tape, dropped: tuple[Dropped, ...]) -> str:
    lines = []
    for drop in dropped:
        cell = f", column {tape.theirs[drop.column]!r}: {drop.cell!r}" if drop.column else ""
        lines.append(f"\n  row {drop.first_row}{cell}: {drop.reason} ({drop.n:,} rows, balance {drop.balance:,.2f})")
    return "".join(lines)
