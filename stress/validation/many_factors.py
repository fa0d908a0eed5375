"""A portfolio on 21 factors, after Glasserman and Li (2005), as a book of 1,000 deals with importance sampling."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from stress.analysis.book_risk import book_risk
from stress.inputs.book import Book, Factors
from stress.runs.book.aims import ready
from stress.runs.book.count import count
from stress.validation.check import SIGMAS, Finding
from stress.validation.one_period import Part, one_period_book
from stress.validation.published import closed_forms

LEVEL, PATHS = 0.99, 8_192
MARKET, OTHER = 0.8, 0.4
"""Loadings on the market's factor, and on those of a sector and of a region."""
INSIDE = 1.0 - 1e-12
"""Loads of a deal are no longer than one, rounding included."""


def portfolio() -> Iterator[Finding | str]:
    """P(loss > y) as plain paths of another program have it, and how many plain paths an aimed one stands for."""
    case = closed_forms()["A16_21_factors"]
    book, losses = portfolio_book(), np.array(case["loss"], float) / sum(_exposures())
    packs = ready(book, LEVEL)
    risk = book_risk(book, count(packs, 1), LEVEL, losses.tolist()).scenarios[0]
    ratios = []
    for y, x, want in zip(case["loss"], losses, case["probability"], strict=True):
        exceedance = next(exceedance for exceedance in risk.ways if exceedance.loss == x)
        tolerance = SIGMAS * exceedance.se + case["tol"]
        yield Finding(f"P(loss > {y:,})", want, exceedance.probability, tolerance, exceedance.se)
        ratios.append(exceedance.probability * (1.0 - exceedance.probability) / PATHS / exceedance.se**2)
    listed = ", ".join(f"{ratio:.0f}" for ratio in ratios)
    yield f"{len(ratios)} probabilities; variance of plain paths over that of aimed ones: {listed}"


def _exposures() -> list[float]:
    return [1.0 + 99.0 * k / 999.0 for k in range(1000)]


def portfolio_book() -> Book:
    """Obligor k: sector (k - 1) // 100, region (k - 1) // 10 % 10, default rate 1% (1 + sin(16 pi k / 1000))."""
    rho = MARKET**2 + 2.0 * OTHER**2
    parts = []
    for i, amount in enumerate(_exposures()):
        loads = np.zeros(21)
        loads[[0, 1 + i // 100, 11 + i // 10 % 10]] = INSIDE * np.array([MARKET, OTHER, OTHER]) / np.sqrt(rho)
        rate = max(1e-9, 0.01 * (1.0 + np.sin(16.0 * np.pi * (i + 1) / 1000.0)))
        parts.append(Part(amount, rate, rho, tuple(loads.tolist()), obligors=1))
    names = ("market", *(f"sector {i}" for i in range(10)), *(f"region {i}" for i in range(10)))
    book = one_period_book(parts, Factors(names=names, phi=(0.0,) * 21), PATHS, seed=1)
    return book.model_copy(update={"estimator": "importance"})
