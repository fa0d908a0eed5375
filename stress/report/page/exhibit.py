"""A figure of the page with its caption and its numbers."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from markupsafe import Markup, escape
from matplotlib.figure import Figure

from stress.explain.drawing.canvas import WASH
from stress.report import figures
from stress.report.figures import ink
from stress.report.figures.panels import panels
from stress.report.sheets import Sheet

FULL = 9.6
"""Inches of a figure that fills the page."""
SCHEME = {
    ink.TEXT: "ink",
    ink.QUIET: "quiet",
    ink.RULE: "rule",
    ink.BAND: "band",
    ink.MEDIAN: "median",
    ink.GREY: "grey",
    WASH: "wash",
    "#ffffff": "paper",
    "#000000": "ink",
}
"""Colours of figures -> variables of the page's style, which change with the reader's colour scheme."""
_COLOURED = re.compile(r"(fill|stroke): (#[0-9a-f]{6})")


class Exhibit(NamedTuple):
    """A figure with its caption and its data."""

    svg: Markup
    title: str
    caption: str
    data: Sheet


class Chapter(NamedTuple):
    """A question and its answer: what was found in a sentence or two, figures, tables."""

    title: str
    says: tuple[str, ...]
    sheet: Sheet
    exhibit: Exhibit | None
    """None where there is nothing to draw."""
    more: tuple[Exhibit, ...] = ()
    """Further figures of the same answer."""


def svg_of(figure: Figure, name: str) -> Markup:
    """SVG by matplotlib, which escapes the text that it draws; all figures of the page on one scale. It carries what
    it shows as numbers, for the page's script, and follows the page's colour scheme."""
    width = min(figure.get_figwidth() / FULL, 1.0)
    drawn = in_scheme(figures.svg(figure, name))
    data = escape(json.dumps(panels(figure), ensure_ascii=False, separators=(",", ":")))
    return Markup(drawn.replace("<svg ", f'<svg style="width:{100 * width:.4g}%" data-panels="{data}" ', 1))


def in_scheme(svg: str) -> str:
    """An SVG whose quiet colours are those of the page around it: dark on light, or light on dark.

    >>> in_scheme('<path style="stroke: #d5d9de"/><path style="fill: #e69f00"/>')
    '<path style="stroke: var(--rule)"/><path style="fill: #e69f00"/>'
    """
    return _COLOURED.sub(lambda m: f"{m[1]}: var(--{SCHEME[m[2]]})" if m[2] in SCHEME else m[0], svg)
