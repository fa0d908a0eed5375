"""One path of a book again: the named factors month by month, every deal with its cash flows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from stress.kernels.layout import LANES, PANEL_BLOCKS, PANEL_PATHS, Floats
from stress.kernels.memory import aligned
from stress.runs.book.count import Packs
from stress.runs.book.weather import seed_of_deal, weather_of
from stress.runs.trace import replay

if TYPE_CHECKING:
    import xarray as xr


class BookPath(NamedTuple):
    """A path of the whole book."""

    path: int
    scenario: str
    factor: Floats
    """(T, F) level of each named factor, from the book's first month."""
    deals: dict[str, xr.Dataset]
    """By name, as `stress.replay` gives them."""


def replay_book(packs: Packs, path: int, scenario: str) -> BookPath:
    """A path of every deal on its own draws and the shared ones, as the count met them."""
    book, n_factor = packs.book, [packed.problem.sizes.n_factor for packed in packs.packed]
    weather = weather_of(book, n_factor, sampler=packs.sampler)
    panel, at = divmod(path, PANEL_PATHS)
    block, lane = divmod(at, LANES)
    weather.move(panel)
    found = {}
    for i, deal in enumerate(book.deals):
        n_month = deal.job.deal.legal_maturity_months
        drawn = aligned(PANEL_BLOCKS * n_month * n_factor[i] * LANES)
        weather.fill(i, drawn, panel)
        normals = drawn.reshape(PANEL_BLOCKS, n_month, n_factor[i], LANES)[block, :, :, lane]
        found[deal.name] = replay(deal.job, path, scenario, normals, seed_of_deal(book.seed, i))
    return BookPath(path, scenario, weather.level[0, :, :, block, lane].T.copy(), found)
