"""Figures of the outcomes analysis, drawn from the record of `stress validate`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from stress.report.figures import ink
from stress.report.numbers import percent

HAPPENED = "#d55e00"
"""What happened (Okabe and Ito 2008)."""


@ink.styled
def deals(data: Mapping[str, Any]) -> Figure:
    """Final stock over the cut-off balance by payment rate, one panel for each deal: 5-95%, 25-75%, median."""
    figure, axes = ink.sheet(1, len(data["deals"]), 7.6, 3.3, sharey=True)
    for panel, deal in zip(axes, data["deals"], strict=True):
        rows = [r for r in data["rows"] if r["deal"] == deal["name"]]
        by_rate = [r for r in rows if r["payment_rate"]]
        _band(panel, [r["payment_rate"] for r in by_rate], [r["quantiles"] for r in by_rate])
        for value, name, dash in ((deal["ended"], "ended", "-"), (deal["rated"], "rated, static pool", "--")):
            panel.axhline(value, color=HAPPENED, linestyle=dash, linewidth=1.3, label=f"{name} {percent(value)}")
        panel.set_title(ink.label(deal["name"]))
        panel.set_xlabel("payment rate a month")
        panel.set_ylim(0.0, 1.5 * max(r["quantiles"][-1] for r in by_rate))
        ink.percent_axis(panel.xaxis)
        panel.legend(loc="upper left", fontsize=7.5)
    axes[0].set_ylabel("90+ at the end, over cut-off")
    ink.percent_axis(axes[0].yaxis)
    return figure


@ink.styled
def cards(data: Mapping[str, Any]) -> Figure:
    """Charge-off rate by quarter: what was known, the predicted band, and what happened."""
    figure, axes = ink.sheet(1, len(data["trials"]), 7.6, 3.3)
    for panel, trial in zip(axes, data["trials"], strict=True):
        n, before = len(trial["happened"]), trial["before"]
        first = _year(trial["quarter"][0])
        ahead = first + 0.25 * np.arange(n)
        _band(panel, ahead, trial["quantiles"])
        known = first - 0.25 * np.arange(len(before), 0, -1)
        panel.plot(known, before, color=ink.TEXT, linewidth=1.2, label="known")
        panel.plot(ahead, trial["happened"], color=HAPPENED, marker="o", markersize=3, label="happened")
        panel.set_title(f"fit to {trial['fitted'][1]}, predict {ink.label(trial['name'])}")
        panel.set_ylim(bottom=0.0)
        panel.xaxis.set_major_locator(MultipleLocator(2 if n < 20 else 3))
        ink.percent_axis(panel.yaxis)
        panel.legend(loc="best", fontsize=7.5)
    axes[0].set_ylabel("charge-off rate a year")
    return figure


def _band(axes: Axes, x: Any, quantiles: Sequence[Sequence[float]]) -> None:
    """5-95% and 25-75% bands and the median of (x, quantile) rows."""
    q = np.asarray(quantiles).T
    axes.fill_between(x, q[0], q[4], color=ink.BAND, alpha=0.20, linewidth=0, label="90% of paths")
    axes.fill_between(x, q[1], q[3], color=ink.BAND, alpha=0.40, linewidth=0, label="50%")
    axes.plot(x, q[2], color=ink.MEDIAN, linewidth=1.4, label="median")


def _year(quarter: str) -> float:
    """2008 Q1 as 2008.0."""
    year, number = quarter.split(" Q")
    return int(year) + 0.25 * (int(number) - 1)
