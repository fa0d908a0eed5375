"""Which rows of a tape belong to the pool, and what was dropped and why."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from stress.arrays import Bools
from stress.tables.framed import TOTALS, word
from stress.tape.ended import REASONS as ENDED
from stress.tape.spelling import MAX_APR, MAX_FEE

MAX_TERM = 360
"""Of a pool's plans, months."""
FREE = "balance is zero"
TOTAL = "its level says that it is a total or an average of other rows"
NOTHING = (FREE, TOTAL)
"""The reasons that take nothing from the pool: they count for no allowance."""
_NO_LEVEL = TOTALS - {"all", "overall"}
"""The level of no loan; a pool of one level may be called `all`."""


class Dropped(NamedTuple):
    """Rows refused for one reason."""

    reason: str
    n: int
    balance: float
    """Their balance, where it is a number above zero."""
    first_row: int
    """Of the file."""
    column: str
    """Ours; empty where several say it."""
    cell: str
    """What stands there in the first such row."""


class Cleaned(NamedTuple):
    """The rows kept, and the reasons for the others."""

    loans: pd.DataFrame
    n_read: int
    balance_read: float
    """Of all rows whose balance is a number above zero."""
    dropped: tuple[Dropped, ...]


def clean(tape: pd.DataFrame, raw: pd.DataFrame | None = None, first_row: int = 2, interest: bool = False) -> Cleaned:
    """Drop what cannot be in the pool; each row counts under the first reason that applies, in this order.

    raw: the cells as they stand in the file, for messages; first_row: the row of the first loan there; interest: its
    fees are rates of interest a year. A late loan past its last due date has an instalment left: the one that it owes.
    """
    balance = tape["balance"].to_numpy(dtype=np.float64)
    known = np.where(np.isfinite(balance) & (balance > 0.0) & ~_totals(tape["level"]), balance, 0.0)
    open_rows = np.ones(len(tape), dtype=bool)
    dropped = []
    for reason, column, wrong in _reasons(tape, interest):
        hit = open_rows & wrong
        if hit.any():
            first = int(np.argmax(hit))
            where = column or next((name for name in tape.columns if tape[name].isna().iloc[first]), "")
            cell = "" if not where else _shown((tape if raw is None else raw)[where].iloc[first])
            dropped.append(Dropped(reason, int(hit.sum()), float(known[hit].sum()), first + first_row, where, cell))
            open_rows &= ~wrong
    loans = (tape if not dropped else tape[open_rows]).drop(columns="ended", errors="ignore")
    loans = loans.assign(remaining=np.maximum(loans["remaining"].to_numpy(dtype=np.float64), 1.0))
    return Cleaned(loans, len(tape), float(known.sum()), tuple(dropped))


def together(parts: Iterable[Sequence[Dropped]]) -> tuple[Dropped, ...]:
    """What several chunks dropped, a reason at a time; the first row of each is that of the first chunk."""
    by_reason: dict[str, Dropped] = {}
    for drop in (drop for part in parts for drop in part):
        before = by_reason.get(drop.reason)
        by_reason[drop.reason] = (
            drop if before is None else before._replace(n=before.n + drop.n, balance=before.balance + drop.balance)
        )
    return tuple(by_reason.values())


def _shown(cell: object) -> str:
    """As it stands in the file: an empty cell is empty there, and not what its number became."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    return f"{cell:.12g}" if isinstance(cell, float) else str(cell)[:40]


def _totals(level: pd.Series[Any]) -> Bools:
    """Rows that are no loans by their level."""
    names = [name for name in level.cat.categories if word(str(name)).rstrip(":：") in _NO_LEVEL]
    return level.isin(names).to_numpy(dtype=bool)


def _reasons(tape: pd.DataFrame, interest: bool) -> list[tuple[str, str, Bools]]:
    value = {name: tape[name].to_numpy(dtype=np.float64) for name in tape.columns if name not in ("level", "ended")}
    term, left, late, fee = value["term"], value["remaining"], value["days_past_due"], value["monthly_fee"]
    empty = np.zeros(len(tape), dtype=bool)
    for column in value.values():
        empty |= ~np.isfinite(column)
    with np.errstate(invalid="ignore"):
        not_left = (left > term) | (left != np.floor(left)) | ((left < 1) & ~(late > 0.0))
        return [
            (TOTAL, "level", _totals(tape["level"])),
            *_ended(tape),
            ("no level", "level", tape["level"].isna().to_numpy()),
            ("a cell is empty or no number", "", empty),
            (FREE, "balance", value["balance"] == 0.0),
            ("balance is negative", "balance", value["balance"] < 0.0),
            (
                f"term is no whole number from 1 to {MAX_TERM}, the longest that the engine takes",
                "term",
                (term < 1) | (term > MAX_TERM) | (term != np.floor(term)),
            ),
            ("instalments left are no whole number from 1 to the term", "remaining", not_left),
            ("more than 90 days past due: in default at the cut-off date", "days_past_due", late > 90),
            (
                f"interest is negative or above {MAX_APR:g} a year (a fraction, not a percent)"
                if interest
                else f"monthly fee is negative or above {MAX_FEE:g} of principal (a fraction, not a percent)",
                "monthly_fee",
                (fee < 0.0) | (fee > (MAX_APR if interest else MAX_FEE)),
            ),
        ]


def _ended(tape: pd.DataFrame) -> list[tuple[str, str, Bools]]:
    """Loans that codes of the tape put out of the pool; of one with a balance of 0 that is the reason."""
    if "ended" not in tape:
        return []
    number, some = tape["ended"].to_numpy(), tape["balance"].to_numpy(dtype=np.float64) != 0.0
    return [(reason, column, (number == k) & some) for k, (reason, column, _) in enumerate(ENDED, 1)]
