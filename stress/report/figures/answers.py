"""Figures of answered questions: break-even, reverse stress, tornado, sizes, differences."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from stress.answers.backtest import BackTest
from stress.answers.breakeven import Breakeven
from stress.answers.capital import Capital
from stress.answers.clocks import Clocks
from stress.answers.ecl import Ecl
from stress.answers.follow import Follow
from stress.answers.gradient import Gradient
from stress.answers.price import Price
from stress.answers.rating import Rating
from stress.answers.reverse import Reverse
from stress.answers.sizing import Sizing
from stress.answers.tornado import Bar, Tornado
from stress.errors import DataError
from stress.report.figures import ink
from stress.report.figures.desks import allowances, needs, slopes, stresses, yields
from stress.report.figures.fans import fans
from stress.report.figures.followed import followed
from stress.report.numbers import fraction, percent, share

DOWN, UP = "#56b4e9", "#d55e00"
"""Sides of a tornado (Okabe and Ito 2008)."""


@ink.styled
def breakeven(answer: Breakeven) -> Figure:
    """Probability of a loss along the shock with its 95% band; marks at each break-even."""
    figure, (axes, below) = ink.sheet(2, 1, 7.2, 4.6, sharex=True, height_ratios=(2.2, 1.0))
    curve, calm = answer.curve, answer.calm
    known = (curve.probability > 0.0) | (answer.estimator == "plain")
    low, high = np.where(known, curve.low, np.nan), np.where(known, curve.high, np.nan)
    axes.fill_between(curve.value, low, high, color=ink.BAND, alpha=0.2, linewidth=0, label="95% interval")
    event = "probability of unpaid interest" if answer.interest else "probability of a loss"
    axes.plot(curve.value, curve.probability, color=ink.BAND, marker=".", markersize=3, label=event)
    for k, mark in enumerate(a for a in answer.answers if np.isfinite(a.value)):
        if mark.percentile is None:
            axes.axvline(
                mark.value, color=ink.TEXT, linewidth=0.9, linestyle="--", label=f"deterministic {mark.value:.3g}"
            )
            continue
        style = ink.note_style(k + 1)
        label = f"{100.0 * mark.percentile:.7g}% of paths whole: {mark.value:.3g}"
        axes.errorbar(
            mark.value, 1.0 - mark.percentile,
            xerr=[[max(mark.value - mark.low, 0.0)], [max(mark.high - mark.value, 0.0)]],
            marker="o", markersize=5, capsize=2, linestyle="", color=style["color"], label=label,
        )  # fmt: skip
    axes.set_title(f"{ink.label(answer.tranche)} under {ink.label(answer.scenario)}: break-even of {answer.shock}")
    axes.set_ylim(-0.02, 1.02)
    ink.percent_axis(axes.yaxis)
    if answer.estimator == "importance":
        lowest = min(1.0 - mark.percentile for mark in answer.answers if mark.percentile)
        axes.set(yscale="log", ylim=(0.1 * lowest, 2.0))
        ink.log_percent_axis(axes.yaxis)
    axes.legend(loc="best")
    below.fill_between(curve.value, curve.loss_low, curve.loss_high, color=ink.BAND, alpha=0.2, linewidth=0)
    below.plot(curve.value, curve.loss, color=ink.BAND, label="expected loss")
    shown = (calm.value >= curve.value.min()) & (calm.value <= curve.value.max())
    below.plot(
        calm.value[shown], calm.loss[shown], color=ink.TEXT, linestyle="--", linewidth=0.9, label="deterministic"
    )
    below.legend(loc="best")
    below.set_xlabel(answer.unit)
    _shock_axis(below, curve.value)
    ink.percent_axis(below.yaxis)
    return figure


def _shock_axis(axes: Axes, value: np.ndarray) -> None:
    """Equal ratios where the points have them; the benign end on the left."""
    if value[0] > 0.0 and value[-1] > 4.0 * value[0]:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(ScalarFormatter())
        axes.set_xticks([x for x in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100) if value[0] <= x <= value[-1]])
        axes.minorticks_off()
    if value[0] > value[-1]:
        axes.invert_xaxis()


@ink.styled
def reverse(answer: Reverse) -> Figure:
    """The most likely path to the loss: factors, conditional arrears, notes, and the months that carry it."""
    figure, (factor, rate, notes, weight) = ink.sheet(2, 2, 9.6, 4.9, sharex=True)
    months = answer.months()
    distance = f"β = {answer.beta:.2f}" if np.isfinite(answer.beta) else "no path found"
    title = f"{ink.label(answer.tranche)} loses more than {fraction(answer.loss)}: {distance}"
    ink.heading(figure, title)
    weight.bar([point.month for point in months], [point.weight for point in months], color=ink.BAND)
    weight.set_title("Share of β² by month")
    ink.percent_axis(weight.yaxis)
    if answer.path is not None:
        month, level = [point.month for point in months], np.array([point.factor for point in months])
        for k, name in enumerate(answer.path["factor"].values):
            factor.plot(month, level[:, k], label=str(name), **ink.note_style(k))
        factor.axhline(0.0, color=ink.QUIET, linewidth=0.6)
        factor.set_title("Systematic factors, standard deviations")
        factor.legend()
        segments = answer.path["segment"].values
        for k, text in enumerate(ink.labels(segments, 12)):
            style = ink.note_style(k)
            rate.plot(month, [point.rate[k] for point in months], label=text, **style)
            rate.plot(month, [point.expected[k] for point in months], color=style["color"], linestyle=":")
        rate.set_title("Monthly rate of arrears or default; dotted: unconditional")
        rate.legend(ncols=2)
        ink.percent_axis(rate.yaxis)
        names = answer.path["tranche"].values
        for k, (name, text) in enumerate(zip(names, ink.labels(names, 14), strict=True)):
            balance = answer.path["note_balance"].sel(tranche=name)
            notes.plot(
                answer.path["month"], balance / max(float(balance.max()), 1e-300), label=text, **ink.note_style(k)
            )
        notes.set_title("Note balances over original along the path")
        notes.legend()
        ink.percent_axis(notes.yaxis)
    for axes in (notes, weight):
        axes.set_xlabel("month")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure


@ink.styled
def tornado(answer: Tornado) -> Figure:
    """Bars from the base, largest first; whiskers are 95% intervals of the differences."""
    bars = answer.bars
    figure, (axes,) = ink.sheet(1, 1, 8.4, 1.1 + 0.3 * max(len(bars), 2))
    for row, bar in enumerate(bars):
        _bar(axes, row, bar)
    axes.axvline(0.0, color=ink.TEXT, linewidth=0.8)
    axes.set_yticks(range(len(bars)), [_name(bar) for bar in bars])
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    of = f" of {ink.label(answer.tranche)}" if answer.tranche else ""
    axes.set_title(f"{answer.measure.replace('_', ' ')}{of} under {ink.label(answer.scenario)}")
    base = f"{100.0 * answer.base:.3g}%" if answer.unit != "years" else f"{answer.base:.2f}"  # in the unit of the axis
    axes.set_xlabel(f"change from {base}")
    if answer.unit != "years":
        ink.percent_axis(axes.xaxis)
    return figure


def _bar(axes: Axes, row: int, bar: Bar) -> None:
    for side, colour, shift in ((bar.down, DOWN, -0.17), (bar.up, UP, 0.17)):
        if side is not None and side.estimate != 0.0:  # a side that moves no path has a bound, not an interval
            whisker = [[max(side.estimate - side.low, 0.0)], [max(side.high - side.estimate, 0.0)]]
            axes.barh(row + shift, side.estimate, 0.32, color=colour)
            axes.errorbar(side.estimate, row + shift, xerr=whisker, color=ink.TEXT, linewidth=0.7, capsize=1.5)


def _name(bar: Bar) -> str:
    sides = " / ".join(side.label for side in (bar.down, bar.up) if side is not None)
    return f"{bar.name} ({sides})"


@ink.styled
def sizing(answer: Sizing) -> Figure:
    """The notes stacked by seniority, as they are and as sized, with standard errors."""
    figure, (axes,) = ink.sheet(1, 1, 7.2, 3.2)
    columns = [[n.before for n in answer.notes], [n.share for n in answer.notes]]
    sized = any(n.target for n in answer.notes)
    columns, names = (columns, ["as it is", "sized"]) if sized else (columns[1:], ["as it is"])
    for column, sizes in enumerate(columns[: len(names)]):
        base = 0.0
        for k in range(len(sizes) - 1, -1, -1):
            axes.bar(column, sizes[k], 0.55, bottom=base, color=ink.note_style(k)["color"], edgecolor="white")
            if sizes[k] > 0.02:
                size = share(sizes[k], answer.notes[k].share_error) if column else percent(sizes[k], 1)
                words = f"{ink.label(answer.notes[k].note, 16)} {size}"
                axes.text(
                    column, base + sizes[k] / 2.0, words, ha="center", va="center", fontsize=8, color=ink.ON_LIGHT
                )
            base += sizes[k]
    axes.set_xticks(range(len(names)), names)
    axes.set_xlim(-0.5, 1.5)
    of_what = f"pool after {answer.since.as_of}" if answer.since.as_of else "cut-off balance"
    axes.set_title(f"Note sizes under {ink.label(answer.scenario)}, share of the {of_what}")
    ink.percent_axis(axes.yaxis)
    return figure


@ink.styled
def differences(measure: str, change: xr.Dataset) -> Figure:
    """Differences between two results with their 95% intervals: scenarios down, one mark a note."""
    rows: Sequence[str] = [str(s) for s in change["scenario"].values]
    notes = [str(n) for n in change["tranche"].values] if "tranche" in change.dims else [""]
    figure, (axes,) = ink.sheet(1, 1, 7.2, 1.2 + 0.18 * len(rows) * len(notes))
    for k, (note, text) in enumerate(zip(notes, ink.labels(notes), strict=True)):
        of_note = change.sel(tranche=note) if note else change
        y = np.arange(len(rows)) + 0.7 * (k / max(len(notes), 1) - 0.35)
        value, low, high = (of_note[name].values for name in ("estimate", "low", "high"))
        axes.errorbar(
            value, y, xerr=[np.maximum(value - low, 0.0), np.maximum(high - value, 0.0)], linestyle="", marker="o",
            markersize=3.5, capsize=1.5, color=ink.note_style(k)["color"], label=text or None,
        )  # fmt: skip
    axes.axvline(0.0, color=ink.TEXT, linewidth=0.8)
    axes.set_yticks(range(len(rows)), ink.labels(rows, 30))
    axes.invert_yaxis()
    axes.set_title(f"{measure.replace('_', ' ')}: second minus first")
    if notes != [""]:
        axes.legend(loc="best")
    return figure


@ink.styled
def clocks(answer: Clocks) -> Figure:
    """What each way of buying changes against daily purchases, with 95% intervals: pool, losses and yields of notes."""
    groups = {
        "Pool, over the cut-off balance": [r for r in answer.rows if r.measure in ("mean_default", "mean_income")],
        "Expected loss": [r for r in answer.rows if r.measure == "expected_loss"],
        "Yield": [r for r in answer.rows if r.measure == "irr"],
    }
    longest = max(len(rows) for rows in groups.values())
    figure, panels = ink.sheet(1, 3, 9.6, 1.3 + 0.34 * longest)
    for axes, (title, rows) in zip(panels, groups.items(), strict=True):
        for k, timing in enumerate(answer.ways):
            change = [row.changes[k] for row in rows]
            value = np.array([c.estimate for c in change])
            whisker = [[c.estimate - c.low for c in change], [c.high - c.estimate for c in change]]
            y = np.arange(len(rows)) + 0.22 * (k - 0.5 * (len(answer.ways) - 1))
            axes.errorbar(
                value, y, xerr=np.maximum(whisker, 0.0), linestyle="", marker="os^"[k % 3], markersize=4, capsize=1.5,
                color=ink.note_style(k)["color"], label=timing,
            )  # fmt: skip
        axes.axvline(0.0, color=ink.TEXT, linewidth=0.8)
        names = [row.tranche or row.measure.removeprefix("mean_") for row in rows]
        axes.set_yticks(range(len(rows)), [ink.label(name, 16) for name in names])
        axes.set_ylim(len(rows) - 0.5, -0.5)
        _symmetric(axes, max(abs(end) for row in rows for c in row.changes for end in (c.low, c.high)))
        axes.set_title(title)
    panels[0].set_xlabel(f"change from daily purchases, {ink.label(answer.scenario)}", loc="left")
    ink.legend_above(figure, panels[0], loc="outside upper left", ncols=len(answer.ways))
    return figure


def _symmetric(axes: Axes, end: float) -> None:
    """Powers of ten to either side, linear within a basis point: purchases at payment dates dwarf the other changes."""
    end = 1.6 * max(end, 1e-4)
    axes.set_xscale("symlog", linthresh=1e-4, linscale=0.4)
    axes.set_xlim(-end, end)
    shown = [x for x in (1e-4, 1e-3, 1e-2, 1e-1, 1.0) if x < end][-2:]
    words = [f"{100 * x:g}%" if x > 0.005 else f"{1e4 * x:g} bp" for x in shown]
    axes.set_xticks([*(-x for x in reversed(shown)), 0.0, *shown])
    axes.set_xticklabels([*(f"\N{MINUS SIGN}{word}" for word in reversed(words)), "0", *words])
    axes.minorticks_off()


@functools.singledispatch
def figure(answer: object) -> Figure:
    """The figure of an answer of `stress.analysis`. Raises DataError for anything else."""
    known = [kind.__name__ for kind in figure.registry if kind is not object]
    raise DataError(f"no figure for a {type(answer).__name__}; there are {', '.join(known)}")


for _kind, _draw in (
    (Breakeven, breakeven),
    (Reverse, reverse),
    (Tornado, tornado),
    (Sizing, sizing),
    (Clocks, clocks),
    (Rating, stresses),
    (Follow, followed),
    (BackTest, fans),
    (Capital, needs),
    (Ecl, allowances),
    (Price, yields),
    (Gradient, slopes),
):
    figure.register(_kind)(_draw)
