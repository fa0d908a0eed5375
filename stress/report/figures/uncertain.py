"""Figures of what is not known: parameters (plug-in against predictive), macro variables around a path."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from stress.errors import DataError
from stress.kernels.tally import N_BIN
from stress.measures.weighted import mass
from stress.report.figures import ink
from stress.report.figures.losses import exceedance


@ink.styled
def predictive(ds: xr.Dataset, name: str, twin: str) -> Figure:
    """Share of paths whose cumulative default exceeds a share of the cut-off balance: known and drawn parameters."""
    for scenario in (name, twin):
        ink.check_name(ds, "scenario", scenario)
    figure, (axes,) = ink.sheet(1, 1, 9.6, 2.9)
    edge, most = ds["loss_bin_low"].values, 1
    for scenario, text, colour, line in (
        (name, "plug-in: the estimates", ink.MEDIAN, "--"),
        (twin, "predictive: drawn by path", "#d55e00", "-"),
    ):
        share = exceedance(mass(ds.sel(scenario=scenario), "default"))
        filled = np.flatnonzero(share > 0.0)
        most = max(most, int(filled[-1]))
        axes.step(edge[filled], share[filled], where="post", linewidth=1.5, label=text, color=colour, linestyle=line)
    paths = float(ds["batch_path"].sum())
    axes.set(yscale="log", ylim=(0.5 / paths, 1.5), xlim=(0.0, 1.02 * edge[min(most, N_BIN)] + 0.001))
    axes.set_xlabel("cumulative default over the cut-off balance")
    axes.set_ylabel("share of paths beyond")
    ink.percent_axis(axes.xaxis)
    ink.log_percent_axis(axes.yaxis)
    axes.legend(loc="lower left")
    return figure


@ink.styled
def macro(ds: xr.Dataset, scenario: str) -> Figure:
    """One panel a drawn variable: 5-95% and 25-75% bands around the scenario's own path."""
    ink.check_name(ds, "scenario", scenario)
    fan = ds["macro"].sel(scenario=scenario) if "macro" in ds else None
    if fan is None or not fan.notnull().any():
        raise DataError(f"scenario {scenario!r} draws no macro variables: there is no fan of any")
    names = [str(n) for n in ds["macro_variable"].values if fan.sel(macro_variable=n).notnull().any()]
    figure, panels = ink.sheet(1, len(names), 9.6, 2.6)
    month = ds["month"].values
    for axes, name in zip(panels, names, strict=True):
        variable = fan.sel(macro_variable=name)
        for low, high, alpha in ((0.05, 0.95, 0.20), (0.25, 0.75, 0.40)):
            bottom, top = (variable.sel(quantile=q, method="nearest").values for q in (low, high))
            text = f"{100 * low:g} to {100 * high:g}%"
            axes.fill_between(month, bottom, top, color=ink.BAND, alpha=alpha, linewidth=0, label=text)
        path = variable.sel(quantile=0.5, method="nearest")
        axes.plot(month, path, color=ink.MEDIAN, linewidth=1.4, label="the scenario's path")
        axes.set_title(ink.label(name, 48))
        axes.set_xlabel("month")
    panels[0].legend(loc="best")
    return figure
