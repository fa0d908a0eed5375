"""The whole result at a glance: a heat map of notes by scenarios."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray

from stress import measures
from stress.report.figures import ink
from stress.report.numbers import fraction

RAMP = LinearSegmentedColormap.from_list("loss", ["#fbf7ef", "#f3d9b1", "#e59f5c", "#b8532f", "#6b1a1a"])
"""One hue from light to dark: read without colour and in grey print."""
FLOOR = 1e-5
LETTER = 0.075
"""Inches that a letter of a tick label takes, at most."""


@ink.styled
def heat_map(ds: xr.Dataset) -> Figure:
    """Expected loss, probability of loss and 99.9% expected shortfall: scenarios down, notes across, log colours."""
    n_scenario, n_note = ds.sizes["scenario"], ds.sizes["tranche"]
    shortfall = measures.expected_shortfall(ds, 0.999)
    parts = (
        ("Expected loss", ds["expected_loss"], ds["expected_loss_high"]),
        ("Probability of any loss", ds["loss_probability"], ds["loss_probability_high"]),
        ("Expected shortfall 99.9%", shortfall["estimate"], shortfall["high"]),
    )
    notes = [ink.label(n, 14) for n in ds["tranche"].values]
    scenarios = [ink.label(s, 30) for s in ds["scenario"].values]
    margins = ink.Margins(
        0.15 + LETTER * max(map(len, scenarios)), 0.5, 0.4 + LETTER / 2 * max(map(len, notes)), 0.05, 0.35
    )
    figure, panels = ink.sheet(1, 3, 9.6, margins.top + 0.1 + 0.24 * max(n_scenario, 2), margins, sharey=True)
    for axes, (title, value, bound) in zip(panels, parts, strict=True):
        _cells(axes, value.values, bound.values)
        axes.set_title(title, y=1.0, pad=72 * (margins.top - 0.2))
        axes.set_xticks(np.arange(n_note), notes, rotation=28, ha="left", rotation_mode="anchor")
        axes.set_yticks(np.arange(n_scenario), scenarios)
    return figure


def _cells(axes: Axes, value: NDArray[np.float64], bound: NDArray[np.float64]) -> None:
    """Coloured cells with their numbers; `<` and the bound where no path lost anything."""
    norm = LogNorm(FLOOR, 1.0)
    across, down = np.arange(value.shape[1] + 1) - 0.5, np.arange(value.shape[0] + 1) - 0.5
    axes.pcolormesh(across, down, np.maximum(value, FLOOR), cmap=RAMP, norm=norm, edgecolor="white", linewidth=1.2)
    axes.set_ylim(down[-1], down[0])
    for row, column in np.ndindex(value.shape):
        x = float(value[row, column])
        text = fraction(x) if x > 0 else f"< {fraction(float(bound[row, column]))}"
        dark = x > FLOOR**0.3
        colour = "white" if dark else ink.TEXT if x > 0 else ink.QUIET
        axes.text(column, row, text, ha="center", va="center", fontsize=7.2, color=colour)
    axes.tick_params(top=False, labeltop=True, bottom=False, labelbottom=False, left=False)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
