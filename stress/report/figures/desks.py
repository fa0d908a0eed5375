"""Figures of expected credit loss, of a note's yield by price, and of derivatives."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from stress.answers.ecl import Ecl
from stress.answers.gradient import Gradient
from stress.answers.price import Price
from stress.report.figures import ink


@ink.styled
def allowances(answer: Ecl) -> Figure:
    """12-month and lifetime loss of each book at the first reporting date, a group of bars for each scenario."""
    first = min(row.month for row in answer.rows)
    rows = [row for row in answer.rows if row.month == first]
    books, scenarios = (list(dict.fromkeys(getattr(row, key) for row in rows)) for key in ("book", "scenario"))
    figure, both = ink.sheet(2, 1, 7.2, 5.0, sharex=True)
    width = 0.8 / len(books)
    for axes, name, title in zip(
        both, ("twelve_month", "lifetime"), ("12-month expected credit loss", "Lifetime (CECL)"), strict=True
    ):
        for n, book in enumerate(books):
            losses = [getattr(next(o for o in rows if (o.book, o.scenario) == (book, s)), name) for s in scenarios]
            height, error = (np.array([float(getattr(x, key)) for x in losses]) for key in ("estimate", "error"))
            place = np.arange(len(scenarios)) - 0.4 + (n + 0.5) * width
            axes.bar(place, height, 0.9 * width, yerr=1.96 * error, color=ink.note_style(n)["color"], alpha=0.75,
                     error_kw={"elinewidth": 0.8, "ecolor": ink.TEXT}, label=ink.label(book))  # fmt: skip
        axes.set_title(f"{title} in month {first}, of the book at closing")
        axes.set_ylim(bottom=0.0)
        ink.percent_axis(axes.yaxis)
    both[0].legend(loc="best", ncols=len(books))
    both[1].set_xticks(range(len(scenarios)), ink.labels(scenarios))
    return figure


@ink.styled
def yields(answer: Price) -> Figure:
    """Yield by price, a line for each speed and level of default."""
    figure, (axes,) = ink.sheet(1, 1, 7.2, 3.2)
    pairs = list(dict.fromkeys((row.speed, row.defaults) for row in answer.rows))
    for k, pair in enumerate(pairs):
        rows = sorted((row for row in answer.rows if (row.speed, row.defaults) == pair), key=lambda row: row.price)
        label = f"prepayments × {pair[0]:g}, defaults × {pair[1]:g}"
        axes.plot([row.price for row in rows], [row.yield_ for row in rows], marker=".", label=label,
                  **ink.note_style(k))  # fmt: skip
    axes.set_title(f"Yield of {ink.label(answer.tranche)} by price, in percent of original balance")
    ink.percent_axis(axes.yaxis)
    axes.legend(loc="best", ncols=2)
    return figure


@ink.styled
def slopes(answer: Gradient) -> Figure:
    """A bar for each input that is not of one month, with its 95% interval."""
    shown = [slope for slope in answer.inputs if ", month " not in slope.input and np.isfinite(slope.derivative)]
    figure, (axes,) = ink.sheet(1, 1, 7.2, 1.0 + 0.45 * max(len(shown), 1))
    place = np.arange(len(shown))[::-1]
    value, error = (np.array([getattr(slope, key) for slope in shown]) for key in ("derivative", "se"))
    axes.barh(place, value, 0.6, xerr=1.96 * error, color=ink.BAND, alpha=0.7,
              error_kw={"elinewidth": 0.8, "ecolor": ink.TEXT})  # fmt: skip
    axes.set_yticks(place, [ink.label(f"{slope.input}, per {slope.per}") for slope in shown])
    axes.axvline(0.0, color=ink.QUIET, linewidth=0.7)
    axes.set_title(f"Derivative of {answer.measure}" + (f" of {ink.label(answer.tranche)}" if answer.tranche else ""))
    return figure
