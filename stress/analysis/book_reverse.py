"""Reverse stress of a book: the most likely path of its named factors on which it loses more than a share.

As for a note (`reverse_stress`): among all whitened normals behind the named factors those nearest to none that make
the book lose so much. What is a deal's own stands at its mean meanwhile, and what its paths draw beside factors at the
median, so that Phi(-beta) is the first-order probability of common weather that bad. The simulated probability, which
has the deals' own in it, is set beside it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from stress.analysis import design
from stress.analysis.likely_path import TOUCH, says, search
from stress.analysis.margin import holds
from stress.answers.book import Estimate
from stress.answers.book_reverse import BookReverse, DealOnPath
from stress.arrays import Array
from stress.assemble.problem import assemble
from stress.assemble.short_rate import given
from stress.errors import ConfigError
from stress.inputs.book import Book
from stress.kernels.entries import normal_panel
from stress.kernels.layout import LANES, PANEL_BLOCKS, PANEL_PATHS
from stress.kernels.memory import pack
from stress.runs.book.count import Counter, Packs
from stress.runs.book.rates import GROUP, rates_of
from stress.runs.book.weather import NAMED
from stress.runs.trace import trace_of

WIDE = 4.0 * design.FAR
"""Standard deviations of one month at most: searches try paths of thousands, at which a rate is no number."""
UNSEEN = Estimate(math.nan, math.nan)
"""A probability that nobody simulated."""


class BookMargin(NamedTuple):
    """Minus the loss of the book under one scenario, as a function of the normals behind its named factors."""

    hand: Counter

    @property
    def shape(self) -> tuple[int, int]:
        """(T, F) months of the book and named factors."""
        return self.hand.weather.n_month, self.hand.weather.n_named

    def __call__(self, normals: Array, /) -> Array:
        """(P, T F) normals -> (P,) minus the share of the book that is lost."""
        lost = [
            np.einsum("p,pn->n", self.hand.held.weight, self.losses(normals[k : k + PANEL_PATHS]))
            for k in range(0, len(normals), PANEL_PATHS)
        ]
        return -np.concatenate(lost)

    def losses(self, normals: Array) -> Array:
        """(positions, P) loss of each position; at most a panel of paths."""
        n = len(normals)
        panel = np.zeros((PANEL_PATHS, *self.shape))
        panel[:n] = np.clip(normals, -WIDE, WIDE).reshape(n, *self.shape)
        self.hand.weather.place(panel.reshape(PANEL_BLOCKS, LANES, *self.shape).transpose(0, 2, 3, 1))
        return np.asarray(self.hand.moved(0, n).outcome[0, 0])

    def drawn(self, block: int) -> Array:
        """(32, T F) normals of a block of the book's draws."""
        panel = np.empty(LANES * self.shape[0] * self.shape[1])
        normal_panel(panel, 1, *self.shape, block * LANES, np.uint64(self.hand.book.seed), NAMED)
        return panel.reshape(-1, LANES).T.copy()


def margin_of(book: Book, scenario: str) -> BookMargin:
    """The margin under one scenario, all that is not a named factor held still."""
    k = book.scenarios.index(scenario)
    deals, packed = [], []
    for deal in book.deals:
        pool = deal.job.pool.model_copy(update={"obligors": None})
        job = deal.job.model_copy(update={"pool": pool, "scenarios": (deal.job.scenarios[k],)})
        problem = assemble(job)
        market = problem.market._replace(draws=np.zeros_like(problem.market.draws))
        deals.append(deal.model_copy(update={"job": job}))
        packed.append(pack(problem._replace(market=market, short_rate=given(problem.short_rate)), handed=True))
    single = book.model_copy(update={"deals": tuple(deals), "scenarios": (scenario,)})
    hand = Counter(Packs(single, tuple(packed), rates=rates_of(single)))
    hand.weather.still = True
    return BookMargin(hand)


def reverse_book(
    book: Book, scenario: str, loss: float, simulated: Estimate = UNSEEN, unseen: float = math.nan
) -> BookReverse:
    """The most likely common path on which the book loses more than `loss`; `simulated`: the share of paths that do,
    which is known to `unseen` (`BookRisk`).

    Raises ConfigError for a loss outside [0, 1), an unknown scenario and a book without named factors.

    >>> import stress
    >>> book = stress.load("scenarios/books/card-trust.toml")
    >>> answer = reverse_book(book, "severe", 0.3)
    >>> answer.lost > 0.3 and answer.beta > 0.0
    True
    """
    if not 0.0 <= loss < 1.0:
        raise ConfigError(f"reverse stress of a book: loss {loss:g}: a share of the book, from 0 to below 1")
    if book.factors is None:
        raise ConfigError("reverse stress of a book searches its named factors, and this one has no [factors]")
    if scenario not in book.scenarios:
        raise ConfigError(f"no scenario {scenario!r} in the book; it has {', '.join(book.scenarios)}")
    margin = margin_of(book, scenario)
    nearest, searches, _ = search(margin, -loss - TOUCH, leads=margin.shape[1])
    far = not np.isfinite(nearest.distance)
    point = np.zeros(margin.shape[0] * margin.shape[1]) if far else nearest.point
    lost = margin.losses(point[None])[:, 0]
    level = margin.hand.weather.level[0, :, :, 0, 0].T.copy()
    held = sorted({f"{deal.name}: {words}" for deal in margin.hand.book.deals if (words := holds(deal.job))})
    why = (
        f"no common path within {design.FAR:g} standard deviations loses so much while the deals' own are at their mean"
    )
    return BookReverse(
        scenario=scenario,
        loss=loss,
        amount=book.amount,
        beta=nearest.distance,
        first_order=float(ndtr(-nearest.distance)),
        simulated=simulated,
        unseen=unseen,
        factors=list(book.factors.names),
        normals=point.reshape(margin.shape),
        level=level,
        weight=(point.reshape(margin.shape) ** 2).sum(axis=1) / max(float(point @ point), 1e-300),
        lost=float(margin.hand.held.weight @ lost),
        positions={position.name: float(x) for position, x in zip(book.positions, lost, strict=True)},
        deals=[_deal(margin, i) for i in range(len(book.deals))],
        searches=searches,
        says="; ".join([why if far else says(nearest, searches), *held]),
    )


def _deal(margin: BookMargin, place: int) -> DealOnPath:
    """A deal's cash flows on the path that stands in the margin's weather."""
    hand = margin.hand
    space, deal = hand.spaces[place], hand.book.deals[place]
    problem = space.packed.problem
    drawn = space.drawing()[0]
    hand.weather.fill(place, drawn, 0)
    shape = (PANEL_BLOCKS, problem.sizes.n_month, problem.sizes.n_factor, LANES)
    rate = hand.rates[place]
    beside = {} if not problem.short_rate.rate_law.any() or rate is None else {GROUP: rate.normals(hand.weather, 0)[0]}
    path = trace_of(deal.job, problem, 0, drawn.reshape(shape)[0, :, :, 0].copy(), beside)
    expected = trace_of(deal.job, assemble(deal.job, deterministic=True), 0)
    return DealOnPath(deal.name, deal.group, deal.start, float(path["final_default"]), float(expected["final_default"]),
                      path, expected)  # fmt: skip
