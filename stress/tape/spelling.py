"""How the cells of a tape are written: what one cell leaves open, its whole column settles, or the tape is refused.

A first pass over the tape looks at every cell (`look`); a second reads by what was found (`read`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stress.arrays import Array
from stress.errors import DataError
from stress.tables.numbers import Mixed, decimal_from, is_missing, parse_number
from stress.tape.column import Cell, Column, Range, bare, clean_text
from stress.tape.ended import Seen, ended
from stress.tape.levels import Cuts, by_score, said_of
from stress.tape.source import CHARGED_OFF, NUMBERS, Tape

Late = Literal["auto", "days", "buckets", "mba"]
"""What days_past_due counts: days; buckets of thirty days, 1 to 3; codes of the Mortgage Bankers Association (C
current, 3: 30-59 days, 6: 60-89, 9: 90 and more)."""

MAX_FEE, MAX_APR = 0.1, 1.0
"""A month, of original principal, and a year, of the balance: beyond them nothing is a fraction."""
FEW = 6.0
"""Where no loan is later than this, days cannot be told from buckets or codes."""
CURRENT = frozenset(("c", "current", "正常"))
WORST = frozenset(("f", "r", "b", "foreclosure", "reo", "bankruptcy", "default", "charged off"))
"""Codes for loans that are no longer collected month by month."""
DEFAULTED = 999.0
MBA = frozenset((3.0, 6.0, 9.0))
_DAYS = {"buckets": (30.0, -15.0), "mba": (10.0, 15.0)}
"""Bucket k is k 30 - 15 days, code k is k 10 + 15: the middle of the thirty days meant."""
_OPTION = (
    "say --late days, --late buckets (1: 1-30 days, 2: 31-60, 3: 61-90) or --late mba (3: 30-59, 6: 60-89, 9: 90+)"
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is a command in a spreadsheet; a level never does."""


class Spelling(NamedTuple):
    """How the columns of a tape are read."""

    decimal: str
    fee: float
    """1 for fractions, 0.01 for percents."""
    late: Late
    blank_is_current: bool
    """An empty days_past_due means not late."""
    note: tuple[str, ...]
    """What was settled, in words."""
    cuts: Cuts = ()
    """Of scores that are numbers."""
    coded: tuple[str, ...] = ()
    """Columns that tell which loans are in default, or no longer there."""


def look(tape: Tape, parts: Iterable[tuple[int, pd.DataFrame]], late: Late = "auto", cuts: Cuts = ()) -> Spelling:
    """The spelling of a tape. DataError with column, row and cell where it is not certain, or a cell is a formula."""
    numbers = ("level", *NUMBERS, *(CHARGED_OFF,) * (CHARGED_OFF in tape.place))
    columns = {name: Column(name) for name in numbers if name not in tape.text}
    loans, codes = False, Seen(tape)
    for row, frame in parts:
        loans |= len(frame) > 0
        for name, column in columns.items():
            column.add(row, frame[name].to_numpy())
        codes.add(row, frame)
        if "level" not in columns:
            _no_formulas(tape, "level", _FORMULA, row, frame["level"])
    if not loans:
        raise DataError(f"{tape.path}: holds no loans")
    for name, column in columns.items():
        if column.code and set(column.code) <= {"true", "false"}:
            raise DataError(f"{tape.path}: column {tape.theirs[name]!r}: holds true and false; numbers are needed")
        for cell in column.code.values():
            if cell.text.startswith(("=", "@")):
                raise _formula(tape, name, cell)
    if CHARGED_OFF in columns:
        _amounts(tape, columns[CHARGED_OFF])
    decimal = _decimal(tape, columns)
    note = [*tape.note, *(["numbers have a decimal comma"] if decimal == "," else [])]
    fee = _fee(tape, columns["monthly_fee"], columns["monthly_fee"].range[decimal], note)
    how, blank = _lateness(tape, columns["days_past_due"], columns["days_past_due"].range[decimal], late, note)
    if cuts:
        _scores(tape, columns["level"])
        note.append(f"{tape.theirs['level']}: {said_of(cuts)}; a score at a cut belongs to the level above it")
    coded = codes.read(note)
    return Spelling(decimal, fee, how, blank, tuple(note), cuts, coded)


