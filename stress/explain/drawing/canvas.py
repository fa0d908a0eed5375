"""A sheet measured in inches, y downwards: boxes, lines and text that is cut to its place."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, Patch, Rectangle

from stress.lettering import WIDTHS, text_width

TEXT, QUIET, RULE, WASH = "#1d2530", "#5d6775", "#d5d9de", "#f3f5f7"
ON_LIGHT, ON_DARK = "#1d2531", "#fefefe"
"""Letters on a coloured shape, which keeps its colour on a dark page: other numbers than TEXT and white."""
NOTE_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#7f6a00", "#000000")
"""Okabe and Ito (2008), senior first; the same as in the report."""
SETTINGS: dict[Any, Any] = {"font.family": list(WIDTHS), "svg.fonttype": "none", "svg.hashsalt": "stress deal"}


class Canvas:
    """A figure of fixed width whose one axes counts inches from the upper left corner."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.figure = Figure(figsize=(width, height))
        self.axes: Axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.axes.set(xlim=(0.0, width), ylim=(height, 0.0))
        self.axes.axis("off")

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float = 8.0,
        colour: str = TEXT,
        bold: bool = False,
        at: str = "left",
    ) -> None:
        """A line of text, vertically centred on y."""
        self.axes.text(
            x,
            y,
            words.replace("$", r"\$"),
            fontsize=size,
            color=colour,
            fontweight="bold" if bold else "normal",
            ha=at,
            va="center_baseline",
        )

    def box(self, x: float, y: float, width: float, height: float, colour: str, edge: str = "none") -> None:
        """A filled rectangle with its upper left corner at x, y."""
        self._add(Rectangle((x, y), width, height, facecolor=colour, edgecolor=edge, linewidth=0.8))

    def card(self, x: float, y: float, width: float, height: float) -> None:
        """A pale rounded panel behind a group of lines."""
        shape = FancyBboxPatch(
            (x, y), width, height, "round,pad=0,rounding_size=0.06", facecolor=WASH, edgecolor="none"
        )
        self._add(shape)

    def line(self, x: float, y: float, to_x: float, to_y: float, colour: str = QUIET, width: float = 0.8) -> None:
        """A straight line."""
        self.axes.plot([x, to_x], [y, to_y], color=colour, linewidth=width, solid_capstyle="butt")

    def dot(self, x: float, y: float, radius: float, colour: str) -> None:
        """A filled circle."""
        self._add(Circle((x, y), radius, facecolor=colour, edgecolor="none"))

    def _add(self, shape: Patch) -> None:
        self.axes.add_artist(shape)  # as a patch it would be measured for limits, which are set


def cut(words: str, width: float, size: float, bold: bool = False) -> str:
    """The text, shortened by an ellipsis where it is too long for its place."""
    if text_width(words, size, bold) <= width:
        return words
    while len(words) > 1 and text_width(words + "…", size, bold) > width:
        words = words[:-1].rstrip()
    return words + "…"


def wrapped(words: str, width: float, size: float, lines: int = 3) -> list[str]:
    """The text broken into at most so many lines; the last is cut."""
    out: list[str] = []
    rest = words.split()
    while rest and len(out) < lines - 1:
        count = 1
        while count < len(rest) and text_width(" ".join(rest[: count + 1]), size) <= width:
            count += 1
        out.append(cut(" ".join(rest[:count]), width, size))
        rest = rest[count:]
    return [*out, cut(" ".join(rest), width, size)] if rest else out
