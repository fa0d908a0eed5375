"""The page of a book: what it can lose, what makes it, its worst path; figures with their numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from stress.answers.book import BookPath, BookRisk, ScenarioRisk
from stress.answers.book_reverse import BookReverse
from stress.explain import explain_book
from stress.inputs.book import Book
from stress.inputs.book.remarks import notes_of_book
from stress.report import book as sheets
from stress.report import book_path
from stress.report import book_reverse as reverse_sheets
from stress.report.figures import books
from stress.report.numbers import many
from stress.report.page.deal import as_html
from stress.report.page.exhibit import Exhibit, svg_of
from stress.report.page.template import rendered
from stress.report.sheets import Sheet

ASSUMED = (
    "Deals share the named factors that they load on; what is left of a deal's default factor is its own.",
    "Prepayment and recovery follow their correlation with the deal's default factor.",
    "Exchange rates are held fixed. A note is held to its end: no sale, no market price between.",
)


def render(
    book: Book,
    risk: BookRisk,
    scenario_risk: ScenarioRisk,
    worst: BookPath | None,
    common: BookReverse | None,
    about: Mapping[str, Any],
) -> str:
    """The page as text, one scenario in detail. Everything that comes from a file is escaped by the template.

    `about`: provenance; `partial` of it says how many paths of how many, where some are missing.
    """
    return rendered(
        "book.html.j2",
        risk=risk,
        scenario_risk=scenario_risk,
        lede=_lede(risk, scenario_risk, about.get("partial")),
        findings=sheets.findings(risk, scenario_risk),
        overview=sheets.overview(risk),
        exceedances=sheets.exceedances(risk),
        curves=_curves(risk),
        bars=_bars(risk, scenario_risk),
        positions=sheets.positions(risk, scenario_risk),
        concentrations=sheets.concentrations(risk, scenario_risk),
        together=sheets.together(risk, scenario_risk),
        ways=sheets.ways(risk, scenario_risk),
        story=[] if worst is None else book_path.story(worst, scenario_risk.positions),
        worst=None if worst is None else _worst(worst, scenario_risk),
        common="" if common is None else reverse_sheets.headline(common),
        common_path=None if common is None or math.isinf(common.beta) else _common(common),
        common_sheets=_common_sheets(common, scenario_risk),
        words=as_html(explain_book(book)),
        input_notes=notes_of_book(book),
        assumptions=ASSUMED,
        illustrative=list(risk.illustrative.items()),
        provenance=about,
    )


def _lede(risk: BookRisk, scenario_risk: ScenarioRisk, partial: str | None) -> str:
    so_far = f"PARTIAL, {partial} so far: " if partial else ""
    deals = len({p.deal for p in scenario_risk.positions})
    return (
        f"{so_far}{many(len(scenario_risk.positions), 'position')} in {many(deals, 'deal')}, "
        f"{sheets.money(risk.amount, risk.currency)}; {many(len(risk.scenarios), 'scenario')}, "
        f"{many(risk.paths, 'path')} of all deals on common factors."
    )


def _curves(risk: BookRisk) -> Exhibit:
    caption = f"All scenarios; each curve crosses the dotted line at its {100 * risk.level:g}% value at risk."
    svg = svg_of(books.curves(risk), "curves")
    return Exhibit(svg, "Probability of a larger loss", caption, sheets.exceedances(risk))


def _bars(risk: BookRisk, scenario_risk: ScenarioRisk) -> Exhibit:
    caption = (
        "Mean loss of each position on the paths of the book's tail, with its 95% interval, beside the shortfall of "
        "the position alone: the gap is what the book diversifies."
    )
    svg = svg_of(books.contributions(risk, scenario_risk), "contributions")
    return Exhibit(svg, "Contributions to expected shortfall", caption, sheets.positions(risk, scenario_risk))


def _worst(worst: BookPath, scenario_risk: ScenarioRisk) -> Exhibit:
    lines = book_path.losing(worst, scenario_risk.positions)[: book_path.MOST]
    factors = {name: worst.factor[:, f] for f, name in enumerate(worst.factors)}
    svg = svg_of(books.worst_path(factors, {line.name: line.balance for line in lines}), "worst")
    caption = f"Path {worst.path}: its factors, and the notes that lose on it, of their largest balance."
    return Exhibit(svg, "Month by month", caption, book_path.months(worst, scenario_risk.positions))


def _common(common: BookReverse) -> Exhibit:
    caption = "Levels of the named factors, month by month, and the share of the distance that falls on each month."
    return Exhibit(svg_of(books.common_path(common), "common"), "The path", caption, reverse_sheets.months(common))


def _common_sheets(common: BookReverse | None, scenario_risk: ScenarioRisk) -> list[tuple[str, Sheet]]:
    """What the path does, apart from its months: those stand with the figure."""
    tables = [] if common is None else reverse_sheets.sheets(common, scenario_risk)[1:]
    return list(zip(("What it does to the deals", "and to the positions"), tables, strict=False))
