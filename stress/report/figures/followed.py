"""Figure of a followed deal: each report beside its prediction, the expected losses as reports came in."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stress.answers.follow import Follow
from stress.report.figures import ink

MISS = "#d55e00"
LEAST = 1e-4
"""Expected loss below which a note is not drawn."""


@ink.styled
def followed(answer: Follow) -> Figure:
    """Lead ratio with the band predicted a month before (misses marked); expected loss of each note that may lose."""
    figure, (near, loss) = ink.sheet(2, 1, 7.2, 5.0, height_ratios=(1.4, 1.0))
    surprises = [s for s in answer.surprises if s.figure == answer.lead]
    at = np.arange(len(surprises))
    came, low, median, high = (
        np.array(x) for x in zip(*((s.came, s.low, s.median, s.high) for s in surprises), strict=True)
    )
    out = (came < low) | (came > high)
    near.vlines(at, low, high, color=ink.BAND, alpha=0.3, linewidth=7, label="predicted a month before (90%)")
    near.plot(at, median, linestyle="", marker="_", markersize=8, color=ink.BAND)
    near.plot(at, came, color=ink.TEXT, linewidth=1.0, marker=".", label="reported")
    near.plot(at[out], came[out], linestyle="", marker="o", color=MISS, label="outside the band")
    near.set_title(f"{ink.label(answer.reports, 40)}: {answer.lead.replace('_', ' ')}, share of a month")
    _months(near, [s.month for s in surprises])
    ink.percent_axis(near.yaxis)
    near.legend(loc="best")
    place = np.arange(len(answer.updates) + 1)
    for n, note in enumerate(answer.notes):
        path = np.array([note.expected_loss_before, *(u.expected_loss[n] for u in answer.updates)])
        error = np.array([note.expected_loss_before_se, *(u.expected_loss_se[n] for u in answer.updates)])
        if path.max() < LEAST:
            continue
        style = ink.note_style(n)
        loss.plot(place, path, marker=".", label=ink.label(note.name), **style)
        loss.fill_between(place, path - 2 * error, path + 2 * error, color=style["color"], alpha=0.2, linewidth=0)
    _months(loss, ["no report", *(u.month for u in answer.updates)])
    ink.percent_axis(loss.yaxis)
    loss.set_ylim(bottom=0.0)
    loss.set_title("Expected loss of the life, given the reports so far (± 2 standard errors)")
    if loss.get_legend_handles_labels()[0]:
        loss.legend(loc="best")
    return figure


def _months(axes: Axes, label: list[str]) -> None:
    step = max(1, -(-len(label) // 12))
    axes.set_xticks(range(0, len(label), step), label[::step])
