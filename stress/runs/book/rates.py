"""The random short rate of a currency in a book: the same moves on every path for all deals that are in it.

Its normals are z_t = sum_f b_f n_f,t + sqrt(1 - b' R b) e_t: n_f,t the innovations of the named factors, R their
correlation, b the book's weights, e_t the rate's own (purpose 7 of `stress.kernels.chance`, under a key of the
currency; that of the first deal's under the book's seed, so that a deal that shares nothing draws what it draws alone).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stress.arrays import Array
from stress.assemble.short_rate import given
from stress.inputs.book import Book
from stress.inputs.files.book_rates import shared
from stress.kernels.codes import SHORT_RATE
from stress.kernels.entries import normal_panel
from stress.kernels.layout import LANES, PANEL_BLOCKS, PANEL_PATHS
from stress.kernels.memory import Workspace
from stress.kernels.tables import Problem
from stress.runs.book.macro import key_of
from stress.runs.book.weather import Weather

GROUP = "rate_normal"


class Rate(NamedTuple):
    """What moves the rate of a deal."""

    seed: int
    weight: Array
    """(F,) of the named factors' innovations."""
    own: float
    """Of what is the rate's own."""
    start: int
    """Months from the book's first closing to the deal's."""
    n_month: int

    def normals(self, weather: Weather, panel: int) -> Array:
        """(16, T, 32) of a panel that the weather was moved to."""
        n_month = self.start + self.n_month
        drawn = np.zeros(PANEL_BLOCKS * n_month * LANES)
        if not weather.still:
            normal_panel(drawn, PANEL_BLOCKS, n_month, 1, panel * PANEL_PATHS, np.uint64(self.seed), SHORT_RATE)
        months = slice(self.start, n_month)
        normals: Array = self.own * drawn.reshape(PANEL_BLOCKS, n_month, LANES)[:, months]
        for f in np.flatnonzero(self.weight):
            level, phi = weather.level[panel - weather.at, f], weather.phi[f]
            change = level.copy()  # of the first month: the level itself; no rate moves in it
            change[1:] -= phi * level[:-1]
            change[1:] /= np.sqrt(1.0 - phi**2)
            normals += self.weight[f] * change[months].transpose(1, 0, 2)
        return normals


def rates_of(book: Book) -> tuple[Rate | None, ...]:
    """Of each deal; None where its rate stands still."""
    correlation = () if book.factors is None else book.factors.correlation
    first = next((deal.rate.currency for deal in book.deals if deal.rate is not None), None)
    rates: list[Rate | None] = []
    for deal in book.deals:
        if deal.rate is None or not any(case.short_rate for case in deal.job.scenarios):
            rates.append(None)
            continue
        loads = deal.rate.loads
        seed = book.seed if deal.rate.currency == first else key_of(book.seed, f"short rate {deal.rate.currency}")
        own = float(np.sqrt(max(0.0, 1.0 - shared(loads, correlation))))
        n_month = deal.job.deal.legal_maturity_months
        rates.append(Rate(seed, np.array(loads, dtype=np.float64), own, deal.start, n_month))
    return tuple(rates)


def undrawn(problem: Problem) -> Problem:
    """The problem whose kernel takes the normals of the rate as they were put."""
    return problem._replace(short_rate=given(problem.short_rate))


def put(space: Workspace, normals: Array) -> None:
    """Normals (16, T, 32) of the panel that runs next."""
    space.beside(GROUP)[:] = normals
