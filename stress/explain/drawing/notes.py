"""The notes as a stack, each with its size, its coupon and what ranks below it."""

from __future__ import annotations

import math

from stress.explain.drawing.canvas import NOTE_COLOURS, QUIET, TEXT, Canvas, cut
from stress.explain.notes import coupon_words, shares_of, support_of
from stress.explain.words import money, percent
from stress.inputs.deal import Deal

ROW = 0.33
BAR = 1.5


class Notes:
    """Band of the capital structure."""

    def __init__(self, deal: Deal, balance: float | None) -> None:
        self.deal, self.balance = deal, balance
        self.height = max(1.5, ROW * len(deal.notes) + 0.1)

    def draw(self, canvas: Canvas, x: float, y: float, width: float) -> None:
        """A bar with one slice a note; lines lead to the words beside it."""
        known = shares_of(self.deal, self.balance)
        complete = all(share is not None for share in known)  # not of amounts beside shares of a pool that is not known
        sizes = [(share or 0.0) if complete else 1.0 for share in known]
        room, total = self.height - 0.2, sum(sizes)
        places = _spread([room * (sum(sizes[:i]) + size / 2) / total for i, size in enumerate(sizes)], ROW, room)
        top = y + 0.05
        for i, size in enumerate(sizes):
            start, middle = room * sum(sizes[:i]) / total, room * (sum(sizes[:i]) + size / 2) / total
            colour = NOTE_COLOURS[i % len(NOTE_COLOURS)]
            canvas.box(x, top + start, BAR, max(room * size / total, 0.012), colour, "white")
            canvas.line(x + BAR + 0.04, top + middle, x + BAR + 0.25, top + places[i], QUIET, 0.6)
            self._words(canvas, i, x + BAR + 0.32, top + places[i], width - BAR - 0.32)

    def _words(self, canvas: Canvas, i: int, x: float, y: float, width: float) -> None:
        note = self.deal.notes[i]
        share = shares_of(self.deal, self.balance)[i]
        size = percent(share, 2) if share is not None else f"{money(note.amount or 0.0)} {self.deal.currency}"
        support = support_of(self.deal, self.balance)[i]
        below = (
            ""
            if support is None or share == 0.0
            else f"{percent(support, 2)} below it"
            if support > 1e-12
            else "takes the first loss"
        )
        canvas.text(x, y, cut(note.name, 1.5, 9.5, bold=True), 9.5, TEXT, bold=True)
        canvas.text(x + 1.6, y, size, 9.0, TEXT)
        canvas.text(x + 2.75, y, below, 9.0, TEXT)
        canvas.text(x + 4.25, y, cut(coupon_words(self.deal, note), width - 4.3, 8.0), 8.0, QUIET)


def _spread(middle: list[float], gap: float, room: float) -> list[float]:
    """Heights of the words: at their slice, pushed apart and kept within the room."""
    places: list[float] = []
    last = -math.inf
    for place in middle:
        last = max(place, last + gap, gap / 2)
        places.append(last)
    floor = max(room, gap * len(middle)) - gap / 2
    for i in reversed(range(len(places))):
        places[i] = min(places[i], floor)
        floor = places[i] - gap
    return places
