"""Sums over a counted book's paths, by weight and by its square, as means and errors ask for them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stress.analysis.book_tail import Sums, mean_of
from stress.answers.book import FactorTail
from stress.arrays import Array
from stress.inputs.book import Book
from stress.runs.counting.book_tally import COARSE, UNIT, Weighed, bins_in


def by_bin(tallies: Weighed, k: int, p: int) -> Sums:
    """By the bin of the book's loss, x the loss of a position; of the book itself: p = -1."""
    first, second = (part.loss_sum[k, -1] if p < 0 else part.by_book[k, p] for part in tallies)
    count, count2 = (part.loss_count[k, -1] for part in tallies)
    return Sums(count, count2, first * UNIT, second * UNIT, tallies.second.square[k, p] * UNIT)


def all_paths(tallies: Weighed, k: int) -> Sums:
    """All paths of a scenario, x = 0."""
    return Sums(*(np.asarray(part.loss_count[k, -1].sum()) for part in tallies), *[np.zeros(())] * 3)


def losers(count: NDArray[Any]) -> float:
    """Paths of a histogram that lose anything."""
    return float(count[bins_in(count).zero + 1 :].sum())


def moment(tallies: Weighed, k: int, p: int, quantity: int) -> Sums:
    """Over all paths, x one of `QUANTITIES`."""
    whole, (first, second) = all_paths(tallies, k), (part.moment[k, p, quantity] * COARSE for part in tallies)
    return whole._replace(x=first[0], x2=second[0], xx2=second[1])


def within(hits: float, paths: Sums) -> float:
    """A share of paths; sums of rounded weights may pass 1 by their rounding."""
    return min(1.0, hits / float(paths.weight))


def factors_on(book: Book, tallies: Weighed, k: int, take: Array) -> list[FactorTail]:
    """Mean of each factor over the months on the paths taken of each bin, in standard deviations of that mean."""
    count, count2 = (np.asarray(take @ part.loss_count[k, -1]) for part in tallies)
    if book.factors is None or count <= 0.0:
        return []
    n_month = max(deal.start + deal.job.deal.legal_maturity_months for deal in book.deals)
    lag, tails = np.arange(1, n_month), []
    for f, (name, phi) in enumerate(zip(book.factors.names, book.factors.phi, strict=True)):
        sd = math.sqrt(n_month + 2.0 * float(((n_month - lag) * phi**lag).sum())) / n_month
        x, x2 = (take @ part.factor[k, f] * COARSE for part in tallies)
        mean = mean_of(Sums(count, count2, x, x2, take @ tallies.second.factor_square[k, f] * COARSE))
        tails.append(FactorTail(name, mean.estimate / sd, mean.se / sd))
    return tails
