"""Standard output and error of any encoding: a sign that the encoding lacks is spelled in ASCII, never an error.

A Windows pipe (cp1252, GBK), PYTHONIOENCODING or a C locale cannot say every sign that a table holds.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
import unicodedata
from typing import TextIO

SIGNS = {
    "±": "+/-",
    "−": "-",
    "–": "-",
    "—": "-",
    "‑": "-",
    "×": "x",
    "÷": "/",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "≈": "~",
    "→": "->",
    "←": "<-",
    "∞": "inf",
    "·": ".",
    "•": "*",
    "†": "+",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
}
_ASCII = "plain-ascii"
"""ASCII under another name: click takes a stream of ASCII for a mistake and writes UTF-8 to it."""


def speak_any_encoding() -> None:
    """Let stdout and stderr of this process spell what they cannot encode; one that is closed swallows everything."""
    codecs.register(_plain_ascii)
    codecs.register_error("spelled", _spell)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            ascii_ = codecs.lookup(stream.encoding).name == "ascii"
            stream.reconfigure(encoding=_ASCII if ascii_ else stream.encoding, errors="spelled")


def has_every_sign(stream: TextIO) -> bool:
    """Whether a stream can say whatever it is given."""
    return codecs.lookup(getattr(stream, "encoding", None) or "utf-8").name.startswith("utf")


def spelled(sign: str) -> str:
    """A sign in ASCII: its spelling, its letter without an accent, a Greek letter's name, else `?` as wide."""
    if sign in SIGNS:
        return SIGNS[sign]
    plain = unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()
    if plain:
        return plain
    words = unicodedata.name(sign, "?").split()
    if words[0] == "GREEK":
        return words[-1].lower()
    return "??" if unicodedata.east_asian_width(sign) in "WF" else "?"


def _spell(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(spelled, error.object[error.start : error.end])), error.end


def _plain_ascii(name: str) -> codecs.CodecInfo | None:
    if name.replace("_", "-") != _ASCII:
        return None
    codec = codecs.lookup("ascii")
    return codecs.CodecInfo(
        codec.encode,
        codec.decode,
        codec.streamreader,
        codec.streamwriter,
        codec.incrementalencoder,
        codec.incrementaldecoder,
        _ASCII,
    )
