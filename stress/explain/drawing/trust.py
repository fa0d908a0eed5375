"""The trust as one bar: this series, the others, the seller, in month 1."""

from __future__ import annotations

from stress.explain.drawing.canvas import NOTE_COLOURS, QUIET, TEXT, Canvas, cut
from stress.explain.trust import parts_at_closing
from stress.explain.words import money, percent
from stress.inputs.deal import Deal

SELLER = "#c9ced4"
BAR, ROW = 0.3, 0.17


class TrustBand:
    """Band of the master trust."""

    def __init__(self, deal: Deal, balance: float) -> None:
        self.deal, self.balance = deal, balance
        self.parts = parts_at_closing(deal, balance)
        self.height = BAR + 0.12 + ROW * ((len(self.parts) + 2) // 3) + 0.1

    def draw(self, canvas: Canvas, x: float, y: float, width: float) -> None:
        """A slice a part, and their names below in three columns."""
        total, at = sum(amount for _, amount in self.parts), x
        for i, (name, amount) in enumerate(self.parts):
            colour = SELLER if name == "seller" else NOTE_COLOURS[i % len(NOTE_COLOURS)]
            room = width * amount / total
            canvas.box(at, y, room, BAR, colour, "white")
            at += room
            left, row = x + width / 3.0 * (i % 3), y + BAR + 0.16 + ROW * (i // 3)
            canvas.dot(left + 0.06, row, 0.06, colour)
            words = f"{name}: {money(amount)} {self.deal.currency}, {percent(amount / self.balance, 2)}"
            canvas.text(left + 0.18, row, cut(words, width / 3.0 - 0.3, 7.8), 7.8, TEXT if i == 0 else QUIET)
