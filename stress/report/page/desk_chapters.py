"""Chapters for an accountant, a trader and a modeller: expected credit loss, price, derivatives."""

from __future__ import annotations

import math

from stress.answers.ecl import Ecl
from stress.answers.gradient import Gradient
from stress.answers.price import Price
from stress.report.desk_sheets import ecl_sheet, gradient_sheet, price_sheet
from stress.report.figures.desks import allowances, slopes, yields
from stress.report.page.exhibit import Chapter, Exhibit, svg_of


def ecl(answer: Ecl) -> Chapter:
    """Expected credit losses of loans and notes."""
    says = (
        f"What {answer.job} is expected to lose, discounted at the effective rate (IFRS 9; lifetime is CECL's), by "
        "scenario, book and reporting date.",
    )
    sheet = ecl_sheet(answer)
    caption = "12-month and lifetime; whiskers are 95% intervals."
    exhibit = Exhibit(svg_of(allowances(answer), f"ecl {answer.job}"), "Allowance at closing", caption, sheet)
    return Chapter("Expected credit loss", says, sheet, exhibit)


def price(answer: Price) -> Chapter:
    """The price table of a note."""
    says = (f"What {answer.tranche} yields at a price, by speed of prepayment and level of default, deterministic.",)
    sheet = price_sheet(answer)
    caption = "A line for each speed and level of default; deterministic cash flows, so without an error."
    exhibit = Exhibit(svg_of(yields(answer), f"price {answer.tranche}"), "Yield by price", caption, sheet)
    return Chapter(f"Price of {answer.tranche} under {answer.scenario}", says, sheet, exhibit)


def gradient(answer: Gradient) -> Chapter:
    """Derivatives by every input of the draws."""
    of = f" of {answer.tranche}" if answer.tranche else ""
    says = (
        f"How {answer.measure}{of} under {answer.scenario} answers to every input of the draws, all from one run "
        "(likelihood-ratio scores).",
    )
    sheet = gradient_sheet(answer)
    caption = "Derivative times one unit of each input; whiskers are 95% intervals."
    name = f"gradient {answer.measure} {answer.tranche}"
    exhibit = None
    if any(math.isfinite(slope.derivative) for slope in answer.inputs):
        exhibit = Exhibit(svg_of(slopes(answer), name), "Derivatives", caption, gradient_sheet(answer, months=True))
    return Chapter(f"Derivatives of {answer.measure}{of}", says, sheet, exhibit)
