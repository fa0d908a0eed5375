"""The whole picture: three bands under one another, each as tall as its content."""

from __future__ import annotations

from matplotlib.figure import Figure

from stress.explain.picture.canvas import QUIET, TEXT, Canvas, cut, svg
from stress.explain.picture.life import Life
from stress.explain.picture.notes import Notes
from stress.explain.picture.priority import Priority
from stress.inputs.deal import Deal

WIDTH = 10.0
MARGIN = 0.2


def picture(deal: Deal, balance: float | None = None, title: bool = True) -> Figure:
    """One matplotlib figure of a deal; with the pool's cut-off balance, notes given by amount have shares too."""
    bands = (Notes(deal, balance), Life(deal), Priority(deal, WIDTH - 2 * MARGIN))
    heads = ("Notes, senior first", "Life of the deal: phases and triggers", "Priority of payments")
    top = 0.62 if title else 0.12
    height = top + sum(0.42 + band.height for band in bands) + 0.1
    canvas = Canvas(WIDTH, height)
    if title:
        canvas.text(MARGIN, 0.26, cut(deal.name, WIDTH - 2 * MARGIN, 14.0, bold=True), 14.0, TEXT, bold=True)
        sub = f"{deal.currency}, closing {deal.closing_date.isoformat()}, {deal.day_count}, payment day {deal.payment_day}"
        canvas.text(MARGIN, 0.5, sub, 8.5, QUIET)
    y = top
    for head, band in zip(heads, bands, strict=True):
        canvas.line(MARGIN, y + 0.06, WIDTH - MARGIN, y + 0.06, TEXT, 1.0)
        canvas.text(MARGIN, y + 0.22, head, 10.0, TEXT, bold=True)
        band.draw(canvas, MARGIN, y + 0.42, WIDTH - 2 * MARGIN)
        y += 0.42 + band.height
    return canvas.figure


def picture_svg(deal: Deal, balance: float | None = None, title: bool = True) -> str:
    """The picture as an SVG element for a page or a file; text stays text. Everything that a file says is escaped."""
    return svg(picture(deal, balance, title))
