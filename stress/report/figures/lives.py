"""How long a note lives, what it yields and what it is worth, over the paths of every scenario."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from stress import measures
from stress.arrays import Array
from stress.report.figures import ink

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
READ = ("wal", "irr", "price", "multiple", "batch_", "loss_weight")
"""How the variables begin that are read, those of weighted paths too: a slice of all of a result takes long."""


@ink.styled
def lives(ds: xr.Dataset, tranche: str) -> Figure:
    """Life, annual yield and price of a note by scenario: 1-99%, 5-95%, 25-75% of paths, median and mean.

    What a note has not (a certificate no life and no yield), and what a result did not count, is left out.
    """
    ink.check_name(ds, "tranche", tranche)
    note = ds[[name for name in ds.data_vars if str(name).startswith(READ)]].sel(tranche=[tranche])
    margins = ink.Margins(2.1, 0.25, 0.3, 0.5, 0.3)
    shown = [panel for panel in PANELS if panel.name != "price" or "price_count" in ds]
    level = {panel.name: panel.quantile(note, QUANTILES).values[:, 0] for panel in shown}
    shown = [panel for panel in shown if np.isfinite(level[panel.name]).any()]
    figure, places = ink.sheet(1, len(shown), 9.6, 1.0 + 0.24 * ds.sizes["scenario"], margins)
    for k, (axes, panel) in enumerate(zip(places, shown, strict=True)):
        _rows(axes, level[panel.name], note[panel.name].values[:, 0])
        names = ink.labels(ds["scenario"].values, 30) if k == 0 else [""] * ds.sizes["scenario"]
        axes.set_yticks(range(ds.sizes["scenario"]), names)
        multiple = panel.name == "price" and not measures.discounted(note)
        axes.set_title("Money multiple" if multiple else panel.title)
        if panel.unit:
            axes.set(xlabel=panel.unit)
        else:
            ink.percent_axis(axes.xaxis)
    return figure


class Panel(NamedTuple):
    """One quantity of a path."""

    name: str
    title: str
    unit: str
    """Empty: percent."""
    quantile: Callable[[xr.Dataset, Sequence[float]], xr.DataArray]


PANELS = (
    Panel("wal", "Weighted average life", "years", measures.wal_quantile),
    Panel("irr", "Annual yield at par", "", measures.irr_quantile),
    Panel("price", "Price, of par", "", measures.price_quantile),
)


def _rows(axes: Axes, level: Array, mean: Array) -> None:
    """One row a scenario, the first on top."""
    rows = np.arange(len(level))
    lines = np.column_stack([level[:, 0], level[:, 6], np.full(len(level), np.nan)])  # NaN ends a line
    axes.plot(lines.ravel(), rows.repeat(3), color=ink.BAND, linewidth=1.0, zorder=2)
    axes.barh(rows, level[:, 5] - level[:, 1], 0.34, level[:, 1], color=ink.BAND, alpha=0.30, zorder=3)
    axes.barh(rows, level[:, 4] - level[:, 2], 0.34, level[:, 2], color=ink.BAND, alpha=0.75, zorder=4)
    axes.plot(level[:, 3], rows, "|", color=ink.MEDIAN, markersize=9, markeredgewidth=1.6, zorder=5)
    axes.plot(mean, rows, "o", markersize=3.2, color="white", markeredgecolor=ink.TEXT, zorder=6)
    axes.set_ylim(len(level) - 0.5, -0.5)
    values = np.append(level[np.isfinite(level)], mean[np.isfinite(mean)])
    if values.size:
        room = 0.05 * max(float(values.max() - values.min()), 0.02)
        axes.set_xlim(float(values.min()) - room, float(values.max()) + room)
    # a label at an end would run into the next panel's
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10], prune="both"))
    axes.grid(visible=False, axis="y")
