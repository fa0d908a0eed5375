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
        for one in names[:place]:
            if one == other:
                continue
            if _shape(one) == _shape(other):
                yield one, other, _difference(one, other)
            elif _shape(one).casefold() == _shape(other).casefold():
                yield one, other, "they differ in upper and lower case alone"
            elif _near(one) == _near(other):
                yield one, other, "they differ in letters and digits that look alike"


def _shape(name: str) -> str:
    """A name as it looks: compatibility forms composed, twins replaced, blanks made one."""
    return " ".join(unicodedata.normalize("NFKC", name).translate(_TWINS).split())


def _near(name: str) -> str:
    return _shape(name).translate(_NEARLY).casefold()


def _difference(one: str, other: str) -> str:
    """The first sign in which two names differ that look the same."""
    for a, b in zip(one, other, strict=False):
        if a != b:
            return f"it has {_sign(b)} where the other has {_sign(a)}"
    longer = one if len(one) > len(other) else other
    return f"one of them has {_sign(longer[min(len(one), len(other))])} more"


def _sign(sign: str) -> str:
    return f"U+{ord(sign):04X} {unicodedata.name(sign, 'without a name').lower()}"