def read(spelling: Spelling, frame: pd.DataFrame) -> pd.DataFrame:
    """A chunk as numbers, `level` as a category; what is no number is NaN. With codes of ended loans `ended`."""
    if spelling.cuts:
        level = by_score(_numbers(spelling, "level", frame["level"].to_numpy()), spelling.cuts)
    else:
        text = frame["level"].astype("string").str.strip()
        level = text.mask(text == "").astype("category")
    columns: dict[str, Any] = {"level": level}
    for name in NUMBERS:
        columns[name] = _numbers(spelling, name, frame[name].to_numpy())
    columns["monthly_fee"] = columns["monthly_fee"] * spelling.fee
    columns["days_past_due"] = _days(spelling, columns["days_past_due"])
    if spelling.coded:
        lost = _numbers(spelling, CHARGED_OFF, frame[CHARGED_OFF].to_numpy()) if CHARGED_OFF in frame else None
        columns["ended"] = ended(spelling.coded, frame, lost)
    return pd.DataFrame(columns)


def _scores(tape: Tape, level: Column) -> None:
    """DataError where not all scores are numbers of one kind."""
    where = f"{tape.path}: column {tape.theirs['level']!r}"
    if level.code:
        cell = next(iter(level.code.values()))
        raise DataError(f"{where}: row {cell.row}: {cell.text[:40]!r} is no number; --levels cuts scores that are")
    if level.percent and level.plain:
        some = f"row {level.percent.row} has {level.percent.text!r}, row {level.plain.row} {level.plain.text!r}"
        raise DataError(f"{where}: {some}: a percent sign stands on all scores or on none")


def _amounts(tape: Tape, column: Column) -> None:
    """DataError where a cell of what is charged off is neither a number nor empty."""
    for cell in column.code.values():
        where = f"{tape.path}: column {tape.theirs[CHARGED_OFF]!r}: row {cell.row}"
        raise DataError(f"{where}: {cell.text[:40]!r}: must be an amount, or empty where nothing is charged off")


def _decimal(tape: Tape, columns: dict[str, Column]) -> str:
    shown: dict[str, str] = {}
    for column in columns.values():
        shown |= {sign: cell for sign, cell in column.shown.items() if sign not in shown}
    try:
        return decimal_from(shown)
    except Mixed as error:
        raise DataError(f"{tape.path}: {error}") from None


def _fee(tape: Tape, fee: Column, numbers: Range, note: list[str]) -> float:
    """Percents are known by their signs, or because no fraction is so large."""
    name, most = tape.theirs["monthly_fee"], MAX_APR if tape.interest else MAX_FEE
    charges, unit, time = ("rates", "a year", "year") if tape.interest else ("fees", "of principal a month", "month")
    where = f"{tape.path}: column {name!r}"
    if fee.percent and fee.plain:
        some = f"row {fee.percent.row} has {fee.percent.text!r}, row {fee.plain.row} {fee.plain.text!r}"
        raise DataError(f"{where}: {some}: a percent sign stands on all {charges} or on none")
    if fee.percent or numbers.high <= most:
        return 0.01 if fee.percent else 1.0
    row, text = numbers.highest
    if numbers.least > most and numbers.high <= 100.0 * most:
        note.append(f"{name} is read in percent a {time}: {text} in row {row:,} is {text}%")
        return 0.01
    raise DataError(
        f"{where}: row {row}: {text!r}: above {most:g} {unit}, so no fraction, and not all {charges} can "
        f"be percents (the smallest is {numbers.least:g}): write fractions (0.009), or percents with their sign (0.9%)"
    )


