"""Pages from templates: one look and small scripts of our own for all of them, each inlined once."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import jinja2
from markupsafe import Markup

HERE = Path(__file__).parent


class Script(NamedTuple):
    """What a page runs."""

    text: Markup
    policy: str
    """The source that its policy allows: the digest of the text, so that nothing else runs."""


def script(*names: str) -> Script:
    """The scripts of these names, joined."""
    text = "\n".join((HERE / f"{name}.js").read_text(encoding="utf-8").strip() for name in names)
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Script(Markup(text), f"'sha256-{digest}'")


def data(value: Any) -> Markup:
    """A document for a data block: JSON that cannot end the block, whatever names it holds."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


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
