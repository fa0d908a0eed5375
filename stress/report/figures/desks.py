"""Figures of capital by month, stresses by category, expected credit loss, yield by price, and derivatives."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from stress.answers.capital import Capital
from stress.answers.ecl import Ecl
from stress.answers.gradient import Gradient
from stress.answers.price import Price
from stress.answers.rating import Rating
from stress.report.desk_sheets import speed_of
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
        label = f"prepayments {speed_of(rows[0])}, defaults ×{pair[1]:g}"
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


@ink.styled
def needs(answer: Capital) -> Figure:
    """Capital of all notes over the cut-off balance, and the risk weight of every class."""
    figure, (above, below) = ink.sheet(2, 1, 7.2, 4.8, sharex=True)
    whole = answer.months[-1]
    above.fill_between(whole.month, whole.capital.estimate, whole.capital_95.estimate, color=ink.BAND, alpha=0.2,
                       linewidth=0, label="to what 95% of paths stay below")  # fmt: skip
    above.plot(whole.month, whole.capital.estimate, color=ink.BAND, label="mean")
    above.set_title(f"Capital of all notes, {ink.label(answer.rules)} ({answer.status}), over the cut-off balance")
    above.set_ylim(bottom=0.0)
    ink.percent_axis(above.yaxis)
    above.legend(loc="best")
    for n, by_month in enumerate(answer.months[:-1]):
        shown = by_month.outstanding > 0.01
        style = ink.note_style(n)
        below.plot(by_month.month[shown], by_month.risk_weight.estimate[shown], label=ink.label(by_month.note), **style)
        below.plot(by_month.month[shown], by_month.risk_weight_95.estimate[shown], color=style["color"], alpha=0.5,
                   linewidth=0.9, linestyle=":")  # fmt: skip
    below.set_title("Risk weight of each class: mean, and dotted what 95% of paths stay below")
    below.set_xlabel("months from closing")
    ink.percent_axis(below.yaxis)
    below.legend(loc="best", ncols=2)
    return figure


@ink.styled
def stresses(answer: Rating) -> Figure:
    """One group a category, a bar to the break-even of each class; the line across is the net loss that is asked."""
    figure, (axes,) = ink.sheet(1, 1, 7.2, 3.2)
    names = [rated.note for rated in answer.classes]
    categories = [stand.category for stand in answer.classes[0].by_category] if names else []
    width = 0.8 / max(len(names), 1)
    for n, rated in enumerate(answer.classes):
        place = np.arange(len(categories)) - 0.4 + (n + 0.5) * width
        style = ink.note_style(n)
        height = [max(stand.breakeven_cnl, 0.0) for stand in rated.by_category]
        axes.bar(place, height, 0.9 * width, color=style["color"], alpha=0.75, label=ink.label(rated.note))
        for x, stand in zip(place, rated.by_category, strict=True):
            if stand.category == rated.held:
                axes.plot(x, 0.0, marker="^", color=ink.TEXT, markersize=5, clip_on=False)
    for k, stand in enumerate(answer.classes[0].by_category if names else ()):
        axes.plot([k - 0.45, k + 0.45], [stand.stressed_cnl] * 2, color=ink.TEXT, linewidth=1.4,
                  label="asked by the category" if k == 0 else None)  # fmt: skip
    axes.set_xticks(range(len(categories)), ink.labels(categories))
    axes.set_title("Break-even net loss by category; a triangle marks what a class is held to")
    as_of = answer.since.as_of
    axes.set_ylabel(f"net loss after {as_of}, of the pool then" if as_of else "of the cut-off balance")
    ink.percent_axis(axes.yaxis)
    axes.set_ylim(0.0, 1.22 * axes.get_ylim()[1])
    axes.legend(loc="upper right", ncols=len(names) + 1)
    return figure
