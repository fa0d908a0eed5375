"""A table that cuts no word of its cells: on a narrow terminal the room between columns gives way, then the heads, then
the columns stand in parts below each other."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Column, Table

ENDLESS = 10_000
"""A width in which every column has all the room that it wants."""
Size = tuple[int, int, int]
"""Of a column: longest word of the cells; of them and the head; longest line of both."""
CLOSE = (0, 1, 0, 0)
"""Padding of a table that would not fit otherwise."""


class WholeTable(Table):
    """As rich, but for a screen on which not every column has the room that it wants.

    A column is no narrower than the longest word of its cells, so that no number is cut in two; a head is broken where
    it must. Where not even the words fit, the columns are shown in parts, what tells rows apart in each. Where one
    column beside that does not fit, rich cuts words and says so by an ellipsis.
    """

    telling: int | None = None
    """How many columns, the first ones, tell rows apart; None: as few as do."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Widths are settled for the screen at hand."""
        sizes = [_sizes(console, options, column) for column in self.columns]
        full = [wanted for _, _, wanted in sizes]
        room = self.room_for(console, options, full)
        if sum(full) > room:
            self.padding = CLOSE
            room = self.room_for(console, options, full)
        if sum(full) > room >= sum(word for word, _, _ in sizes):
            for column, width in zip(self.columns, shared(sizes, room), strict=True):
                column.width, column.overflow = width, "fold"
        elif sum(full) > room and len(parts := list(self._parts(console, options, sizes))) > 1:
            for k, part in enumerate(parts):
                part.title = self.title if k == 0 else None
                part.caption = self.caption if k == len(parts) - 1 else None
                yield part
            return
        yield from super().__rich_console__(console, options)

    def _parts(self, console: Console, options: ConsoleOptions, sizes: Sequence[Size]) -> Iterator[WholeTable]:
        """The table in parts whose words fit, as few as there can be."""
        keys = list(range(self.telling or _telling(self.columns)))
        part = [*keys]
        for k in range(len(keys), len(self.columns)):
            words, _, full = zip(*(sizes[at] for at in (*part, k)), strict=True)
            room = self._of([*part, k]).room_for(console, options, full)
            if len(part) > len(keys) and sum(words) > room:
                yield self._of(part)
                part = [*keys]
            part.append(k)
        yield self._of(part)

    def _of(self, which: Sequence[int]) -> WholeTable:
        """Some of its columns."""
        part = copy.copy(self)
        part.columns = [replace(self.columns[k], _index=place) for place, k in enumerate(which)]
        return part

    def room_for(self, console: Console, options: ConsoleOptions, full: Sequence[int]) -> int:
        """Columns of the screen that are left to cells."""
        whole = Measurement.get(console, options.update(max_width=ENDLESS), self).maximum
        return options.max_width - (whole - sum(full))


def _telling(columns: Sequence[Column]) -> int:
    """How many columns, the first ones, tell rows apart; one where not all of them do."""
    rows = list(zip(*(map(str, column.cells) for column in columns), strict=True))
    return next((n for n in range(1, len(columns)) if len({row[:n] for row in rows}) == len(rows)), 1)


def shared(sizes: Sequence[Size], room: int) -> list[int]:
    """Widths of columns: words of cells first, then words of heads, then whole lines; what is broken most gains first.

    >>> shared([(3, 5, 5), (4, 9, 30)], 20)
    [5, 15]
    """
    widths = [word for word, _, _ in sizes]
    for which in (1, 2):
        wanted = [size[which] for size in sizes]
        while sum(widths) < min(room, sum(wanted)):
            k = max(range(len(sizes)), key=lambda k: wanted[k] / widths[k])
            widths[k] += 1
    return widths


def _sizes(console: Console, options: ConsoleOptions, column: Column) -> Size:
    """Longest word of the cells; of them and the head; longest line of both."""
    endless = options.update(max_width=ENDLESS)
    head, *cells = (Measurement.get(console, endless, part) for part in (column.header, *column.cells))
    word = max((cell.minimum for cell in cells), default=1) or 1
    return word, max(word, head.minimum), max(head.maximum, *(cell.maximum for cell in cells), word)
