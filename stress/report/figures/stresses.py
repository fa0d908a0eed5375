"""The figure of stresses by category: break-even net loss of each class beside what the category asks."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from stress.answers.rating import Rating
from stress.report.figures import ink


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
        height = [stand.breakeven_cnl for stand in rated.by_category]
        axes.bar(place, height, 0.9 * width, color=style["color"], alpha=0.75, label=ink.label(rated.note))
        for x, stand in zip(place, rated.by_category, strict=True):
            if stand.category == rated.held:
                axes.plot(x, 0.0, marker="^", color=ink.TEXT, markersize=5, clip_on=False)
    for k, stand in enumerate(answer.classes[0].by_category if names else ()):
        axes.plot([k - 0.45, k + 0.45], [stand.stressed_cnl] * 2, color=ink.TEXT, linewidth=1.4,
                  label="asked by the category" if k == 0 else None)  # fmt: skip
    axes.set_xticks(range(len(categories)), ink.labels(categories))
    axes.set_title("Break-even net loss by category; a triangle marks what a class is held to")
    axes.set_ylabel("of the cut-off balance")
    ink.percent_axis(axes.yaxis)
    axes.set_ylim(0.0, 1.22 * axes.get_ylim()[1])
    axes.legend(loc="upper right", ncols=len(names) + 1)
    return figure
