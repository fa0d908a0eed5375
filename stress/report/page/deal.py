"""The chapter of the deal: its picture and its words, from the job that the Dataset carries."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

import xarray as xr
from markupsafe import Markup

from stress.inputs.text.remark import Remark

if TYPE_CHECKING:
    from stress.inputs.job import Job

MARKS = ("heading", "list", "table", "fence", "emphasis", "backticks")
"""What `stress explain` writes. Links, images and HTML stay off: a name of a file stays text."""


class Described(NamedTuple):
    """One picture, and below it the deal in words."""

    picture: Markup
    words: Markup


def described(job: Job) -> Described:
    """The deal at this pool's size."""
    from stress.explain import explain_deal
    from stress.explain.drawing import picture_svg
    from stress.report.page.exhibit import in_scheme

    balance = job.pool.balance
    picture = re.sub(r' id="[\w.-]+"(?=[ >])', "", picture_svg(job.deal, balance, title=False))
    return Described(Markup(in_scheme(picture)), as_html(explain_deal(job.deal, balance)))


def input_notes(ds: xr.Dataset) -> list[Remark]:
    """What stands in the inputs and is seldom meant, and what surprises in the base case; empty where none is known."""
    return [Remark(*parts) for parts in json.loads(str(ds.attrs.get("input_notes", "[]")))]


def as_html(markdown: str, deeper: int = 1) -> Markup:
    """Markdown as HTML without its title, its headings some levels down. Wide tables scroll."""
    from markdown_it import MarkdownIt

    _, _, body = markdown.partition("\n")
    reader = MarkdownIt("zero", {"html": False}).enable(list(MARKS))
    tokens = reader.parse(body)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{int(token.tag[1]) + deeper}"
        elif token.type == "table_open":
            token.attrSet("class", "words")
    text = reader.renderer.render(tokens, reader.options, {})
    return Markup(text.replace("<table", '<div class="scroll"><table').replace("</table>", "</table></div>"))
