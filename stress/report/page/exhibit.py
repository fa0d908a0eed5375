"""A figure of the page with its caption and its numbers."""

from __future__ import annotations

import json
from typing import NamedTuple

from markupsafe import Markup, escape
from matplotlib.figure import Figure

from stress.report import figures
from stress.report.figures.panels import panels
from stress.report.sheets import Sheet

FULL = 9.6
"""Inches of a figure that fills the page."""


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
    exhibit: Exhibit
    more: tuple[Exhibit, ...] = ()
    """Further figures of the same answer."""


def svg_of(figure: Figure, name: str) -> Markup:
    """SVG by matplotlib, which escapes the text that it draws; all figures of the page on one scale. It carries what
    it shows as numbers, for the page's script."""
    width = min(figure.get_figwidth() / FULL, 1.0)
    drawn = figures.svg(figure, name)
    told = escape(json.dumps(panels(figure), ensure_ascii=False, separators=(",", ":")))
    return Markup(drawn.replace("<svg ", f'<svg style="width:{100 * width:.4g}%" data-panels="{told}" ', 1))
