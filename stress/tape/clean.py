"""Which rows of a tape belong to the pool, and what was dropped and why."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MAX_TERM = 60
MAX_FEE = 0.1


class Dropped(NamedTuple):
    """Rows refused for one reason."""

    reason: str
    n: int
    balance: float
    """Their balance, where it is a number above zero."""
    first_row: int
    """Of the file; its heading is row 1."""


class Cleaned(NamedTuple):
    """The rows kept, and the reasons for the others."""

    loans: pd.DataFrame
    n_read: int
    dropped: tuple[Dropped, ...]


def clean(tape: pd.DataFrame) -> Cleaned:
    """Drop what cannot be in the pool; each row counts under the first reason that applies, in this order."""
    balance = tape["balance"].to_numpy()
    open_rows = np.ones(len(tape), dtype=bool)
    dropped = []
    for reason, wrong in _reasons(tape).items():
        hit = open_rows & wrong
        if hit.any():
            known = balance[hit & np.isfinite(balance) & (balance > 0.0)]
            dropped.append(Dropped(reason, int(hit.sum()), float(known.sum()), int(np.argmax(hit)) + 2))
            open_rows &= ~wrong
    loans = tape if not dropped else tape[open_rows]
    return Cleaned(loans, len(tape), tuple(dropped))


def _reasons(tape: pd.DataFrame) -> dict[str, NDArray[np.bool_]]:
    value = {name: tape[name].to_numpy() for name in tape.columns if name != "level"}
    term, left, late, fee = value["term"], value["remaining"], value["days_past_due"], value["monthly_fee"]
    with np.errstate(invalid="ignore"):
        return {
            "no level": tape["level"].isna().to_numpy(),
            "a cell is empty or no number": _not_finite(value),
            "balance is zero": value["balance"] == 0.0,
            "balance is negative": value["balance"] < 0.0,
            f"term is no whole number from 1 to {MAX_TERM}": (term < 1) | (term > MAX_TERM) | (term != np.floor(term)),
            "instalments left are no whole number from 1 to the term": (left < 1)
            | (left > term)
            | (left != np.floor(left)),
            "days past due are negative": late < 0,
            "more than 90 days past due: in default at the cut-off date": late > 90,
            f"monthly fee is negative or above {MAX_FEE:g} of principal (a fraction, not a percent)": (fee < 0.0)
            | (fee > MAX_FEE),
        }


def _not_finite(value: dict[str, NDArray[Any]]) -> NDArray[np.bool_]:
    wrong = np.zeros(len(value["balance"]), dtype=bool)
    for column in value.values():
        wrong |= ~np.isfinite(column)
    return wrong
