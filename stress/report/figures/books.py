"""Figures of a book: probability of a larger loss by scenario, contributions to expected shortfall."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from stress.answers.book import BookRisk, ScenarioRisk
from stress.answers.book_reverse import BookReverse
from stress.report.figures import ink

Levels = NDArray[Any]
Z95 = 1.96
MOST = 20
"""Positions of a figure: the largest contributions."""


@ink.styled
def curves(risk: BookRisk) -> Figure:
    """P(loss > x) under every scenario, both axes logarithmic."""
    figure, (axes,) = ink.sheet(1, 1, 9.6, 3.3, ink.Margins(0.75, 2.2, 0.3, 0.5, 0.65))
    lowest = 0.5 / risk.paths
    names = ink.labels([scenario_risk.scenario for scenario_risk in risk.scenarios])
    for k, scenario_risk in enumerate(risk.scenarios):
        loss, p = np.array(scenario_risk.curve["loss"]), np.array(scenario_risk.curve["probability"])
        drawn = (p > 0.0) & (loss > 0.0)
        axes.step(loss[drawn], p[drawn], where="post", label=names[k], **ink.note_style(k))
    axes.axhline(1.0 - risk.level, color=ink.QUIET, linewidth=0.8, linestyle=":")
    axes.set(xscale="log", yscale="log", xlim=(1e-4, 1.05), ylim=(lowest, 1.5))
    axes.set(xlabel="loss of the book, share of original balance", ylabel="probability of a larger loss")
    ink.log_percent_axis(axes.xaxis)
    ink.log_percent_axis(axes.yaxis)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), alignment="left")
    return figure


@ink.styled
def common_path(common: BookReverse) -> Figure:
    """Levels of the named factors along the most likely common path, and the months that carry it."""
    figure, (factor, weight) = ink.sheet(1, 2, 9.6, 3.0, ink.Margins(0.6, 0.2, 0.35, 0.5, 0.65))
    month = np.array(common.months())
    for k, name in enumerate(ink.labels(common.factors)):
        factor.plot(month, common.level[month - 1, k], label=name, **ink.note_style(k))
    factor.axhline(0.0, color=ink.QUIET, linewidth=0.6)
    factor.set_title("Named factors, standard deviations")
    factor.legend()
    weight.bar(month, common.shares(), color=ink.BAND)
    weight.set_title("Share of β² by month")
    ink.percent_axis(weight.yaxis)
    for axes in (factor, weight):
        axes.set_xlabel("month of the book")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure


@ink.styled
def worst_path(factors: Mapping[str, Levels], left: Mapping[str, Levels]) -> Figure:
    """The named factors of a path by month, and what is left of the notes that lose on it."""
    figure, (level, note) = ink.sheet(1, 2, 9.6, 3.0, ink.Margins(0.6, 0.2, 0.35, 0.5, 0.65))
    for axes, lines in ((level, factors), (note, left)):
        names = ink.labels(list(lines))
        for k, (name, values) in enumerate(zip(names, lines.values(), strict=True)):
            axes.plot(np.arange(1, len(values) + 1), values, label=name, **ink.note_style(k))
        if lines:
            axes.legend()
        axes.set_xlabel("month of the book")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    level.axhline(0.0, color=ink.QUIET, linewidth=0.6)
    level.set_title("Named factors, standard deviations")
    note.set_title("Left of the notes that lose")
    ink.percent_axis(note.yaxis)
    return figure


@ink.styled
def contributions(risk: BookRisk, scenario_risk: ScenarioRisk) -> Figure:
    """Bars of contributions with 95% intervals; each position's shortfall alone as a mark."""
    shown = scenario_risk.positions[:MOST]
    height = 0.9 + 0.26 * len(shown)
    figure, (axes,) = ink.sheet(1, 1, 9.6, height, ink.Margins(2.3, 0.6, 0.1, 0.5, 0.65))
    at = np.arange(len(shown))[::-1]
    part = np.array([p.contribution_es for p in shown])
    axes.barh(at, part, 0.62, color=ink.BAND, alpha=0.75, label="part of the book's shortfall")
    axes.errorbar(part, at, xerr=Z95 * np.array([p.se for p in shown]), fmt="none", ecolor=ink.TEXT, elinewidth=1.1)
    axes.plot([p.standalone_es for p in shown], at, "D", color=ink.NOTE_COLOURS[3], markersize=5, label="alone")
    axes.set_yticks(at, ink.labels([p.name for p in shown]))
    axes.set(ylim=(-0.7, len(shown) - 0.3), xlim=(None if part.min() < 0.0 else 0.0, None))
    axes.set_xlabel(f"expected shortfall {100 * risk.level:g}%, share of the book")
    axes.grid(axis="y", visible=False)
    ink.percent_axis(axes.xaxis)
    axes.legend(loc="lower right")
    return figure
