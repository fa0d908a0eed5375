"""Which characters the bytes of a table stand for: by a rule that is certain, or not at all.

A byte order mark decides. Without one: what is valid UTF-8 is UTF-8 (other encodings hardly ever are by accident).
Otherwise it is GB18030 where every character beyond ASCII is a Chinese one of everyday use, Western (Windows-1252,
which holds Latin-1) where every such character is a sign or a letter beside other letters, and refused where both or
neither holds.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from stress.errors import DataError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WESTERN, CHINESE = "cp1252", "gb18030"
_SIGNS = set("€£¥§°±²³µ·¼½¾×÷–—‘’“”„…‰«»©®™ \u00a0¹º")
"""What stands in Western tables without being a letter."""
NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16",
         "utf-32": "UTF-32", WESTERN: "Windows-1252 (Latin-1)", CHINESE: "GB18030"}  # fmt: skip


def encoding_of(path: Path, sample: bytes, whole: bool = True) -> str:
    """Python's name of the encoding of text that begins with `sample`. DataError where no rule is certain.

    whole: the sample is all of the text; otherwise its last character may be cut.
    """
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    if _decodes(sample, "utf-8", whole) and b"\x00" not in sample:
        return "utf-8"
    for name in ("utf-16-le", "utf-16-be"):
        if _every_other_is_zero(sample, name):
            return name
    fits = [name for name, fit in ((CHINESE, _chinese), (WESTERN, _western)) if fit(_decoded(sample, name, whole))]
    if len(fits) == 1:
        return fits[0]
    reason = "may be Chinese or Western text" if fits else "is neither UTF-8 nor certainly GB18030 or Latin-1 text"
    raise DataError(f"{path}: line {_line(sample)}: {reason}: save the table as UTF-8")


def text_of(path: Path, raw: bytes) -> tuple[str, str]:
    """(the text, its encoding). DataError with the line where it is none."""
    name = encoding_of(path, raw)
    try:
        return raw.decode(name), name
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise DataError(f"{path}: line {line}: is not {NAMES[name]} text: save the table as UTF-8") from None


def _decodes(raw: bytes, name: str, whole: bool) -> bool:
    try:
        codecs.getincrementaldecoder(name)().decode(raw, final=whole)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(raw: bytes, name: str, whole: bool) -> str:
    """The text, or an empty one where the bytes are not in this encoding."""
    try:
        return codecs.getincrementaldecoder(name)().decode(raw, final=whole)
    except UnicodeDecodeError:
        return ""


def _every_other_is_zero(raw: bytes, name: str) -> bool:
    """UTF-16 without a mark: the high bytes of digits, commas and Latin letters are zero."""
    high, low = (raw[1::2], raw[::2]) if name == "utf-16-le" else (raw[::2], raw[1::2])
    return len(high) > 1 and high.count(0) > 0.5 * len(high) and low.count(0) == 0


def _chinese(text: str) -> bool:
    """Every character beyond ASCII is in GB 2312, and of the Chinese ones nearly all are among the frequent 3,755."""
    beyond = [c for c in text if ord(c) > 127]
    try:
        code = ["".join(beyond[k : k + 4096]).encode("gb2312") for k in range(0, len(beyond), 4096)]
    except UnicodeEncodeError:
        return False
    lead = [pair for part in code for pair in part[::2]]
    han = [pair for pair in lead if pair >= 0xB0]
    return bool(han) and sum(pair <= 0xD7 for pair in han) >= 0.9 * len(han)


def _western(text: str) -> bool:
    """Every character beyond ASCII is a usual sign, or a letter with an ASCII letter beside it."""
    return bool(text) and all(c in _SIGNS or beside for c, beside in _letters(text))


def _letters(text: str) -> Iterator[tuple[str, bool]]:
    for k, c in enumerate(text):
        if ord(c) > 127:
            beside = text[max(k - 1, 0) : k + 2].replace(c, "", 1)
            yield c, c.isalpha() and any(b.isascii() and b.isalpha() for b in beside)


def _line(raw: bytes) -> int:
    """The first line with a byte beyond ASCII."""
    first = next((k for k, byte in enumerate(raw) if byte > 127 or byte == 0), 0)
    return raw[:first].count(b"\n") + 1
