"""A tape with outcomes -> a static-pool table: what of each cohort is at risk and what defaults at each age."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from stress.arrays import Array
from stress.errors import ConfigError, DataError
from stress.tables.dates import counted
from stress.tape.chunks import chunks
from stress.tape.column import bare, clean_text
from stress.tape.gather import ALLOWED_SHARE
from stress.tape.issued import Issued
from stress.tape.source import OUTCOMES, Tape, opened

OLDEST = 600
"""Months on book beyond which an age is none."""


Key = tuple[tuple[str, str], int, str]
"""Cohorts of a loan by the two ways of reading its date, its age and its status."""


class Outcomes(NamedTuple):
    """Loans by cohort and age."""

    cohort: tuple[str, ...]
    age: tuple[int, ...]
    """One after another, from the youngest at which anything ended."""
    at_risk: Array
    """(C, A) loans that had not ended before the age."""
    defaulted: Array
    """(C, A) of these, what defaulted at it."""
    note: tuple[str, ...]


def outcomes_of(
    path: str | Path,
    defaulted: Collection[str],
    still: Collection[str] = (),
    per_year: int = 12,
    rename: Mapping[str, str] | None = None,
    allowed: float = ALLOWED_SHARE,
    dates: str = "",
) -> Outcomes:
    """Read a tape a chunk at a time.

    `defaulted`: statuses that are default; `still`: those of loans that go on, at risk up to their age and no further;
    every other status ended otherwise. Cohorts are periods of `per_year`. `dates`: how those such as 3/4/2025 are
    written, one of ORDERS; where left out, the column shows it. Raises DataError where it does not and it matters,
    where no loan has a status that was named, where more than `allowed` of the rows lack a date, an age or a status.
    """
    tape = opened(path, rename, OUTCOMES)
    counts: Counter[Key] = Counter()
    lost: list[str] = []
    n, issued = 0, Issued(tape, per_year, dates)
    for row, frame in chunks(tape):
        n += len(frame)
        lost += _count(tape, frame, row, issued, counts)
    if len(lost) > allowed * n:
        raise DataError(
            f"{tape.path}: {len(lost):,} of {n:,} rows have no date, age or status that can be read, more than "
            f"{100.0 * allowed:.4g}%; the first: {lost[0]}"
        )
    loans: Counter[tuple[str, int, str]] = Counter()
    order = issued.order()
    for (cohorts, age, status), count in counts.items():
        loans[cohorts[order], age, status] += count
    note = [f"{tape.theirs['issued']}: dates are {issued.in_words(order)}"] if issued.slashed else []
    return _table(tape, loans, set(defaulted), set(still), lost, note)


def _count(tape: Tape, frame: pd.DataFrame, row: int, issued: Issued, counts: Counter[Key]) -> list[str]:
    """Add the loans of a chunk; the rows that cannot be read, in words."""
    cells = frame["age"]
    if not pd.api.types.is_numeric_dtype(cells):
        cells = cells.map({cell: bare("age", clean_text(cell)) for cell in cells.dropna().unique()})
    age = pd.to_numeric(cells, errors="coerce").to_numpy(np.float64)
    status = frame["status"].astype("string").str.strip()
    cohort = frame["issued"].map(issued.cohorts(row, frame["issued"]))
    whole = np.isfinite(age) & (age >= 0.0) & (age <= OLDEST)
    whole &= np.abs(age - np.round(np.where(np.isfinite(age), age, 0.0))) < 1e-6
    good = whole & cohort.notna().to_numpy() & status.notna().to_numpy() & (status != "").fillna(False).to_numpy(bool)
    loans = pd.DataFrame({"c": cohort[good], "a": np.round(age[good]).astype(int), "s": status[good].astype(str)})
    for key, count in loans.value_counts().items():
        counts[tuple(key)] += int(count)  # type: ignore[arg-type, index]
    return [
        f"row {row + k}: "
        + ", ".join(f"{tape.theirs[name]} {_cell(frame[name].iloc[k])}" for name in OUTCOMES)
        + counted(clean_text(frame["issued"].iloc[k]))
        for k in np.flatnonzero(~good)
    ]


def _cell(value: object) -> str:
    """A cell in a message: text in quotes, numbers and dates as they are."""
    return repr(value) if isinstance(value, str) else str(value)


def _table(
    tape: Tape,
    loans: Counter[tuple[str, int, str]],
    defaulted: set[str],
    still: set[str],
    lost: list[str],
    note: list[str],
) -> Outcomes:
    statuses: Counter[str] = Counter()
    for (_, _, status), count in loans.items():
        statuses[status] += count
    if not statuses:
        raise DataError(f"{tape.path}: has no loans below its heading")
    there = ", ".join(f"{status} ({count:,})" for status, count in statuses.most_common(12))
    if both := sorted(defaulted & still):
        raise ConfigError(f"--still {both[0]}: is named by --defaulted too; a loan that defaulted does not go on")
    for name, wanted in (("--defaulted", defaulted), ("--still", still)):
        unknown = sorted(wanted - set(statuses))
        if unknown:
            raise DataError(f"{tape.path}: {name} {unknown[0]}: no loan has this status; there are {there}")
    if not defaulted:
        raise DataError(f"{tape.path}: say which statuses are default with --defaulted; there are {there}")
    cohorts = sorted({cohort for cohort, _, _ in loans})
    ages = [age for _, age, _ in loans]
    first, last = min(ages), max(ages)
    ended = np.zeros((3, len(cohorts), last - first + 1))
    for (cohort, age, status), count in loans.items():
        ended[0 if status in defaulted else 1 if status in still else 2, cohorts.index(cohort), age - first] += count
    total = ended.sum(axis=0)
    at_risk = total[:, ::-1].cumsum(axis=1)[:, ::-1]
    meanings = [
        f"{status} ({count:,}): {_meant(status, defaulted, still)}" for status, count in statuses.most_common(12)
    ]
    note = [f"{int(total.sum()):,} loans; {'; '.join(meanings)}", *note]
    if lost:
        note.append(f"{len(lost):,} rows left out, the first: {lost[0]}")
    return Outcomes(tuple(cohorts), tuple(range(first, last + 1)), at_risk, ended[0], tuple(note))


def _meant(status: str, defaulted: set[str], still: set[str]) -> str:
    return "default" if status in defaulted else "goes on" if status in still else "ended otherwise"
