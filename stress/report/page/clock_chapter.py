"""The chapter on the clock: what daily purchases add, and what days of outage cost each note."""

from __future__ import annotations

from stress.answers.clocks import Clocks, Effect
from stress.answers.tornado import Change
from stress.measures.scenarios import is_share
from stress.report.figures import answers
from stress.report.numbers import many, with_error
from stress.report.page.exhibit import Chapter, Exhibit, svg_of
from stress.report.sheets import Sheet

ROUNDING = 1e-6
"""A change below this, 0.01 bp, is not worth showing."""


def clocks(answer: Clocks) -> Chapter:
    """Daily purchases beside monthly ones, purchases at payment dates, and an outage."""
    says = [
        f"{answer.scenario} with daily purchases; the others on the same draws. Collections buy on their day, at the "
        "end of their month, or wait for the payment date that follows it.",
        *(cost for k, timing in enumerate(answer.ways) if (cost := _cost(answer, k, timing))),
        *(f"Left out, {reason}." for reason in answer.left_out),
    ]
    caption = "Change from daily purchases, with 95% intervals; axes are linear within 1 bp, logarithmic beyond."
    exhibit = Exhibit(
        svg_of(answers.clocks(answer), f"clocks {answer.scenario}"), "Daily purchases", caption, clocks_sheet(answer)
    )
    return Chapter(f"What the clock changes under {answer.scenario}", tuple(says), Sheet((), ()), exhibit)


def clocks_sheet(answer: Clocks) -> Sheet:
    """One row a measure: daily purchases, and what each other way changes."""
    rows = tuple((_name(row.measure, row.tranche), _daily(row), *map(_change, row.changes)) for row in answer.rows)
    note = (
        f"{many(answer.paths, 'path')}, seed {answer.seed}. Pool figures over the cut-off balance. Changes from daily "
        "purchases ± standard error of the difference, on common random numbers; 0: on no path, or below 0.01 bp."
    )
    return Sheet(("", "Daily", *answer.ways), rows, note)


def _name(measure: str, tranche: str | None) -> str:
    words = {"irr": "yield"}.get(measure, measure.removeprefix("mean_").replace("_", " "))
    return f"{words} of {tranche}" if tranche else words


def _daily(row: Effect) -> str:
    ends = (row.low, row.high) if is_share(row.measure) else ()
    return with_error(row.daily, row.error, *ends)


def _change(change: Change) -> str:
    """0 where no path changed, or none to speak of."""
    return with_error(change.estimate, change.error) if abs(change.estimate) > ROUNDING else "0"


def _cost(answer: Clocks, k: int, timing: str) -> str:
    """What a way of buying costs the notes, in a sentence; empty where it moves none."""
    notes = [row for row in answer.rows if row.tranche and abs(row.changes[k].estimate) > ROUNDING]
    moved = [f"{_name(row.measure, row.tranche)} by {_change(row.changes[k])}" for row in notes]
    return f"{timing[0].upper()}{timing[1:]}: moves {', '.join(moved)}." if moved else ""
