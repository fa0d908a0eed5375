"""Draws of a book: named factors once a panel, the innovations of every deal given them.

A path is a key: what a deal draws of its own (its own factors, mixing variable, heterogeneity, obligors) stands under
the deal's own seed, what it shares under the book's, with a purpose of its own. The first deal's seed is the book's, so
that a deal that shares nothing draws what it draws alone.

A deal's pool loads on independent innovations x = (x_1, .., x_F) by its own root L (`assemble.market`). The book puts
the shared part in place of x_1, that of the default factor: with levels Y of the named factors and weights w,
u_t = sum_f w_f Y_t,f + sqrt(1 - w' S w) v_t, S the factors' stationary correlation, v the deal's own AR(1) at the
pool's phi. The kernel moves its factor by that phi, so it is given e_1 = u_1, e_t = (u_t - phi u_{t-1}) / sqrt(1 -
phi^2): with the factors at the pool's phi, the deal's law is what it is alone.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stress.arrays import Array
from stress.assemble.market import factors_of
from stress.assemble.stages import n_stage
from stress.inputs.book import Book, Factors, Member
from stress.inputs.files.book_loads import common_share, stationary
from stress.kernels.codes import FACTORS
from stress.kernels.entries import normal_panel
from stress.kernels.layout import ENTRY, LANES, PANEL_BLOCKS, PANEL_PATHS
from stress.kernels.memory import aligned
from stress.kernels.samplers import Shifted

NAMED = 6
"""Purpose of the draws of named factors (0 to 5 are those of a deal, see `stress.kernels.chance`)."""
_STRIDE = 0x9E3779B97F4A7C15
"""Between the seeds of deals: 2^64 over the golden ratio, odd, so that no two of 2^64 deals agree."""


def seed_of_deal(seed: int, deal: int) -> int:
    """Under which a deal draws what is its own; the book's seed for its first deal."""
    return (seed + deal * _STRIDE) % 2**64


class Part(NamedTuple):
    """What an independent factor of a pool, beside its first, takes of the named ones."""

    column: int
    weight: Array
    """(F,) of the named factors."""
    own: float


class Loaded(NamedTuple):
    """What a deal takes of the named factors."""

    weight: Array
    """(F,) of the named factors."""
    own: float
    """Of its own first factor: sqrt(1 - w' S w)."""
    phi: float
    """Monthly persistence of the pool's factors."""
    start: int
    """Months from the book's first closing to the deal's."""
    n_month: int
    n_factor: int
    """Independent factors of the pool."""
    parts: tuple[Part, ...] = ()
    """Of segments with a factor of their own."""


class Proposal(NamedTuple):
    """Where paths aim, for importance sampling: named factors, and the own first factors of some deals."""

    mixture: Shifted
    """Shifts (C, D, 1) of the normals: month x factor of the named ones, then the months of each of the deals."""
    deals: tuple[int, ...] = ()

    def arrays(self) -> tuple[NDArray[Any], ...]:
        """All of it."""
        return *self.mixture, np.array(self.deals, np.int64)


