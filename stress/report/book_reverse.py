"""The tables of a book's reverse stress: the common path, what it does to deals and notes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from stress.answers.book_reverse import BookReverse, DealOnPath
from stress.answers.reverse import left_out
from stress.report.book import level, probability
from stress.report.numbers import PERCENT, bare_percent, fraction, percent, span
from stress.report.sheets import Sheet

if TYPE_CHECKING:
    from stress.answers.book import ScenarioRisk

QUARTER = 3
"""Months of a row."""


def headline(found: BookReverse) -> str:
    """What was found, in a sentence."""
    lost = fraction(found.loss, PERCENT)
    seen = "not simulated"
    if not math.isnan(found.simulated.estimate):
        seen = f"simulated, with what is the deals' own: {probability(found.simulated, found.unseen)}"
    if math.isinf(found.beta):
        return f"Under {found.scenario} {found.says} ({lost}); {seen}."
    return (
        f"Under {found.scenario} the nearest common path on which the book loses more than {lost} lies "
        f"{found.beta:.2f} standard deviations away: first-order probability {found.first_order:.2g} of common weather "
        f"that bad, the deals' own at its mean; {seen}. {_worst(found)}"
    )


def months(found: BookReverse) -> Sheet:
    """Factors by quarter of the book's life, and the share of the distance that falls on it."""
    rows = []
    there, shares = found.months(), found.shares()
    for k in range(0, len(there), QUARTER):
        here = there[k : k + QUARTER]
        levels = found.level[here[0] - 1 : here[-1]].mean(axis=0)
        share = percent(float(shares[k : k + QUARTER].sum()), 1)
        rows.append((span(here[0], here[-1]), share, *(level(x, 2) for x in levels)))
    note = f"Standard deviations, low is bad. {_sentence(found.says)}"
    note = " ".join(filter(None, (note, left_out(found.weight, there))))
    return Sheet(("Months", "Share of beta²", *found.factors), tuple(rows), note)


def deals(found: BookReverse) -> Sheet:
    """Cumulative default of every deal on the path, beside its expected rates."""
    rows = [(one.name, percent(one.default), percent(one.expected), _ratio(one)) for one in found.deals]
    return Sheet(("Deal", "Default on the path", "On expected rates", "Ratio"), tuple(rows))


def notes(found: BookReverse, one: ScenarioRisk) -> Sheet:
    """Loss of every position on the path, those that lose most of the book first."""
    parts = {p.name: abs(p.amount) / found.amount * found.positions[p.name] for p in one.positions}
    order = sorted(parts, key=lambda name: -parts[name])
    rows = [(name, bare_percent(found.positions[name]) + "%", percent(parts[name])) for name in order]
    note = f"The book loses {percent(found.lost)} on it."
    return Sheet(("Position", "Loses on the path", "of the book"), tuple(rows), note)


def sheets(found: BookReverse, one: ScenarioRisk) -> Sequence[Sheet]:
    """All of them; none where no path was found."""
    return () if math.isinf(found.beta) else (months(found), deals(found), notes(found, one))


def _worst(found: BookReverse) -> str:
    """Which factor, which deals."""
    low = int(np.argmin(found.level.mean(axis=0)))
    month = int(np.argmin(found.level[:, low])) + 1
    hit = sorted(found.deals, key=_rise)[-2:][::-1]
    risen = " and ".join(f"{one.name} ({percent(one.expected)} to {percent(one.default)})" for one in hit)
    lowest = level(found.level[month - 1, low], 2)
    return (
        f"{found.factors[low]} is lowest, {lowest} standard deviations in month {month}; default rises most in {risen}."
    )


def _ratio(deal: DealOnPath) -> str:
    return f"{deal.default / deal.expected:.2f}" if deal.expected else "–"


def _rise(deal: DealOnPath) -> float:
    return deal.default - deal.expected


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
