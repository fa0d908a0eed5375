"""The figure of regulatory capital by month: mean over paths and the level that 95% of them stay below."""

from __future__ import annotations

from matplotlib.figure import Figure

from stress.answers.capital import Capital
from stress.report.figures import ink


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
