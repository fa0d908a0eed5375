"""Pages from templates: one look and one set of scripts for all of them."""

from __future__ import annotations

from typing import Any

import jinja2
from markupsafe import Markup

from stress.report.page.script import HERE, script

PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
SCRIPTS = ("tables", "plot", "figures")
"""What answers back on a page: tables sorted and copied, values under the pointer, figures drawn anew."""


def rendered(template: str, *, scripts: tuple[str, ...] = SCRIPTS, **known: Any) -> str:
    """A page as text. Everything in `known` that comes from a file is escaped; a name that is not known is an error."""
    style = Markup((HERE / "style.css").read_text(encoding="utf-8"))
    return PAGES.get_template(template).render(style=style, script=script(*scripts), **known)
