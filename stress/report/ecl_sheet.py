"""The table of expected credit losses."""

from __future__ import annotations

import math

from stress.answers.ecl import Allowance, Ecl
from stress.measures.estimate import Interval
from stress.report.numbers import MISSING, PERCENT, many, percent, with_error
from stress.report.sheets import Sheet


def ecl_sheet(answer: Ecl) -> Sheet:
    """One row a scenario, book and reporting date."""
    head = (
        "Scenario",
        "Book",
        "Month",
        "Outstanding",
        "12-month ECL",
        "Lifetime ECL (CECL)",
        "Stage 2 and 3",
        "Allowance",
    )
    rows = tuple(map(_row, answer.rows))
    note = (
        f"Shares of the book at closing, means of {many(answer.paths, 'path')}, seed {answer.seed}, ± standard error; "
        "'<': no path lost anything, 95% upper bound (3/n). "
        f"Loans: the closing pool in run-off, discounted at {percent(answer.effective_rate)} a year, what it earns; "
        "notes, with interest that is late, at their own rates. Stage 2: 30 days past due, or an entry rate "
        f"{answer.multiple:g} times that at closing. {answer.says}"
    )
    return Sheet(head, rows, note)


def _row(row: Allowance) -> tuple[str, ...]:
    return (
        row.scenario, row.book, str(row.month), _share(row.outstanding), loss_cell(row.twelve_month),
        loss_cell(row.lifetime), loss_cell(row.stage_2), loss_cell(row.allowance),
    )  # fmt: skip


def loss_cell(interval: Interval) -> str:
    """A mean with its error; the bound of one of which no path shows anything."""
    at = float(interval.estimate)
    return _share(interval) if at != 0.0 else with_error(at, *(float(part) for part in interval[1:]), unit=PERCENT)


def _share(interval: Interval) -> str:
    estimate, error = float(interval.estimate), float(interval.error)
    if not math.isfinite(estimate):
        return MISSING
    if error > 0.0:
        return with_error(estimate, error, unit=PERCENT)
    return percent(estimate) if estimate else "0 on all paths"
