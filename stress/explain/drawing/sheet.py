"""The whole picture: three bands under one another, each as tall as its content."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from matplotlib.figure import Figure

from stress.explain.drawing.canvas import QUIET, SETTINGS, TEXT, Canvas, cut
from stress.explain.drawing.life import Life
from stress.explain.drawing.notes import Notes
from stress.explain.drawing.priority import Priority
from stress.explain.drawing.trust import TrustBand
from stress.inputs.deal import Deal
from stress.lettering import as_svg, settings

WIDTH = 10.0
MARGIN = 0.2


class Band(Protocol):
    """A part of the picture: how tall it is, and how to draw it below a point."""

    height: float

    def draw(self, canvas: Canvas, x: float, y: float, width: float) -> None:
        """Draw from the upper left corner x, y."""


def picture(deal: Deal, balance: float | None = None, title: bool = True) -> Figure:
    """One matplotlib figure of a deal; with the pool's cut-off balance, notes given by amount have shares too.

    >>> picture(job.deal, job.pool.balance).savefig(folder / "deal.svg")
    """
    bands: list[tuple[str, Band]] = [("Notes, senior first", Notes(deal, balance))]
    if deal.trust is not None and balance is not None:
        bands.append(("The master trust in month 1", TrustBand(deal, balance)))
    bands.append(("Life of the deal: phases and triggers", Life(deal)))
    bands.append(("Priority of payments", Priority(deal, WIDTH - 2 * MARGIN)))
    with settings(SETTINGS):
        return _draw(deal, bands, title)


def _draw(deal: Deal, bands: Sequence[tuple[str, Band]], title: bool) -> Figure:
    top = 0.62 if title else 0.12
    canvas = Canvas(WIDTH, top + sum(0.42 + band.height for _, band in bands) + 0.1)
    if title:
        canvas.text(MARGIN, 0.26, cut(deal.name, WIDTH - 2 * MARGIN, 14.0, bold=True), 14.0, TEXT, bold=True)
        terms = (deal.currency, f"closing {deal.closing_date}", deal.day_count, f"payment day {deal.payment_day}")
        canvas.text(MARGIN, 0.5, ", ".join(terms), 8.5, QUIET)
    y = top
    for head, band in bands:
        canvas.line(MARGIN, y + 0.06, WIDTH - MARGIN, y + 0.06, TEXT, 1.0)
        canvas.text(MARGIN, y + 0.22, head, 10.0, TEXT, bold=True)
        band.draw(canvas, MARGIN, y + 0.42, WIDTH - 2 * MARGIN)
        y += 0.42 + band.height
    return canvas.figure


def picture_svg(deal: Deal, balance: float | None = None, title: bool = True) -> str:
    """The picture as an SVG element for a page or a file; text stays text. Everything that a file says is escaped."""
    return as_svg(picture(deal, balance, title), SETTINGS)
