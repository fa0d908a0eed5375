"""Figures by month: fans of pool and notes, probabilities of early amortization and of triggers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from stress.errors import DataError
from stress.kernels.tally import MONTH_QUANTITIES
from stress.report.figures import ink

FANS = {
    "cumulative_default": "Cumulative default, share of cut-off balance",
    "excess_spread": "Excess spread, per annum",
    "pool_balance": "Pool balance, share of cut-off balance",
    "note_balance": "Note balances, share of original",
    "cash_balance": "Cash, share of cut-off balance",
    "default_stock": "Defaulted balance (91+ days past due) net of recoveries, share of cut-off balance",
}
"""Fans of a report in reading order."""
SMALL_POOL = 0.05
"""Share of the cut-off balance below which excess spread, a ratio to the pool, is not drawn: it explodes."""
LEAST = 1e-4
"""Shortest axis, so that the rounding of what is always 0 is not blown up to a figure."""
WIDTH, TOP, BOTTOM, GAP = 9.6, 0.52, 0.42, 0.34
"""Inches: width of a figure, room for legend and title, for ticks and axis name, between rows."""


@ink.styled
def fan(ds: xr.Dataset, quantity: str) -> Figure:
    """One panel a scenario on a common scale: 5-95% and 25-75% bands, median, mean; the first scenario's median
    dotted in all."""
    if quantity not in (*MONTH_QUANTITIES, "note_balance"):
        from stress.inputs.messages import suggest

        raise DataError(f"no fan of {quantity!r}; there are {', '.join(FANS)}{suggest(quantity, list(FANS))}")
    figure, panels = _panels(ds)
    month = ds["month"].values
    for axes, one in zip(panels, _scenarios(ds), strict=False):
        if quantity == "note_balance":
            _notes(axes, one)
        else:
            _band(axes, month, _shown(one, quantity), ink.BAND)
            if quantity != "excess_spread":
                axes.plot(month, one[f"{quantity}_mean"], color=ink.MEDIAN, linewidth=0.9, linestyle="--", label="mean")
            if ds.sizes["scenario"] > 1:
                reference = _shown(ds.isel(scenario=0), quantity).sel(quantile=0.5)
                axes.plot(
                    month, reference, color="#d55e00", linewidth=1.0, linestyle=":", label="median of first scenario"
                )
        ink.percent_axis(axes.yaxis)
    low, high = panels[0].get_ylim()
    panels[0].set_ylim(low if low < -LEAST else 0.0, max(high, LEAST))
    _share_legend(figure, panels[0], 6)
    return figure


@ink.styled
def events(ds: xr.Dataset) -> Figure:
    """One panel a scenario: cumulative probability of early amortization and of the first trip of each trigger."""
    figure, panels = _panels(ds)
    month = ds["month"].values
    for axes, one in zip(panels, _scenarios(ds), strict=False):
        early = [one[f"early_amortization_probability{k}"] for k in ("", "_low", "_high")]
        axes.fill_between(month, early[1], early[2], step="post", color="black", alpha=0.15, linewidth=0)
        axes.step(month, early[0], where="post", color="black", linewidth=1.6, label="early amortization")
        for n, name in enumerate(ds["trigger"].values):
            trip = one["trigger_probability"].isel(trigger=n)
            axes.step(month, trip, where="post", linewidth=1.1, label=ink.label(name, 34), **ink.note_style(n))
        axes.set_ylim(0, 1)
        ink.percent_axis(axes.yaxis)
    _share_legend(figure, panels[0], 4)
    return figure


def _shown(one: xr.Dataset, quantity: str) -> xr.DataArray:
    """Quantiles by month; of excess spread only while the median pool is worth dividing by."""
    if quantity != "excess_spread":
        return one[quantity]
    return one[quantity].where(one["pool_balance"].sel(quantile=0.5, drop=True) >= SMALL_POOL)


def _notes(axes: Axes, one: xr.Dataset) -> None:
    """5-95% band and median of each note."""
    for n, name in enumerate(one["tranche"].values):
        balance = one["note_balance"].isel(tranche=n)
        style = ink.note_style(n)
        axes.fill_between(one["month"], balance[:, 0], balance[:, -1], color=style["color"], alpha=0.16, linewidth=0)
        axes.plot(one["month"], balance.sel(quantile=0.5), linewidth=1.4, label=ink.label(name), **style)
    axes.set_ylim(-0.02, 1.04)


def _band(axes: Axes, month: NDArray[np.int64], quantile: xr.DataArray, colour: str) -> None:
    low, quarter, median, three, high = (quantile.sel(quantile=q) for q in (0.05, 0.25, 0.5, 0.75, 0.95))
    axes.fill_between(month, low, high, color=colour, alpha=0.18, linewidth=0, label="5–95%")
    axes.fill_between(month, quarter, three, color=colour, alpha=0.40, linewidth=0, label="25–75%")
    axes.plot(month, median, color=ink.MEDIAN, linewidth=1.5, label="median")


def _panels(ds: xr.Dataset) -> tuple[Figure, Sequence[Axes]]:
    """Small multiples: at most four in a row, common axes, the scenario above each. Laid out in inches."""
    n = ds.sizes["scenario"]
    columns = min(n, 4)
    rows = math.ceil(n / columns)
    panel = 1.05 if n > 2 else 2.3
    height = TOP + BOTTOM + rows * panel + (rows - 1) * GAP
    margins = ink.Margins(0.58, 0.12, TOP, BOTTOM, 0.18, GAP)
    figure, panels = ink.sheet(rows, columns, WIDTH, height, margins, sharex=True, sharey=True)
    for at, axes in enumerate(panels):
        if at >= n:
            axes.set_visible(False)
            continue
        axes.set_title(ink.label(ds["scenario"].values[at]), fontsize=8)
        axes.set_xticks(_ticks(ds.sizes["month"]))
        axes.margins(x=0.01)
        if at + columns >= n:
            axes.tick_params(labelbottom=True)
    panels[(rows - 1) * columns].set_xlabel("month", fontsize=8, loc="left", labelpad=1)
    return figure, panels


def _ticks(n_month: int) -> list[int]:
    step = next(s for s in (1, 3, 6, 12, 24) if n_month / s <= 8 or s == 24)
    return [m for m in range(0, n_month + 1, step) if m] or [1]


def _scenarios(ds: xr.Dataset) -> Iterator[xr.Dataset]:
    return (ds.isel(scenario=k) for k in range(ds.sizes["scenario"]))


def _share_legend(figure: Figure, axes: Axes, columns: int) -> None:
    handles, labels = axes.get_legend_handles_labels()
    columns = min(columns, len(labels))
    figure.legend(handles, labels, loc="upper left", bbox_to_anchor=(0.4 / WIDTH, 1.0), ncols=columns, fontsize=8)
