"""What the parts of a workbook may hold, counted while they are unpacked: before a parser builds anything of them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from stress.errors import DataError, LimitError
from stress.tables.source import BROKEN, Listed, damaged, parted, too_large

MAX_UNPACKED = 512 * 1024**2
"""Bytes of all parts of a tape, whose rows are read one by one. A quarter may be text, which is held in memory."""
MAX_MEMBERS, MAX_SHEETS = 10_000, 1_000
_WHOLE, _TAGS = 16 * 1024**2, 200_000
"""Bytes and tags of a part that is held in memory whole, as the styles."""
_PIECE = 256 * 1024
_BARE, _LONG = 2, 16
"""Pieces in which a tag begins (a cell holds 32,767 characters), and a row or a text of a part without comments."""
_TEXT_TAGS = 8_000_000
_ENTRY = re.compile(rb"<(?:\w+:)?(?:row|si)[ />]")
_SHEET = re.compile(rb"<(?:\w+:)?sheet[ />]")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")


def check_parts(path: Path, most: int = MAX_UNPACKED) -> None:
    """Read a workbook through, building nothing of it.

    LimitError where it unpacks to more than `most` bytes, or one of its cells, rows or other parts is larger than such
    a thing can be. DataError where it is damaged, or a part is no plain XML.
    """
    left, text = most, most // 4
    try:
        with Listed(parted(path)[0]) as file, zipfile.ZipFile(file) as archive:
            if len(archive.infolist()) > MAX_MEMBERS:
                raise LimitError(f"{path}: holds more files than a workbook may have, {MAX_MEMBERS:,}")
            for member in archive.infolist():
                for size in _sizes(path, member.filename, archive.open(member)):
                    left -= size
                    text -= size if "sharedStrings" in member.filename else 0
                    if left < 0 or text < 0:
                        raise too_large(path, most if left < 0 else most // 4)
    except BROKEN as error:
        raise damaged(path, error) from None


def _sizes(path: Path, name: str, stream: IO[bytes]) -> Iterator[int]:
    """Bytes of each piece of a part that was found to be in order."""
    texts = "sharedStrings" in name
    long = texts or "/worksheets/" in name
    size, tags, bare, apart, sheets, comments, before = 0, 0, 0, 0, 0, False, b""
    for piece in _pieces(stream):
        if not size and piece.startswith(_UTF_16):
            raise DataError(f"{path}: {name}: is not UTF-8, as the parts of a workbook are: save it anew")
        if not size and not piece.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            return  # a picture, say
        size, window = size + len(piece), before + piece
        if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
            raise DataError(f"{path}: {name}: declares what no part of a workbook does (DOCTYPE): save it anew")
        comments = comments or b"<!" in window  # in them what looks like a tag is none
        tags += piece.count(b"<")
        bare = 0 if b"<" in piece else bare + 1
        apart = 0 if _ENTRY.search(window) and not comments else apart + 1
        vast = apart > _LONG or (texts and tags > _TEXT_TAGS) if long else size > _WHOLE or tags > _TAGS
        if vast or bare > _BARE:
            raise LimitError(f"{path}: {name}: holds more in one place than a part of a workbook can")
        sheets += 0 if long else len(_SHEET.findall(piece))
        if sheets > MAX_SHEETS:
            raise LimitError(f"{path}: has more than {MAX_SHEETS:,} sheets")
        before = piece[-16:]
        yield len(piece)


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    with stream:
        while piece := stream.read(_PIECE):
            yield piece
