"""What a figure shows, as numbers: its panels with axes and series, so that a page can tell values under a pointer.

Read from the drawn figure itself, so that no figure has to say twice what it draws.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from stress.arrays import Array
from stress.report.figures.ink import Percent

MOST = 160
"""Points of a series that are told: a figure is a few hundred pixels wide."""
DIGITS = 4


def panels(figure: Figure) -> list[dict[str, Any]]:
    """Of a figure that has been drawn, every visible panel with something in it.

    `box` (left, top, right, bottom as shares of the figure), `title`, the axes `x` and `y` (ends, `log`, `percent`,
    names of ticks) and `series` (name, x, y, or the text that stands there).
    """
    shown = []
    for axes in figure.axes:
        series = list(_series(axes))
        if not axes.get_visible() or not series:
            continue
        place = axes.get_position()
        box = [place.x0, 1.0 - place.y1, place.x1, 1.0 - place.y0]
        shown.append({
            "box": [round(x, 4) for x in box],
            "title": _plain(axes.get_title(loc="left") or axes.get_title()),
            "x": _axis(axes.xaxis, axes.get_xlim()),
            "y": _axis(axes.yaxis, axes.get_ylim()),
            "series": series,
        })  # fmt: skip
    return shown


def _axis(axis: Any, ends: tuple[float, float]) -> dict[str, Any]:
    about: dict[str, Any] = {"ends": [float(x) for x in ends]}
    if axis.get_scale() == "log":
        about["log"] = True
    if isinstance(axis.get_major_formatter(), Percent):
        about["percent"] = True
    elif isinstance(axis.get_major_locator(), FixedLocator):
        ticks = [(float(tick.get_loc()), _plain(tick.label1.get_text())) for tick in axis.majorTicks]
        if any(_is_word(name) for _, name in ticks):
            about["names"] = [tick for tick in ticks if tick[1]]
    return about


def _is_word(label: str) -> bool:
    """A name and not a number."""
    return any(sign.isalpha() for sign in label)


def _series(axes: Axes) -> Iterator[dict[str, Any]]:
    """Lines, edges of bands, bars and the texts within a panel that stand at data."""
    for line in axes.lines:
        points = np.asarray(line.get_xydata(), np.float64)
        if line.get_transform().contains_branch(axes.transData) and len(points) > 1:
            yield from _points(str(line.get_label()), points)
    for band in axes.collections:
        if isinstance(band, PolyCollection) and not str(band.get_label()).startswith("_") and band.get_paths():
            yield from _points(str(band.get_label()), np.asarray(band.get_paths()[0].vertices, np.float64))
    for bars in axes.containers:
        if isinstance(bars, BarContainer):
            ends = [_end(bar, bars.orientation) for bar in bars]
            yield from _points(str(bars.get_label()), np.array(ends, np.float64).reshape(-1, 2))
    texts = [t for t in axes.texts if t.get_transform() == axes.transData and t.get_text()]
    if texts:
        at = np.array([t.get_position() for t in texts], np.float64)
        for series in _points("", at, most=len(at)):
            yield {**series, "text": [_plain(t.get_text()) for t in texts]}


def _end(bar: Any, orientation: str | None) -> tuple[float, float]:
    """Where a bar ends."""
    x, y, width, height = bar.get_x(), bar.get_y(), bar.get_width(), bar.get_height()
    return (x + width, y + 0.5 * height) if orientation == "horizontal" else (x + 0.5 * width, y + height)


def _points(name: str, points: Array, most: int = MOST) -> Iterator[dict[str, Any]]:
    known = points[np.isfinite(points).all(1)]
    if not len(known):
        return
    if len(known) > most:
        known = known[np.unique(np.linspace(0, len(known) - 1, most).astype(int))]
    x, y = (_rounded(column) for column in known.T)
    yield {"name": "" if name.startswith("_") else _plain(name), "x": x, "y": y}


def _rounded(values: Array) -> list[float]:
    """With as many digits as tell neighbours apart: quarters of the years 2014 to 2016 take six."""
    spread, most = float(np.ptp(values)), float(np.abs(values).max())
    digits = DIGITS + (max(0, math.ceil(math.log10(most / spread)) - 1) if spread > 1e-9 * most else 0)
    return [float(f"{x:.{digits}g}") for x in values]


def _plain(text: str) -> str:
    """A label without the escapes that matplotlib needs."""
    return text.replace(r"\$", "$")
