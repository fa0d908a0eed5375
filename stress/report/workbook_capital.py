"""Sheets of a workbook on regulatory capital: closing or the month of a state, months with errors, the transfer."""

from __future__ import annotations

from stress.answers.capital import Capital
from stress.report.workbook import Column, Table


def tables(answer: Capital) -> list[Table]:
    """At closing or after the month of the state, by month, and of a transfer."""
    from stress.report.page.capital_chapter import transfer_sheet

    share = ("attachment", "detachment", "K_A", "risk weight SEC-SA", "SEC-IRBA", "SEC-ERBA")
    first = Table(
        answer.as_of or "Closing",
        (Column("Class", "text"), *(Column(name, "share") for name in share), Column("Capital", "money")),
        [
            (w.note, w.attachment, w.detachment, w.K_A, w.risk_weight, w.irba, w.erba, w.capital)
            for w in answer.exposures()
        ],
        f"{answer.rules}, {answer.status}, {answer.date}; {answer.when()}",
    )
    heads = ("Outstanding", "Weight", "± Weight", "Weight 95%", "± Weight 95%", "Capital", "± Capital", "Capital 95%",
             "± Capital 95%")  # fmt: skip
    rows = [
        (by_month.note or "all notes", int(month), float(by_month.outstanding[t]), *(
            float(part[t])
            for pair in (by_month.risk_weight, by_month.risk_weight_95, by_month.capital, by_month.capital_95)
            for part in (pair.estimate, pair.error)
        ))
        for by_month in answer.months
        for t, month in enumerate(by_month.month)
    ]  # fmt: skip
    columns = (Column("Class", "text"), Column("Month", "count"), *(Column(head, "share") for head in heads))
    sheets = [first, Table("By month", columns, rows, f"{answer.paths} paths under {answer.scenario}, SEC-SA")]
    if answer.transfer is not None:
        sheet = transfer_sheet(answer.transfer)
        sheets.append(Table("Transfer", (Column("Test", "text"), Column("Result", "text")), sheet.rows, sheet.note))
    return sheets
