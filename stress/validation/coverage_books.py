"""How often 95% intervals of a book's tail hold the truth: two large pools on correlated factors, by quadrature."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from stress.analysis.book_risk import book_risk
from stress.analytic import TwoPools, two_pool_contributions, two_pool_es, two_pool_exceedance, two_pool_quantile
from stress.answers.book import ScenarioRisk
from stress.inputs.book import Book, Factors
from stress.measures.estimate import NORMAL
from stress.runs.book.aims import ready
from stress.runs.book.count import count, packs_of
from stress.validation.check import Finding, at_least, held
from stress.validation.one_period import BALANCE, Part, one_period_book

LAW = TwoPools((0.5, 0.5), (0.03, 0.05), (0.1, 0.2), 0.9 * 0.7 * 0.4)
LOADS = ((0.9, 0.0), (0.0, 0.7))
"""Of the pools on two named factors, whose correlation is 0.4."""
LEVEL, RARE, BEYOND = 0.99, 0.999, 0.1
FEW = f"{RARE:.1%} expected shortfall"
"""Eight of the paths lie in it."""
PATHS, REPLICATIONS = 8_192, 1_000
BAND = 0.02


def plain(replications: int = REPLICATIONS, band: float = BAND) -> Iterator[Finding | str]:
    """Share of runs, seed after seed, whose interval holds the truth; of eight paths in the tail at least so many."""
    shares = _shares("plain", replications)
    few = {FEW: shares.pop(FEW)}
    yield from held(shares, replications, band)
    yield from at_least(few, replications, band, " of eight paths")


def importance(replications: int = REPLICATIONS, band: float = BAND) -> Iterator[Finding | str]:
    """The same with paths aimed at the book's tail: at least the share that is stated.

    A block holds a fixed share of paths of each part of the mixture, which the errors take for chance: they are wide.
    """
    return at_least(_shares("importance", replications), replications, band)


def _shares(estimator: str, replications: int) -> dict[str, float]:
    """The share of runs whose interval holds the truth, by figure."""
    book, truth = two_pools().model_copy(update={"estimator": estimator}), _truth()
    packs = packs_of(book, LEVEL) if estimator == "plain" else ready(book, LEVEL)
    hits = dict.fromkeys(truth, 0)
    for seed in range(replications):
        seeded = packs._replace(book=book.model_copy(update={"seed": seed}))
        intervals = _intervals(book_risk(seeded.book, count(seeded, 1), LEVEL, [BEYOND]).scenarios[0])
        for what, exact in truth.items():
            low, high = intervals[what]
            hits[what] += low <= exact <= high
    return {what: n / replications for what, n in hits.items()}


def two_pools() -> Book:
    """Two pools of one size."""
    parts = [Part(BALANCE, p, rho, load) for p, rho, load in zip(LAW.p, LAW.rho, LOADS, strict=True)]
    factors = Factors(names=("a", "b"), phi=(0.0, 0.0), correlation=((1.0, 0.4), (0.4, 1.0)))
    return one_period_book(parts, factors, PATHS, seed=0)


@functools.cache
def _truth() -> dict[str, float]:
    first, second = two_pool_contributions(LEVEL, LAW)
    return {
        "expected loss": sum(LAW.p) / 2.0,
        f"P(loss > {BEYOND:.0%})": two_pool_exceedance(BEYOND, LAW),
        f"{LEVEL:.0%} value at risk": two_pool_quantile(LEVEL, LAW),
        f"{LEVEL:.0%} expected shortfall": two_pool_es(LEVEL, LAW),
        FEW: two_pool_es(RARE, LAW),
        "contribution of pool 1": first,
        "contribution of pool 2": second,
    }


def _intervals(risk: ScenarioRisk) -> dict[str, tuple[float, float]]:
    """By what `_truth` calls it."""
    shortfall, few = (risk.expected_shortfall[f"{level:g}"] for level in (LEVEL, RARE))
    beyond = risk.exceedance[f"{BEYOND:g}"]
    deals = {deal.name: (deal.contribution_es, deal.se) for deal in risk.deals}
    around = {
        "expected loss": (risk.expected_loss, risk.expected_loss_se),
        f"P(loss > {BEYOND:.0%})": (beyond.estimate, beyond.se),
        f"{LEVEL:.0%} expected shortfall": (shortfall.estimate, shortfall.se),
        FEW: (few.estimate, few.se),
        **{f"contribution of {name}": deals[name] for name in ("pool 1", "pool 2")},
    }
    intervals = {what: (mean - NORMAL * error, mean + NORMAL * error) for what, (mean, error) in around.items()}
    var = risk.value_at_risk[f"{LEVEL:g}"]
    return {**intervals, f"{LEVEL:.0%} value at risk": (var.low, var.high)}
