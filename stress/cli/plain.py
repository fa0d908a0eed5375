"""A rich console that spells what its stream cannot encode before it lays a table out: columns stay straight."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text


class PlainConsole(Console):
    """Needs the error handler of `cli.streams`."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """As rich, after texts are spelled: those of a table before its columns are measured."""
        texts = [renderable]
        if isinstance(renderable, Table):
            texts += [part for column in renderable.columns for part in (column.header, *column.cells)]
        for text in texts:
            if isinstance(text, Text):
                text.plain = self._spelled(text.plain)
        return super().render(renderable, options)

    def render_str(self, text: str, **options: Any) -> Text:
        """As rich, of the text that can be said."""
        return super().render_str(self._spelled(text), **options)

    def _spelled(self, text: str) -> str:
        return text.encode(self.encoding, "spelled").decode(self.encoding)
