"""The model document as one HTML page: offline, without a script, for screen and print."""

from __future__ import annotations

import html
from pathlib import Path

from stress.report.page.deal import as_html

STYLE = Path(__file__).parents[1] / "page" / "style.css"


def as_page(markdown: str) -> str:
    """A page of the document's Markdown; what stands in files stays text.

    >>> "<h2>" in as_page("# A title\\n\\n## A section\\n")
    True
    """
    title = html.escape(markdown.partition("\n")[0].removeprefix("# "))
    style = STYLE.read_text(encoding="utf-8")
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>\n{style}</style>\n</head>\n'
        f"<body>\n<main>\n<h1>{title}</h1>\n{as_html(markdown, deeper=0)}\n</main>\n</body>\n</html>\n"
    )
