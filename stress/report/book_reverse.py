"""The tables of a book's reverse stress: the common path, what it does to deals and notes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from stress.answers.book_reverse import BookReverse, DealOnPath
from stress.answers.reverse import left_out
from stress.report.book import level, probability
from stress.report.book_path import QUARTER
from stress.report.numbers import PERCENT, bare_percent, fraction, percent, span
from stress.report.sheets import Sheet

if TYPE_CHECKING:
    from stress.answers.book import ScenarioRisk


def headline(common: BookReverse) -> str:
    """What was found, in a sentence."""
    lost = fraction(common.loss, PERCENT)
    simulated = "not simulated"
    if not math.isnan(common.simulated.estimate):
        simulated = f"simulated, with what is the deals' own: {probability(common.simulated, common.unseen)}"
    if math.isinf(common.beta):
        return f"Under {common.scenario} {common.says} ({lost}); {simulated}."
    return (
        f"Under {common.scenario} the nearest common path on which the book loses more than {lost} lies "
        f"{common.beta:.2f} standard deviations away: first-order probability {common.first_order:.2g} of common "
        f"weather that bad, the deals' own at its mean; {simulated}. {_worst(common)}"
    )


def months(common: BookReverse) -> Sheet:
    """Factors by quarter of the book's life, and the share of the distance that falls on it."""
    rows = []
    there, shares = common.months(), common.shares()
    for k in range(0, len(there), QUARTER):
        here = there[k : k + QUARTER]
        levels = common.level[here[0] - 1 : here[-1]].mean(axis=0)
        share = percent(float(shares[k : k + QUARTER].sum()), 1)
        rows.append((span(here[0], here[-1]), share, *(level(x, 2) for x in levels)))
    note = f"Standard deviations, low is bad. {_sentence(common.says)}"
    note = " ".join(filter(None, (note, left_out(common.weight, there))))
    return Sheet(("Months", "Share of beta²", *common.factors), tuple(rows), note)


def deals(common: BookReverse) -> Sheet:
    """Cumulative default of every deal on the path, beside its expected rates."""
    rows = [(deal.name, percent(deal.default), percent(deal.expected), _ratio(deal)) for deal in common.deals]
    return Sheet(("Deal", "Default on the path", "On expected rates", "Ratio"), tuple(rows))


def notes(common: BookReverse, scenario_risk: ScenarioRisk) -> Sheet:
    """Loss of every position on the path, those that lose most of the book first."""
    parts = {p.name: abs(p.amount) / common.amount * common.positions[p.name] for p in scenario_risk.positions}
    order = sorted(parts, key=lambda name: -parts[name])
    rows = [(name, bare_percent(common.positions[name]) + "%", percent(parts[name])) for name in order]
    note = f"The book loses {percent(common.lost)} on it."
    return Sheet(("Position", "Loses on the path", "of the book"), tuple(rows), note)


def sheets(common: BookReverse, scenario_risk: ScenarioRisk) -> Sequence[Sheet]:
    """All of them; none where no path was found."""
    return () if math.isinf(common.beta) else (months(common), deals(common), notes(common, scenario_risk))


def _worst(common: BookReverse) -> str:
    """Which factor, which deals."""
    low = int(np.argmin(common.level.mean(axis=0)))
    month = int(np.argmin(common.level[:, low])) + 1
    hit = sorted(common.deals, key=_rise)[-2:][::-1]
    risen = " and ".join(f"{deal.name} ({percent(deal.expected)} to {percent(deal.default)})" for deal in hit)
    lowest = level(common.level[month - 1, low], 2)
    return (
        f"{common.factors[low]} is lowest, {lowest} standard deviations in month {month}; default rises most in "
        f"{risen}."
    )


def _ratio(deal: DealOnPath) -> str:
    return f"{deal.default / deal.expected:.2f}" if deal.expected else "–"


def _rise(deal: DealOnPath) -> float:
    return deal.default - deal.expected


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
