"""The table of every answer: that of its chapter of a report, of answers without a chapter one of their own."""

from __future__ import annotations

import functools
import math

from stress.answers.book import BookRisk
from stress.answers.book_change import BookChange
from stress.answers.book_reverse import BookReverse
from stress.answers.committee import ClassNumbers, Committee
from stress.answers.pool_fit import PoolFit
from stress.answers.whatif import WhatIf
from stress.report import book, book_change, book_reverse
from stress.report.cover import exact_percent
from stress.report.desk_sheets import loss_cell
from stress.report.numbers import MISSING, many, own_unit, percent
from stress.report.page.chapters import chapter
from stress.report.page.whatif import ends
from stress.report.sheets import Sheet


@functools.singledispatch
def table_of(answer: object) -> Sheet:
    """The table of an answer of `stress.analysis`. Raises DataError for anything else."""
    section = chapter(answer)
    return section.exhibit.data if section.exhibit and not section.sheet.rows else section.sheet


@table_of.register
def committee(answer: Committee) -> Sheet:
    """One row a class: capital, break-even, expected credit loss and yields, as the cover of a report has them."""
    floating = any(not math.isnan(row.discount_margin) for row in answer.classes)
    head = ("Class", "Attachment", "Risk weight", "Capital", "Net loss at break-even", "× base CNL", "12-month ECL",
            "Lifetime ECL", "Yield at par", *("DM at par",) * floating)  # fmt: skip
    note = (
        f"Under {answer.scenario}, capital by {answer.rules} ({answer.status}, {answer.date}); net loss of the base "
        f"case {percent(answer.base_net_loss)}; expected credit loss: {many(answer.paths, 'path')}, seed {answer.seed}."
    )
    return Sheet(head, tuple(_class(row, floating) for row in answer.classes), note)


def _class(row: ClassNumbers, floating: bool) -> tuple[str, ...]:
    beyond = "> " * row.breakeven_open
    multiple = own_unit(row.breakeven_multiple, 0.5 * row.breakeven_multiple_precision, digits=2)
    known = math.isfinite(row.breakeven_net_loss)
    return (
        row.note,
        *(
            MISSING if math.isnan(x) else exact_percent(x)
            for x in (row.attachment, row.risk_weight, row.capital_charge)
        ),
        f"{beyond}{percent(row.breakeven_net_loss)}" if known else MISSING,
        f"{beyond}{multiple}" if known else MISSING,
        loss_cell(row.ecl_12m),
        loss_cell(row.ecl_lifetime),
        MISSING if math.isnan(row.yield_at_par) else f"{100.0 * row.yield_at_par:.3f}%",
        *(MISSING if math.isnan(row.discount_margin) else f"{1e4 * row.discount_margin:,.1f} bp",) * floating,
    )


@table_of.register
def pool_fit(answer: PoolFit) -> Sheet:
    """One row a segment: its share, entry rate before and after, and the static default that it meets."""
    rows = tuple(
        (s.name, percent(s.share), MISSING if s.target is None else f"{s.target:.4%}", f"{s.entry_before:.6g}",
         f"{s.entry:.6g}", f"{s.static_default:.4%} ± {s.error:.1e}", f"{s.deterministic:.4%}")
        for s in answer.segments
    )  # fmt: skip
    head = ("Segment", "Share", "Target", "Entry was", "Entry", "Static default", "At rho 0")
    return Sheet(head, rows, f"Steady pool: NPR {percent(answer.npr)}, ODR {percent(answer.odr)}.")


table_of.register(WhatIf, ends)
table_of.register(BookRisk, book.overview)
table_of.register(BookReverse, book_reverse.deals)


@table_of.register
def changes(answer: BookChange) -> Sheet:
    """One row a scenario and figure: before, after, difference."""
    return book_change.sheets(answer)[0][1]
