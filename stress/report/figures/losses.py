"""Loss distributions: what share of paths loses how much."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stress import measures
from stress.arrays import Array
from stress.kernels.tally import N_BIN
from stress.measures.histogram import HIGH
from stress.measures.weighted import TINY, is_weighted, mass
from stress.report.figures import ink
from stress.report.numbers import NONE, fraction

LEVEL = 0.999
COLUMNS = 50
"""Bars between the atoms."""
GRAIN = 0.05
"""The axis ends at a multiple of this."""
POINTS = 240
"""Of each curve: about one for each pixel and a half."""
RAREST = 1e-8
"""Where the probability axis ends for weighted paths; for plain ones at half a path."""
HIGHLIGHT = 4
"""Scenarios drawn in colour: the worst for the note."""
READ = ("loss_", "batch_", "expected_loss")
"""How the variables begin that are read: a slice of all of a result takes long."""


@ink.styled
def loss(ds: xr.Dataset, tranche: str, scenario: str | None = None) -> Figure:
    """Left: paths by loss under one scenario, VaR and ES marked. Right: all scenarios.

    Where it is left out, the first scenario; on the left the worst, if no path loses anything under the first.

    The right panel reads: at a height of 0.1% each curve stands at its 99.9% value at risk.
    """
    ink.check_name(ds, "tranche", tranche)
    if scenario is not None:
        ink.check_name(ds, "scenario", scenario)
    note = ds[[name for name in ds.data_vars if str(name).startswith(READ)]].sel(tranche=[tranche])
    name = _telling(note) if scenario is None else scenario
    reference = str(ds["scenario"].values[0]) if scenario is None else scenario
    figure, (left, right) = ink.sheet(1, 2, 9.6, 3.3, ink.Margins(0.75, 1.75, 0.3, 0.5, 0.65))
    end = _axis_end(mass(note, "loss"))
    _bars(left, note.sel(scenario=[name]), end)
    left.set_title(f"Paths by loss: {ink.label(name)}")
    _curves(right, note, reference, end)
    right.set_title("Probability of a larger loss, all scenarios")
    return figure


def _telling(note: xr.Dataset) -> str:
    """The first scenario, or the one with the largest expected loss where the first shows next to no loss."""
    expected, paths = note["expected_loss"].values[:, 0], float(note["batch_path"].sum())
    telling = note["loss_probability"].values[0, 0] >= 0.5 / paths
    return str(note["scenario"].values[0 if telling else int(np.argmax(expected))])


def _bars(axes: Axes, note: xr.Dataset, end: float) -> None:
    """Histogram up to `reach` with the atoms at 0 and 1 as hatched bars of their own, and VaR and ES as marks."""
    count = mass(note, "loss")[0, 0]
    share = count / max(count.sum(), 1)
    width = end / COLUMNS
    height = share[1 : 1 + round(end * N_BIN)].reshape(COLUMNS, -1).sum(-1)
    axes.bar(np.arange(COLUMNS) * width, height, width * 0.86, align="edge", color=ink.BAND, alpha=0.75)
    for at, value in ((-2.2 * width, share[0]), (end + 0.7 * width, share[-1] if end == 1.0 else 0.0)):
        axes.bar(
            [at], [value], 1.5 * width, align="edge", color="white", edgecolor=ink.MEDIAN, hatch="/////", linewidth=0.8
        )
    axes.set(yscale="log", ylim=(0.3 / max(count.sum(), 1), 6.0), xlim=(-3 * width, end + 3 * width))
    axes.set(xlabel="principal loss, share of original balance", ylabel="share of paths")
    ink.log_percent_axis(axes.yaxis)
    var, es = measures.note_tails(note, LEVEL)
    for answer, text, mark, y in ((var, "VaR 99.9%", "v", 3.6), (es, "ES 99.9%", "D", 1.7)):
        _mark(axes, answer, text, mark, y, end)
    ink.percent_axis(axes.xaxis)
    axes.grid(axis="x", visible=False)


def _mark(axes: Axes, answer: xr.Dataset, text: str, mark: str, y: float, end: float) -> None:
    """A measure with its interval as a line; words alone where a table has none."""
    x, low, high = (float(answer[k].item()) for k in ("estimate", "low", "high"))
    unseen = x == 0.0 and answer["estimate"].attrs["long_name"].startswith("mean")
    words = f"{text}: {NONE if unseen else fraction(x)}"
    if unseen:
        low = high = x
    else:
        axes.plot([low, min(high, end)], [y, y], color=ink.TEXT, linewidth=1.2, solid_capstyle="butt")
        axes.plot([x], [y], mark, color=ink.TEXT, markersize=5)
    right = x < 0.5 * end
    place = min(max(high, x), end) + 0.02 * end if right and high < 0.6 * end else x + 0.03 * end
    if not right:
        place = min(low, x) - 0.03 * end
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.9, "pad": 0.8}
    axes.text(place, y, words, ha="left" if right else "right", va="center", fontsize=8, bbox=box)


def _curves(axes: Axes, note: xr.Dataset, name: str, end: float) -> None:
    """Exceedance curves: the reference in black, the worst scenarios in colour, the rest in grey."""
    names = [str(s) for s in note["scenario"].values]
    expected = note["expected_loss"].values[:, 0]
    ranked = [int(i) for i in np.argsort(-expected, kind="stable") if names[i] != name]
    worst = [names[i] for i in ranked if expected[i] > 0.0]
    colour = dict(zip(worst, ink.NOTE_COLOURS[:HIGHLIGHT], strict=False))
    label = dict(zip(names, ink.labels(names), strict=True))
    thin = np.unique(np.r_[np.linspace(0, round(end * N_BIN), POINTS).astype(int), N_BIN + 1])
    edge, count = note["loss_bin_low"].values[thin], mass(note, "loss")[:, 0]
    for scenario in [*worst[::-1], name]:
        probability = exceedance(count[names.index(scenario)])[thin]
        style = {"color": "black", "linewidth": 1.8} if scenario == name else {"color": colour.get(scenario, ink.GREY)}
        shown = probability > 0
        text = (
            label[scenario] + ("" if shown.any() else ": no loss") if scenario == name or scenario in colour else None
        )
        axes.step(edge[shown], probability[shown], where="post", label=text, **style)
    axes.axhline(1 - LEVEL, color=ink.QUIET, linewidth=0.8, linestyle=":")
    paths = float(note["batch_path"].sum())
    lowest = RAREST if is_weighted(note) else 0.5 / paths
    axes.set(yscale="log", ylim=(lowest, 1.5), xlim=(-0.01 * end, 1.01 * end))
    axes.set_xlabel("principal loss, share of original balance")
    ink.percent_axis(axes.xaxis)
    ink.log_percent_axis(axes.yaxis)
    axes.legend(
        loc="upper left", bbox_to_anchor=(1.0, 1.0), title="Reference and worst", title_fontsize=8, alignment="left"
    )


def _axis_end(count: Array) -> float:
    """Where the axis ends: the largest loss of any scenario, rounded up."""
    filled = np.flatnonzero(count.reshape(-1, count.shape[-1]).sum(0) > TINY * count.sum())
    return float(min(1.0, GRAIN * np.ceil(1.05 * HIGH[filled[-1]] / GRAIN))) if filled.size and filled[-1] else GRAIN


def exceedance(count: Array) -> Array:
    """Share of paths whose loss lies in each bin or a higher one; in bin 0, of paths with any loss."""
    above = np.cumsum(count[::-1])[::-1].astype(np.float64)
    above[0] -= count[0]
    return np.asarray(above / max(float(count.sum()), 1.0), np.float64)
