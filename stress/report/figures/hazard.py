"""The default hazard by age: what a static-pool table shows, and what stages make of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from stress.calibration.stages import Choice, Vintages
from stress.report.figures import ink


@ink.styled
def hazard(table: Vintages, choice: Choice, age: Sequence[int], name: str) -> Figure:
    """Observed hazard with its 95% band by the dispersion of the best fit, a line for each number of stages; below,
    cumulative default of what stays."""
    figure, (axes, below) = ink.sheet(2, 1, 7.2, 5.0, sharex=True, height_ratios=(1.6, 1.0))
    best, at_risk = choice.best, table.at_risk.sum(axis=0)
    ages = np.array(age[: len(best.observed)])
    at_risk = at_risk[: len(ages)]
    unit = np.where(at_risk > 0.0, best.by_age * (1.0 - best.by_age) / np.maximum(at_risk, 1e-300), np.nan)
    error = 1.96 * np.sqrt(unit * max(1.0, best.dispersion))
    axes.errorbar(
        ages, best.observed, yerr=error, linestyle="", marker="o", markersize=3, elinewidth=0.7, color=ink.TEXT,
        label="observed, 95%",
    )  # fmt: skip
    survive = np.cumprod(1.0 - np.nan_to_num(best.observed))
    below.plot(ages, 1.0 - survive, linestyle="", marker="o", markersize=3, color=ink.TEXT)
    for k, fit in enumerate(choice.fits):
        n = len(fit.hazard)
        label = f"{n} stage{'s' if n > 1 else ''}: {fit.explained:.0%}" + (", the data's choice" if fit is best else "")
        style = {**ink.note_style(k), "linewidth": 2.0 if fit is best else 1.0}
        axes.plot(ages, fit.by_age, label=label, **style)
        below.plot(ages, 1.0 - np.cumprod(1.0 - fit.by_age), **style)
    top = float(np.nanmax(best.observed[at_risk > 0.02 * at_risk.max()]))
    axes.set_ylim(0.0, 1.4 * top)
    axes.set_title(f"{ink.label(name, 40)}: default a month by age")
    axes.legend(loc="best")
    below.set_title("cumulative default without prepayment")
    below.set_xlabel("age, months")
    for panel in (axes, below):
        ink.percent_axis(panel.yaxis)
    return figure
