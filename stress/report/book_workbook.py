"""A book's risk as sheets of a workbook: every figure beside its error, the inputs one a row."""

from __future__ import annotations

from typing import Any

from stress.answers.book import BookPath, BookRisk, ScenarioRisk
from stress.answers.book_reverse import BookReverse
from stress.inputs.book import Book
from stress.report import book_path
from stress.report.book import probability
from stress.report.numbers import many
from stress.report.workbook import Column, Table, of_document

_POSITION = (
    *("expected_loss", "expected_loss_se", "loss_probability", "loss_probability_se", "contribution_es", "se"),
    *("share_es", "marginal_es", "standalone_es", "incremental_var", "incremental_es", "value", "value_se"),
    "below_cost",
)
"""Shares, all of them."""


def tables(
    risk: BookRisk, scenario_risk: ScenarioRisk, worst: BookPath | None = None, common: BookReverse | None = None
) -> list[Table]:
    """Scenarios, tails, positions, concentrations: a sheet each, all scenarios below each other; of the detailed
    one the worst path; the common path."""
    sheets = [_scenarios(risk), _tails(risk), _positions(risk), _shares(risk)]
    if worst is not None:
        sheets.append(book_path.table(worst, scenario_risk.positions))
    return sheets if common is None else [*sheets, _common(common)]


def _common(common: BookReverse) -> Table:
    columns = (
        Column("Month", "number"),
        Column("Share of beta^2", "share"),
        *(Column(name, "number") for name in common.factors),
    )
    rows = [
        (month, float(share), *map(float, common.level[month - 1]))
        for month, share in zip(common.months(), common.shares(), strict=True)
    ]
    note = (
        f"The nearest path of the named factors on which the book loses more than {common.loss:g} under "
        f"{common.scenario}: beta {common.beta:.4g}, Phi(-beta) {common.first_order:.3g}; simulated "
        f"{probability(common.simulated, common.unseen)}. Standard deviations, low is bad."
    )
    return Table("Common path", columns, rows, note)


def inputs(book: Book) -> list[tuple[str, Any]]:
    """Everything that the book rests on."""
    return of_document(book.model_dump(mode="json", exclude_none=True))


def _scenarios(risk: BookRisk) -> Table:
    names = ("expected_loss", "expected_loss_se", "loss_probability", "loss_probability_se", "income", "income_se",
             "value", "value_se", "below_cost", "below_cost_se", "standalone_es", "diversification",
             "variance_ratio")  # fmt: skip
    rows = [
        (scenario_risk.scenario, *(getattr(scenario_risk, name) for name in names)) for scenario_risk in risk.scenarios
    ]
    note = f"Shares of {risk.amount:,.0f} {risk.currency} original balance, {many(risk.paths, 'path')}."
    if risk.short:
        note += f" Short: {risk.short:,.0f} {risk.currency}."
    return Table("Scenarios", (Column("Scenario", "text"), *_heads(names)), rows, note)


def _tails(risk: BookRisk) -> Table:
    columns = (
        *(Column("Scenario", "text"), Column("Level", "number")),
        *(Column(name, "share") for name in ("VaR", "VaR low", "VaR high", "ES", "± ES")),
    )
    rows = [
        (scenario_risk.scenario, float(level), *var, *scenario_risk.expected_shortfall[level])
        for scenario_risk in risk.scenarios
        for level, var in scenario_risk.value_at_risk.items()
    ]
    return Table("VaR and ES", columns, rows)


def _positions(risk: BookRisk) -> Table:
    columns = (
        *(Column(name, "text") for name in ("Scenario", "Position", "Deal", "Note")),
        Column(f"Amount, {risk.currency}", "money"),
        *_heads(_POSITION),
    )
    rows = [
        (scenario_risk.scenario, p.name, p.deal, p.note, p.amount, *(getattr(p, name) for name in _POSITION))
        for scenario_risk in risk.scenarios
        for p in scenario_risk.positions
    ]
    return Table("Positions", columns, rows, "Over the book; value over the position's own original balance.")


def _shares(risk: BookRisk) -> Table:
    columns = (Column("Scenario", "text"), Column("By", "text"), Column("Part", "text"), Column("Amount", "share"),
               Column("Part of ES", "share"), Column("± part of ES", "share"))  # fmt: skip
    rows = [
        (scenario_risk.scenario, by, *share)
        for scenario_risk in risk.scenarios
        for by, shares in (
            ("deal", scenario_risk.deals),
            ("originator", scenario_risk.originators),
            ("factor", scenario_risk.factors),
        )
        for share in shares
    ]
    return Table("Concentration", columns, rows)


def _heads(names: tuple[str, ...]) -> tuple[Column, ...]:
    return tuple(Column(n.replace("_", " "), "number" if n == "diversification" else "share") for n in names)
