"""Cumulative default of the pool under every scenario, with figures of one's own marked in it."""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stress import measures
from stress.report.figures import ink
from stress.report.numbers import percent

LEVELS = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


@ink.styled
def defaults(ds: xr.Dataset, marks: Sequence[tuple[str, float]] = ()) -> Figure:
    """Quantiles of cumulative default over the cut-off balance: 1-99%, 5-95%, 25-75% and the median of each scenario.

    `marks`: names and values drawn as lines, with the share of each scenario's paths that reach the last of them.
    """
    level = measures.default_rate(ds, LEVELS)["estimate"].transpose("scenario", "level").values
    n_scenario = ds.sizes["scenario"]
    figure, (axes,) = ink.sheet(1, 1, 9.6, 1.15 + 0.30 * n_scenario)
    for row in range(n_scenario):
        low, high = level[row, 0], level[row, -1]
        axes.plot([low, high], [row, row], color=ink.BAND, linewidth=1.0, zorder=2)
        axes.barh(row, level[row, 5] - level[row, 1], 0.34, level[row, 1], color=ink.BAND, alpha=0.30, zorder=3)
        axes.barh(row, level[row, 4] - level[row, 2], 0.34, level[row, 2], color=ink.BAND, alpha=0.75, zorder=4)
        axes.plot(level[row, 3], row, "|", color="white", markersize=11, markeredgewidth=2.0, zorder=5)
    axes.set_yticks(range(n_scenario), ink.labels(ds["scenario"].values, 30))
    axes.set_ylim(n_scenario - 0.5, -0.5)
    axes.set_xlim(0.0, 1.12 * max(float(level.max()), *(value for _, value in marks), 0.01))
    ink.percent_axis(axes.xaxis)
    axes.set_xlabel("cumulative default over the cut-off balance: 1-99%, 5-95%, 25-75%, median")
    axes.grid(visible=True, axis="x")
    _mark(axes, marks)
    if marks:
        _shares(axes, ds, *marks[-1])
    return figure


def _mark(axes: Axes, marks: Sequence[tuple[str, float]]) -> None:
    """A line and a name above the panel for each mark, staggered so that neighbours do not collide."""
    for i, (name, value) in enumerate(sorted(marks, key=lambda mark: mark[1])):
        axes.axvline(value, color=ink.TEXT, linewidth=1.0, linestyle=(0, (4, 2)), zorder=1)
        axes.annotate(
            f"{name} {percent(value)}",
            (value, 1.0),
            (0, 4 + 11 * (i % 3)),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="center",
            fontsize=8.0,
        )


def _shares(axes: Axes, ds: xr.Dataset, name: str, value: float) -> None:
    """At the right: how often each scenario reaches a mark."""
    reached = measures.exceedance(ds, value)["estimate"].values
    for row, share in enumerate(reached):
        text = f"{100.0 * share:.1f}%" if 0.0005 <= share <= 0.9995 else ("< 0.1%" if share < 0.5 else "> 99.9%")
        axes.annotate(text, (1.01, row), xycoords=("axes fraction", "data"), va="center", fontsize=8.5)
    axes.annotate(
        f"paths at or above\n{ink.label(name, 18)}",
        (1.01, 1.0),
        (0, 4),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize=7.5,
        color=ink.QUIET,
    )
