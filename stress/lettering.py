"""Letters of figures: widths that no machine changes, text that stays text in an SVG, and fonts that hold Chinese.

An SVG names fonts and the reader's machine has them or the next best; a PNG or a PDF carries the signs themselves, so
a font that holds them must be installed here.
"""

from __future__ import annotations

import contextlib
import io
import re
import threading
import unicodedata
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findSystemFonts, fontManager
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

WIDE = "Stress Wide"
"""Our own font: a blank an em wide for every sign that takes two columns. It sets widths alone."""
WIDTHS = ("DejaVu Sans", WIDE)
"""Families that set the widths: one ships with matplotlib, one with us."""
EAST_ASIAN = ("PingFang SC", "Hiragino Sans GB", "Heiti SC", "Microsoft YaHei", "SimHei", "Noto Sans CJK SC",
              "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Noto Sans CJK JP",
              "Droid Sans Fallback", "Arial Unicode MS")  # fmt: skip
"""Families with Chinese of macOS, Windows and Linux, the best first."""
STACK = ", ".join(
    name if " " not in name else f"'{name}'"
    for name in ("Helvetica Neue", "Helvetica", "Arial", "Liberation Sans", *EAST_ASIAN, "sans-serif")
)
"""What an SVG asks for: a face that is a little narrower than DejaVu Sans, then one with Chinese."""
INSTALL = (
    "no font with Chinese, Japanese or Korean signs is installed, so names show as blanks: install one "
    "(Debian, Ubuntu: apt-get install fonts-noto-cjk; Fedora: dnf install google-noto-sans-cjk-fonts), or write an .svg"
)
_FILES = re.compile(
    r"cjk|pingfang|hiragino|heiti|msyh|simhei|notosanssc|sourcehansans|wqy|droidsansfallback|arial uni", re.IGNORECASE
)


def as_svg(figure: Figure, style: Mapping[Any, Any]) -> str:
    """The figure as an SVG element that depends on nothing but its content, with the fonts that readers have in place
    of those that set its widths."""
    buffer = io.StringIO()
    with settings(style):
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        Figure.savefig(figure, buffer, format="svg", metadata=nothing, transparent=True)
    text = buffer.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    return re.sub(r"'DejaVu Sans'(?:, ?'[^'<>]*')*", STACK, text)


def for_pixels(figure: Figure) -> str:
    """Let a PNG or a PDF draw every sign by an installed font. What to install where there is none, else nothing."""
    texts = figure.findobj(Text)
    if not any(is_wide(text.get_text()) for text in texts):
        return ""
    fonts = installed()
    for text in texts:
        text.set_fontfamily([WIDTHS[0], *fonts, WIDE])
    return "" if fonts else INSTALL


@lru_cache(maxsize=4096)
def text_width(words: str, size: float, bold: bool = False) -> float:
    """Inches that a line of text takes."""
    if not words.strip():
        return 0.0
    face = FontProperties(family=list(WIDTHS), weight="bold" if bold else "normal", size=size)
    width, _, _ = text_to_path.get_text_width_height_descent(words, face, ismath=False)
    return float(width) / 72.0


def is_wide(words: str) -> bool:
    """Whether there is a sign in it that takes two columns."""
    return not words.isascii() and any(unicodedata.east_asian_width(sign) in "WF" for sign in words)


def _bold_too(family: str) -> None:
    """Let a family without a bold face stand in for it, or matplotlib logs that it has none."""
    faces = [entry for entry in fontManager.ttflist if entry.name == family]
    if all(str(face.weight) == "400" for face in faces):
        fontManager.ttflist += [replace(face, weight=700) for face in faces]


@cache
def installed() -> tuple[str, ...]:
    """The best installed family with Chinese, if any; also one that was installed after matplotlib last looked."""
    known = {entry.name for entry in fontManager.ttflist}
    if known.isdisjoint(EAST_ASIAN):
        for file in sorted(findSystemFonts()):
            if _FILES.search(Path(file).name):
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    fontManager.addfont(file)
        known = {entry.name for entry in fontManager.ttflist}
    best = tuple(name for name in EAST_ASIAN if name in known)[:1]
    for name in best:
        _bold_too(name)
    return best


fontManager.addfont(Path(__file__).parent / "data" / "wide.ttf")
_bold_too(WIDE)


@contextlib.contextmanager
def settings(values: Mapping[Any, Any]) -> Iterator[None]:
    """Draw under these settings of matplotlib, whatever the caller's are, one figure at a time: they are the process's,
    so that a figure of another thread would be drawn under half of them."""
    with _ONE_AT_A_TIME, mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(values)
        yield


_ONE_AT_A_TIME = threading.RLock()
