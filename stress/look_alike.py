"""Names that a reader takes for one another: look-alike letters, composed accents, blanks, upper and lower case."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

_TWINS = str.maketrans(
    dict(
        zip(
            "АВЕЅІЈКМНОРСТХУаеѕіјорсухһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧαινορυ",
            "ABESIJKMHOPCTXYaesijopcyxhdqwABEZHIKMNOPTYXaivopu",
            strict=True,
        )
    )
    | dict.fromkeys("‐‑‒–—−", "-")
)
"""Cyrillic and Greek letters that are drawn like Latin ones, and dashes (Unicode TS 39, confusables)."""
_NEARLY = str.maketrans("01I|", "Olll")


def look_alike(names: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """(name, later name, how they differ) of every two names that look the same or nearly so."""
    for place, other in enumerate(names):
        for name in names[:place]:
            if name == other:
                continue
            if _shape(name) == _shape(other):
                yield name, other, _difference(name, other)
            elif _shape(name).casefold() == _shape(other).casefold():
                yield name, other, "they differ in upper and lower case alone"
            elif _near(name) == _near(other):
                yield name, other, "they differ in letters and digits that look alike"


def _shape(name: str) -> str:
    """A name as it looks: compatibility forms composed, twins replaced, blanks made one."""
    return " ".join(unicodedata.normalize("NFKC", name).translate(_TWINS).split())


def _near(name: str) -> str:
    return _shape(name).translate(_NEARLY).casefold()


def _difference(name: str, other: str) -> str:
    """The first sign in which two names differ that look the same."""
    for a, b in zip(name, other, strict=False):
        if a != b:
            return f"it has {_sign(b)} where the other has {_sign(a)}"
    longer = name if len(name) > len(other) else other
    return f"one of them has {_sign(longer[min(len(name), len(other))])} more"


def _sign(sign: str) -> str:
    return f"U+{ord(sign):04X} {unicodedata.name(sign, 'without a name').lower()}"
