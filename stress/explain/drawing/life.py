"""The deal's life as a timeline: phases by the calendar, and when each trigger is tested and what it does."""

from __future__ import annotations

from stress.explain.dates import month_end
from stress.explain.drawing.canvas import ON_LIGHT, QUIET, RULE, TEXT, Canvas, cut, wrapped
from stress.explain.triggers import effect_words, unit_of
from stress.explain.words import DENOMINATOR, SHORT, limit
from stress.inputs.deal import Deal, Threshold, Trigger
from stress.inputs.deal.quantities import RATIOS
from stress.lettering import text_width

LEFT, RIGHT = 2.85, 1.75
ROW = 0.42
PHASES = 0.78
REVOLVING, AMORTIZATION, TAIL = "#9cc9e4", "#f2cf8d", "#e4e7ea"
COLOUR = {"acceleration": "#b8532f", "event_of_default": "#c8324a", "none": QUIET}
FADED = "#e3c3b7"
"""Months in which a trip changes nothing: early amortization in the same order as after the revolving period."""


class Life:
    """Band of the timeline."""

    def __init__(self, deal: Deal) -> None:
        self.deal = deal
        self.height = PHASES + ROW * len(deal.triggers) + 0.12

    def draw(self, canvas: Canvas, x: float, y: float, width: float) -> None:
        """Phases first, then a row for each trigger."""
        self.left, self.scale = x + LEFT, (width - LEFT - RIGHT) / self.deal.legal_maturity_months
        self._phases(canvas, x, y)
        for i, trigger in enumerate(self.deal.triggers):
            self._trigger(canvas, trigger, x, y + PHASES + ROW * (i + 0.5), x + width - RIGHT)

    def at(self, month: float) -> float:
        """Place of a month's end."""
        return self.left + self.scale * month

    def _phases(self, canvas: Canvas, x: float, y: float) -> None:
        deal, bottom = self.deal, y + self.height - 0.1
        last, end = deal.legal_maturity_months, deal.scheduled_months
        spans = (
            (0, deal.revolving_months, REVOLVING, "revolving"),
            (deal.revolving_months, end, AMORTIZATION, "amortization"),
            (end, last, TAIL, "to legal maturity"),
        )
        canvas.text(x, y + 0.17, "Phases by the calendar", 8.5, TEXT, bold=True)
        for start, stop, colour, name in spans:
            if stop > start:
                room = self.scale * (stop - start)
                canvas.box(self.at(start), y + 0.03, room, 0.28, colour, "white")
                words = cut(name, room - 0.08, 7.5)
                canvas.text(self.at((start + stop) / 2), y + 0.18, words, 7.5, ON_LIGHT, at="center")
        marks = sorted({0, deal.revolving_months, end, last})
        shown = -1.0
        for month in marks:
            canvas.line(self.at(month), y + 0.66, self.at(month), bottom, RULE, 0.7)
            if self.at(month) - shown < 0.62 and month != last:
                continue
            shown = self.at(month)
            date = deal.closing_date.isoformat() if month == 0 else month_end(deal, month)
            canvas.text(shown, y + 0.43, "closing" if month == 0 else f"month {month}", 7.0, TEXT, at="center")
            canvas.text(shown, y + 0.57, date, 6.5, QUIET, at="center")

    def _trigger(self, canvas: Canvas, trigger: Trigger, x: float, y: float, right: float) -> None:
        colour = COLOUR[trigger.effect]
        canvas.text(x, y - 0.07, cut(trigger.name, LEFT - 0.2, 8.5, bold=True), 8.5, TEXT, bold=True)
        test = SHORT.get(trigger.what, trigger.what)
        test += f" {DENOMINATOR[trigger.denominator]}" if trigger.what in RATIOS else ""
        test += f", {trigger.months} months running" if trigger.months > 1 else ""
        canvas.text(x, y + 0.09, cut(test, LEFT - 0.2, 6.8), 6.8, QUIET)
        free = -1.0
        for threshold in trigger.thresholds or (Threshold(limit=0.0),):
            free = self._window(canvas, trigger, threshold, y, colour, free)
        for i, line in enumerate(wrapped(f"→ {self._effect(trigger)}", RIGHT - 0.15, 7.6, 2)):
            canvas.text(right + 0.15, y - 0.04 + 0.14 * i, line, 7.6, colour)

    def _effect(self, trigger: Trigger) -> str:
        if trigger.effect == "event_of_default":
            return "event of default"
        if trigger.effect == "acceleration":
            return "acceleration" if "acceleration" in self.deal.priority else "early amortization, while revolving"
        return effect_words(self.deal, trigger)

    def _window(
        self, canvas: Canvas, trigger: Trigger, threshold: Threshold, y: float, colour: str, free: float
    ) -> float:
        """One limit over its months: a bar with the limit above it, where there is room. Returns where room begins."""
        deal, first = self.deal, threshold.from_month
        last = min(threshold.to_month or deal.legal_maturity_months, deal.legal_maturity_months)
        if first == last:
            canvas.dot(self.at(first), y + 0.05, 0.035, colour)
        else:
            idle = trigger.effect == "acceleration" and "acceleration" not in deal.priority
            turn = min(max(deal.revolving_months, first), last) if idle else last
            canvas.line(self.at(turn), y + 0.05, self.at(last), y + 0.05, FADED, 2.4)
            canvas.line(self.at(first - 0.5), y + 0.05, self.at(turn), y + 0.05, colour, 2.4)
        if trigger.condition is not None:
            return free
        sign = ">" if trigger.breach == "above" else "<"
        label = f"{sign} {limit(trigger.what, threshold.limit, unit_of(deal, trigger))}"
        half = text_width(label, 6.8) / 2
        place = self.at(first) if first == last else max(self.at(first) + half, free + half)
        if place - half >= free and place + half < self.at(deal.legal_maturity_months) + 0.1:
            canvas.text(place, y - 0.07, label, 6.8, TEXT, at="center")
            return place + half + 0.05
        return free
