"""The tables of two books beside each other."""

from __future__ import annotations

from collections.abc import Sequence

from stress.answers.book_change import BookChange, Change
from stress.report.sheets import Sheet
from stress.report.workbook import Column, Table

SCALES = ((1e9, " billion"), (1e6, " million"), (1.0, ""))


def sheets(change: BookChange) -> list[tuple[str, Sheet]]:
    """Figures by scenario, and the positions under the harshest; with their titles."""
    scale, word = next((s for s in SCALES if max(_sizes(change.figures), default=0.0) >= s[0]), SCALES[-1])
    head = ("before", "after", "difference")
    figures = tuple((row.scenario, row.figure, *_cells(row, scale)) for row in change.figures)
    positions = tuple((row.figure, *_cells(row, scale)) for row in change.positions)
    unit = f"{change.currency}{word}"
    draws = (
        "Both rest on the same draws, of which much noise cancels: the error shown is that of unlike draws"
        if change.same_draws
        else "They rest on unlike draws or paths: part of a difference is noise of its error's size"
    )
    name = f"{100 * change.level:g}%"
    return [
        (f"{change.after} minus {change.before}, {unit}", Sheet(("Scenario", "Figure", *head), figures, f"{draws}.")),
        (f"Part of ES {name} under {change.scenario}, {unit}", Sheet(("Position", *head), positions)),
    ]


def tables(change: BookChange) -> list[Table]:
    """The same for a workbook, in units of the currency."""
    names = ("before", "± before", "after", "± after", "difference", "± difference")
    columns = (Column("Scenario", "text"), Column("Figure", "text"), *(Column(name, "money") for name in names))
    parts = (("Changes", change.figures), (f"Positions, ES {100 * change.level:g}%", change.positions))
    return [Table(name, columns, [tuple(row) for row in rows]) for name, rows in parts]


def _sizes(changes: Sequence[Change]) -> list[float]:
    return [abs(x) for change in changes for x in (change.before, change.after)]


def _cells(change: Change, scale: float) -> tuple[str, str, str]:
    pairs = ((change.before, change.before_se), (change.after, change.after_se), (change.difference, change.error))
    before, after, difference = (
        f"{x / scale:,.3f} ± {e / scale:,.3f}".replace("-", "\N{MINUS SIGN}") for x, e in pairs
    )
    return before, after, difference if change.difference else "0"
