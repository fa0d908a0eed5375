"""The priority of payments: a column for each phase with an order of its own, a numbered line for each step."""

from __future__ import annotations

from typing import NamedTuple

from stress.explain.drawing.canvas import ON_DARK, QUIET, TEXT, Canvas, cut, wrapped
from stress.explain.steps import condition_sign, headline
from stress.explain.words import PHASE, listed, then
from stress.inputs.deal import AnyStep, Deal
from stress.inputs.deal.reading import phases, sources_of, steps_of
from stress.lettering import text_width

KIND = {
    "pay_fee": ("#7a8490", "cost"),
    "pay_interest": ("#0072b2", "interest"),
    "cover_defaults": ("#d55e00", "defaults covered"),
    "top_up": ("#cc79a7", "account"),
    "release": ("#cc79a7", "account"),
    "transfer": ("#cc79a7", "account"),
    "purchase": ("#56b4e9", "purchase"),
    "receive": ("#7b5ea7", "party"),
    "pay_party": ("#7b5ea7", "party"),
    "pay_principal": ("#009e73", "principal"),
    "write_down": ("#8c510a", "loss allocated"),
    "write_up": ("#8c510a", "loss allocated"),
    "pay_residual": ("#7f6a00", "residual"),
}
LINE, SMALL, GAP = 0.155, 0.13, 0.075
HEAD = 0.3


class Entry(NamedTuple):
    """A step's lines: what it does, and below it in small type its sources and its condition."""

    kind: str
    what: list[str]
    how: list[str]

    @property
    def height(self) -> float:
        """Inches that it takes."""
        return LINE * len(self.what) + SMALL * len(self.how) + GAP


class Priority:
    """Band of the columns."""

    def __init__(self, deal: Deal, width: float) -> None:
        self.deal = deal
        own = [phase for phase in phases(deal) if phase in deal.priority]
        self.column = min(4.7, (width + 0.15) / len(own)) - 0.15
        self.entries = {phase: [self._entry(step) for step in steps_of(deal, phase)] for phase in own}
        tallest = max(sum(entry.height for entry in entries) for entries in self.entries.values())
        self.height = HEAD + tallest + 0.5

    def draw(self, canvas: Canvas, x: float, y: float, width: float) -> None:
        """Columns in the order of the phases, and what the colours mean."""
        card = self.height - 0.36
        for i, (phase, entries) in enumerate(self.entries.items()):
            self._column(canvas, phase, entries, x + i * (self.column + 0.15), y, card)
        self._legend(canvas, x, y + self.height - 0.14)

    def _entry(self, step: AnyStep) -> Entry:
        room = self.column - 0.5
        how = []
        if step.step != "release" and sources_of(step):
            how += wrapped(f"from {then(sources_of(step))}", room, 6.5, 2)
        if step.when:
            how += wrapped(f"while {condition_sign(step.when)}", room, 6.5, 3)
        return Entry(step.step, wrapped(headline(step, self.deal.trust is not None), room, 7.8, 3), how)

    def _column(self, canvas: Canvas, phase: str, entries: list[Entry], x: float, y: float, height: float) -> None:
        canvas.card(x, y, self.column, height)
        names = [PHASE[phase]]
        if phase == "amortization":
            names += [p.replace("_", " ") for p in phases(self.deal) if p not in self.deal.priority]
        canvas.text(x + 0.12, y + 0.16, cut(listed(names), self.column - 0.24, 8.6, bold=True), 8.6, TEXT, bold=True)
        y += HEAD
        for number, entry in enumerate(entries, 1):
            colour = KIND[entry.kind][0]
            canvas.dot(x + 0.2, y + 0.08, 0.085, colour)
            canvas.text(x + 0.2, y + 0.085, str(number), 6.5, ON_DARK, bold=True, at="center")
            line_y = y + 0.085
            for line in entry.what:
                canvas.text(x + 0.36, line_y, line, 7.8, TEXT)
                line_y += LINE
            for line in entry.how:
                canvas.text(x + 0.36, line_y - 0.01, line, 6.5, QUIET)
                line_y += SMALL
            y += entry.height

    def _legend(self, canvas: Canvas, x: float, y: float) -> None:
        used = {entry.kind for entries in self.entries.values() for entry in entries}
        for colour, word in dict.fromkeys(KIND[kind] for kind in KIND if kind in used):
            canvas.dot(x + 0.06, y, 0.06, colour)
            canvas.text(x + 0.17, y, word, 7.2, QUIET)
            x += 0.45 + text_width(word, 7.2)