class Weather:
    """Draws of a few panels after others, in memory that is used again. Not for two threads at once."""

    def __init__(
        self, factors: Factors | None, deals: list[Loaded], seed: int, panels: int = 1, proposal: Proposal | None = None
    ) -> None:
        self.deals, self.seed, self.proposal = deals, seed, proposal
        self.still = False
        """Whether what is a deal's own stands at its mean instead of being drawn."""
        self.n_named = 0 if factors is None else len(factors.names)
        self.n_month = max(deal.start + deal.n_month for deal in deals)
        shape = (panels, self.n_named, self.n_month, PANEL_BLOCKS, LANES)
        self.drawn = aligned(PANEL_BLOCKS * LANES * self.n_month * max(1, self.n_named))
        self.level = np.zeros(shape)
        """Of the named factors: panel, factor, month from the book's first closing, block, lane."""
        self.weight = np.ones((panels, PANEL_PATHS))
        """Of each path: the plain density of its normals over that of the proposal's mixture."""
        self.at = 0
        """The first panel of those that stand in `level`."""
        self.phi = np.zeros(0) if factors is None else np.array(factors.phi)
        self.root, self.first = _roots(factors)

    def move(self, first: int, panels: int = 1) -> None:
        """Levels of the named factors on the paths of some panels."""
        self.at = first
        for k in range(panels if self.n_named or self.proposal is not None else 0):
            self._draw(first + k, self.level[k], self.weight[k])

    def shocks(self) -> Array:
        """(16, T, F, 32) normals behind the named factors of the last panel that was drawn."""
        return self.drawn[: PANEL_PATHS * self.n_month * self.n_named].reshape(
            PANEL_BLOCKS, self.n_month, self.n_named, LANES
        )

    def _draw(self, panel: int, level: Array, weight: Array) -> None:
        seed = np.uint64(self.seed)
        if self.n_named:
            normal_panel(self.drawn, PANEL_BLOCKS, self.n_month, self.n_named, panel * PANEL_PATHS, seed, NAMED)
        if self.proposal is not None:
            self._propose(self.proposal, panel, weight)
        if self.n_named:
            self._level(self.shocks(), level)

    def _propose(self, proposal: Proposal, panel: int, weight: Array) -> None:
        """Shift the named factors' normals, and weigh the paths by them and by those of the deals that aim."""
        size = self.n_month * self.n_named
        own = [self._drawn(deal, panel)[:, :, 0] for deal in proposal.deals]
        rows = np.concatenate([self.shocks().reshape(PANEL_BLOCKS, size, LANES), *own], axis=1)
        proposal.mixture.move(rows.reshape(-1), weight)
        self.shocks()[:] = rows[:, :size].reshape(self.shocks().shape)

    def _drawn(self, deal: int, panel: int, into: Array | None = None) -> Array:
        """(16, T, F, 32) plain normals of a deal's own factors."""
        loaded = self.deals[deal]
        if into is None:
            into = aligned(PANEL_PATHS * loaded.n_month * loaded.n_factor)
        seed, first = np.uint64(seed_of_deal(self.seed, deal)), panel * PANEL_PATHS
        normal_panel(into, PANEL_BLOCKS, loaded.n_month, loaded.n_factor, first, seed, FACTORS)
        return into.reshape(PANEL_BLOCKS, loaded.n_month, loaded.n_factor, LANES)

    def own(self, deal: int, panel: int, into: Array | None = None) -> Array:
        """(16, T, F, 32) normals of a deal's own factors, its first shifted where paths aim by it."""
        shocks = self._drawn(deal, panel, into)
        if self.proposal is not None and deal in self.proposal.deals:
            before = self.proposal.deals[: self.proposal.deals.index(deal)]
            at = self.n_month * self.n_named + sum(self.deals[other].n_month for other in before)
            shift = self.proposal.mixture.shift[self.proposal.mixture.lane, at : at + self.deals[deal].n_month, 0]
            shocks[:, :, 0] += shift.T
        return shocks

    def place(self, shocks: Array) -> None:
        """Levels that given normals (16, T, F, 32) make, as those of panel 0."""
        self.at = 0
        self._level(shocks, self.level[0])

    def _level(self, shocks: Array, level: Array) -> None:
        shock = np.ascontiguousarray(shocks.transpose(2, 1, 0, 3))
        level[:, :1] = _mixed(self.first, shock[:, :1])
        level[:, 1:] = _mixed(np.sqrt(1.0 - self.phi**2)[:, None] * self.root, shock[:, 1:])
        for f, phi in enumerate(self.phi):
            for t in range(1, self.n_month):
                level[f, t] += phi * level[f, t - 1]

    def fill(self, deal: int, into: Array, panel: int) -> None:
        """Innovations of a deal's factors on the paths of a panel that was moved to, flat (16, T, F, 32)."""
        loaded = self.deals[deal]
        if self.still:
            into[:] = 0.0
        else:
            self.own(deal, panel, into)
        months = slice(loaded.start, loaded.start + loaded.n_month)
        shocks = into.reshape(PANEL_BLOCKS, loaded.n_month, loaded.n_factor, LANES)
        for part in (Part(0, loaded.weight, loaded.own), *loaded.parts):
            if part.weight.any():
                self._share(shocks[:, :, part.column], part, self.level[panel - self.at, :, months], loaded.phi)

    def _share(self, shock: Array, part: Part, level: Array, phi: float) -> None:
        """Put the named factors' part in the place of what is the factor's own (16, T, 32)."""
        common = np.zeros(level.shape[1:])
        for f in np.flatnonzero(part.weight):
            common += part.weight[f] * level[f]
        change = common.copy()
        change[1:] -= phi * common[:-1]
        change[1:] *= 1.0 / np.sqrt(1.0 - phi**2)
        shock *= part.own
        shock += change.transpose(1, 0, 2)


def weather_of(book: Book, n_factor: list[int], panels: int = 1, proposal: Proposal | None = None) -> Weather:
    """The draws of a book, so many panels at a time; `n_factor`: independent factors of each deal's pool;
    `proposal`: where they go for importance sampling."""
    loaded = [
        Loaded(
            weight=np.array(deal.loads, dtype=np.float64),
            own=float(np.sqrt(max(0.0, 1.0 - common_share(deal.loads, book.factors)))),
            phi=deal.job.pool.dependence.phi,
            start=deal.start,
            n_month=deal.job.deal.legal_maturity_months,
            n_factor=n,
            parts=_parts(deal, book.factors),
        )
        for deal, n in zip(book.deals, n_factor, strict=True)
    ]
    return Weather(book.factors, loaded, book.seed, panels, proposal)


def _parts(deal: Member, factors: Factors | None) -> tuple[Part, ...]:
    """Of a pool's segments with a factor of their own, by the column of its root where that factor alone stands; each
    once, its sign that of the root."""
    if factors is None or not deal.segments:
        return ()
    pool = deal.job.pool
    pool_factors, names = factors_of(pool), [segment.name for segment in pool.segments]
    parts = {}
    for segment, loads in deal.segments.items():
        row = pool_factors.root[pool_factors.of_rate[ENTRY, names.index(segment) * n_stage(pool)]]
        column = int(np.argmax(np.abs(row)))
        own = float(np.sqrt(max(0.0, 1.0 - common_share(loads, factors))))
        parts[column] = Part(column, np.sign(row[column]) * np.array(loads), own)
    return tuple(parts.values())


def _roots(factors: Factors | None) -> tuple[Array, Array]:
    """Roots of the correlation of innovations and of stationary levels."""
    if factors is None:
        return np.zeros((0, 0)), np.zeros((0, 0))
    n = len(factors.names)
    correlation = np.array(factors.correlation) if factors.correlation else np.eye(n)
    return np.linalg.cholesky(correlation), np.linalg.cholesky(np.array(stationary(factors)))


def _mixed(root: Array, shock: Array) -> Array:
    """root x shock over the first axis, in one order whatever the machine's linear algebra."""
    mixed = np.zeros_like(shock)
    for i in range(len(root)):
        for j in range(i + 1):
            if root[i, j]:
                mixed[i] += root[i, j] * shock[j]
    return mixed
