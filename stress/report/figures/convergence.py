"""How the estimates settled: estimate and 95% interval against the number of paths."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from stress import measures
from stress.report.figures import ink

WIDTH, PANEL = 9.6, 1.45


class Track(NamedTuple):
    """One estimate as paths were added."""

    name: str
    scenario: str
    curve: xr.Dataset
    """(step,) of `measures.convergence`."""


def tracks(ds: xr.Dataset) -> list[Track]:
    """Mean default under the first scenario, and every note's expected loss under the scenario where it is largest.

    Notes that no path touched are left out: a bound is not an estimate and does not settle.
    """
    pool = measures.convergence(ds, "mean_default").isel(scenario=0)
    tracks = [Track("Cumulative default", str(ds["scenario"].values[0]), pool)]
    notes = measures.convergence(ds, "expected_loss")
    for n, name in enumerate(ds["tranche"].values):
        expected = ds["expected_loss"].isel(tranche=n).values
        worst = int(np.argmax(expected))
        if expected[worst] > 0.0:
            curve = notes.isel(tranche=n, scenario=worst)
            tracks.append(Track(f"Loss of {name}", str(ds["scenario"].values[worst]), curve))
    return tracks


@ink.styled
def convergence(shown: list[Track]) -> Figure:
    """One panel an estimate, paths on a log axis; the last estimate as a line through all."""
    rows = math.ceil(len(shown) / 4)
    columns = math.ceil(len(shown) / rows)
    margins = ink.Margins(0.62, 0.2, 0.42, 0.45, 0.62, 0.62)
    height = margins.top + margins.bottom + rows * PANEL + (rows - 1) * margins.down
    figure, panels = ink.sheet(rows, columns, WIDTH, height, margins)
    for axes in panels[len(shown) :]:
        axes.set_visible(False)
    for axes, track in zip(panels, shown, strict=False):
        paths = track.curve["paths"].values
        low, value, high = (track.curve[k].values for k in ("low", "estimate", "high"))
        axes.fill_between(paths, low, high, color=ink.BAND, alpha=0.2, linewidth=0)
        axes.axhline(float(value[-1]), color=ink.QUIET, linewidth=0.7, linestyle=":")
        axes.plot(paths, value, color=ink.MEDIAN, linewidth=1.3)
        axes.set_title(f"{ink.label(track.name, 22)}\n{ink.label(track.scenario, 26)}", fontsize=8)
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(numticks=5))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: short(x)))
        axes.yaxis.set_major_locator(MaxNLocator(4))
        ink.percent_axis(axes.yaxis)
    panels[(rows - 1) * columns].set_xlabel("paths", fontsize=8, loc="left", labelpad=1)
    return figure


def short(paths: float) -> str:
    """1k, 10k, 1m, 1bn."""
    for unit, word in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if paths >= unit:
            return f"{paths / unit:g}{word}"
    return f"{paths:g}"
