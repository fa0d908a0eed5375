"""One path of a book again: the named factors month by month, every deal with its cash flows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stress.answers.book import BookPath
from stress.arrays import Array
from stress.assemble.problem import assemble
from stress.inputs.book import Member
from stress.kernels.layout import LANES, PANEL_BLOCKS, PANEL_PATHS
from stress.kernels.memory import aligned
from stress.runs.book import macro, rates
from stress.runs.book.count import Packs, undrawn
from stress.runs.book.weather import seed_of_deal, weather_of
from stress.runs.trace import replay, trace_of

if TYPE_CHECKING:
    import xarray as xr


def replay_book(packs: Packs, path: int, scenario: str) -> BookPath:
    """A path of every deal on its own draws and the shared ones, as the count met them."""
    book, n_factor = packs.book, [packed.problem.sizes.n_factor for packed in packs.packed]
    weather = weather_of(book, n_factor, proposal=packs.proposal)
    panel, at = divmod(path, PANEL_PATHS)
    block, lane = divmod(at, LANES)
    weather.move(panel)
    traces = {}
    for i, deal in enumerate(book.deals):
        n_month = deal.job.deal.legal_maturity_months
        drawn = aligned(PANEL_BLOCKS * n_month * n_factor[i] * LANES)
        weather.fill(i, drawn, panel)
        normals = drawn.reshape(PANEL_BLOCKS, n_month, n_factor[i], LANES)[block, :, :, lane]
        rate = packs.rates[i] if packs.rates else None
        moves = None if rate is None else rate.normals(weather, panel)[block]
        traces[deal.name] = _replayed(deal, path, scenario, normals, book.seed, i, moves)
    names = [] if book.factors is None else list(book.factors.names)
    start = {deal.name: deal.start for deal in book.deals}
    return BookPath(path, scenario, names, weather.level[0, :, :, block, lane].T.copy(), traces, start)


def _replayed(
    deal: Member, path: int, scenario: str, normals: Array, seed: int, number: int, rate: Array | None
) -> xr.Dataset:
    """One deal of it, on its own draws beside the factors, the macro variables and the rate (T, 32) that it shares."""
    own = seed_of_deal(seed, number)
    if deal.var is None and rate is None:
        return replay(deal.job, path, scenario, normals, own)
    case = next(case for case in deal.job.scenarios if case.name == scenario)
    single = deal.job.model_copy(update={"scenarios": (case,), "seed": own})
    problem = assemble(single)
    shared = macro.shared_of(deal, problem, seed)
    beside = {}
    if shared is not None:
        beside[macro.GROUP] = shared.normals(1, path // LANES * LANES)[0]
    if rate is not None and case.short_rate is not None:
        beside[rates.GROUP] = rate
    return trace_of(single, undrawn(problem, shared is not None, rate is not None), path, normals, beside)
