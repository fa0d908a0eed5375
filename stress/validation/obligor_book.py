"""A published portfolio of 25 obligors as a book, a deal each, against its exact law under one normal factor."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.special import ndtr, ndtri

from stress.analysis.book_risk import book_risk
from stress.analysis.book_tail import EDGES
from stress.arrays import Array
from stress.inputs.book import Book, Factors
from stress.runs.book.aims import ready
from stress.runs.book.count import count
from stress.runs.counting.book_tally import bin_of
from stress.validation.check import Finding, exact, simulated
from stress.validation.one_period import Part, one_period_book
from stress.validation.published import closed_forms

RHO, LEVEL = 0.2, 0.99
PATHS = 65_536
UNIT = 1_000.0
"""Of amounts in the exact law: exposures are rounded to it."""
BEYOND = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7)
"""Losses over all exposures, each moved to an edge of the engine's bins."""


def portfolio() -> Iterator[Finding]:
    """Expected loss as published; tail and contributions by quadrature, from plain and from aimed paths."""
    case = closed_forms()["A15_portfolio_of_25"]
    exposure, rate = np.array(case["exposure"], float), np.array(case["default_rate"])
    total = float(exposure.sum())
    yield exact("expected loss of the table", case["expected_loss"], float(exposure @ rate), 1.0)
    law = _law(exposure, rate)
    for estimator in ("plain", "importance"):
        packs = ready(_book(exposure, rate).model_copy(update={"estimator": estimator}), LEVEL)
        at = [float(EDGES[k]) for k in bin_of(np.array(BEYOND))]
        risk = book_risk(packs.book, count(packs, 1), LEVEL, at).scenarios[0]
        error = risk.expected_loss_se * total
        yield simulated(f"{estimator}: expected loss", case["expected_loss"], risk.expected_loss * total, error)
        for x in at:
            exceedance = next(exceedance for exceedance in risk.ways if exceedance.loss == x)
            want = float(law[np.arange(len(law)) * UNIT > x * total].sum())
            yield simulated(f"{estimator}: P(loss > {x:.1%})", want, exceedance.probability, exceedance.se)
        tail = risk.expected_shortfall[f"{LEVEL:g}"]
        want = _shortfall(law) / total
        yield simulated(f"{estimator}: {LEVEL:.0%} expected shortfall", want, tail.estimate, tail.se)


def _law(exposure: Array, rate: Array) -> Array:
    """Probability of each loss in units: given the factor obligors are independent, and their laws convolve."""
    node, weight = np.polynomial.hermite_e.hermegauss(64)
    units = np.rint(exposure / UNIT).astype(int)
    whole = np.zeros(int(units.sum()) + 1)
    for y, mass in zip(node, weight / weight.sum(), strict=True):
        default = ndtr((ndtri(rate) - np.sqrt(RHO) * y) / np.sqrt(1.0 - RHO))
        part = np.zeros_like(whole)
        part[0] = 1.0
        for size, p in zip(units, default, strict=True):
            moved = p * part[:-size]
            part *= 1.0 - p
            part[size:] += moved
        whole += mass * part
    return whole


def _shortfall(law: Array) -> float:
    """Mean of the worst 1 - LEVEL of losses."""
    loss, above = np.arange(len(law)) * UNIT, np.cumsum(law[::-1])[::-1]
    taken = np.clip(1.0 - LEVEL - (above - law), 0.0, law)
    return float(taken @ loss) / (1.0 - LEVEL)


def _book(exposure: Array, rate: Array) -> Book:
    """A deal of one obligor each, all on one named factor."""
    parts = [Part(amount, p, RHO, (1.0,), obligors=1) for amount, p in zip(exposure, rate, strict=True)]
    return one_period_book(parts, Factors(names=("a",), phi=(0.0,)), PATHS, seed=5)