def _lateness(tape: Tape, days: Column, numbers: Range, wanted: Late, note: list[str]) -> tuple[Late, bool]:
    """(what days_past_due counts, whether an empty cell means not late)."""
    name = tape.theirs["days_past_due"]
    coded = bool((CURRENT | WORST) & set(days.code))
    late = {value for value in days.value if value > 0.0}
    how = wanted
    if wanted == "auto":
        how = _kind(coded, late) if late and numbers.whole and (coded or numbers.high <= FEW) else "days"
    if how == "auto":
        row, text = numbers.highest
        doubt = (
            "beside codes: a bucket or a code of thirty days?" if coded else "is the latest: days, buckets or codes?"
        )
        raise DataError(f"{tape.path}: column {name!r}: row {row}: {text!r} {doubt} {_OPTION}")
    strange = sorted(late - MBA) if how == "mba" else [value for value in sorted(late) if value % 1.0 and how != "days"]
    if strange:
        known = "codes of the MBA (3, 6, 9)" if how == "mba" else "whole buckets"
        raise DataError(f"{tape.path}: column {name!r}: {strange[0]:g} is none of the {known}; {_OPTION}")
    if how != "days":
        meaning = "buckets of thirty days" if how == "buckets" else "codes (3: 30-59 days, 6: 60-89, 9: 90 and more)"
        note.append(f"{name} holds {meaning}" + ("; C is current" if coded else ""))
    blank = days.blank and not numbers.zero and not coded
    if blank:
        note.append(f"{name}: an empty cell means current, for no cell says 0")
    if numbers.low < 0.0:
        note.append(f"{name}: below zero is paid ahead, so current")
    return how, blank


def _kind(coded: bool, late: set[float]) -> Late:
    """Buckets or codes, where letters stand among them; `auto` where the numbers leave it open."""
    if not coded or late == {3.0}:
        return "auto"
    if late <= {3.0, 6.0, 9.0}:
        return "mba"
    return "buckets" if late <= {1.0, 2.0, 3.0, 4.0, 5.0, 6.0} else "days" if max(late) > 9.0 else "auto"


def _numbers(spelling: Spelling, name: str, cells: NDArray[Any]) -> Array:
    if cells.dtype != object:
        return np.asarray(cells, dtype=np.float64)
    code, cell = pd.factorize(pd.Series(cells, dtype="object"))
    table = np.array([*(_number(spelling, name, clean_text(text)) for text in cell), math.nan])
    return np.asarray(table[code], dtype=np.float64)


def _number(spelling: Spelling, name: str, cell: str) -> float:
    if is_missing(cell):
        return math.nan
    number = parse_number(bare(name, cell), spelling.decimal)
    if number is not None:
        return number.value
    if name == "days_past_due":
        return 0.0 if cell.lower() in CURRENT else DEFAULTED if cell.lower() in WORST else math.nan
    return math.nan


def _days(spelling: Spelling, value: Array) -> Array:
    """Days past due; of buckets and codes the middle, paid ahead 0, no longer collected beyond all buckets."""
    if spelling.blank_is_current:
        value = np.where(np.isnan(value), 0.0, value)
    if spelling.late in _DAYS:
        step, start = _DAYS[spelling.late]
        value = np.where((value > 0.0) & (value < DEFAULTED), value * step + start, value)
    return np.where(value < 0.0, 0.0, value)


def _no_formulas(tape: Tape, name: str, marks: tuple[str, ...], row: int, column: pd.Series[Any]) -> None:
    for at, cell in column.drop_duplicates().items():
        if clean_text(cell).startswith(marks):
            raise _formula(tape, name, Cell(row + int(str(at)), clean_text(cell)))


def _formula(tape: Tape, name: str, cell: Cell) -> DataError:
    shown = "".join(c if c.isprintable() else "?" for c in cell.text)[:40]
    where = f"{tape.path}: row {cell.row}, column {tape.theirs[name]!r}"
    return DataError(f"{where}: {shown!r}: is a spreadsheet formula; save the tape as plain values")
