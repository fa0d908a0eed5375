"""The whole result at a glance: a heat map of notes by scenarios."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.figure import Figure

from stress import measures
from stress.arrays import Array
from stress.lettering import text_width
from stress.measures.means import has_principal
from stress.report.figures import ink
from stress.report.numbers import NONE, at_least, bare_percent

RAMP = LinearSegmentedColormap.from_list("loss", ["#fbf7ef", "#f3d9b1", "#e59f5c", "#b8532f", "#6b1a1a"])
"""One hue from light to dark: read without colour and in grey print."""
FLOOR = 1e-5
TILT = math.radians(28.0)
"""Of the notes' names."""
WHOLE = 1.0 - 1e-9
"""Rounding of a mean of losses of the whole."""
BESIDE = 4
"""Notes up to which three measures stand side by side; more have their measures one below the other."""


class Measure(NamedTuple):
    """One panel: what it shows, and its interval, which is a bound where no path lost anything, or every path all."""

    title: str
    value: xr.DataArray
    low: xr.DataArray | None = None
    high: xr.DataArray | None = None


def measures_of(ds: xr.Dataset) -> tuple[Measure, ...]:
    """What the heat map shows. An expected shortfall of a note that never lost has no bound worth reading."""
    tail = measures.expected_shortfall(ds, 0.999)
    return (
        _interval(ds, "Expected loss", "expected_loss"),
        _interval(ds, "Probability of any loss", "loss_probability"),
        Measure("Expected shortfall 99.9%", tail["estimate"], tail["low"]),
    )


def _interval(ds: xr.Dataset, title: str, name: str) -> Measure:
    return Measure(title, *(ds[f"{name}{end}"] for end in ("", "_low", "_high")))


def lending(ds: xr.Dataset) -> xr.Dataset:
    """Without certificates: they lent nothing and can lose nothing."""
    lends = has_principal(ds)
    return ds if lends.all() else ds.isel(tranche=np.flatnonzero(lends))


@ink.styled
def heat_map(ds: xr.Dataset, shown: Sequence[Measure] = ()) -> Figure:
    """Expected loss, probability of loss and 99.9% expected shortfall: scenarios down, notes across, log colours.

    All three in percent, of the notes that can lose. `shown`: some of `measures_of` of them alone.
    """
    ds = lending(ds)
    parts = tuple(shown) or measures_of(ds)
    n_scenario, n_note = ds.sizes["scenario"], ds.sizes["tranche"]
    notes, scenarios = ink.labels(ds["tranche"].values, 18), ink.labels(ds["scenario"].values, 30)
    wide = max(text_width(name, 8.0) for name in notes)
    head = 0.54 + wide * math.sin(TILT)
    panel = 0.24 * max(n_scenario, 2)
    beside = n_note <= BESIDE
    margins = ink.Margins(
        left=0.15 + max(text_width(name, 8.0) for name in scenarios),
        right=0.1 + wide * math.cos(TILT) * (0.5 if beside else 0.75),
        top=head, bottom=0.05, across=0.35, down=head + 0.1,
    )  # fmt: skip
    rows, columns = (1, len(parts)) if beside else (len(parts), 1)
    height = margins.top + margins.bottom + rows * panel + (rows - 1) * margins.down
    figure, panels = ink.sheet(rows, columns, 9.6, height, margins)
    for k, (axes, measure) in enumerate(zip(panels, parts, strict=True)):
        _cells(axes, measure)
        axes.set_title(f"{measure.title}, %", y=1.0, pad=72 * (head - 0.22))
        axes.set_xticks(np.arange(n_note), notes, rotation=28, ha="left", rotation_mode="anchor")
        axes.set_yticks(np.arange(n_scenario), scenarios if k == 0 or not beside else [""] * n_scenario)
    return figure


def _cells(axes: Axes, measure: Measure) -> None:
    """Coloured cells with their numbers; `<` or `>` and the bound where no path lost anything, or every path all."""
    value: Array = measure.value.values
    lows, highs = (np.ones(value.shape) if end is None else end.values for end in (measure.low, measure.high))
    norm = LogNorm(FLOOR, 1.0)
    across, down = np.arange(value.shape[1] + 1) - 0.5, np.arange(value.shape[0] + 1) - 0.5
    shown = np.clip(np.nan_to_num(value), FLOOR, 1.0)
    axes.pcolormesh(across, down, shown, cmap=RAMP, norm=norm, edgecolor="white", linewidth=1.2)
    axes.set_ylim(down[-1], down[0])
    for row, column in np.ndindex(value.shape):
        x, low = float(value[row, column]), float(lows[row, column])
        text = bare_percent(x)
        if x == 0.0:
            text = NONE if measure.high is None else "<" + bare_percent(float(highs[row, column])).lstrip("<")
        elif x > WHOLE and low < 1.0:
            text = ">" + at_least(low).removesuffix("%")
        dark = x > FLOOR**0.3
        colour = ink.ON_DARK if dark else ink.ON_LIGHT if x > 0 else ink.ON_LIGHT_QUIET
        axes.text(column, row, text, ha="center", va="center", fontsize=7.2, color=colour)
    axes.tick_params(top=False, labeltop=True, bottom=False, labelbottom=False, left=False)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
