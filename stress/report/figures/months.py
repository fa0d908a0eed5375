"""Figures by month: fans of pool and notes, probabilities of early amortization and of triggers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stress.answers.rates import Rate, Rates
from stress.arrays import Array, Ints
from stress.errors import DataError
from stress.kernels.tally import MONTH_QUANTITIES
from stress.report.begun import fan_of
from stress.report.figures import ink
from stress.report.known_job import may_end_early

FANS = {
    "cumulative_default": "Cumulative default, share of cut-off balance",
    "excess_spread": "Excess spread, per annum",
    "pool_balance": "Pool balance, share of cut-off balance",
    "note_balance": "Note balances, share of original",
    "cash_balance": "Cash, share of cut-off balance",
    "default_stock": "Defaulted balance (91+ days past due) net of recoveries, share of cut-off balance",
}
"""Fans of a report in reading order."""
LEAST = 1e-4
"""Shortest axis, so that the rounding of what is always 0 is not blown up to a figure."""
GONE = 1e-4
"""Share of the cut-off balance, or of a note, below which nothing is left to see."""
OF_FIRST = "median of first scenario"
WIDTH, TOP, BOTTOM, GAP = 9.6, 0.52, 0.42, 0.34
"""Inches: width of a figure, room for legend and title, for ticks and axis name, between rows."""


@ink.styled
def fan(ds: xr.Dataset, quantity: str) -> Figure:
    """One panel a scenario on a common scale: 5-95% and 25-75% bands, median, mean; the first scenario's median
    dotted in all."""
    if quantity not in (*MONTH_QUANTITIES, "note_balance"):
        from stress.spelling import suggest

        raise DataError(f"no fan of {quantity!r}; there are {', '.join(FANS)}{suggest(quantity, list(FANS))}")
    ds = lived(ds)
    month, level, mean = fan_of(ds, quantity)
    figure, panels = _panels(ds, month)
    for k, axes in enumerate(panels):
        if quantity == "note_balance":
            _notes(axes, month, level[k], list(ds["tranche"].values))
            continue
        _band(axes, month, level[k])
        if quantity != "excess_spread":
            axes.plot(month, mean[k], color=ink.MEDIAN, linewidth=0.9, linestyle="--", label="mean")
        if len(panels) > 1:
            axes.plot(month, level[0, :, 2], color="#d55e00", linewidth=1.0, linestyle=":", label=OF_FIRST)
    if quantity == "note_balance":
        _same_height(panels, -0.02, 1.04)
    else:
        ends = [float(end) for axes in panels for end in axes.dataLim.intervaly if math.isfinite(end)] or [0.0]
        low, high = min(ends), max(ends)  # nothing finite: no month of the pool is worth dividing by
        room = 0.05 * (high - low)
        _same_height(panels, low - room if low < -LEAST else 0.0, max(high + room, LEAST))
    _share_legend(figure, panels[0], 6)
    return figure


@ink.styled
def rate_fan(answer: Rates, rate: Rate) -> Figure:
    """One panel a scenario: 5-95% and 25-75% of paths, median, mean, of a rate of the pool by month."""
    known = np.flatnonzero(np.isfinite(rate.mean).any(0))
    until = int(known[-1]) + 1 if known.size else 1
    since = int(known[0]) if known.size else 0
    month = np.arange(since + 1, until + 1)
    figure, panels = _panels(xr.Dataset(coords={"scenario": list(answer.scenarios)}), month)
    for k, axes in enumerate(panels):
        _band(axes, month, rate.level[k, since:until])
        axes.plot(month, rate.mean[k, since:until], color=ink.MEDIAN, linewidth=0.9, linestyle="--", label="mean")
    values = np.append(rate.level[:, :until][np.isfinite(rate.level[:, :until])], 0.0)
    room = 0.05 * float(values.max() - values.min())
    _same_height(panels, float(values.min()) - room * bool(values.min() < 0.0), max(float(values.max()) + room, LEAST))
    _share_legend(figure, panels[0], 6)
    return figure


@ink.styled
def events(ds: xr.Dataset) -> Figure:
    """One panel a scenario: cumulative probability of early amortization, where the deal can have one, and of the
    first trip of each trigger, with their 95% intervals."""
    if not (ds.sizes["trigger"] or may_end_early(ds)):
        raise DataError("the deal does not revolve and has no trigger: there is no event to draw")
    ds = lived(ds)
    figure, panels = _panels(ds, ds["month"].values)
    names = ink.labels(ds["trigger"].values, 34)
    early, trips = (_chances(ds, f"{event}_probability") for event in ("early_amortization", "trigger"))
    month, ends_early = ds["month"].values, may_end_early(ds)
    for k, axes in enumerate(panels):
        if ends_early:
            _happened(axes, month, early[:, k], "early amortization", color="black", linewidth=1.6)
        for n, name in enumerate(names):
            _happened(axes, month, trips[:, k, n], name, linewidth=1.1, **ink.note_style(n))
    _same_height(panels, 0.0, 1.0)
    _share_legend(figure, panels[0], 4)
    return figure


def _chances(ds: xr.Dataset, event: str) -> Array:
    """Lower end, estimate and upper end of a probability, then as its dims are."""
    return np.stack([ds[f"{event}{end}"].values for end in ("_low", "", "_high")])


def _happened(axes: Axes, month: Ints, chance: Array, name: str, **style: Any) -> None:
    """The probability that an event has happened by each month, in its 95% interval."""
    low, estimate, high = chance
    axes.fill_between(month, low, high, step="post", color=style["color"], alpha=0.15, linewidth=0)
    axes.step(month, estimate, where="post", label=name, **style)


def lived(ds: xr.Dataset) -> xr.Dataset:
    """The months until the deal is over under every scenario: the mean pool is gone and no mean note balance moves."""
    pool = ds["pool_balance_mean"].values.max(0)
    moves = np.abs(np.diff(ds["note_balance_mean"].values, axis=-1)).max((0, 1))
    busy = np.flatnonzero((pool > GONE) | np.append(True, moves > GONE))
    return ds.isel(month=slice(0, min(int(busy[-1]) + 2, ds.sizes["month"])))


def _notes(axes: Axes, month: Ints, level: Array, names: Sequence[object]) -> None:
    """5-95% band and median of each note."""
    for n, name in enumerate(ink.labels(names, 22)):
        style = ink.note_style(n)
        axes.fill_between(month, level[n, :, 0], level[n, :, 4], color=style["color"], alpha=0.16, linewidth=0)
        axes.plot(month, level[n, :, 2], linewidth=1.4, label=name, **style)


def _band(axes: Axes, month: Ints, level: Array) -> None:
    low, quarter, median, three, high = level.T
    axes.fill_between(month, low, high, color=ink.BAND, alpha=0.18, linewidth=0, label="5–95%")
    axes.fill_between(month, quarter, three, color=ink.BAND, alpha=0.40, linewidth=0, label="25–75%")
    axes.plot(month, median, color=ink.MEDIAN, linewidth=1.5, label="median")


def _panels(ds: xr.Dataset, month: Ints) -> tuple[Figure, list[Axes]]:
    """Small multiples over the months: at most four in a row, the scenario above each. Laid out in inches.

    Common scales are set by hand: with matplotlib's shared axes each band of a panel asks every other panel.
    """
    n, first, last = ds.sizes["scenario"], int(month[0]), int(month[-1])
    columns = min(n, 4)
    rows = math.ceil(n / columns)
    panel = 1.05 if n > 2 else 2.3
    height = TOP + BOTTOM + rows * panel + (rows - 1) * GAP
    margins = ink.Margins(0.58, 0.12, TOP, BOTTOM, 0.18, GAP)
    figure, places = ink.sheet(rows, columns, WIDTH, height, margins)
    for empty in places[n:]:
        empty.set_visible(False)
    panels, margin = list(places[:n]), 0.01 * max(last - first, 1)
    names = ink.labels(ds["scenario"].values, 28)
    for at, axes in enumerate(panels):
        axes.set_autoscale_on(False)
        axes.set_title(names[at], fontsize=8)
        axes.tick_params(labelbottom=at + columns >= n, labelleft=at % columns == 0)  # before there are ticks
        axes.set_xticks(_ticks(first, last))
        axes.set_xlim(first - margin, last + margin)
    panels[(rows - 1) * columns].set_xlabel("month", fontsize=8, loc="left", labelpad=1)
    return figure, panels


def _same_height(panels: Sequence[Axes], low: float, high: float) -> None:
    """One scale for all, in percent."""
    for axes in panels:
        axes.set_ylim(low, high)
        ink.percent_axis(axes.yaxis)


def _ticks(first: int, last: int) -> list[int]:
    step = next(s for s in (1, 3, 6, 12, 24) if (last - first + 1) / s <= 8 or s == 24)
    return [m for m in range(0, last + 1, step) if m >= first] or [first]


def _share_legend(figure: Figure, axes: Axes, columns: int) -> None:
    columns = min(columns, len(axes.get_legend_handles_labels()[1]))
    where = (0.4 / WIDTH, 1.0)
    ink.legend_above(figure, axes, loc="upper left", bbox_to_anchor=where, ncols=columns, fontsize=8)
