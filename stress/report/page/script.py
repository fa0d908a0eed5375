"""Small scripts of our own for pages: each inlined once, and allowed by the page's policy through its digest alone."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

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
